//! A recipe → what is wrong with what it renders, for an app that takes every default, and then each of its choices.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::load::catalog::{Catalog, Recipe, RecipeKind};
use crate::load::gitops::{Backend, Gitops};
use crate::load::inputs::Inputs;
use crate::load::mirrors::Mirrors;
use crate::load::recipe::{Parameter, ParameterKind, VERSION};
use crate::load::trial;
use crate::render::Renderer;
use crate::render::base_images;
use crate::render::dockerfile::{dockerfile, parts};
use crate::resolve::release::Release;
use crate::resolve::uses::Used;
use crate::resolve::{self, environment};
use crate::run::catalog::folder_of;
use crate::run::scaffold::embedded;

/// All that is wrong, each thing once.
///
/// # Errors
/// What is not the recipe's fault.
pub(super) fn of(catalog: &Catalog, recipe: &Recipe) -> Result<Vec<Diagnostic>, Failure> {
    let mut renderer = Renderer::default();
    let (mut found, mut seen) = (Vec::new(), Vec::new());
    for (choice, app) in apps(recipe) {
        for problem in one(catalog, recipe, &app, &mut renderer)? {
            if seen.contains(&problem) {
                continue;
            }
            seen.push(problem.clone());
            // Of the defaults nothing has to be said: everybody has them.
            found.push(if choice.is_empty() { problem } else { problem.with(&choice) });
        }
    }
    Ok(found)
}

/// An app for the defaults, and one for each choice, with its name.
fn apps(recipe: &Recipe) -> Vec<(String, Value)> {
    let description = &recipe.description.value;
    if recipe.kind == RecipeKind::Runtime {
        let app = |runtime: String| json!({"name": trial::NAME, "runtime": runtime, "processes": {"web": {"command": "serve"}}});
        let versions = description.versions.supported.iter();
        let versions =
            versions.map(|version| (format!("version {version}"), app(format!("{}:{version}", recipe.name))));
        return std::iter::once((String::new(), app(recipe.name.clone()))).chain(versions).collect();
    }
    let app = |settings: Map<String, Value>| {
        let service = json!({(recipe.name.as_str()): settings});
        json!({"name": trial::NAME, "runtime": "image", "services": [service],
            "processes": {"web": {"command": "serve"}}})
    };
    let mut apps = vec![(String::new(), app(Map::new()))];
    for (name, parameter) in &description.params {
        for value in others(parameter) {
            let settings = Map::from_iter([(name.clone(), value.clone())]);
            apps.push((format!("{name}: {value}"), app(settings)));
        }
    }
    if description.route {
        let settings = Map::from_iter([("public".to_owned(), json!(true))]);
        apps.push(("public: true".to_owned(), app(settings)));
    }
    apps.extend(description.versions.supported.iter().map(|version| {
        (format!("version {version}"), app(Map::from_iter([("version".to_owned(), json!(version))])))
    }));
    apps
}

/// What a parameter can be beside its default, where that can be listed.
fn others(parameter: &Parameter) -> Vec<Value> {
    let all = match parameter.kind {
        ParameterKind::Boolean => vec![json!(true), json!(false)],
        _ => parameter.choices.clone(),
    };
    all.into_iter().filter(|value| *value != parameter.default).collect()
}

/// What is wrong for one app.
fn one(
    catalog: &Catalog,
    recipe: &Recipe,
    app: &Value,
    renderer: &mut Renderer,
) -> Result<Vec<Diagnostic>, Failure> {
    let (inputs, release) = match release(catalog, recipe, app) {
        Ok(decided) => decided,
        Err(failure) => return of_recipe(recipe, failure),
    };
    if recipe.kind == RecipeKind::Service {
        return match renderer.trial(&release, &inputs) {
            Ok(found) => Ok(placed(recipe, found)),
            Err(failure) => of_recipe(recipe, failure),
        };
    }
    let description = &recipe.description.value;
    let used = Used {
        version: release.facts.get(VERSION).cloned().unwrap_or_default(),
        folder: ".".to_owned(),
        facts: release.facts.clone(),
        params: release.params.clone(),
    };
    let rendered = match parts(recipe, &used, &release, &Mirrors::default()) {
        Ok(_) if description.dockerfile.is_some() => {
            dockerfile(recipe, &inputs.used, &release, &Mirrors::default())
                .map(|text| base_images::check(recipe, &text))
        }
        Ok(_) => Ok(Vec::new()),
        Err(failure) => Err(failure),
    };
    rendered.map_or_else(|failure| of_recipe(recipe, failure), |found| Ok(placed(recipe, found)))
}

fn release(catalog: &Catalog, recipe: &Recipe, app: &Value) -> Result<(Inputs, Release), Failure> {
    let mut files = catalog.alone(recipe.kind, &recipe.name);
    for used in recipe.description.value.uses.keys() {
        files.extend(catalog.alone(RecipeKind::Runtime, used));
    }
    files.extend(embedded::files(Path::new(""), false)?);
    let app_file = Source::new("an app that uses the recipe", app.to_string());
    let inputs = trial::inputs(&app_file, &mut Gitops::from(Backend::Memory(files)))?;
    let environment = environment::choose(&inputs)?;
    let release = resolve::resolve(&inputs, environment, None)?;
    Ok((inputs, release))
}

/// A failure at the recipe's own places: the app does nothing but use it.
fn of_recipe(recipe: &Recipe, failure: Failure) -> Result<Vec<Diagnostic>, Failure> {
    if failure.diagnostics.is_empty() {
        return Err(failure);
    }
    Ok(placed(recipe, failure.diagnostics))
}

/// Problems in the files that the person knows, and not in those of the trial.
fn placed(recipe: &Recipe, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let folder = format!("catalog/{}/{}/", folder_of(recipe.kind), recipe.name);
    let place = |span: &Span| {
        let own = recipe.texts.values().find(|source| source.name == span.source.name);
        let own = own.or_else(|| recipe.texts.get(span.source.name.strip_prefix(&folder)?));
        own.map(|source| Span::new(source, span.range.clone()))
    };
    let placed = found.into_iter().map(|problem| {
        let span = place(&problem.span).unwrap_or_else(|| recipe.description.at(&["summary"]));
        Diagnostic { span, ..problem }
    });
    placed.collect()
}
