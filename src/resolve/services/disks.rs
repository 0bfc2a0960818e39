//! The disks of a service beside its first: what the app says of each, else what the recipe does.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression;
use crate::load::recipe::RecipeFile;
use crate::load::scalars::Amount;
use crate::resolve::decisions::Notes;
use crate::resolve::release::{Disk, Labels};
use crate::schema::suggest;
use crate::yaml::document::Document;

/// What an app says, and of which service.
pub(super) struct Asked<'a> {
    pub(super) service: &'a str,
    pub(super) recipe: &'a str,
    /// The value of its `disks`.
    pub(super) written: Option<&'a Value>,
    /// The place of a key of it, or of `disks` itself.
    pub(super) place: &'a dyn Fn(Option<&str>) -> Span,
    pub(super) labels: &'a Labels,
}

/// All disks that are there with these parameters, in the order of their names.
pub(super) fn resolve(
    document: &Document<RecipeFile>,
    params: &Map<String, Value>,
    asked: &Asked<'_>,
    notes: &mut Notes,
) -> Vec<Disk> {
    let sizes = sizes(asked, notes);
    let mut disks = Vec::new();
    for (name, rule) in &document.value.disks {
        let scope = json!({"service": {"params": params}});
        let wanted = rule.when.as_ref().map_or(Ok(true), |when| expression::is_true(when, &scope));
        match wanted {
            Ok(true) => {}
            Ok(false) => continue,
            Err(message) => {
                let place = document.at(&["disks", name, "when"]);
                notes.problems.push(Diagnostic::error(Code::InvalidExpression, place, message));
                continue;
            }
        }
        let (size, origin) = match sizes.get(name.as_str()) {
            Some(size) => (size.clone(), (asked.place)(Some(name)).to_string()),
            None => (rule.default.0.clone(), format!("the default of recipe {}", asked.recipe)),
        };
        notes.decided(format!("services.{}.disks.{name}", asked.service), &size, origin);
        let claim = format!("{}-{name}", asked.service);
        let mut labels = asked.labels.clone();
        labels.insert("cupaas.dev/volume".to_owned(), claim.clone());
        disks.push(Disk { name: name.clone(), path: rule.path.0.clone(), size, claim, labels });
    }
    unknown(document, &sizes, &disks, asked, notes);
    disks
}

/// The sizes that the app says.
fn sizes(asked: &Asked<'_>, notes: &mut Notes) -> BTreeMap<String, String> {
    let mut sizes = BTreeMap::new();
    let hint = "write a mapping such as {logs: 2Gi}";
    let Some(written) = asked.written else { return sizes };
    let Some(entries) = written.as_object() else {
        notes.problem(Code::InvalidValue, (asked.place)(None), "invalid disks", hint);
        return sizes;
    };
    for (name, size) in entries {
        match size.as_str().filter(|size| Amount::fits(size)) {
            Some(size) => drop(sizes.insert(name.clone(), size.to_owned())),
            None => {
                let message = format!("invalid size of the disk {name:?}");
                notes.problem(Code::InvalidValue, (asked.place)(Some(name)), message, Amount::HINT);
            }
        }
    }
    sizes
}

/// Says which disks of the app there are not.
fn unknown(
    document: &Document<RecipeFile>,
    sizes: &BTreeMap<String, String>,
    disks: &[Disk],
    asked: &Asked<'_>,
    notes: &mut Notes,
) {
    if !document.is_sound(&["disks"]) {
        return;
    }
    for name in sizes.keys().filter(|name| !disks.iter().any(|disk| disk.name == **name)) {
        let is_off = document.value.disks.contains_key(name);
        let message = match is_off {
            true => format!("{} has no disk {name:?} with these settings", asked.recipe),
            false => format!("{} has no disk {name:?}", asked.recipe),
        };
        let known: Vec<&str> = document.value.disks.keys().map(String::as_str).collect();
        let hint = match suggest(name, known.iter().copied()) {
            Some(close) if !is_off => format!("did you mean {close:?}?"),
            _ if is_off || known.is_empty() => "remove it".to_owned(),
            _ => format!("available: {}", known.join(", ")),
        };
        notes.problem(Code::UnknownKey, (asked.place)(Some(name)), message, hint);
    }
}
