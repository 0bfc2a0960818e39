//! Templates of a service's recipe → texts, each error with its place in the recipe.

use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::expression;
use crate::image_name::{self, ImageName};
use crate::load::recipe::RecipeFile;
use crate::resolve::command::literal;
use crate::resolve::release::Service;
use crate::yaml::document::Document;

/// The text of the template at `path`.
pub(super) fn text_at(
    document: &Document<RecipeFile>,
    template: &str,
    scope: &Value,
    path: &[&str],
) -> Result<String, Box<Diagnostic>> {
    expression::text(template, scope)
        .map_err(|message| Box::new(Diagnostic::error(Code::InvalidExpression, document.at(path), message)))
}

/// The image's name that the template at `path` makes.
pub(super) fn image_at(
    document: &Document<RecipeFile>,
    template: &str,
    scope: &Value,
    path: &[&str],
) -> Result<String, Box<Diagnostic>> {
    let image = text_at(document, template, scope, path)?;
    if ImageName::parse(&image).is_none() {
        let message = format!("{image:?} is not an image reference");
        let problem = Diagnostic::error(Code::InvalidImage, document.at(path), message);
        return Err(Box::new(problem.hint(image_name::EXAMPLE)));
    }
    Ok(image)
}

/// A service as a recipe's texts see it: what the app wrote in a parameter is kept from the kubelet's expansion.
pub(super) fn with_literal_params(service: &Service) -> Value {
    let mut value = json!(service);
    for param in value["params"].as_object_mut().into_iter().flat_map(|params| params.values_mut()) {
        make_literal(param);
    }
    value
}

fn make_literal(value: &mut Value) {
    match value {
        Value::String(text) => *text = literal(text),
        Value::Array(items) => items.iter_mut().for_each(make_literal),
        _ => {}
    }
}
