//! Whether what stands on a branch is cupaas's alone, and may be replaced. A proposal's commit says what it holds and what
//! it changes, so that what somebody has added to it, amended in it or put below it is seen.

use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};
use sha2::{Digest as _, Sha256};

use super::commit::{self, Change, Commit};
use super::fetch;
use super::objects::Mode;
use super::snapshot::Snapshot;
use super::store::Store;
use super::words::internal;
use crate::diagnostic::Failure;

/// The tree that cupaas has written.
const TREE: &str = "Cupaas-Tree: ";
/// What that changes: a forge that rebases a commit gives it another tree and keeps this.
const CHANGE: &str = "Cupaas-Change: ";

/// How many merges of the base are looked through.
const MERGES: usize = 50;

/// What a commit object says of itself. From its text: of a shallow commit, libgit2 hides the parents.
pub(super) struct Known {
    pub(super) tree: Oid,
    pub(super) parents: Vec<Oid>,
    time: i64,
    message: String,
}

/// What stands at a path.
type Leaf = Option<(Mode, Oid)>;

impl Snapshot {
    /// As [`Snapshot::commit`], for a branch beside: the commit says what it holds.
    ///
    /// # Errors
    /// As [`Snapshot::commit`].
    pub fn proposed(&mut self, change: &Change) -> Result<Option<Commit>, Failure> {
        let Some(tree) = self.tree_of(change)? else { return Ok(None) };
        let digest = self.digest(self.root, tree)?;
        let trailers = format!("{TREE}{tree}\n{CHANGE}{digest}\n");
        commit::write(&self.store, tree, self.head, change, &trailers).map(Some)
    }

    /// Whether everything that the commit has and the branch that is read has not was written by cupaas. Merges and
    /// rebases onto that branch, which are a button of a forge, change nothing about it.
    ///
    /// Errors: as [`Snapshot::open`].
    pub(super) fn wrote(&mut self, mut id: Oid) -> Result<bool, Failure> {
        for _ in 0..MERGES {
            let known = self.known(id)?;
            match known.parents[..] {
                [] => return self.says(&known, None),
                [parent] => return self.says(&known, Some(parent)),
                [ours, base] => {
                    if !self.is_read(base)? || !self.bring(ours)? || !self.adds_nothing(&known, ours, base)? {
                        return Ok(false);
                    }
                    id = ours;
                }
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// What a commit that is here says.
    ///
    /// Errors: one that is damaged.
    pub(super) fn known(&self, id: Oid) -> Result<Known, Failure> {
        let odb = self.store.repository.odb().map_err(internal)?;
        let object = odb.read(id).map_err(internal)?;
        let text = String::from_utf8_lossy(object.data());
        let known = if object.kind() == ObjectType::Commit { Known::read(&text) } else { None };
        known.ok_or_else(|| internal(format!("{id} is not a commit")))
    }

    /// Whether a commit is as cupaas wrote it.
    fn says(&mut self, known: &Known, parent: Option<Oid>) -> Result<bool, Failure> {
        let Some(tree) = known.trailer(TREE) else { return Ok(false) };
        if tree == known.tree.to_string() {
            return Ok(true);
        }
        let (Some(change), Some(parent)) = (known.trailer(CHANGE), parent) else { return Ok(false) };
        if !self.is_read(parent)? {
            return Ok(false);
        }
        let began = self.known(parent)?.tree;
        Ok(self.digest(Some(began), known.tree)? == change)
    }

    /// Whether a commit is on the branch that is read. It is here then.
    fn is_read(&mut self, id: Oid) -> Result<bool, Failure> {
        if Some(id) == self.head {
            return Ok(true);
        }
        if !self.bring(id)? {
            return Ok(false);
        }
        let since = self.known(id)?.time.saturating_sub(1);
        let commits = fetch::history(&self.git, &self.branch, since).unwrap_or_default();
        Ok(commits.contains(&id.to_string()))
    }

    /// Fetches a commit; `false` where the server does not give it.
    fn bring(&self, id: Oid) -> Result<bool, Failure> {
        Ok(self.store.has(id)? || fetch::commit(&self.git, id, self.asking)?)
    }

    /// Whether a merge holds nothing but what one of its sides does.
    fn adds_nothing(&mut self, merge: &Known, ours: Oid, base: Oid) -> Result<bool, Failure> {
        let sides = [merge.tree, self.known(ours)?.tree, self.known(base)?.tree];
        self.complete(|this, missing| {
            let mut todo = vec![sides.map(|tree| Some((Mode::Folder, tree)))];
            while let Some([merged, ours, base]) = todo.pop() {
                if merged == ours || merged == base {
                    continue;
                }
                let folders = [merged, ours, base].map(folder);
                if folders[0].is_none() {
                    return Ok(false);
                }
                todo.extend(entries(&this.store, folders, &mut missing.alone)?.into_values());
            }
            Ok(true)
        })
    }

    /// A digest of each path that differs between two trees, with what it becomes.
    fn digest(&mut self, before: Option<Oid>, after: Oid) -> Result<String, Failure> {
        let changes = self.complete(|this, missing| {
            let mut changes: BTreeMap<Vec<u8>, Leaf> = BTreeMap::new();
            let mut todo = vec![(Vec::new(), [before, Some(after)])];
            while let Some((at, folders)) = todo.pop() {
                for (name, [old, new]) in entries(&this.store, folders, &mut missing.alone)? {
                    if old == new {
                        continue;
                    }
                    let path = [&at[..], b"/", &name].concat();
                    if let [None, None] = [old, new].map(folder) {
                        changes.insert(path, new);
                        continue;
                    }
                    if [old, new].into_iter().any(|leaf| leaf.is_some() && folder(leaf).is_none()) {
                        changes.insert(path.clone(), new.filter(|_| folder(new).is_none()));
                    }
                    todo.push((path, [old, new].map(folder)));
                }
            }
            Ok(changes)
        })?;
        let mut digest = Sha256::new();
        for (path, leaf) in changes {
            digest.update(path);
            digest.update(
                leaf.map(|(mode, id)| format!("\0{mode:?} {id}\0")).unwrap_or_else(|| "\0\0".to_owned()),
            );
        }
        Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Folders side by side: what each has under each name. Nothing where one of them is missing: what seems to differ then
/// would be wanted with the folder that holds it, which servers leave out.
fn entries<const N: usize>(
    store: &Store,
    folders: [Option<Oid>; N],
    missing: &mut BTreeSet<Oid>,
) -> Result<BTreeMap<Vec<u8>, [Leaf; N]>, Failure> {
    let mut all: BTreeMap<Vec<u8>, [Leaf; N]> = BTreeMap::new();
    let mut trees = Vec::new();
    for (side, id) in folders.into_iter().enumerate() {
        if let Some(id) = id {
            trees.push((side, store.tree(id, missing)?));
        }
    }
    if trees.iter().any(|(_, tree)| tree.is_none()) {
        return Ok(all);
    }
    for (side, tree) in trees.iter().filter_map(|(side, tree)| Some((*side, tree.as_ref()?))) {
        for entry in tree.entries() {
            let leaves = all.entry(entry.name.to_vec()).or_insert([None; N]);
            if let Some(leaf) = leaves.get_mut(side) {
                *leaf = Some((entry.mode, entry.id));
            }
        }
    }
    Ok(all)
}

fn folder(leaf: Leaf) -> Option<Oid> {
    leaf.and_then(|(mode, id)| (mode == Mode::Folder).then_some(id))
}

impl Known {
    fn read(text: &str) -> Option<Self> {
        let (head, message) = text.split_once("\n\n").unwrap_or((text, ""));
        let field = |line: &str, name: &str| line.strip_prefix(name).map(str::to_owned);
        let tree = head.lines().find_map(|line| field(line, "tree "))?.parse().ok()?;
        let parents = head.lines().filter_map(|line| field(line, "parent ")?.parse().ok()).collect();
        let committer = head.lines().find_map(|line| field(line, "committer "))?;
        let time = committer.rsplit(' ').nth(1)?.parse().ok()?;
        Some(Self { tree, parents, time, message: message.to_owned() })
    }

    /// The last one of this name.
    fn trailer(&self, name: &str) -> Option<&str> {
        self.message.lines().rev().find_map(|line| line.strip_prefix(name)).map(str::trim)
    }
}
