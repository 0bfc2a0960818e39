//! Two commits of an app -> which follows which, asked of who may know, nearest first: the checkout, the app's own
//! repository, its forge. Asked once a run, however often somebody else is first.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::diagnostic::Failure;
use crate::forge::Compared;
use crate::git::{self, Order};
use crate::run::spec::RunSpec;

/// What a run has found out of the order of commits.
#[derive(Debug, Default)]
pub(crate) struct Orders(RefCell<BTreeMap<(String, String), Order>>);

impl Orders {
    /// How the commit `new` stands to `old`.
    ///
    /// # Errors
    /// A temporary folder that cannot be written. Who cannot be reached has nothing to say.
    pub(crate) fn of(&self, spec: &RunSpec, old: &str, new: &str) -> Result<Order, Failure> {
        let key = (old.to_owned(), new.to_owned());
        if let Some(known) = self.0.borrow().get(&key) {
            return Ok(*known);
        }
        let order = find(spec, old, new)?;
        self.0.borrow_mut().insert(key, order);
        Ok(order)
    }
}

fn find(spec: &RunSpec, old: &str, new: &str) -> Result<Order, Failure> {
    let folder = &spec.query.folder;
    let here = git::order(folder, old, new);
    if here != Order::Unknown {
        return Ok(here);
    }
    for remote in &spec.app_remotes {
        let fetched = git::fetched_order(remote, folder, old, new)?;
        if fetched != Order::Unknown {
            return Ok(fetched);
        }
    }
    Ok(of_forge(spec, old, new).unwrap_or(Order::Unknown))
}

/// By the forge, where there is a token for it: what everybody may read, git could fetch.
fn of_forge(spec: &RunSpec, old: &str, new: &str) -> Option<Order> {
    let options = &spec.forge;
    let repository = options.app.open(options.job.as_ref(), "the app's repository", options.timeout).ok()?;
    let compared = repository.has_token().then(|| repository.compare(old, new).ok().flatten()).flatten()?;
    Some(match compared {
        Compared::Ahead => Order::Newer,
        Compared::Behind => Order::Older,
        Compared::Diverged => Order::Diverged,
    })
}
