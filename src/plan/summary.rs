//! A plan → whether it goes on, and its counts and names for one line.

use std::collections::BTreeSet;

use crate::diagnostic::Code;
use crate::plan::model::{Action, Effect, Plan, Refusal, Summary};

impl Plan {
    /// Whether there is nothing to commit and nothing to say.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
            && self.rewrites.is_empty()
            && self.refusals.is_empty()
            && self.losses.is_empty()
    }

    /// Whether it must not be committed: something would be refused, or a loss was not allowed.
    pub fn blocked(&self) -> bool {
        !self.refusals.is_empty() || self.losses.iter().any(|loss| !loss.allowed)
    }

    /// Counts and names.
    pub fn summary(&self) -> Summary {
        let apps: BTreeSet<&str> = self.changes.iter().filter_map(|change| change.app.as_deref()).collect();
        let (mut restarts, mut outages, mut jobs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for change in &self.changes {
            let named = |name: &String| match &change.app {
                Some(app) if apps.len() > 1 => format!("{app}/{name}"),
                _ => name.clone(),
            };
            for effect in &change.effects {
                match effect {
                    Effect::Restart { process, .. } => _ = restarts.insert(named(process)),
                    Effect::Recreate { process } => _ = outages.insert(named(process)),
                    Effect::RunsJob { name } => _ = jobs.insert(named(name)),
                    _ => {}
                }
            }
        }
        let count = |actions: &[Action]| self.changes.iter().filter(|c| actions.contains(&c.action)).count();
        Summary {
            created: count(&[Action::Create]),
            updated: count(&[Action::Update, Action::Move]),
            deleted: count(&[Action::Delete]),
            orphaned: count(&[Action::Orphan]),
            restarts: restarts.into_iter().collect(),
            outages: outages.into_iter().collect(),
            jobs: jobs.into_iter().collect(),
        }
    }
}

impl Refusal {
    /// A new file that is not made of manifests: the engine would stop at it.
    pub(super) fn unreadable(file: &str) -> Self {
        Self {
            object: None,
            file: file.to_owned(),
            code: Code::NotAManifest,
            field: String::new(),
            message: format!("{file} does not hold Kubernetes manifests").into(),
            remedy: "fix the recipe that renders it, or remove the file".into(),
        }
    }
}
