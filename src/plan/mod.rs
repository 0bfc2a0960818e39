//! Two states of a GitOps repository in, a [`Plan`] out: what changes, in words, what each change does to the
//! cluster, what its API server would refuse, and what data would be lost. Pure; compares trees, knows no live
//! cluster, and reads only files whose texts differ (and their neighbours, where a loss must be judged).
//!
//! Its invariant: equal trees give an empty plan, and no value of a Secret ever gets into one.

pub(crate) mod announced;
mod change;
pub(crate) mod credentials;
mod derived;
pub(crate) mod diff;
mod display;
mod effects;
mod engine;
mod fields;
mod immutable;
mod loss;
mod losses;
mod model;
mod object;
pub(crate) mod old_data;
mod ownership;
mod pod;
mod redact;
pub(crate) mod refused;
pub(crate) mod retained_data;
mod summary;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
mod trees;
mod versions;
mod volumes;

use crate::plan::trees::{changed_paths, read};
use std::collections::BTreeSet;

#[cfg(test)]
pub(crate) use model::ObjectId;
pub(crate) use model::{Action, FieldChange, Loss, ObjectChange, Refusal, Summary};
pub use model::{ClusterFacts, Effect, Plan};
use object::Key;
pub(crate) use object::documents;

use crate::tree::Files;

/// The label that says which version of a service an object runs.
const VERSION_LABEL: &str = "cupaas.dev/service-version";

/// What going from `before` to `after` means. `allowed` names the losses that were agreed to.
pub fn compare(before: &Files, after: &Files, allowed: &BTreeSet<String>, facts: ClusterFacts) -> Plan {
    let changed = changed_paths(before, after);
    let mut plan = Plan::default();
    let trees = read(before, after, &changed, &mut plan);
    let keys: BTreeSet<&Key> = trees.before.keys().chain(trees.after.keys()).collect();
    for key in keys {
        let (old, new) = (trees.before.get(key), trees.after.get(key));
        if let Some(change) = change::of(old, new, &trees.unreadable) {
            plan.changes.push(change);
        }
        if let (Some(old), Some(new)) = (old, new) {
            immutable::check(old, new, &mut plan.refusals);
            volumes::check(old, new, facts, &mut plan.refusals);
        }
    }
    derived::mark(&mut plan.changes, &trees);
    ownership::check(&trees, &mut plan.refusals);
    (plan.losses, plan.unused_allowances) = losses::find(&trees, allowed);
    let told: BTreeSet<&str> = plan
        .changes
        .iter()
        .flat_map(|c| [Some(c.file.as_str()), c.moved_from.as_deref()])
        .flatten()
        .collect();
    let untold = changed.iter().map(|path| path.as_str()).filter(|path| !told.contains(path));
    plan.rewrites = untold.filter(|path| !path.starts_with("releases/")).map(str::to_owned).collect();
    plan.unreadable = trees.unreadable.into_iter().collect();
    plan.changes.sort_by(|a, b| (&a.file, &a.object).cmp(&(&b.file, &b.object)));
    plan.refusals.sort_by(|a, b| (&a.file, &a.object, &a.field).cmp(&(&b.file, &b.object, &b.field)));
    plan
}
