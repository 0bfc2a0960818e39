//! What a case is about, of all that a run makes: the files that it names whole, values that stand in others, and the
//! paths of all of them. So a change of a template shows in the cases that are about it, and not in every one.

use std::collections::{BTreeMap, BTreeSet};

use crate::render::emit;
use crate::tree::{Files, RepoPath};
use regex_lite::Regex;
use serde_json::{Map, Value};

use crate::run::catalog::cases::case_file::CaseFile;

/// What is compared of the files that a run made.
#[derive(Default)]
pub(super) struct Expected {
    /// The files that are compared whole.
    pub(super) files: Files,
    /// `expected.values.yaml`.
    pub(super) values: String,
    /// `expected.paths`.
    pub(super) paths: String,
}

impl Expected {
    /// # Errors
    ///
    /// A case that does not say what it is about, a pattern that no file has, or a value that is not there.
    pub(super) fn of(case: &CaseFile, files: &Files) -> Result<Self, String> {
        if case.expect.is_empty() && case.values.is_empty() && !case.paths {
            return Err(
                "what is it about? `expect: [PATTERN, …]`, or `'**'` where it is the whole tree".to_owned()
            );
        }
        let paths = if case.paths { list(files) } else { String::new() };
        let values = values(&case.values, files)?;
        let wanted = matching(&case.expect, files.keys().map(RepoPath::as_str))?;
        let whole = files.iter().filter(|(path, _)| wanted.contains(path.as_str()));
        let files = whole.map(|(path, text)| (path.clone(), text.clone())).collect();
        Ok(Self { files, values, paths })
    }
}

/// What is compared of a diff: the plan, and the changes of the files that the case names.
///
/// # Errors
///
/// A pattern that no changed file has.
pub(super) fn diff(case: &CaseFile, text: &str) -> Result<String, String> {
    if case.args.iter().any(|word| word.0 == "--format") {
        return without_positions(text);
    }
    // Each file begins with two lines, `--- ` and `+++ `.
    let mut parts: Vec<(String, String)> = vec![(String::new(), String::new())];
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if let (Some(from), Some(to)) =
            (line.strip_prefix("--- "), lines.peek().and_then(|n| n.strip_prefix("+++ ")))
        {
            let name = if to.trim() == "/dev/null" { from } else { to };
            parts.push((name.trim().chars().skip(2).collect(), String::new()));
        }
        if let Some((_, part)) = parts.last_mut() {
            part.push_str(line);
        }
    }
    let wanted = matching(&case.expect, parts.iter().skip(1).map(|(name, _)| name.as_str()))?;
    let kept = parts.iter().filter(|(name, _)| name.is_empty() || wanted.contains(name.as_str()));
    let text: String = kept.map(|(_, part)| part.as_str()).collect();
    without_positions(&text)
}

/// Where in a file a change stands is nobody's subject, and moves with every line above it.
fn without_positions(diff: &str) -> Result<String, String> {
    Ok(pattern(r"@@ -[0-9,]+ \+[0-9,]+ @@")?.replace_all(diff, "@@ … @@").into_owned())
}

/// The paths that some pattern fits. Without a slash a pattern is for a name in any folder; `*` stands for a part of
/// one name, `**` for anything; of what begins with `!` there may be none.
fn matching<'a>(
    patterns: &[String],
    paths: impl Iterator<Item = &'a str> + Clone,
) -> Result<BTreeSet<&'a str>, String> {
    let mut found = BTreeSet::new();
    for written in patterns {
        let (none, name) = (written.starts_with('!'), written.trim_start_matches('!'));
        let escaped = regex_lite::escape(name).replace(r"\*\*", ".*").replace(r"\*", "[^/]*");
        let any_folder = if name.contains('/') { "" } else { "(.*/)?" };
        let regex = pattern(&format!("^{any_folder}{escaped}$"))?;
        let before = found.len();
        let fitting: Vec<&str> = paths.clone().filter(|path| regex.is_match(path)).collect();
        match (none, fitting.first()) {
            (true, None) => continue,
            (true, Some(path)) => return Err(format!("{path} came out, and case.yaml says {written:?}")),
            (false, _) => found.extend(&fitting),
        }
        if found.len() == before {
            return Err(format!(
                "case.yaml expects {written:?}: no file that came out, or none but those named before"
            ));
        }
    }
    Ok(found)
}

pub(super) fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| format!("{text}: {error}"))
}

/// What stands at JSON pointers in files; with `!` before one, nothing may stand there.
fn values(asked: &BTreeMap<String, Vec<String>>, files: &Files) -> Result<String, String> {
    let mut all = Map::new();
    for (written, pointers) in asked {
        for path in matching(std::slice::from_ref(written), files.keys().map(RepoPath::as_str))? {
            let text = files.iter().find(|(file, _)| file.as_str() == path).map_or("", |(_, text)| text);
            let object: Value = serde_saphyr::from_str(text).map_err(|error| format!("{path}: {error}"))?;
            let found = pointers.iter().filter_map(|pointer| value(&object, pointer).transpose());
            let found: Map<String, Value> =
                found.collect::<Result<_, _>>().map_err(|error| format!("{path}: {error}"))?;
            if all.insert(without_hash(path), Value::Object(found)).is_some() {
                return Err(format!("case.yaml names {path} twice among its values"));
            }
        }
    }
    if all.is_empty() {
        return Ok(String::new());
    }
    emit::to_yaml(&Value::Object(all)).map_err(|failure| failure.to_string())
}

fn value(object: &Value, written: &str) -> Result<Option<(String, Value)>, String> {
    let pointer = written.strip_prefix('!').unwrap_or(written);
    let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
    match (object.pointer(pointer), pointer == written) {
        (Some(value), true) => Ok(Some((pointer.to_owned(), value.clone()))),
        // The folder of what is not there must be there, or the pointer is one that never finds anything.
        (None, false) if object.pointer(around).is_some() => Ok(None),
        (None, _) => Err(format!("nothing stands at {pointer}")),
        (Some(_), false) => Err(format!("something stands at {pointer}")),
    }
}

/// All paths. The release Job's name holds a hash of its pod, which is not what a list is about.
fn list(files: &Files) -> String {
    files.keys().map(|path| format!("{}\n", without_hash(path.as_str()))).collect()
}

fn without_hash(path: &str) -> String {
    match path.split_once("/job-release-") {
        Some((folder, _)) => format!("{folder}/job-release-….yaml"),
        None => path.to_owned(),
    }
}
