//! The files of a recipe's folder: those that it names are there, and those that are there are named.

use std::sync::Arc;

use super::{Report, near};
use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::recipe_folder::{Recipe, SHARED};
use crate::load::recipe_name::is_for_people;

/// The files of the recipe's own, by name.
pub(super) fn own(recipe: &Recipe) -> impl Iterator<Item = (&str, &Arc<Source>)> {
    let own =
        recipe.texts.iter().filter(|(name, _)| !name.starts_with(SHARED) && !name.starts_with("cases/"));
    own.map(|(name, source)| (name.as_str(), source))
}

/// Whether some text of the recipe names a file in quotes, as `part("pod.j2")` does.
pub(super) fn is_quoted(recipe: &Recipe, name: &str) -> bool {
    let quoted = [format!("{name:?}"), format!("'{name}'")];
    let mut templates = own(recipe).filter(|(other, _)| *other != "recipe.yaml");
    templates.any(|(_, source)| quoted.iter().any(|quoted| source.text.contains(quoted)))
}

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    let description = &recipe.description.value;
    let single = [("dockerfile", &description.dockerfile), ("workload", &description.workload)];
    let single = single.into_iter().filter_map(|(key, file)| Some((vec![key.to_owned()], file.as_deref()?)));
    let mut named: Vec<(Vec<String>, &str)> = single.collect();
    for (index, rule) in description.files.iter().enumerate() {
        let path = ["files", &index.to_string(), "template"].map(str::to_owned).to_vec();
        named.push((path, &rule.template));
    }
    for (part, file) in &description.parts {
        named.push((vec!["parts".to_owned(), part.clone()], file));
    }
    for (path, file) in &named {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if report.document.is_sound(&path) {
            report.found.extend(unknown_template(recipe, file, || report.document.at(&path)));
        }
    }
    for (index, rule) in description.config.iter().enumerate() {
        if !recipe.texts.contains_key(&rule.file) || rule.file == "recipe.yaml" {
            let message = format!("{:?} does not exist beside recipe.yaml", rule.file);
            let others = own(recipe).map(|(name, _)| name).filter(|name| *name != "recipe.yaml");
            let hint = near(&rule.file, others.collect::<Vec<_>>().into_iter());
            let path = ["config", &index.to_string(), "file"];
            report.error(Code::RecipeInvalid, &path, message, hint);
        }
    }
    // A key that could not be read may be the one that names the file.
    if !report.document.is_sound(&[]) {
        return;
    }
    for (file, source) in own(recipe) {
        let base = file.rsplit('/').next().unwrap_or(file);
        let is_read = description.config.iter().any(|rule| rule.file == file);
        let is_named = file == "recipe.yaml" || is_read || named.iter().any(|(_, name)| *name == file);
        if !is_for_people(base) && !of_case(recipe, file) && !is_named && !is_quoted(recipe, file) {
            let message = "nothing in the recipe names this file";
            let hint = "name it in recipe.yaml, or delete it";
            report.found.push(Diagnostic::warning(Code::FileUnused, Span::file(source), message).hint(hint));
        }
    }
}

/// Whether a file stands in a folder of cases that is not called so, which is said once of the folder.
fn of_case(recipe: &Recipe, file: &str) -> bool {
    let Some((folder, _)) = file.split_once('/') else { return false };
    let below = format!("{folder}/");
    recipe.texts.keys().any(|name| name.starts_with(&below) && name.ends_with("/case.yaml"))
}

/// What to say of a template that is not there, or is none.
fn unknown_template(recipe: &Recipe, name: &str, place: impl Fn() -> Span) -> Option<Diagnostic> {
    let error = |message: String| Diagnostic::error(Code::RecipeInvalid, place(), message);
    if recipe.texts.contains_key(name) {
        if name.ends_with(".j2") {
            return None;
        }
        let problem = error(format!("{name:?} is not a template: the name of one ends with .j2"));
        return Some(problem.hint(format!("rename the file to {:?}, and say so here", format!("{name}.j2"))));
    }
    let is_shared = name.starts_with(SHARED);
    let problem = error(match is_shared {
        true => format!("unknown shared part {name:?}"),
        false => format!("{name:?} does not exist beside recipe.yaml"),
    });
    let templates = recipe.texts.keys().map(String::as_str).filter(|name| name.ends_with(".j2"));
    let below = format!("/{name}");
    let mut same = templates.clone().filter(|known| known.ends_with(&below));
    // Parts that cupaas brings along are not what somebody meant by a file of their own.
    let alike = templates.filter(|known| known.starts_with(SHARED) == is_shared);
    Some(match same.next().or_else(|| crate::schema::suggest(name, alike.clone())) {
        Some(close) => problem.hint(format!("did you mean {close:?}?")),
        None if alike.clone().next().is_none() => problem.hint("add the file beside recipe.yaml"),
        None => problem.hint(format!("available: {}", alike.collect::<Vec<_>>().join(", "))),
    })
}
