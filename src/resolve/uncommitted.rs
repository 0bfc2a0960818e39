//! Changes of the app's folder that no commit holds yet.

use crate::diagnostic::{Code, Source, Span};
use crate::load::inputs::Inputs;
use crate::resolve::decisions::Notes;

/// The most files that a message names.
const SHOWN: usize = 3;

/// Said where nothing is wrong: what is changed is not what the commit holds.
pub(super) fn check(inputs: &Inputs, notes: &mut Notes) {
    let is_whole = notes.problems.is_empty();
    let files = &inputs.query.uncommitted;
    if let (true, Some(commit)) = (!files.is_empty() && is_whole, &inputs.query.source.commit) {
        let commit = commit.get(..10).unwrap_or(commit);
        let hint = format!("they are used, and recorded as commit {commit}; `git status` shows all of them");
        let message = format!("uncommitted changes: {}", some(files));
        // They are wrong as files, at no line of them. Their names are relative to the app's folder, as `.cupaas` is.
        let app_file = &inputs.app.source.name;
        let folder = app_file.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        // Where the folder itself is in no commit, its own file stands for it.
        let first = files.first().filter(|file| !file.is_empty());
        let first = first.map_or_else(|| app_file.clone(), |file| format!("{folder}{file}"));
        notes.warning(Code::UncommittedChanges, Span::file(&Source::new(first, "")), message, hint);
    }
}

/// The first of some files, and how many there are beside.
fn some(files: &[String]) -> String {
    let name = |file: &String| if file.is_empty() { "the whole folder".to_owned() } else { file.clone() };
    let shown = files.iter().take(SHOWN).map(name).collect::<Vec<_>>().join(", ");
    match files.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
