//! A runtime's recipe → the Dockerfile that it stands for.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json, json};

use crate::diagnostic::{Code, Failure, Span};
use crate::expression;
use crate::expression::weighed::Weighed;
use crate::load::catalog::{Recipe, SHARED};
use crate::load::mirrors::Mirrors;
use crate::load::path_pattern::matches;
use crate::load::pod_rules::BuildRule;
use crate::render::base_images;
use crate::render::engine::{FUEL, place};
use crate::resolve::fact_values::{Facts, system, values};
use crate::resolve::release::Release;
use crate::resolve::uses::Used;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The Dockerfile of a release's runtime. `used`: the recipes whose parts it takes.
///
/// # Errors
///
/// A recipe that has none, or a template that is wrong.
pub(crate) fn dockerfile(
    recipe: &Recipe,
    used: &BTreeMap<String, Arc<Recipe>>,
    release: &Release,
    mirrors: &Mirrors,
) -> Result<String, Failure> {
    let description = &recipe.description;
    let Some(name) = &description.value.dockerfile else {
        return Err(Failure::new(
            Code::MissingDockerfile,
            format!("runtime {} has no Dockerfile template", recipe.name),
        ));
    };
    if !recipe.texts.contains_key(name) {
        return Err(Failure::recipe(
            description.at(&["dockerfile"]),
            format!("{name:?} does not exist beside recipe.yaml"),
        ));
    }
    let mut scope = scope(recipe, (&release.facts, &release.params), release, mirrors)?;
    let mut parts = Map::new();
    for (name, found) in &release.uses {
        if let Some(other) = used.get(name) {
            parts.insert(name.clone(), Json::Object(self::parts(other, found, release, mirrors)?));
        }
    }
    scope.insert("uses".to_owned(), Json::Object(parts));
    let text = render(recipe, name, &scope, mirrors)?;
    Ok(text.trim_end().to_owned() + "\n")
}

/// What a recipe gives to one that uses it: each of its parts as a text, and beside them what was found.
///
/// # Errors
///
/// A template that is wrong.
pub(crate) fn parts(
    recipe: &Recipe,
    used: &Used,
    release: &Release,
    mirrors: &Mirrors,
) -> Result<Map<String, Json>, Failure> {
    let description = &recipe.description;
    let mut given = Map::new();
    given.insert("version".to_owned(), json!(used.version));
    given.insert("folder".to_owned(), json!(used.folder));
    let facts = values(&description.value, &used.facts, &used.params);
    given.insert("facts".to_owned(), Json::Object(facts));
    let mut scope = scope(recipe, (&used.facts, &used.params), release, mirrors)?;
    scope.insert("folder".to_owned(), json!(used.folder));
    for (part, file) in &description.value.parts {
        if !recipe.texts.contains_key(file) {
            let message = format!("{file:?} does not exist beside recipe.yaml");
            return Err(Failure::recipe(description.at(&["parts", part]), message));
        }
        let text = render(recipe, file, &scope, mirrors)?;
        given.insert(part.clone(), json!(text.trim()));
    }
    Ok(given)
}

/// What templates see, of the recipe with these facts and parameters.
fn scope(
    recipe: &Recipe,
    (facts, params): (&Facts, &Map<String, Json>),
    release: &Release,
    mirrors: &Mirrors,
) -> Result<Map<String, Json>, Failure> {
    let description = &recipe.description;
    let web = release.processes.iter().find(|process| process.name == "web");
    let only = release.processes.first().filter(|_| release.processes.len() == 1);
    let web = web.or(only);
    let command = web.and_then(|web| web.command.as_ref()).map(|words| json!(unliteral(words)).to_string());
    let mut scope = values(&description.value, facts, params);
    let (build, run) = system(&description.value, &scope).map_err(|(index, message)| {
        Failure::recipe(description.at(&["system", &index.to_string(), "when"]), message)
    })?;
    scope.insert("system".to_owned(), json!({"build": build, "run": run}));
    scope.insert("ignore".to_owned(), json!(description.value.ignore));
    scope.insert("mirror".to_owned(), json!(mirrors.docker_hub()));
    scope.insert("variables".to_owned(), json!(build_variables(&description.value.build, &release.config)));
    scope.insert("command".to_owned(), json!(command));
    scope.insert("port".to_owned(), json!(web.and_then(|web| web.port).unwrap_or(8000)));
    Ok(scope)
}

/// One template of the recipe, which may put in others.
fn render(
    recipe: &Recipe,
    name: &str,
    scope: &Map<String, Json>,
    mirrors: &Mirrors,
) -> Result<String, Failure> {
    let weighed = weighed(recipe)?;
    let environment = environment(recipe, &weighed, mirrors)?;
    let rendered = environment.get_template(name).and_then(|made| made.render(Value::from(Serde(scope))));
    rendered.map_err(|error| wrong(recipe, &weighed, name, &error))
}

/// The recipe's own templates, as they may be rendered.
fn weighed(recipe: &Recipe) -> Result<BTreeMap<String, Weighed>, Failure> {
    let own = recipe.texts.iter().filter(|(name, _)| name.ends_with(".j2") && !name.starts_with(SHARED));
    let checked = own.map(|(name, source)| {
        let made = expression::checked(&source.text)
            .map_err(|excess| Failure::recipe(Span::new(source, excess.at), excess.message))?;
        Ok((name.clone(), made))
    });
    checked.collect()
}

/// What templates of Dockerfiles can do beside what all can: `include` a file beside `recipe.yaml`, and name an image as it
/// is reached through the platform's mirrors.
fn environment(
    recipe: &Recipe,
    weighed: &BTreeMap<String, Weighed>,
    mirrors: &Mirrors,
) -> Result<Environment<'static>, Failure> {
    let mut environment = expression::bounded(UndefinedBehavior::Lenient, FUEL);
    for (name, made) in weighed {
        let added = environment.add_template_owned(name.clone(), made.text.clone());
        added.map_err(|error| wrong(recipe, weighed, name, &error))?;
    }
    let mirrors = mirrors.clone();
    environment.add_function("image", move |name: String| match base_images::is_image(&name) {
        true => Ok(mirrors.image(&name)),
        false => {
            let message = format!("{name:?} is not an image reference, such as docker.io/library/node:24");
            Err(minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, message))
        }
    });
    Ok(environment)
}

/// A template that cannot be rendered, where it or what it includes says so.
fn wrong(
    recipe: &Recipe,
    weighed: &BTreeMap<String, Weighed>,
    template: &str,
    error: &minijinja::Error,
) -> Failure {
    let named = error.name().filter(|name| weighed.contains_key(*name)).unwrap_or(template);
    match (recipe.texts.get(named), weighed.get(named)) {
        (Some(source), Some(made)) => Failure::recipe(place(source, made, error), expression::message(error)),
        _ => Failure::recipe(recipe.description.at(&["dockerfile"]), expression::message(error)),
    }
}

/// The app's plain variables that its build reads, each with its value as a Dockerfile's `ENV` takes it.
fn build_variables(rule: &BuildRule, config: &BTreeMap<String, String>) -> Vec<Json> {
    let reads = |name: &str| rule.variables.iter().any(|pattern| matches(pattern, name));
    let quoted = |value: &str| {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
        format!("\"{escaped}\"")
    };
    // A line of a Dockerfile has no way to write a line break.
    let fits = |value: &str| !value.contains(['\n', '\r']);
    { config.iter() }
        .filter(|(name, value)| reads(name) && fits(value))
        .map(|(name, value)| json!({"name": name, "value": quoted(value)}))
        .collect()
}

/// The words as they were before the kubelet's expansion was kept off them.
fn unliteral(words: &[String]) -> Vec<String> {
    words
        .iter()
        .map(|word| if word.contains("$$") { word.replace("$$", "$") } else { word.clone() })
        .collect()
}
