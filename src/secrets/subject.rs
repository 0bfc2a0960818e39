//! The app and environment that a run is about, as far as its secrets go: what stands in the repository, and which
//! secrets its `.cupaas` names.

use crate::diagnostic::{Failure, Source};
use crate::load::app_file::AppFile;
use crate::load::app_folder;
use crate::load::document::{self, Document};
use crate::load::gitops::Gitops;
use crate::load::inputs;
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::load::requires::read_platform;
use crate::load::secret_entry::SecretEntry;
use crate::load::state::State;
use crate::render::Folders;
use crate::request::Step;
use crate::resolve::secrets::secret_file;
use crate::tree::RepoPath;

/// One app in one environment.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) app: String,
    pub(super) environment: String,
    pub(super) platform: Document<PlatformFile>,
    pub(super) state: State,
    /// What is deployed, where it is.
    pub(super) deployed: Option<ReleaseFile>,
    /// The secrets that the deployed `.cupaas` names.
    pub(super) deployed_names: Vec<SecretEntry>,
    /// Those that the folder's names, where it is at hand.
    pub(super) folder_names: Vec<SecretEntry>,
}

impl Subject {
    /// Reads what there is. A folder speaks for its own app alone, whoever names an app means it.
    ///
    /// Errors: no app or environment that is meant, a platform that is wrong, or another app's owner.
    pub(super) fn read(step: &Step, gitops: &mut Gitops) -> Result<Self, Failure> {
        let (app, environment, cluster) = inputs::named(&step.asked, gitops)?;
        let platform = RepoPath::new("cupaas.yaml").map(|path| gitops.read(&[path]));
        let platform = read_platform(&platform.unwrap_or_else(|_| Ok(Default::default()))?);
        let platform = platform.map_err(Failure::invalid)?;
        let state = State::read(gitops, &cluster, &environment, &app)?;
        let mut folder_names = Vec::new();
        if step.asked.app.is_none() {
            crate::owned(step, &state, None)?;
            let folder = app_folder::read(&step.asked.folder, step.asked.called.as_deref())?;
            let file = document::read::<AppFile>(&folder.app_file).map_err(Failure::invalid)?;
            folder_names = file.value.secrets;
        }
        let deployed = state.previous.clone().filter(|release| !release.removed);
        let record = deployed.as_ref().and_then(|release| release.files.get(".cupaas"));
        let deployed_names = match record {
            Some(text) => {
                let name = format!("{}/release.yaml#.cupaas", state.folders.release);
                let read = document::read::<AppFile>(&Source::new(name, text.clone()));
                read.map_err(Failure::invalid)?.value.secrets
            }
            None => Vec::new(),
        };
        Ok(Self { app, environment, platform, state, deployed, deployed_names, folder_names })
    }

    /// `tasks in production`.
    pub(super) fn title(&self) -> String {
        format!("{} in {}", self.app, self.environment)
    }

    /// Where a secret of the app's own is kept.
    pub(super) fn place(&self, name: &str) -> Result<RepoPath, Failure> {
        Folders::below(&self.state.folders.release, &secret_file(name))
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.place(name).is_ok_and(|place| self.state.kept.contains_key(&place))
    }

    /// All that either `.cupaas` names; the folder's word comes first, since it is the next deploy's.
    pub(super) fn named(&self) -> impl Iterator<Item = &SecretEntry> {
        let before = |name: &str| self.folder_names.iter().any(|entry| entry.name == name);
        self.folder_names.iter().chain(self.deployed_names.iter().filter(move |entry| !before(&entry.name)))
    }
}
