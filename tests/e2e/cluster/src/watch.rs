//! Looks whether a word is seen where it must not be: among the arguments of any process.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

/// How often: a process that lives for less may be missed, but not one of each kind in every run.
const PACE: Duration = Duration::from_millis(1);

/// A watch over all processes of this namespace.
pub struct Watch {
    over: Arc<AtomicBool>,
    watching: JoinHandle<Seen>,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    /// Arguments that hold the word.
    shown: Vec<String>,
    /// How many processes were looked at that are cupaas.
    cupaas: usize,
}

impl Watch {
    /// Begins to look for `word`.
    pub fn begin(word: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (ended, word) = (Arc::clone(&over), word.to_owned());
        let watching = std::thread::spawn(move || {
            let mut seen = Seen::default();
            while !ended.load(Ordering::Relaxed) {
                look(&word, &mut seen);
                std::thread::sleep(PACE);
            }
            seen
        });
        Self { over, watching }
    }

    /// Ends it.
    ///
    /// Errors: the word was among arguments, or no cupaas was seen at all.
    pub fn end(self) -> Result<()> {
        self.over.store(true, Ordering::Relaxed);
        let Ok(seen) = self.watching.join() else { bail!("the watch broke off") };
        ensure!(seen.shown.is_empty(), "a token among arguments: {}", seen.shown.join("; "));
        ensure!(seen.cupaas > 0, "no process of cupaas was seen");
        Ok(())
    }
}

fn look(word: &str, seen: &mut Seen) {
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        // It may have ended meanwhile.
        let Ok(arguments) = fs::read(entry.path().join("cmdline")) else { continue };
        let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
        let program = arguments.split(' ').next().unwrap_or_default();
        seen.cupaas += usize::from(program == "cupaas" || program.ends_with("/cupaas"));
        if arguments.contains(word) {
            // Not the word itself: this goes to a log.
            seen.shown.push(arguments.replace(word, "<token>"));
        }
    }
}
