//! A recipe → everything that is wrong with it, as far as the recipe alone tells: each with its place, all of them in one
//! run. Pure; what only an app shows is said by whoever uses the recipe.
//!
//! A new key of the format that holds an expression or a template is one line of [`places`].

mod config;
mod console;
mod credentials;
mod facts;
mod files;
mod folder;
mod kinds;
mod names;
mod needs;
mod patterns;
mod places;
pub(crate) mod secrets;
mod service;
mod sight;
mod starts;
mod templates;
mod texts;
mod unused;
mod values;
mod versions;
mod writable;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::load::recipe::RecipeFile;
use crate::load::recipe_folder::Recipe;
use crate::yaml::document::Document;

pub(crate) use sight::RELEASE;
#[cfg(test)]
pub(crate) use sight::SERVICE;
pub(crate) use values::COMMON;

/// All that is wrong with a recipe, and what there is to warn of.
pub(crate) fn check(recipe: &Recipe) -> Vec<Diagnostic> {
    let mut report = Report { document: &recipe.description, found: Vec::new() };
    folder::check(recipe, &mut report);
    kinds::check(recipe.kind, &mut report);
    names::check(recipe, &mut report);
    needs::check(recipe, &mut report);
    versions::check(&mut report);
    facts::check(&mut report);
    patterns::check(&mut report);
    starts::check(&mut report);
    config::check(&mut report);
    console::check(&mut report);
    credentials::check(&mut report);
    service::check(&mut report);
    report.found.extend(values::check(&recipe.description));
    texts::check(recipe.kind, &mut report);
    files::check(recipe, &mut report);
    templates::check(recipe, &mut report);
    secrets::check(recipe, &mut report);
    writable::check(&mut report);
    unused::check(recipe, &mut report);
    report.found
}

/// What has been found so far.
struct Report<'a> {
    document: &'a Document<RecipeFile>,
    found: Vec<Diagnostic>,
}

impl Report<'_> {
    /// Says what is wrong at `path`, unless what stands there is not what a person wrote: then that has been said.
    fn error(&mut self, code: Code, path: &[&str], message: impl Into<String>, hint: impl Into<String>) {
        if self.document.is_sound(path) {
            self.at(code, self.document.at(path), message, hint);
        }
    }

    /// The same of a key, which is to blame itself.
    fn error_at_key(&mut self, path: &[&str], message: impl Into<String>, hint: impl Into<String>) {
        if self.document.is_sound(path) {
            self.at(Code::InvalidValue, self.document.key(path), message, hint);
        }
    }

    fn at(&mut self, code: Code, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        let problem = Diagnostic::error(code, span, message);
        let hint = hint.into();
        self.found.push(if hint.is_empty() { problem } else { problem.hint(hint) });
    }
}

/// What to do about a name that is not among `known`.
fn near<'k>(name: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    // What could not be read has no name.
    let known = known.filter(|name| !name.is_empty());
    let all: Vec<&str> = known.clone().collect();
    match crate::schema::suggest(name, known) {
        Some(close) => format!("did you mean {close:?}?"),
        None if all.is_empty() => String::new(),
        None => format!("available: {}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests;
