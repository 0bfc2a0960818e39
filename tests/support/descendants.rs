//! What `ps` shows to everybody of one process and of those that it has started: another test's are none of ours.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A process that is about to be started.
#[derive(Clone, Default)]
pub(crate) struct Family(Arc<AtomicU32>);

impl Family {
    /// It has been started.
    pub(crate) fn begins_with(&self, id: u32) {
        self.0.store(id, Ordering::SeqCst);
    }

    /// The words of the process and its descendants, one line each.
    pub(crate) fn command_lines(&self) -> Vec<String> {
        let begun = Instant::now();
        // It may ask before whoever started it has been told its number.
        while self.0.load(Ordering::SeqCst) == 0 && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let root = self.0.load(Ordering::SeqCst);
        assert_ne!(root, 0, "nothing was started");
        let processes: Vec<(u32, u32)> =
            std::fs::read_dir("/proc").unwrap().flatten().filter_map(parent).collect();
        let mut family = BTreeSet::from([root]);
        loop {
            let before = family.len();
            family.extend(
                processes
                    .iter()
                    .filter(|(_, above)| family.contains(above))
                    .map(|(id, _)| *id)
                    .collect::<Vec<_>>(),
            );
            if family.len() == before {
                break;
            }
        }
        let lines = family.iter().filter_map(|id| std::fs::read(format!("/proc/{id}/cmdline")).ok());
        lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
    }
}

/// A process and the one that started it.
fn parent(entry: std::fs::DirEntry) -> Option<(u32, u32)> {
    let id = entry.file_name().to_str()?.parse().ok()?;
    let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
    // The program's name stands in parentheses, and may hold any character.
    let above = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
    Some((id, above))
}
