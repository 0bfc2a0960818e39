//! What the templates of a service's manifests read of it, and its recipe has to say: an image, a port, a disk.

use std::collections::BTreeSet;

use super::Report;
use crate::diagnostic::Code;
use crate::expression::names;
use crate::load::file_rule::FileRule;
use crate::load::recipe_folder::{Recipe, RecipeKind};

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    if recipe.kind != RecipeKind::Service {
        return;
    }
    let description = &recipe.description.value;
    let needed = [
        ("image", description.image.is_none(), "image: registry.example.com/server:{{ version }}"),
        ("port", description.port.is_none(), "port: 8080"),
    ];
    for (key, is_missing, example) in needed {
        let read = format!("service.{key}");
        let asks = format!("if {read}");
        let is_asked = |rule: &&FileRule| {
            recipe.texts.get(&rule.template).is_some_and(|source| source.text.contains(&asks))
        };
        let mut readers = description.files.iter().filter(|rule| !is_asked(rule));
        let reader = readers.find(|rule| reads(recipe, &rule.template).contains(&read));
        if let Some(rule) = reader.filter(|_| is_missing && report.document.is_sound(&[key])) {
            let hint = format!("{} needs it: `{example}`", rule.template);
            report.at(Code::MissingKey, report.document.at(&[]), format!("missing key {key:?}"), hint);
        }
    }
    if description.route && description.port.is_none() && report.document.is_sound(&["port"]) {
        let hint = "`route` is about the service's own port: `port: 8080`";
        report.error(Code::MissingKey, &["route"], "missing key \"port\"", hint);
    }
    if description.storage.is_some() || !report.document.is_sound(&["storage"]) {
        return;
    }
    for (index, rule) in description.files.iter().enumerate() {
        if needs_disk(recipe, &rule.template) {
            let message =
                format!("{} is for a service with a disk, and this one has no `storage`", rule.template);
            let hint = "add `storage: {default: 1Gi, path: /data}`, or leave this rule out";
            let path = ["files", &index.to_string(), "template"];
            report.error(Code::MissingKey, &path, message, hint);
        }
    }
}

/// Whether a template reads something of the disk, and never asks whether there is one.
fn needs_disk(recipe: &Recipe, template: &str) -> bool {
    let Some(source) = recipe.texts.get(template) else { return false };
    let read = names::of_template(&source.text).unwrap_or_default();
    read.iter().any(|name| name.starts_with("service.storage."))
        && !source.text.contains("if service.storage")
}

/// The names that a template reads, and the parts that it asks for.
fn reads(recipe: &Recipe, template: &str) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    let mut seen: Vec<&str> = Vec::new();
    let mut todo = vec![template];
    while let Some(name) = todo.pop() {
        let Some(source) = recipe.texts.get(name).filter(|_| !seen.contains(&name)) else { continue };
        seen.push(name);
        // That a template is none is said elsewhere.
        read.extend(names::of_template(&source.text).unwrap_or_default());
        let asks = |other: &str| {
            source.text.contains(&format!("{other:?}")) || source.text.contains(&format!("'{other}'"))
        };
        todo.extend(
            recipe.texts.keys().map(String::as_str).filter(|other| other.ends_with(".j2") && asks(other)),
        );
    }
    read
}
