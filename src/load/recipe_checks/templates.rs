//! The templates beside `recipe.yaml`: whether they are ones, and whether what they read is there.

use std::sync::Arc;

use super::places;
use super::sight::Sight;
use super::texts::{called, unknown_names, words};
use super::{Report, files};
use crate::diagnostic::{Code, Source, Span};
use crate::expression::{calls, names};
use crate::load::recipe_folder::{Recipe, RecipeKind};

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    let description = &recipe.description.value;
    for (name, source) in files::own(recipe) {
        let is_dockerfile = description.dockerfile.as_deref() == Some(name);
        let is_config = description.config.iter().any(|rule| rule.file == name);
        if !is_dockerfile && !name.ends_with(".j2") {
            continue;
        }
        let is_part = description.parts.values().any(|part| part == name) && !files::is_quoted(recipe, name);
        let sight = match (is_dockerfile, is_config) {
            (true, _) => Some(dockerfile(recipe)),
            (_, true) => Some(places::config(description)),
            _ if is_part => Some(dockerfile(recipe).with(["folder"])),
            _ => manifest(recipe, name),
        };
        let (code, read) = match &sight {
            Some(sight) => (code(is_dockerfile || is_part), unknown_names(&source.text, sight)),
            // Who asks for a part says what it sees.
            None => (Code::RecipeInvalid, names::of_template(&source.text).map(|_| Vec::new())),
        };
        match read {
            Ok(unknown) => {
                for unknown in unknown {
                    let (message, hint) = words(&unknown, false);
                    report.at(code, place(source, &unknown.path), message, hint);
                }
                let further: &[&'static str] = match recipe.kind {
                    RecipeKind::Runtime => &[],
                    _ if is_config => &calls::OF_CONFIG,
                    _ => &calls::OF_MANIFESTS,
                };
                for call in calls::unknown(&source.text, true, further) {
                    let (message, hint) = called(&call, further);
                    report.at(code, Span::new(source, call.at.clone()), message, hint);
                }
            }
            Err(wrong) => {
                let span = wrong.at.map_or_else(|| Span::file(source), |at| Span::new(source, at));
                let hint = wrong.hint.unwrap_or_default();
                report.at(code, span, format!("invalid template: {}", wrong.message), hint);
            }
        }
    }
}

fn code(is_dockerfile: bool) -> Code {
    if is_dockerfile { Code::InvalidExpression } else { Code::RecipeInvalid }
}

fn place(source: &Arc<Source>, path: &str) -> Span {
    names::find(&source.text, path, true).map_or_else(|| Span::file(source), |at| Span::new(source, at))
}

fn dockerfile(recipe: &Recipe) -> Sight {
    let given = ["port", "command", "mirror", "ignore", "variables", "image"];
    let description = &recipe.description.value;
    let sight = places::facts(description).with(given).with_all("system", ["build", "run"]);
    match description.uses.is_empty() {
        true => sight,
        // What each of them has is looked at where they are at hand.
        false => sight.with_all("uses", description.uses.keys().map(String::as_str)),
    }
}

/// What a template sees that rules name; nothing is known of a part, which sees what it is asked with.
fn manifest(recipe: &Recipe, name: &str) -> Option<Sight> {
    let description = &recipe.description.value;
    let rules: Vec<_> = description.files.iter().filter(|rule| rule.template == name).collect();
    let is_workload = description.workload.as_deref() == Some(name);
    if files::is_quoted(recipe, name) || (rules.is_empty() && !is_workload) {
        return None;
    }
    let items = rules.iter().filter(|rule| rule.each.is_some());
    let items = items.map(|rule| rule.item.as_ref().map_or("item", |item| item.0.as_str()));
    let sight = places::manifest(description).with(items).with(names::OF_MANIFESTS);
    Some(match recipe.kind {
        RecipeKind::Shared => sight.without("service.params"),
        _ => sight,
    })
}
