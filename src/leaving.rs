//! What leaves with `remove`, from one environment, and with `app remove`, from all of them and with the registration.

use crate::diagnostic::Failure;
use crate::load::app_name;
use crate::load::gitops::{Edits, Gitops};
use crate::load::inputs;
use crate::load::known;
use crate::load::registered;
use crate::load::release_file::ReleaseFile;
use crate::load::released::{self, Scope};
use crate::load::state::State;
use crate::plan::{self, Facts, Plan};
use crate::request::Step;
use crate::tree::Files;

/// What leaves.
#[derive(Debug)]
pub struct Leaving {
    /// The app.
    pub app: String,
    /// The environment, where it is one.
    pub environment: Option<String>,
    /// What stands in each environment that it leaves, and what that was made from.
    pub releases: Vec<(State, ReleaseFile)>,
    /// The registration, where it goes too.
    pub edits: Edits,
}

impl Leaving {
    /// What there is of the app that the step names.
    ///
    /// Errors: a folder whose app is deployed from elsewhere, or the repository's own.
    pub fn find(step: &Step, whole: bool, gitops: &mut Gitops) -> Result<Self, Failure> {
        if whole { Self::whole(step, gitops) } else { Self::environment(step, gitops) }
    }

    fn environment(step: &Step, gitops: &mut Gitops) -> Result<Self, Failure> {
        let (app, environment, cluster) = inputs::named(&step.asked, gitops)?;
        if step.asked.app.is_some() {
            must_be_known(&app, gitops)?;
        }
        let state = State::read(gitops, &cluster, &environment, &app)?;
        // Whoever names the app means it; a folder only speaks for its own.
        if step.asked.app.is_none() {
            crate::decide::owned(step, &state, None)?;
        }
        let previous = state.previous.clone().filter(|previous| !previous.removed);
        let releases = previous.map(|previous| (state, previous)).into_iter().collect();
        Ok(Self { app, environment: Some(environment), releases, edits: Edits::new() })
    }

    fn whole(step: &Step, gitops: &mut Gitops) -> Result<Self, Failure> {
        let app = app_name::app_of(&step.asked, gitops)?;
        must_be_known(&app, gitops)?;
        let mut releases = Vec::new();
        for record in released::find(&Scope::of(&app, None), gitops)? {
            let state = State::read(gitops, &record.cluster, &record.environment, &app)?;
            releases.push((state, record));
        }
        let files = gitops.read(&registered::paths_of(&app)?)?;
        if let Some(problem) = registered::overlooked(&app, &files)? {
            return Err(Failure::invalid(vec![problem]));
        }
        let edits = files.into_keys().map(|path| (path, None)).collect();
        Ok(Self { app, environment: None, releases, edits })
    }

    /// Whether there is nothing that could leave.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.edits.is_empty()
    }

    /// What it is, in a line: a commit's first, a pull request's title.
    pub fn subject(&self) -> String {
        match self.releases.as_slice() {
            [(_, only)] if self.edits.is_empty() => format!("remove({}/{})", self.app, only.environment),
            _ => format!("remove({})", self.app),
        }
    }

    /// What leaving does to the cluster.
    pub fn plan(&self, step: &Step) -> Plan {
        let before: Files = self.releases.iter().flat_map(|(state, _)| state.before.clone()).collect();
        plan::compare(&before, &Files::new(), &step.allow_data_loss, Facts { expandable: true })
    }
}

/// A name that nobody knows is a slip; a folder's own app, or one that has been removed already, is not.
fn must_be_known(app: &str, gitops: &mut Gitops) -> Result<(), Failure> {
    if known::is_known(app, gitops)? { Ok(()) } else { Err(known::unknown(app, gitops)) }
}
