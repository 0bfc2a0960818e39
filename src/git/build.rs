//! Paths with what they become -> tree objects. Writes to the object store alone: only the folders on the
//! touched paths are rebuilt, and every entry beside them keeps its bytes.

use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};

use crate::diagnostic::Failure;
use crate::git::objects::{Mode, Tree};
use crate::git::stderr::{internal, misplaced};
use crate::git::store::Store;
use crate::tree::RepoPath;

/// What the touched paths below one folder become.
pub(super) type Nodes = BTreeMap<String, TreeNode>;

/// What a touched path becomes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TreeNode {
    /// A folder on the way, in which something is touched.
    On(Nodes),
    /// A file, or none.
    File(Option<Oid>),
    /// A folder replaced as a whole, or deleted.
    Folder(Option<Oid>),
}

/// Writes the files of one folder and arranges them by path.
pub(super) fn folder(store: &Store, files: &BTreeMap<RepoPath, Vec<u8>>) -> Result<Option<Oid>, Failure> {
    let mut nodes = Nodes::new();
    for (path, bytes) in files {
        insert(&mut nodes, path, TreeNode::File(Some(store.write(ObjectType::Blob, bytes)?)))?;
    }
    // Nothing was here before, so nothing can be missing.
    rebuild(store, "", None, &nodes, &mut BTreeSet::new())
}

/// The folder `at` with the nodes put in: its new id, or `None` where nothing is left in it. Where an object is
/// missing the answer means nothing.
pub(super) fn rebuild(
    store: &Store,
    at: &str,
    old: Option<Oid>,
    nodes: &Nodes,
    missing: &mut BTreeSet<Oid>,
) -> Result<Option<Oid>, Failure> {
    let tree = match old {
        Some(id) => store.tree(id, missing)?.map(|tree| (*tree).clone()),
        None => Some(Tree::default()),
    };
    let Some(mut tree) = tree else { return Ok(None) };
    let lacking = missing.len();
    for (name, node) in nodes {
        let path = if at.is_empty() { name.clone() } else { format!("{at}/{name}") };
        let before = tree.find(name.as_bytes()).map(|entry| (entry.mode, entry.id));
        fits(&path, before.map(|(mode, _)| mode), node)?;
        let (mode, id) = match node {
            TreeNode::On(below) => {
                (Mode::Folder, rebuild(store, &path, before.map(|(_, id)| id), below, missing)?)
            }
            TreeNode::Folder(id) => (Mode::Folder, *id),
            TreeNode::File(id) => (before.map_or(Mode::File, |(mode, _)| mode), *id),
        };
        match id {
            Some(id) if before == Some((mode, id)) => {}
            Some(id) => tree.set(name.as_bytes(), mode, id),
            None => tree.remove(name.as_bytes()),
        }
    }
    if tree.is_empty() || missing.len() > lacking {
        return Ok(None);
    }
    store.write(ObjectType::Tree, tree.as_bytes()).map(Some)
}

/// A folder stands where a folder is wanted, a file where a file is, or nothing at all.
fn fits(path: &str, before: Option<Mode>, node: &TreeNode) -> Result<(), Failure> {
    let Some(mode) = before else { return Ok(()) };
    let path = RepoPath::new(path).map_err(internal)?;
    refuse_link(&path, mode)?;
    match (node, mode) {
        (TreeNode::File(_), Mode::Folder) => Err(misplaced(&path, "is a folder where a file must be")),
        (TreeNode::On(_) | TreeNode::Folder(_), Mode::File | Mode::Executable) => {
            Err(misplaced(&path, "is a file where a folder must be"))
        }
        _ => Ok(()),
    }
}

/// Puts a node at its path; a path below or above another one is a contradiction.
pub(super) fn insert(top: &mut Nodes, path: &RepoPath, node: TreeNode) -> Result<(), Failure> {
    let clash = || Failure::new(Code::UnsortedInternal, format!("{path} is changed twice"));
    if path.as_str().split('/').any(is_reserved) {
        return Err(Failure::new(Code::UnsortedInternal, format!("{path} holds a name that git refuses")));
    }
    let (folders, name) = path.as_str().rsplit_once('/').map_or((None, path.as_str()), |(a, b)| (Some(a), b));
    let mut here = top;
    for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
        let next = here.entry(part.to_owned()).or_insert_with(|| TreeNode::On(Nodes::new()));
        let TreeNode::On(below) = next else { return Err(clash()) };
        here = below;
    }
    match here.insert(name.to_owned(), node) {
        None => Ok(()),
        Some(_) => Err(clash()),
    }
}

/// Names that are `.git` on some file system, or that git reads as its own configuration.
fn is_reserved(part: &str) -> bool {
    let invisible = |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let folded: String = part.chars().filter(|c| !invisible(*c)).collect::<String>().to_lowercase();
    let stem = folded.split(':').next().unwrap_or("").trim_end_matches(['.', ' ']);
    matches!(stem, ".git" | "git~1" | ".gitmodules" | ".gitattributes")
}

/// A link on the way could lead out of the folders that cupaas may touch.
pub(super) fn refuse_link(path: &RepoPath, mode: Mode) -> Result<(), Failure> {
    match mode {
        Mode::Symlink => Err(misplaced(path, "is a symbolic link, which cupaas does not follow")),
        Mode::Submodule => Err(misplaced(path, "is a submodule, which cupaas does not enter")),
        _ => Ok(()),
    }
}
