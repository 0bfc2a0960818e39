//! Who approved the app's commit that a release is made of, by its forge's reviews: for the commit that brings it, so that
//! an audit needs git alone. Asked once a run for each commit, and where it cannot be asked, that fails nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostic::{Failure, Kind};
use crate::forge::Approval;
use crate::publish::{Approved, ChangeSet, Transition};
use crate::run::gates;
use crate::run::spec::RunSpec;

/// What a run has found out of approvals.
#[derive(Debug, Default)]
pub(crate) struct Approvals {
    /// By the app's repository and commit.
    known: RefCell<BTreeMap<(String, String), Vec<Approval>>>,
    failed: RefCell<Option<Failed>>,
}

/// Why it could not be asked, first of all, and of which apps.
#[derive(Debug)]
struct Failed {
    why: Failure,
    apps: Vec<String>,
}

impl Approvals {
    /// Adds to a change set that is about to be committed who approved what it brings: nobody where no other release comes,
    /// and where no token is there for the app's repository.
    pub(crate) fn add(&self, spec: &RunSpec, set: &mut ChangeSet) {
        // What is not committed nobody has approved.
        if set.reviewed && spec.query.uncommitted.is_empty() {
            let bringing = set.transitions.iter().filter(|one| gates::brings_a_release(one));
            set.approved = bringing.flat_map(|one| self.of(spec, one)).collect();
        }
    }

    fn of(&self, spec: &RunSpec, transition: &Transition) -> Vec<Approved> {
        let source = transition.source();
        let (Some(commit), Some(address)) = (&source.commit, &source.repository) else { return Vec::new() };
        let (place, job) = (spec.forge.of_repository(address), spec.forge.job.as_ref());
        if !place.has_token(job) {
            return Vec::new();
        }
        let (app, environment) = transition.names();
        let approved = |one: Approval| Approved {
            release: (app.to_owned(), environment.to_owned()),
            login: one.login,
            pull_request: one.url,
        };
        let key = (address.clone(), commit.clone());
        let known = self.known.borrow().get(&key).cloned();
        let all = known.unwrap_or_else(|| {
            let ask = || place.open(job, "the app's repository", spec.forge.timeout)?.approvals(commit);
            let found = if self.gave_up(app) { Vec::new() } else { self.found(app, ask()) };
            self.known.borrow_mut().insert(key, found.clone());
            found
        });
        all.into_iter().map(approved).collect()
    }

    /// A forge that is away is not waited for once more for each of the others.
    fn gave_up(&self, app: &str) -> bool {
        let mut failed = self.failed.borrow_mut();
        let Some(failed) = failed.as_mut().filter(|failed| failed.why.kind() == Kind::Unavailable) else {
            return false;
        };
        failed.apps.push(app.to_owned());
        true
    }

    fn found(&self, app: &str, found: Result<Vec<Approval>, Failure>) -> Vec<Approval> {
        found.unwrap_or_else(|why| {
            let mut failed = self.failed.borrow_mut();
            failed.get_or_insert(Failed { why, apps: Vec::new() }).apps.push(app.to_owned());
            Vec::new()
        })
    }

    /// What could not be asked, as a warning.
    pub(crate) fn warning(&self) -> Option<String> {
        const NAMED: usize = 5;
        let failed = self.failed.borrow();
        let Failed { why, apps } = failed.as_ref()?;
        let more = apps.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = apps.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        Some(format!("the commit does not say who approved {names}{more}: {}", why.with_hint()))
    }
}
