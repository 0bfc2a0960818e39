//! The files of a service's configuration: those beside its recipe, filled in. No credential gets into them.

use std::sync::OnceLock;

use minijinja::Environment;
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression::names::of_template as names_of;
use crate::load::catalog::Recipe;
use crate::load::service_files::ConfigRule;
use crate::resolve::amounts;
use crate::resolve::release::{Service, ServiceFile};
use crate::{expression, names};

/// The files, and what changes exactly when they do.
///
/// # Errors
/// A template or condition of the recipe that is wrong, with its place.
pub(super) fn resolve(
    recipe: &Recipe,
    service: &Service,
    scope: &Value,
) -> Result<(Vec<ServiceFile>, Option<String>), Box<Diagnostic>> {
    let scope = without_credentials(service, scope);
    let mut files = Vec::new();
    for (index, rule) in recipe.description.value.config.iter().enumerate() {
        let wanted = rule.when.as_ref().map_or(Ok(true), |when| expression::is_true(when, &scope));
        let place = || recipe.description.at(&["config", &index.to_string(), "when"]);
        if wanted.map_err(|message| Box::new(Diagnostic::error(Code::InvalidExpression, place(), message)))? {
            files.extend(one(recipe, rule, &scope)?);
        }
    }
    let all: String = files
        .iter()
        .map(|file| format!("{}:{}{}:{}", file.path.len(), file.path, file.text.len(), file.text))
        .collect();
    let hash = (!files.is_empty()).then(|| names::hash(&all, 16));
    Ok((files, hash))
}

/// What a file sees: as other texts of the recipe do, but nothing of the Secret.
fn without_credentials(service: &Service, scope: &Value) -> Value {
    let mut scope = scope.clone();
    // Not for the kubelet, which expands nothing there.
    let mut seen = serde_json::json!(service);
    for key in ["credentials", "secret"] {
        seen.as_object_mut().and_then(|seen| seen.remove(key));
    }
    scope["service"] = seen;
    scope
}

/// What templates of files can do: beside what all can, make numbers of amounts.
fn environment() -> &'static Environment<'static> {
    static MADE: OnceLock<Environment<'static>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut environment = expression::for_texts();
        amounts::add(&mut environment);
        environment
    })
}

/// A file; one that is not there has been said of the recipe.
fn one(recipe: &Recipe, rule: &ConfigRule, scope: &Value) -> Result<Option<ServiceFile>, Box<Diagnostic>> {
    let Some(source) = recipe.texts.get(&rule.file) else { return Ok(None) };
    // One that is no template has been said, too.
    if rule.is_template() && names_of(&source.text).is_err() {
        return Ok(None);
    }
    let text = if rule.is_template() {
        let made = expression::text_in(environment(), &source.text, scope);
        let made = made.map_err(|message| {
            Box::new(Diagnostic::error(Code::RecipeInvalid, Span::file(source), message))
        })?;
        // The engine drops the last line's end, which some programs ask for.
        if source.text.ends_with('\n') && source.text.contains('{') { made + "\n" } else { made }
    } else {
        source.text.clone()
    };
    Ok(Some(ServiceFile { key: rule.key().to_owned(), path: rule.path.0.clone(), text }))
}
