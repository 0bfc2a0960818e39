//! Whom the cluster tells what becomes of a rollout, and as which release: only where the platform asks for it.

use serde::Serialize;

use crate::diagnostic::Code;
use crate::forge::{Forge, web_address};
use crate::load::inputs::Inputs;
use crate::load::platform::Delivery;
use crate::load::release_file::ReleaseFile;
use crate::load::rollout_record::{RolloutId, RolloutRecord};
use crate::resolve::decisions::Notes;

/// Stands for the GitOps repository's commit where it has none.
const NO_COMMIT: &str = "none";

/// Whom the cluster tells what becomes of a rollout, and as which release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rollout {
    /// The type of Flux's Provider.
    pub provider: &'static str,
    /// The app's repository, as a forge shows it.
    pub address: String,
    /// The Secret that holds the forge's token.
    pub secret: String,
    /// The app's commit, which is told.
    pub commit: String,
    /// Which of the app's releases it is: the GitOps repository's commit that it is made on, so that none has the id of
    /// another one, not even where a person has taken that one back.
    pub id: String,
    /// The release before it.
    #[serde(skip)]
    pub before: Option<RolloutId>,
}

impl Rollout {
    /// What is recorded of it.
    pub(crate) fn record(&self) -> RolloutRecord {
        RolloutRecord { id: self.id.clone(), before: self.before.clone() }
    }
}

pub(super) fn resolve(inputs: &Inputs, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Option<Rollout> {
    let platform = &inputs.platform;
    let settings = platform.value.flux.status.as_ref()?;
    if platform.value.delivery != Delivery::Flux {
        notes.problem(
            Code::RolloutNotReported,
            platform.key(&["flux", "status"]),
            "Argo CD delivers, and does not report rollouts to the apps' commits in a way that cupaas can rely on",
            "remove `flux.status`, or deliver with Flux",
        );
        return None;
    }
    let source = &inputs.query.source;
    let address = source.repository.as_deref().and_then(web_address);
    let (Some(commit), Some(address)) = (source.commit.clone(), address) else {
        let why = if source.commit.is_none() { "commit" } else { "repository on a forge" };
        notes.decided(
            "rollout.status",
            format!("not reported: the app has no {why}"),
            platform.key(&["flux", "status"]),
        );
        return None;
    };
    let Some(forge) = settings.forge.or_else(|| Forge::of_address(&address)) else {
        if platform.is_sound(&["flux", "status", "forge"]) {
            notes.problem(
                Code::MissingKey,
                platform.key(&["flux", "status"]),
                format!("cannot tell which forge {address} is on"),
                "add `forge: gitea`, `forgejo` or `github`",
            );
        }
        return None;
    };
    notes.decided("rollout.status", format!("reported to {address}"), platform.key(&["flux", "status"]));
    let head = inputs.gitops_commit.as_deref().unwrap_or(NO_COMMIT);
    Some(Rollout {
        provider: match forge {
            Forge::Github => "github",
            // Flux has no other one for it.
            Forge::Gitea | Forge::Forgejo => "gitea",
        },
        address,
        secret: settings.secret.0.clone(),
        commit,
        id: crate::repository::short(head).to_owned(),
        before: previous.filter(|before| !before.removed).and_then(ReleaseFile::rollout_id),
    })
}
