//! A runtime's recipe → the Dockerfile that it stands for.

use minijinja::value::Serde;
use minijinja::{UndefinedBehavior, Value};
use serde_json::json;

use crate::diagnostic::{Code, Failure, Span};
use crate::expression;
use crate::load::catalog::Recipe;
use crate::render::engine::{FUEL, place};
use crate::resolve::fact_values::{system, values};
use crate::resolve::release::Release;

/// The Dockerfile of a release's runtime.
///
/// # Errors
///
/// A recipe that has none, or a template that is wrong.
pub(crate) fn dockerfile(
    recipe: &Recipe,
    release: &Release,
    mirror: Option<&str>,
) -> Result<String, Failure> {
    let description = &recipe.description;
    let Some(name) = &description.value.dockerfile else {
        return Err(Failure::new(
            Code::MissingDockerfile,
            format!("runtime {} has no Dockerfile template", recipe.name),
        ));
    };
    let Some(template) = recipe.texts.get(name) else {
        return Err(Failure::recipe(
            description.at(&["dockerfile"]),
            format!("{name:?} does not exist beside recipe.yaml"),
        ));
    };
    let web = release.processes.iter().find(|process| process.name == "web");
    let only = release.processes.first().filter(|_| release.processes.len() == 1);
    let web = web.or(only);
    let command = web.and_then(|web| web.command.as_ref()).map(|words| json!(unliteral(words)).to_string());
    let mut scope = values(&description.value, &release.facts);
    let (build, run) = system(&description.value, &scope).map_err(|(index, message)| {
        Failure::recipe(description.at(&["system", &index.to_string(), "when"]), message)
    })?;
    scope.insert("system".to_owned(), json!({"build": build, "run": run}));
    scope.insert("ignore".to_owned(), json!(description.value.ignore));
    scope.insert("mirror".to_owned(), json!(mirror));
    scope.insert("command".to_owned(), json!(command));
    scope.insert("port".to_owned(), json!(web.and_then(|web| web.port).unwrap_or(8000)));
    let weighed = expression::checked(&template.text)
        .map_err(|excess| Failure::recipe(Span::new(template, excess.at), excess.message))?;
    let environment = expression::bounded(UndefinedBehavior::Lenient, FUEL);
    let rendered = environment.render_str(&weighed.text, Value::from(Serde(&scope)));
    let text = rendered
        .map_err(|error| Failure::recipe(place(template, &weighed, &error), expression::message(&error)))?;
    Ok(text.trim_end().to_owned() + "\n")
}

/// The words as they were before the kubelet's expansion was kept off them.
fn unliteral(words: &[String]) -> Vec<String> {
    words
        .iter()
        .map(|word| if word.contains("$$") { word.replace("$$", "$") } else { word.clone() })
        .collect()
}
