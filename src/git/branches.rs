//! A clone at hand -> its branches' names, as its own files have them; nothing is fetched.

use std::collections::BTreeSet;
use std::path::Path;

use crate::git::source;

/// The branches of the checkout around `folder`, and those that it knows of where it was cloned from.
pub(crate) fn of_clone(folder: &Path) -> BTreeSet<String> {
    let Some(repository) = source::objects(folder) else { return BTreeSet::new() };
    let Ok(names) = repository.references() else { return BTreeSet::new() };
    let names = names.filter_map(|reference| reference.ok()?.name().ok().map(str::to_owned));
    let short = |name: String| {
        let remote = name.strip_prefix("refs/remotes/").and_then(|rest| Some(rest.split_once('/')?.1));
        let branch = name.strip_prefix("refs/heads/").or(remote)?;
        (branch != "HEAD").then(|| branch.to_owned())
    };
    names.filter_map(short).collect()
}
