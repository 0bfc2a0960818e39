//! The branch's commits, newest first. They come without their files, a quarter of a kilobyte each, and more of them only
//! while somebody looks further back.

use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use crate::diagnostic::Failure;
use crate::git::fetch::{self, Asking};
use crate::git::snapshot::Snapshot;
use crate::git::stderr::internal;
use git2::Oid;

/// How many generations are fetched, each step where the one before was not enough; the last is git's word for all.
const DEPTHS: &[u32] = &[250, 5_000, 2_147_483_647];

/// One commit of the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEntry {
    /// Its id.
    pub(crate) id: String,
    /// Who wrote it.
    pub(crate) author: String,
    /// When it was committed, in seconds since 1970.
    pub(crate) time: i64,
    /// When it came to the branch: where it was merged, that is when the merge was committed.
    pub(crate) landed: i64,
    /// What it says, whole.
    pub(crate) message: String,
}

impl Snapshot {
    /// Whether the log has come to where the history ends although there are older commits: the repository is a shallow
    /// clone itself.
    pub(crate) fn is_cut_off(&self) -> bool {
        self.cut
    }

    /// Prepares the log for a look at so many commits or more: what would be fetched in small steps comes in one.
    ///
    /// # Errors
    /// As [`Snapshot::open`].
    pub(crate) fn expect_log(&mut self, commits: usize) -> Result<(), Failure> {
        // From a server that sends all files along, what can be left out is worth a round trip.
        let filtered = matches!(self.asking, Asking::Filter(_));
        if filtered && self.head.is_some() && self.steps == 0 && commits > DEPTHS[0] as usize {
            self.steps = 1;
            self.step_back()?;
        }
        Ok(())
    }

    /// Fetches more of the log; `false` where there is no more to ask for.
    fn step_back(&mut self) -> Result<bool, Failure> {
        // A server that gave all it has would be asked in vain.
        let Some(depth) = DEPTHS.get(self.steps).filter(|_| !self.asking.is_whole()) else {
            return Ok(false);
        };
        self.steps += 1;
        fetch::deepen(&self.git, &self.branch, *depth, self.asking)?;
        Ok(true)
    }

    /// Shows `see` each commit from which the branch's newest was made, merged ones too, newest first by their clocks and
    /// children before parents, until it has seen enough.
    ///
    /// # Errors
    /// As [`Snapshot::open`]; what `see` fails with.
    pub(crate) fn log(
        &mut self,
        mut see: impl FnMut(LogEntry) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<(), Failure> {
        let Some(head) = self.head else { return Ok(()) };
        let mut next = BinaryHeap::from([(i64::MAX, head)]);
        // When each came to the branch; nothing for those that it was made of one after the other.
        let mut known: BTreeMap<Oid, Option<i64>> = BTreeMap::from([(head, None)]);
        while let Some((time, id)) = next.pop() {
            if !self.store.has(id)? {
                // A server that gave all it has would be asked in vain.
                if !self.step_back()? {
                    self.cut = true;
                    return Ok(());
                }
                next.push((time, id));
                continue;
            }
            let here = &self.store.repository;
            let commit = here.find_commit(id).map_err(internal)?;
            let merged = known.get(&id).copied().flatten();
            let landed = merged.unwrap_or(commit.time().seconds());
            for index in 0..commit.parent_count() {
                let parent = commit.parent_id(index).map_err(internal)?;
                let through = Some(landed).filter(|_| index > 0 || merged.is_some());
                let is_new = !known.contains_key(&parent);
                if is_new || through.is_none() {
                    known.insert(parent, through);
                }
                if is_new {
                    // One whose clock was ahead is no reason to see a parent before its child.
                    let clock = here.find_commit(parent).map_or(time, |parent| parent.time().seconds());
                    next.push((clock.min(commit.time().seconds()), parent));
                }
            }
            let entry = LogEntry {
                id: id.to_string(),
                author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
                time: commit.time().seconds(),
                landed,
                message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
            };
            if see(entry)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }
}
