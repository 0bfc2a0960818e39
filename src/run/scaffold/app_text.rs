//! A new `.cupaas`: what is certain as it is, and what is only proposed in comments, which hold once their `# ` is removed.

use serde_json::json;

use crate::resolve::suggest::{Suggested, Suggestion};
use crate::run::scaffold::proposal::Proposal;

/// One key of the file with its items, each of one line or more.
#[derive(Default)]
struct Section {
    certain: Vec<String>,
    proposed: Vec<String>,
}

impl Section {
    fn add(&mut self, certain: bool, item: String) {
        if certain { self.certain.push(item) } else { self.proposed.push(item) }
    }

    /// The lines. A comment's `# ` stands before all else of it.
    fn lines(&self, key: &str) -> Vec<String> {
        let comment = |line: &str| format!("# {line}");
        let mut lines = Vec::new();
        let head = format!("{key}:");
        match (self.certain.is_empty(), self.proposed.is_empty()) {
            (true, true) => return lines,
            (true, false) => lines.push(comment(&head)),
            (false, _) => lines.push(head),
        }
        lines.extend(self.certain.iter().flat_map(|item| item.lines()).map(str::to_owned));
        lines.extend(self.proposed.iter().flat_map(|item| item.lines()).map(comment));
        lines
    }
}

/// The text of the file, and what it proposes in comments, in words.
pub(super) fn write(runtime: &str, services: &[String], proposal: &Proposal) -> (String, Vec<String>) {
    let [mut needed, mut secrets, mut env, mut processes] = [(); 4].map(|()| Section::default());
    let mut release = None;
    for service in services {
        needed.add(true, format!("  - {service}"));
    }
    for Suggestion { what, certain } in &proposal.suggestions {
        match what {
            Suggested::Service(name) => needed.add(*certain, format!("  - {name}")),
            Suggested::Release(command) => release = Some((*certain, command)),
            Suggested::Secret(name) => secrets.add(*certain, format!("  - {name}")),
            Suggested::Variable(name, value) => env.add(*certain, format!("  {name}: {}", scalar(value))),
            Suggested::Process(name, command, schedule) => {
                let mut item = format!("  {name}:\n    command: {}", scalar(command));
                if let Some(schedule) = schedule {
                    item.push_str(&format!("\n    schedule: {}", json!(schedule)));
                }
                processes.add(*certain, item);
            }
        }
    }
    // Where the file names processes, those alone run.
    let is_certain = !processes.certain.is_empty();
    if is_certain || !processes.proposed.is_empty() {
        let there = proposal.processes.iter().map(|name| format!("  {name}: {{}}"));
        let list = if is_certain { &mut processes.certain } else { &mut processes.proposed };
        list.splice(0..0, there);
    }
    let mut lines = vec![format!("runtime: {runtime}")];
    let mut rest = needed.lines("services");
    rest.extend(release.map(|(certain, command)| {
        let line = format!("release: {}", scalar(command));
        if certain { line } else { format!("# {line}") }
    }));
    rest.extend(secrets.lines("secrets"));
    rest.extend(env.lines("env"));
    rest.extend(processes.lines("processes"));
    let words = proposal.suggestions.iter().filter(|one| !one.certain).map(words).collect();
    if let Some(first) = rest.iter().position(|line| line.starts_with('#')) {
        rest.insert(first, HEAD.to_owned());
    }
    lines.extend(rest);
    (lines.join("\n") + "\n", words)
}

/// What stands before the first comment.
const HEAD: &str = "## What the app's files speak for: remove the `# ` before what is right.";

/// What is proposed, in a word or two.
fn words(suggestion: &Suggestion) -> String {
    match &suggestion.what {
        Suggested::Service(name) => format!("the service {name}"),
        Suggested::Release(_) => "a release command".to_owned(),
        Suggested::Secret(name) => format!("the secret {name}"),
        Suggested::Variable(name, _) => format!("the variable {name}"),
        Suggested::Process(name, ..) => format!("the process {name}"),
    }
}

/// A text as YAML has it on one line.
fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || " -_./$=:,()@+%".contains(c));
    let is_word =
        ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    let apart = text.contains(": ") || text.ends_with(':') || text.ends_with(' ');
    if begins && plain && !apart && !is_word { text.to_owned() } else { json!(text).to_string() }
}
