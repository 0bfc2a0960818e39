//! Whether what stands on a branch is cupaas's alone, and may be replaced. A proposal's commit says what it holds and what
//! it changes, so that what somebody has added to it, amended in it or put below it is seen.

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Failure;
use crate::git::commit::{self, Commit, FileChanges};
use crate::git::fetch;
use crate::git::objects::Mode;
use crate::git::snapshot::{LARGEST, Snapshot};
use crate::git::stderr::internal;
use crate::git::store::Store;

/// The tree that cupaas has written.
const TREE: &str = "Cupaas-Tree: ";
/// What that changes, a short digest for each path: a forge that rebases a commit gives it another tree and keeps this.
const CHANGE: &str = "Cupaas-FileChanges: ";
/// The most paths that a commit says so of; one that changes more is not known again when it was rebased.
const PATHS: usize = 500;

/// How many merges of the base are looked through.
const MERGES: usize = 200;

/// What a commit object says of itself. From its text: of a shallow commit, libgit2 hides the parents.
pub(super) struct CommitInfo {
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
    pub fn proposed(&mut self, change: &FileChanges) -> Result<Option<Commit>, Failure> {
        let Some(tree) = self.tree_of(change)? else { return Ok(None) };
        let mut trailers = format!("{TREE}{tree}\n");
        let digests = self.digests(self.root, tree)?;
        if digests.len() <= PATHS {
            let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
            trailers += &format!("{CHANGE}{}\n", digests.join(" "));
        }
        commit::write(&self.store, tree, self.head, change, &trailers).map(Some)
    }

    /// Whether everything that the commit has and the branch that is read has not was written by cupaas. Merges and
    /// rebases onto that branch, which are a button of a forge, change nothing about it.
    ///
    /// Errors: as [`Snapshot::open`].
    pub(super) fn wrote(&mut self, mut id: Oid) -> Result<bool, Failure> {
        for _ in 0..MERGES {
            let known = self.known(id)?;
            let said = match known.parents[..] {
                [] => self.says(&known, None)?,
                [parent] => self.says(&known, Some(parent))?,
                [ours, base] if self.is_read(base)? && self.is_automatic(&known, ours, base)? => {
                    id = ours;
                    continue;
                }
                _ => false,
            };
            return Ok(said || self.is_read(id)?);
        }
        Ok(false)
    }

    /// What a commit that is here says.
    ///
    /// Errors: one that is damaged.
    pub(super) fn known(&self, id: Oid) -> Result<CommitInfo, Failure> {
        let odb = self.store.repository.odb().map_err(internal)?;
        let object = odb.read(id).map_err(internal)?;
        let text = String::from_utf8_lossy(object.data());
        let known = if object.kind() == ObjectType::Commit { CommitInfo::read(&text) } else { None };
        known.ok_or_else(|| internal(format!("{id} is not a commit")))
    }

    /// Whether a commit is as cupaas wrote it.
    fn says(&mut self, known: &CommitInfo, parent: Option<Oid>) -> Result<bool, Failure> {
        let Some(tree) = known.trailer(TREE) else { return Ok(false) };
        if tree == known.tree.to_string() {
            return Ok(true);
        }
        let (Some(change), Some(parent)) = (known.trailer(CHANGE), parent) else { return Ok(false) };
        let said: BTreeSet<&str> = change.split(' ').collect();
        if !self.is_read(parent)? {
            return Ok(false);
        }
        let began = self.known(parent)?.tree;
        // What the base has got meanwhile is no change any more.
        Ok(self.digests(Some(began), known.tree)?.iter().all(|digest| said.contains(digest.as_str())))
    }

    /// Whether a commit is on the branch that is read. It is here then.
    fn is_read(&mut self, id: Oid) -> Result<bool, Failure> {
        if Some(id) == self.head {
            return Ok(true);
        }
        self.bring(id)?;
        let head = self.head.map(|head| self.known(head)).transpose()?;
        // A clock that is behind may have made the newest commit.
        let since = head.iter().map(|head| head.time).fold(self.known(id)?.time, i64::min).saturating_sub(1);
        let Some(commits) = fetch::history(&self.git, &self.branch, since) else { return Err(unseen()) };
        Ok(commits.contains(&id.to_string()))
    }

    /// Fetches a commit.
    ///
    /// Errors: a server that does not give it.
    fn bring(&self, id: Oid) -> Result<(), Failure> {
        if self.store.has(id)? || fetch::commit(&self.git, id, self.asking)? { Ok(()) } else { Err(unseen()) }
    }

    /// Whether a merge is what git makes by itself of its two sides.
    fn is_automatic(&mut self, merge: &CommitInfo, ours: Oid, theirs: Oid) -> Result<bool, Failure> {
        self.bring(ours)?;
        let ours = self.known(ours)?;
        // What both sides began with: ours stands on the base, or has taken it in.
        let Some(base) = ours.parents.last().copied() else { return Ok(false) };
        self.bring(base)?;
        let sides = [merge.tree, self.known(base)?.tree, ours.tree, self.known(theirs)?.tree];
        let texts = self.complete(|this, missing| {
            let mut texts = Vec::new();
            let mut todo = vec![sides.map(|tree| Some((Mode::Folder, tree)))];
            while let Some([merged, base, ours, theirs]) = todo.pop() {
                let one_sided = [(ours == theirs, ours), (ours == base, theirs), (theirs == base, ours)];
                if let Some((_, wanted)) = one_sided.into_iter().find(|(is, _)| *is) {
                    if merged == wanted {
                        continue;
                    }
                    return Ok(None);
                }
                let all = [merged, base, ours, theirs];
                if [merged, ours, theirs].into_iter().all(|leaf| folder(leaf).is_some()) {
                    todo.extend(entries(&this.store, all.map(folder), &mut missing.alone)?.into_values());
                } else if let [
                    Some((mode, merged)),
                    Some((_, base)),
                    Some((our, ours)),
                    Some((their, theirs)),
                ] = all
                    && [mode, our, their].iter().all(|mode| *mode == Mode::File)
                {
                    texts.push([merged, base, ours, theirs]);
                } else {
                    return Ok(None);
                }
            }
            for id in texts.iter().flatten() {
                if !this.store.has(*id)? {
                    missing.whole.insert(*id);
                }
            }
            Ok(Some(texts))
        })?;
        for [merged, base, ours, theirs] in texts.iter().flatten() {
            if self.merged([*base, *ours, *theirs])? != self.store.blob(*merged, LARGEST)? {
                return Ok(false);
            }
        }
        Ok(texts.is_some())
    }

    /// What git makes of two sides of a file; nothing where they are in conflict.
    #[allow(clippy::disallowed_methods)] // files of the temporary repository's own
    fn merged(&self, sides: [Oid; 3]) -> Result<Option<Vec<u8>>, Failure> {
        let mut paths = Vec::new();
        for (name, id) in ["base", "ours", "theirs"].into_iter().zip(sides) {
            let path = self.git.folder().join(format!("merge-{name}"));
            let Some(text) = self.store.blob(id, LARGEST)? else { return Ok(None) };
            std::fs::write(&path, text).map_err(internal)?;
            paths.push(path.display().to_string());
        }
        let [base, ours, theirs] = &paths[..] else { return Ok(None) };
        let answer = self.git.run(&["merge-file", "--stdout", "--quiet", ours, base, theirs], Vec::new())?;
        Ok(Some(answer.stdout).filter(|_| answer.good))
    }

    /// A short digest of each path that differs between two trees, with what it becomes.
    fn digests(&mut self, before: Option<Oid>, after: Oid) -> Result<BTreeSet<String>, Failure> {
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
        let digest = |(path, leaf): (Vec<u8>, Leaf)| {
            let becomes = leaf.map(|(mode, id)| format!("{mode:?} {id}")).unwrap_or_default();
            let digest = Sha256::digest([&path[..], b"\0", becomes.as_bytes()].concat());
            base16ct::lower::encode_string(&digest[..6])
        };
        Ok(changes.into_iter().map(digest).collect())
    }
}

/// Said where it cannot be known who wrote something.
fn unseen() -> Failure {
    let message =
        "the GitOps repository's server does not show who wrote what stands on the pull request's branch";
    Failure::new(Code::UnsortedUnavailable, message)
        .hint("merge the pull request, or delete the branch; it will be made again")
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

impl CommitInfo {
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
