//! Bytes of git's tree objects -> entries, and back. Pure. What is not touched keeps its bytes, so that a tree
//! with one changed entry differs in that entry alone.

use git2::Oid;
use std::collections::BTreeSet;

/// A tree object's content, as it is stored: `<mode> <name>\0<20 bytes>` in git's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tree(Vec<u8>);

/// What an entry's mode says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Executable,
    Folder,
    Symlink,
    Submodule,
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    pub(super) mode: Mode,
    pub(super) name: &'a [u8],
    pub(super) id: Oid,
    at: usize,
    end: usize,
}

impl Mode {
    fn parse(text: &[u8]) -> Option<Self> {
        let bits = u32::from_str_radix(std::str::from_utf8(text).ok()?, 8).ok()?;
        match bits & 0o170_000 {
            0o100_000 if bits & 0o100 != 0 => Some(Self::Executable),
            0o100_000 => Some(Self::File),
            0o040_000 => Some(Self::Folder),
            0o120_000 => Some(Self::Symlink),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::File => b"100644",
            Self::Executable => b"100755",
            Self::Folder => b"40000",
            Self::Symlink => b"120000",
            Self::Submodule => b"160000",
        }
    }
}

impl Tree {
    /// Checks that every entry can be read.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let tree = Self(bytes.to_vec());
        let read: usize = tree.entries().map(|entry| entry.end - entry.at).sum();
        (read == bytes.len()).then_some(tree)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in their order, up to the first that cannot be read.
    pub(super) fn entries(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let entry = entry(&self.0, at)?;
            at = entry.end;
            Some(entry)
        })
    }

    pub(super) fn find(&self, name: &[u8]) -> Option<TreeEntry<'_>> {
        self.entries().find(|entry| entry.name == name)
    }

    /// Puts an entry in the place of the one of this name, or where git's order wants it.
    pub(super) fn set(&mut self, name: &[u8], mode: Mode, id: Oid) {
        self.remove(name);
        let at = self
            .entries()
            .find(|entry| order(entry.name, entry.mode).gt(order(name, mode)))
            .map_or(self.0.len(), |entry| entry.at);
        let new = [mode.as_bytes(), b" ", name, b"\0", id.as_bytes()].concat();
        self.0.splice(at..at, new);
    }

    /// Takes the entry of this name away, if there is one.
    pub(super) fn remove(&mut self, name: &[u8]) {
        if let Some((at, end)) = self.find(name).map(|entry| (entry.at, entry.end)) {
            self.0.drain(at..end);
        }
    }
}

/// git sorts a folder as if its name ended in `/`.
fn order(name: &[u8], mode: Mode) -> impl Iterator<Item = u8> + '_ {
    name.iter().copied().chain((mode == Mode::Folder).then_some(b'/'))
}

fn entry(bytes: &[u8], at: usize) -> Option<TreeEntry<'_>> {
    let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
    let space = rest.iter().position(|b| *b == b' ')?;
    let nul = space + rest[space..].iter().position(|b| *b == 0)?;
    let id = Oid::from_bytes(rest.get(nul + 1..nul + 21)?).ok()?;
    let mode = Mode::parse(&rest[..space])?;
    Some(TreeEntry { mode, name: &rest[space + 1..nul], id, at, end: at + nul + 21 })
}

/// What a walk found.
pub(super) struct FoundObject {
    pub(super) id: Oid,
    pub(super) mode: Mode,
}

/// Objects that a walk lacks, by how they are wanted.
#[derive(Default)]
pub(super) struct Missing {
    pub(super) alone: BTreeSet<Oid>,
    pub(super) folders: BTreeSet<Oid>,
    pub(super) whole: BTreeSet<Oid>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_sorts_as_if_it_ended_in_a_slash() {
        let mut tree = Tree::default();
        for (name, mode) in
            [("a", Mode::Folder), ("a0", Mode::File), ("a.b", Mode::File), ("a-b", Mode::Folder)]
        {
            tree.set(name.as_bytes(), mode, Oid::ZERO_SHA1);
        }
        let names: Vec<_> = tree.entries().map(|entry| entry.name).collect();
        assert_eq!(names, [&b"a-b"[..], b"a.b", b"a", b"a0"]);
    }

    #[test]
    fn an_old_mode_is_kept_byte_for_byte() {
        let bytes = [&b"100664 a\0"[..], &[7; 20]].concat();
        let mut tree = Tree::parse(&bytes).unwrap();
        tree.set(b"b", Mode::File, Oid::ZERO_SHA1);
        tree.remove(b"b");
        assert_eq!(tree.as_bytes(), bytes);
    }

    #[test]
    fn a_broken_tree_is_refused() {
        for bad in [&b"100644 a\0short"[..], b"x", b"100644", b"zzz a\0aaaaaaaaaaaaaaaaaaaa"] {
            assert_eq!(Tree::parse(bad), None);
        }
    }
}
