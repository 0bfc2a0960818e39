//! Everything that one commit is to do, as a value: edits of people's files, and what becomes of releases.

use std::collections::BTreeSet;

use crate::load::current::Current;
use crate::load::inputs::Inputs;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::plan::announced;
use crate::plan::credentials::CredentialHistory;
use crate::plan::retained_data::RetainedData;
use crate::plan::{self, ClusterFacts, Plan};
use crate::render::{Tree, release_file};
use crate::resolve::release::Release;
use crate::tree::{Edits, Files};

/// What one commit is to do. Its plan is one plan.
#[derive(Debug, Default)]
pub(crate) struct ChangeSet {
    /// The commit's first line.
    pub subject: String,
    /// The app, where all of it is about one.
    pub app: Option<String>,
    /// New texts of files that people write.
    pub edits: Edits,
    /// What becomes of releases.
    pub transitions: Vec<Transition>,
    /// The gates that it passes although they are closed, and why, in the words of whoever said so.
    pub overridden: Option<String>,
    /// Whether its commit is to say who approved what it brings.
    pub reviewed: bool,
    /// Who approved that.
    pub approved: Vec<Approved>,
}

/// Who approved the app's commit that a release is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approved {
    /// Of which release: app and environment.
    pub release: (String, String),
    /// Who, in one word.
    pub login: String,
    /// Which pull request of the app's repository.
    pub pull_request: String,
}

/// One release, from what stands there to what will.
#[derive(Debug)]
pub(crate) struct Transition {
    /// What stands there.
    pub current: Current,
    /// What becomes of it.
    pub next: Next,
}

/// What becomes of a release.
#[derive(Debug)]
pub(crate) enum Next {
    /// It is rendered.
    Rendered(Box<Rendered>),
    /// It is removed; this is what it was made from, which stays.
    Removed(Box<ReleaseFile>),
}

/// A release that was decided and rendered.
#[derive(Debug)]
pub(crate) struct Rendered {
    /// What it was decided from.
    pub inputs: Inputs,
    /// What was decided.
    pub release: Release,
    /// What it became.
    pub tree: Tree,
}

impl ChangeSet {
    /// Whether there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.transitions.is_empty() && self.edits.is_empty()
    }

    /// Adds what another one is to do. Its subject stands for both while nothing else is said.
    pub(crate) fn join(&mut self, other: Self) {
        let Self { subject, app, edits, transitions, overridden, reviewed, approved } = other;
        self.app =
            if self.is_empty() { app } else { self.app.take().filter(|one| Some(one) == app.as_ref()) };
        self.subject = subject;
        self.edits.extend(edits);
        self.transitions.extend(transitions);
        self.overridden = self.overridden.take().or(overridden);
        self.reviewed |= reviewed;
        self.approved.extend(approved);
    }

    /// What is rendered, in the order of the transitions.
    pub(crate) fn rendered(&self) -> impl Iterator<Item = (&Current, &Rendered)> {
        self.transitions.iter().filter_map(|transition| Some((&transition.current, transition.rendered()?)))
    }

    /// What committing it does to the cluster. `allowed` are the losses of data that are agreed to, by name.
    pub(crate) fn plan(&self, allowed: &BTreeSet<String>) -> Plan {
        let facts =
            ClusterFacts { expandable: self.rendered().all(|(_, one)| one.release.platform.expandable) };
        let mut before = Files::new();
        for transition in &self.transitions {
            before.extend(transition.current.manifests.clone());
        }
        let applied: Vec<_> =
            self.rendered().map(|(current, one)| (current, one, one.tree.applied())).collect();
        let after: Files = applied.iter().flat_map(|(_, _, files)| files.clone()).collect();
        let mut plan = plan::compare(&before, &after, allowed, facts);
        for (current, one, files) in &applied {
            judge(&mut plan, current, one, files, allowed, facts);
        }
        plan
    }
}

/// Adds to a plan what is so because data is retained, or because a service knows its credentials.
fn judge(
    plan: &mut Plan,
    current: &Current,
    one: &Rendered,
    applied: &Files,
    allowed: &BTreeSet<String>,
    facts: ClusterFacts,
) {
    if let Some(ReleaseFile { versions, claims, external_credentials: elsewhere, app, environment, .. }) =
        &current.previous
    {
        let history = CredentialHistory { before: &current.manifests, versions, external: elsewhere };
        let owner = (environment.as_str(), app.as_str());
        plan::credentials::judge(plan, &one.tree.missing_secrets, history, owner, allowed);
        if one.release.hold.is_some() {
            let trees = (&current.manifests, applied);
            plan::old_data::judge(plan, trees, claims, &format!("{environment}/{app}"), allowed);
        }
        let retained = RetainedData { versions, claims };
        plan::retained_data::judge(plan, &current.manifests, applied, retained, allowed, facts);
    }
}

impl Transition {
    /// Whether committing it would change anything.
    pub(crate) fn changes(&self) -> bool {
        match &self.next {
            Next::Removed(_) => true,
            Next::Rendered(one) => {
                !one.tree.missing_secrets.is_empty()
                    || !announced::same_release(&self.current.manifests, &one.tree.applied())
                    || !self.current.same_inputs(&release_file(&one.release))
            }
        }
    }

    /// What is rendered, unless it is removed.
    pub(crate) fn rendered(&self) -> Option<&Rendered> {
        match &self.next {
            Next::Rendered(one) => Some(one),
            Next::Removed(_) => None,
        }
    }

    /// App and environment.
    pub(crate) fn names(&self) -> (&str, &str) {
        match &self.next {
            Next::Rendered(one) => (&one.release.app, &one.release.environment),
            Next::Removed(record) => (&record.app, &record.environment),
        }
    }

    /// Where the app's files come from.
    pub(crate) fn source(&self) -> &SourceFacts {
        match &self.next {
            Next::Rendered(one) => &one.release.source,
            Next::Removed(record) => &record.source,
        }
    }

    /// The image.
    pub(crate) fn image(&self) -> &str {
        match &self.next {
            Next::Rendered(one) => &one.release.image.reference,
            Next::Removed(record) => &record.image,
        }
    }
}
