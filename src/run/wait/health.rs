//! What the cluster says now of a release that stands there, without waiting for it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diagnostic::Failure;
use crate::forge::Repository;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::run::spec::RunSpec;
use crate::run::wait::judge::{Half, Judge, Verdict};
use crate::run::wait::look::Watcher;

/// What is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nobody reports it.
    Unreported,
    /// All of it is healthy, and since when, where the forge says so.
    Healthy(Option<i64>),
    /// It did not come up, and why.
    Failed(String),
    /// Nothing that counts was said yet, and what was.
    Unknown(String),
}

/// The repositories that were opened, by address: an app stands in several environments.
pub(crate) type Opened = BTreeMap<String, Rc<Repository>>;

/// Asks once.
///
/// # Errors
/// The repository's and the forge's own.
pub(crate) fn health(
    spec: &RunSpec,
    gitops: &mut Gitops,
    opened: &mut Opened,
    record: &ReleaseFile,
) -> Result<Health, Failure> {
    if record.rollout_id().is_none() {
        return Ok(Health::Unreported);
    }
    let mut watcher = Watcher {
        spec,
        gitops,
        app: record.app.clone(),
        environment: record.environment.clone(),
        commit: None,
        fresh: true,
        repositories: std::mem::take(opened),
        times: BTreeMap::new(),
    };
    let said = watcher.now(record);
    *opened = watcher.repositories;
    let said = said?;
    Ok(match said.judge() {
        Verdict::Healthy => {
            let times = Half::BOTH.map(|half| said.of(half).and_then(|status| status.time));
            Health::Healthy(times.into_iter().flatten().max())
        }
        Verdict::Failing(cause) | Verdict::Failed(cause) => {
            Health::Failed(format!("{}: {}", cause.half.name(), cause.reason))
        }
        Verdict::Open => {
            let words = |half: Half| {
                let said = said.of(half).map_or("nothing", |status| status.description.as_str());
                format!("{}: {said}", half.name())
            };
            Health::Unknown(Half::BOTH.map(words).join(", "))
        }
    })
}
