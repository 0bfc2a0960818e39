//! A symbolic link in a folder of a snapshot → the file that it leads to, through further links too. It never leads out
//! of the folder, and nothing is made of it: what it leads to is read from the objects.

use std::collections::VecDeque;

use git2::Oid;

use crate::diagnostic::Failure;
use crate::git::objects::{Missing, Mode};
use crate::git::snapshot::Snapshot;

/// The most links on one way.
const MOST: usize = 16;
/// The longest text that is taken for a link's.
const LONGEST: usize = 4096;

impl Snapshot {
    /// The file at `path` in the folder `root`. Nothing where there is none, or while objects are missing.
    pub(super) fn through_links(
        &self,
        root: Oid,
        path: &str,
        missing: &mut Missing,
    ) -> Result<Option<Oid>, Failure> {
        let mut folders = vec![root];
        let mut rest: VecDeque<String> = path.split('/').map(str::to_owned).collect();
        let mut links = 0;
        while let Some(part) = rest.pop_front() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    folders.pop();
                    continue;
                }
                _ => {}
            }
            let Some(here) = folders.last() else { return Ok(None) };
            let Some(tree) = self.store.tree(*here, &mut missing.folders)? else { return Ok(None) };
            let Some((mode, id)) = tree.find(part.as_bytes()).map(|entry| (entry.mode, entry.id)) else {
                return Ok(None);
            };
            match mode {
                Mode::Folder => folders.push(id),
                Mode::File | Mode::Executable => return Ok(rest.is_empty().then_some(id)),
                Mode::Submodule => return Ok(None),
                Mode::Symlink if !self.store.has(id)? => {
                    missing.whole.insert(id);
                    return Ok(None);
                }
                Mode::Symlink => {
                    links += 1;
                    let target =
                        self.store.blob(id, LONGEST)?.and_then(|bytes| String::from_utf8(bytes).ok());
                    let Some(target) = target.filter(|target| links <= MOST && !target.starts_with('/'))
                    else {
                        return Ok(None);
                    };
                    for part in target.split('/').rev() {
                        rest.push_front(part.to_owned());
                    }
                }
            }
        }
        Ok(None)
    }
}
