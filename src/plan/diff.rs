//! Two trees → the unified diff of each file that differs, as `diff -u` writes it, with every value of a Secret
//! replaced by a word. A file that cannot be read is never shown: it may hold one.

use std::collections::BTreeSet;

use serde_json::Value;
use similar::TextDiff;

use crate::plan::derived::{renamed_jobs, same_but_hashes};
use crate::plan::object::documents;
use crate::plan::redact::{is_sensitive, redact};
use crate::tree::{Files, RepoPath};

/// The lines of one file that differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct FileDiff {
    /// The file.
    pub path: String,
    /// Header and hunks; ends with a newline.
    pub text: String,
    /// Whether it only follows from other changes: hashes of what pods read, and lists of files.
    pub derived: bool,
}

/// More lines than these, old and new together, are counted instead of compared.
const MOST_LINES: usize = 40_000;

/// The diffs of all files that differ, in the order of their paths.
pub(crate) fn unified(before: &Files, after: &Files) -> Vec<FileDiff> {
    let paths = crate::plan::trees::changed_paths(before, after);
    let jobs = renamed(&paths, before, after);
    let one = |path: &RepoPath| FileDiff {
        derived: jobs.contains(path) || is_derived(path, before.get(path), after.get(path)),
        ..file(path, before.get(path), after.get(path))
    };
    paths.into_iter().map(one).collect()
}

/// Whether a file that stays differs in hashes alone, or is a list of others.
fn is_derived(path: &RepoPath, before: Option<&String>, after: Option<&String>) -> bool {
    let Some((before, after)) = before.zip(after) else { return false };
    if path.file_name() == "kustomization.yaml" {
        return true;
    }
    let Some((old, new)) = documents(before).zip(documents(after)) else { return false };
    let same = |(old, new): (&Value, &Value)| old == new || same_but_hashes(old, new);
    old != new && old.len() == new.len() && old.iter().zip(&new).all(same)
}

/// Files of Jobs that leave, and of the same Jobs under another name.
fn renamed<'a>(paths: &BTreeSet<&'a RepoPath>, before: &Files, after: &Files) -> BTreeSet<&'a RepoPath> {
    let lone = |of: &Files, not: &Files| -> Vec<(&'a RepoPath, Value)> {
        let alone = paths.iter().filter(|path| !not.contains_key(**path));
        let one = alone.filter_map(|path| {
            let mut documents = documents(of.get(*path)?)?;
            let job = documents.pop().filter(|job| documents.is_empty() && job["kind"] == "Job")?;
            Some((*path, job))
        });
        one.collect()
    };
    let folder = |path: &'a RepoPath| path.as_str().rsplit_once('/').map(|(folder, _)| folder);
    let (gone, new) = (lone(before, after), lone(after, before));
    let gone = gone.iter().map(|one| (folder(one.0), one.0, &one.1)).collect();
    let new = new.iter().map(|one| (folder(one.0), one.0, &one.1)).collect();
    renamed_jobs(gone, new).into_iter().flat_map(|(gone, new)| [gone, new]).collect()
}

fn file(path: &RepoPath, before: Option<&String>, after: Option<&String>) -> FileDiff {
    let (old, new) = shown(path, before.map(String::as_str), after.map(String::as_str));
    let header =
        |side: &str, there: bool| if there { format!("{side}/{path}") } else { "/dev/null".to_owned() };
    let (from, to) = (header("a", before.is_some()), header("b", after.is_some()));
    let (old_lines, new_lines) = (old.lines().count(), new.lines().count());
    let body = if old == new {
        // Only the layout of a file whose values are hidden differs.
        "@@ (hidden values or layout only) @@\n".to_owned()
    } else if old_lines + new_lines > MOST_LINES {
        format!("@@ {old_lines} lines become {new_lines}: too many to show @@\n")
    } else {
        TextDiff::from_lines(old.as_str(), new.as_str()).unified_diff().context_radius(3).to_string()
    };
    FileDiff { path: path.to_string(), text: format!("--- {from}\n+++ {to}\n{body}"), derived: false }
}

/// Both texts as they may be seen: untouched where no value is secret.
fn shown(path: &RepoPath, before: Option<&str>, after: Option<&str>) -> (String, String) {
    let (before, after) = (before.unwrap_or(""), after.unwrap_or(""));
    let yaml = [".yaml", ".yml", ".json"].iter().any(|end| path.file_name().ends_with(end));
    let (old, new) = (documents(before), documents(after));
    let safe = |text: &str, read: &Option<Vec<Value>>| match read {
        Some(documents) => !documents.iter().any(is_sensitive) && (yaml || !looks_secret(text)),
        None => !yaml && !looks_secret(text),
    };
    if safe(before, &old) && safe(after, &new) {
        return (before.to_owned(), after.to_owned());
    }
    let (Some(old), Some(new), true) = (old, new, yaml) else {
        return (counted(before), counted(after));
    };
    (written(&old, None), written(&new, Some(&old)))
}

/// A text that is no manifest may still be somebody's key.
fn looks_secret(text: &str) -> bool {
    ["ENC[", "PRIVATE KEY", "SECRET-KEY"].iter().any(|word| text.contains(word))
}

fn counted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("(hidden: {} lines)\n", text.lines().count()) }
}

fn written(documents: &[Value], before: Option<&[Value]>) -> String {
    let same = |one: &Value, other: &&Value| {
        one["kind"] == other["kind"] && one["metadata"]["name"] == other["metadata"]["name"]
    };
    let parts = documents.iter().map(|document| {
        let old =
            before.map(|before| before.iter().find(|other| same(document, other)).unwrap_or(&Value::Null));
        serde_saphyr::to_string(&redact(document, old)).unwrap_or_else(|_| "(hidden)\n".to_owned())
    });
    parts.collect::<Vec<_>>().join("---\n")
}

#[cfg(test)]
mod tests {
    use super::super::test_support::tree;
    use super::*;

    fn one(path: &str, before: &str, after: &str) -> String {
        let mut diffs = unified(&tree([(path, before)]), &tree([(path, after)]));
        assert_eq!(diffs.len(), 1);
        diffs.remove(0).text
    }

    #[test]
    fn a_file_is_shown_as_diff_shows_it() {
        let before = "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n";
        let after = before.replace("e: 1", "e: 2");
        assert_eq!(
            one("deploy/p/t/x.yaml", before, &after),
            "--- a/deploy/p/t/x.yaml\n+++ b/deploy/p/t/x.yaml\n@@ -2,4 +2,4 @@\n b: 1\n c: 1\n d: 1\n-e: 1\n+e: 2\n"
        );
    }

    #[test]
    fn new_and_removed_files_have_no_other_side() {
        let (empty, full) = (Files::new(), tree([("x.yaml", "a: 1\n")]));
        let new = "--- /dev/null\n+++ b/x.yaml\n@@ -0,0 +1 @@\n+a: 1\n";
        assert_eq!(unified(&empty, &full)[0].text, new);
        let gone = "--- a/x.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a: 1\n";
        assert_eq!(unified(&full, &empty)[0].text, gone);
        assert_eq!(unified(&full, &full), []);
    }

    #[test]
    fn values_of_secrets_are_hidden_and_their_change_is_seen() {
        let secret = |a, b| format!("kind: Secret\nmetadata:\n  name: s\nstringData:\n  a: {a}\n  b: {b}\n");
        let text = one("x.yaml", &secret("hunter1", "hunter2"), &secret("hunter3", "hunter2"));
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("-  a: (hidden)\n+  a: (hidden, changed)\n   b: (hidden)\n"), "{text}");
        let layout = one("x.yaml", &secret("hunter1", "hunter2"), &secret("'hunter1'", "hunter2"));
        assert!(layout.contains("layout only") && !layout.contains("hunter"), "{layout}");
    }

    #[test]
    fn what_may_hold_a_secret_is_not_shown() {
        let broken = "kind: Secret\ndata: {a: hunter2\n";
        for (path, before, after) in [
            ("x.yaml", broken, "kind: ConfigMap\n"),
            ("x.yaml", "kind: ConfigMap\n", broken),
            ("x.txt", "\tENC[hunter2", "b"),
            ("x.txt", "\tAGE-SECRET-KEY-1 hunter2", "b"),
            ("x.txt", "kind: Secret\ndata: {a: hunter2}\n", "b"),
            ("x.yaml", "a: 1\n---\nkind: List\nitems: [{kind: Secret, data: {a: hunter2}}]\n", "a: 1\n"),
        ] {
            let text = one(path, before, after);
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(one("hosts/a.cu", "production/a\n", "production/b\n").contains("+production/b"));
    }

    #[test]
    fn what_only_follows_is_marked() {
        let pods = |kind: &str, name: &str, hash: &str, image: &str| {
            format!(
                "kind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  annotations: {{cupaas.dev/config: {hash}}}\n  image: {image}\n"
            )
        };
        let before = tree([
            ("deploy/p/t/a.yaml", pods("Deployment", "a", "1", "x").as_str()),
            ("deploy/p/t/b.yaml", pods("Deployment", "b", "1", "x").as_str()),
            ("deploy/p/t/job-1.yaml", pods("Job", "job-1", "1", "x").as_str()),
            ("deploy/p/t/kustomization.yaml", "resources: [job-1.yaml]\n"),
        ]);
        let after = tree([
            ("deploy/p/t/a.yaml", pods("Deployment", "a", "2", "x").as_str()),
            ("deploy/p/t/b.yaml", pods("Deployment", "b", "2", "y").as_str()),
            ("deploy/p/t/job-2.yaml", pods("Job", "job-2", "2", "x").as_str()),
            ("deploy/p/t/kustomization.yaml", "resources: [job-2.yaml]\n"),
        ]);
        let diffs = unified(&before, &after);
        let direct: Vec<&str> = diffs.iter().filter(|d| !d.derived).map(|d| d.path.as_str()).collect();
        assert_eq!((direct, diffs.len()), (vec!["deploy/p/t/b.yaml"], 5));
        // A first deploy follows from nothing.
        assert!(unified(&Files::new(), &after).iter().all(|file| !file.derived));
    }

    #[test]
    fn huge_files_are_counted() {
        let lines = |word: &str| (0..30_000).map(|n| format!("{word}{n}: 1\n")).collect::<String>();
        assert!(one("x.txt", &lines("a"), &lines("b")).contains("30000 lines become 30000"));
    }
}
