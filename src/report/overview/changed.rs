//! What a release changed → lines for the page, as many as there is room for, and how many are left out.

use serde::Serialize;

use crate::outcome::overview::Changed;
use crate::plan::{Effect, ObjectChange};

/// The most objects of a release.
const OBJECTS: usize = 40;
/// The most bytes of a release's lines.
const LINES: usize = 12 * 1024;
/// The same of the whole page.
const ALL: usize = 2 * 1024 * 1024;

/// How many bytes of lines the page still takes.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(ALL)
    }
}

/// What a release changed.
#[derive(Debug, Serialize)]
pub(super) struct Lines {
    /// How many objects.
    objects: usize,
    /// One line each.
    changes: Vec<Object>,
    more_objects: usize,
    /// Pieces of the diff, file after file.
    diff: Vec<Piece>,
    /// Files of which nothing is shown, or not all.
    more_files: usize,
    /// Files in which hashes alone differ, or lists of files.
    derived: usize,
    /// The command that shows what is left out.
    command: String,
}

#[derive(Debug, Serialize)]
struct Object {
    action: String,
    object: String,
    effects: String,
}

/// Lines that belong together.
#[derive(Debug, Serialize)]
struct Piece {
    /// `ins`, `del`, or nothing.
    element: &'static str,
    text: String,
}

impl Lines {
    pub(super) fn of(changed: &Changed, command: String, budget: &mut Budget) -> Self {
        let changes = &changed.plan.changes;
        let (derived, direct): (Vec<_>, Vec<_>) = changed.diffs.iter().partition(|file| file.derived);
        let mut diff: Vec<Piece> = Vec::new();
        let (mut used, mut more_files) = (0, 0);
        for file in &direct {
            let size = file.text.len();
            if used + size > LINES || size > budget.0 {
                more_files += 1;
                continue;
            }
            used += size;
            budget.0 -= size;
            file.text.split_inclusive('\n').for_each(|line| add(&mut diff, line));
        }
        Self {
            objects: changes.len(),
            changes: changes.iter().take(OBJECTS).map(Object::of).collect(),
            more_objects: changes.len().saturating_sub(OBJECTS),
            diff,
            more_files,
            derived: derived.len(),
            command,
        }
    }
}

impl Object {
    fn of(change: &ObjectChange) -> Self {
        let effects = change.effects.iter().filter(|effect| !matches!(effect, Effect::NoRestart));
        Self {
            action: change.action.to_string(),
            object: change.object.to_string(),
            effects: effects.map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }
}

fn add(diff: &mut Vec<Piece>, line: &str) {
    let element = match line.as_bytes().first() {
        _ if line.starts_with("+++") || line.starts_with("---") => "",
        Some(b'+') => "ins",
        Some(b'-') => "del",
        _ => "",
    };
    match diff.last_mut().filter(|last| last.element == element) {
        Some(last) => last.text.push_str(line),
        None => diff.push(Piece { element, text: line.to_owned() }),
    }
}
