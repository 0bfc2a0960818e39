//! Secrets of a service: cupaas makes and seals their values, and no template writes one. What a template makes of
//! conditions is looked at again when it is rendered.

use std::sync::Arc;

use super::{Report, files};
use crate::diagnostic::{Code, Source, Span};
use crate::load::recipe_folder::{Recipe, RecipeKind};

/// What is said of values that a template writes.
pub(crate) const CLEAR_TEXT: &str =
    "a recipe cannot write the values of a Secret: they would be committed in clear text";
/// And what to do.
pub(crate) const CREDENTIALS: &str = "add a key to `credentials`: cupaas makes its value and seals it, and pods read it from the Secret {{ service.secret }}";
/// Fields of a Secret that hold values.
pub(crate) const VALUES: [&str; 2] = ["data", "stringData"];

pub(super) fn check(recipe: &Recipe, report: &mut Report<'_>) {
    if recipe.kind != RecipeKind::Service {
        return;
    }
    for (_, source) in files::own(recipe).filter(|(name, _)| name.ends_with(".j2")) {
        if lines(source).any(|(_, key, value)| key == "kind" && value == "Secret") {
            let values = lines(source).filter(|(_, key, _)| VALUES.contains(key));
            for (at, key, _) in values {
                let span = Span::new(source, at..at + key.len());
                report.at(Code::RecipeInvalid, span, CLEAR_TEXT, CREDENTIALS);
            }
        }
    }
}

/// The keys of the object itself, each with its place and what stands behind it on its line.
fn lines(source: &Arc<Source>) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut at = 0;
    source.text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let (key, value) = line.split_once(':')?;
        let value = value.split(" #").next().unwrap_or_default();
        let name = key.trim_matches(['"', '\'']);
        let quoted = usize::from(key.starts_with(['"', '\'']));
        (!name.is_empty()).then(|| (start + quoted, name, value.trim().trim_matches(['"', '\''])))
    })
}
