//! Two trees of files, read as objects and held against each other.

use crate::plan::model::{Plan, Refusal};
use crate::plan::object::{self, Key, Object, ObjectFile};
use crate::tree::{Files, RepoPath};
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Both states of the objects in the files that differ.
pub(super) struct Trees<'a> {
    pub(super) before_files: &'a Files,
    pub(super) after_files: &'a Files,
    pub(super) before: BTreeMap<Key, Object>,
    pub(super) after: BTreeMap<Key, Object>,
    /// Files of `before` that could not be read: what they held is not known.
    pub(super) unreadable: BTreeSet<String>,
}

pub(super) fn read<'a>(
    before_files: &'a Files,
    after_files: &'a Files,
    changed: &BTreeSet<&RepoPath>,
    plan: &mut Plan,
) -> Trees<'a> {
    let mut trees = Trees {
        before_files,
        after_files,
        before: BTreeMap::new(),
        after: BTreeMap::new(),
        unreadable: BTreeSet::new(),
    };
    for path in changed {
        let Some(place) = ObjectFile::of(path) else { continue };
        if let Some(text) = before_files.get(path) {
            match object::read(path.as_str(), &place, text) {
                Some(objects) => trees.before.extend(objects.into_iter().map(|o| (o.key.clone(), o))),
                None => _ = trees.unreadable.insert(path.to_string()),
            }
        }
        if let Some(text) = after_files.get(path) {
            match object::read(path.as_str(), &place, text) {
                Some(objects) => trees.after.extend(objects.into_iter().map(|o| (o.key.clone(), o))),
                None => plan.refusals.push(Refusal::unreadable(path.as_str())),
            }
        }
    }
    trees
}

pub(super) fn changed_paths<'a>(before: &'a Files, after: &'a Files) -> BTreeSet<&'a RepoPath> {
    let differs = |(path, text): &(&RepoPath, &String), other: &Files| other.get(*path) != Some(*text);
    let gone = before.iter().filter(|file| differs(file, after));
    let new = after.iter().filter(|file| differs(file, before));
    gone.chain(new).map(|(path, _)| path).collect()
}
