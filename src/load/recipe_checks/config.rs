//! The files of a service's configuration and its further disks: each with a place of its own in the container.

use std::collections::BTreeMap;

use super::Report;
use crate::diagnostic::Code;

pub(super) fn check(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    if let Some(storage) = &recipe.storage {
        place(report, &["storage", "path"], trimmed(&storage.path.0), "storage".to_owned(), &mut places);
    }
    let mut keys: Vec<&str> = Vec::new();
    for (name, disk) in &recipe.disks {
        let path = ["disks", name.as_str(), "path"];
        place(report, &path, trimmed(&disk.path.0), format!("the disk {name}"), &mut places);
    }
    for (index, rule) in recipe.config.iter().enumerate() {
        let index = index.to_string();
        let (at, file) = (["config", index.as_str(), "path"], ["config", index.as_str(), "file"]);
        place(report, &at, trimmed(&rule.path.0), rule.file.clone(), &mut places);
        if rule.path.0.ends_with('/') {
            let hint = format!("write the file's own path, such as {}{}", rule.path, rule.key());
            report.error(Code::InvalidMount, &at, format!("{:?} is a folder", rule.path.0), hint);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !rule.key().chars().all(plain) || rule.key().is_empty() {
            let hint = "letters, digits, hyphens, underscores and dots, beside recipe.yaml";
            report.error(
                Code::InvalidValue,
                &file,
                format!("{:?} is no key of a ConfigMap", rule.file),
                hint,
            );
        } else if keys.contains(&rule.key()) {
            let message = format!("the key {:?} is there twice", rule.key());
            report.error(Code::DuplicateKey, &file, message, "give each file a name of its own");
        }
        keys.push(rule.key());
    }
}

fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// Says that something can be mounted nowhere, or stands there already.
fn place<'p>(
    report: &mut Report<'_>,
    at: &[&str],
    path: &'p str,
    what: String,
    places: &mut BTreeMap<&'p str, String>,
) {
    let odd = path.is_empty()
        || path == "/tmp"
        || path.split('/').skip(1).any(|part| matches!(part, "" | "." | ".."));
    if odd {
        let hint = "write the path as the image has it, without `.` and `..`; /tmp is there in each pod";
        report.error(Code::InvalidMount, at, format!("cannot mount anything at {path:?}"), hint);
    } else if let Some(other) = places.get(path) {
        let message = format!("{other} is already mounted there");
        report.error(Code::InvalidMount, at, message, "give each its own place");
    }
    places.insert(path, what);
}
