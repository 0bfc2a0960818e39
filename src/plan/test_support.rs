//! Small trees for tests.

use std::collections::BTreeSet;

use crate::plan::{ClusterFacts, Plan, compare};
use crate::tree::{Files, RepoPath};

pub(super) const DISABLED: &str = "annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}";

/// A tree of paths and texts.
pub(super) fn tree<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.into_iter().map(|(path, text)| (RepoPath::new(path).unwrap(), text.to_owned())).collect()
}

/// The plan from one tree to another, with nothing allowed and volumes that can grow.
pub(super) fn plan(before: &Files, after: &Files) -> Plan {
    allowing(before, after, &[])
}

pub(super) fn allowing(before: &Files, after: &Files, allowed: &[&str]) -> Plan {
    let allowed: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    compare(before, after, &allowed, ClusterFacts { expandable: true })
}

/// The plan of one file whose text changes.
pub(super) fn edit(before: &str, after: &str) -> Plan {
    let path = "deploy/production/tasks/app/x.yaml";
    plan(&tree([(path, before)]), &tree([(path, after)]))
}
