//! Every code has a page that is complete and true, and nothing decides by the words of a message.

use std::collections::BTreeSet;

use cupaas::parts::diagnostic::Code;
use regex_lite::Regex;
use walkdir::WalkDir;

use super::{files, none, root, sources};

/// What a page is made of, in this order.
const PARTS: [&str; 4] = ["Exit code: ", "## Why", "## What to do", "## Example"];

/// Where the words of failures and diagnostics become text, or one message is put into another.
const SPEAKERS: [&str; 13] = [
    "src/diagnostic.rs",
    "src/diagnostic/",
    "src/report/",
    "src/plan/refused.rs",
    "src/plan/retained_data.rs",
    "src/render/engine.rs",
    "src/render/mod.rs",
    "src/resolve/environment.rs",
    "src/run/rerender.rs",
    "src/run/notify.rs",
    "src/run/rollout_told.rs",
    "src/forge/client.rs",
    "src/git/",
];

/// What is wrong with the form of a page.
fn misshapen(name: &str, page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lines = page.lines();
    let head = (lines.next(), lines.next(), lines.next().unwrap_or_default(), lines.next());
    let title = format!("# {name}");
    if (head.0, head.1, head.3) != (Some(title.as_str()), Some(""), Some("")) || !head.2.ends_with('.') {
        wrong.push(format!(
            "docs/codes/{name}.md does not begin with its name and a sentence that says what it means"
        ));
    }
    let mut rest = page;
    for part in PARTS {
        match rest.split_once(&format!("\n{part}")) {
            Some((before, after)) if !before.trim().is_empty() && !after.trim().is_empty() => rest = after,
            _ => wrong.push(format!("docs/codes/{name}.md has no `{part}` in its place, or nothing in it")),
        }
    }
    wrong
}

/// Whether a test shows the code: a case in what it prints, a file of Rust in its text.
fn shows(path: &str, name: &str) -> bool {
    let place = root().join(path);
    let marks = [format!("[{name}]"), format!("\"code\": \"{name}\""), format!("`{name}`")];
    if place.is_dir() {
        let walk = WalkDir::new(place).max_depth(1).into_iter().filter_map(Result::ok);
        let mut expected = walk.filter(|entry| entry.file_name().to_string_lossy().starts_with("expected."));
        return expected.any(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            marks.iter().any(|mark| text.contains(mark))
        });
    }
    let text = std::fs::read_to_string(place).unwrap_or_default();
    text.contains(&format!("\"{name}\"")) || text.contains(&marks[0])
}

#[test]
fn every_code_has_a_whole_page_and_a_test_that_shows_it() {
    let tested = Regex::new(r"Tested by `([^`]+)`").unwrap();
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let (name, page) = (code.as_str(), code.page());
        wrong.extend(misshapen(name, page));
        let example = page.split("## Example").nth(1).unwrap_or_default();
        match tested.captures(example).map(|found| found[1].to_owned()) {
            None => wrong.push(format!("docs/codes/{name}.md says of no test that it shows the code")),
            Some(path) if !root().join(&path).exists() => {
                wrong.push(format!("docs/codes/{name}.md: there is no {path}"));
            }
            Some(path) if !shows(&path, name) => {
                wrong.push(format!("docs/codes/{name}.md: {path} does not show [{name}]"));
            }
            Some(_) => {}
        }
    }
    none(wrong);
}

#[test]
fn every_code_is_used() {
    let uses = Regex::new(r"\bCode::(\w+)").unwrap();
    let mut used = BTreeSet::new();
    for (_, text) in sources() {
        used.extend(uses.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    let unused = Code::ALL.iter().filter(|one| !used.contains(&format!("{one:?}")));
    none(unused.map(|one| format!("docs/codes/{one}.md: nothing in src/ has this code")).collect());
}

/// [`cupaas::parts::diagnostic::Message`] can only be shown. This is the other half: only where texts are made is one taken up.
#[test]
fn nothing_decides_by_the_words_of_a_message() {
    let reads = Regex::new(
        r"\b(failure|diagnostic|problem|warning|error|cause|refusal|loss)s?(\[\w+\])?\.(message|hints?|remedy|recovery)\b[^(]",
    )
    .unwrap();
    let looks = Regex::new(
        r"\.(message|hint|remedy|recovery)\.to_string\(\)\s*\.(contains|starts_with|ends_with|find|eq)",
    )
    .unwrap();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let speaks = SPEAKERS.iter().any(|place| path.starts_with(place));
        for (number, line) in text.lines().enumerate() {
            if looks.is_match(line) || (!speaks && reads.is_match(line)) {
                wrong.push(format!(
                    "{path}:{}: go by the code, not by the words: {}",
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    none(wrong);
    let message = files("src/diagnostic", "message.rs").remove(0).1;
    for looking in ["Deref", "AsRef", "Borrow", "PartialEq<", "fn as_str"] {
        assert!(!message.contains(&format!("impl {looking}")) && !message.contains("fn as_str"), "{looking}");
    }
}
