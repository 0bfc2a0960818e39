//! A recipe's rules → objects, each with the layer that it belongs to.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde_json::{Map, Value as Json};

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::expression;
use crate::layout::Folders;
use crate::load::catalog::Recipe;
use crate::load::file_rule::{FileRule, Layer};
use crate::load::platform::Delivery;
use crate::load::task_file;
use crate::render::delivery;
use crate::render::engine::Engine;
use crate::render::origin::Origin;
use crate::tree::RepoPath;

/// One object with the layer that it belongs to.
pub(super) struct Rendered {
    pub(super) layer: Layer,
    pub(super) path: RepoPath,
    pub(super) object: Json,
    pub(super) origin: Origin,
}

/// What the recipes' rules render.
pub(super) struct Layers<'a> {
    pub(super) values: &'a Map<String, Json>,
    pub(super) folders: &'a Folders,
    pub(super) delivery: Delivery,
    /// Whether a release command goes before the processes.
    pub(super) waits: bool,
    pub(super) rendered: Vec<Rendered>,
}

impl Layers<'_> {
    pub(super) fn recipe(
        &mut self,
        engine: &Engine,
        recipe: &Recipe,
        context: &BTreeMap<String, Value>,
    ) -> Result<(), Failure> {
        for (index, rule) in recipe.description.value.files.iter().enumerate() {
            let place = recipe.description.at(&["files", &index.to_string()]);
            let Some(list) = &rule.each else {
                self.one((engine, recipe), rule, &place, context)?;
                continue;
            };
            let items = self.values.get(list).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            for item in items {
                let mut context = context.clone();
                let name = rule.item.as_ref().map_or("item", |name| &name.0);
                context.insert(name.to_owned(), Value::from(Serde(item)));
                self.one((engine, recipe), rule, &place, &context)?;
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        (engine, recipe): (&Engine, &Recipe),
        rule: &FileRule,
        place: &Span,
        context: &BTreeMap<String, Value>,
    ) -> Result<(), Failure> {
        let task = self.values.get("task").and_then(|task| task["id"].as_str());
        if rule.layer == Layer::Run && task.is_none() {
            return Ok(());
        }
        let context = Value::from(context.clone());
        if let Some(when) = &rule.when {
            let broken = |message: String| Failure::recipe(place.clone(), message);
            if !expression::holds(when, context.clone()).map_err(broken)? {
                return Ok(());
            }
        }
        let mut object = engine.object(&rule.template, &context, place)?;
        let origin = engine.origin(&rule.template, recipe.description.value.workload.as_deref(), place);
        if !object.is_object() {
            let made = match &object {
                Json::Null => "nothing",
                Json::Array(_) => "a list",
                _ => "a plain value",
            };
            let own = origin.template.as_ref().filter(|_| origin.whole);
            let span = own.map_or_else(|| place.clone(), Span::file);
            let message = format!("rendered {made}, and not one Kubernetes object");
            let problem = Diagnostic::error(Code::RecipeInvalid, span, message);
            let hint =
                "begin it with `apiVersion:`; where there is to be no object, say so by `when` of its rule";
            return Err(Failure::recipes(vec![problem.hint(hint)]));
        }
        delivery::mark(&mut object, rule.layer, self.delivery, self.waits)
            .map_err(|message| Failure::recipe(place.clone(), message))?;
        let text = |key: &str| object.pointer(key).and_then(Json::as_str).unwrap_or_default().to_lowercase();
        let file = format!("{}-{}.yaml", text("/kind"), text("/metadata/name"));
        let path = match rule.layer {
            Layer::Base | Layer::Release => Folders::below(&self.folders.deploy, &format!("base/{file}"))?,
            Layer::App => Folders::below(&self.folders.deploy, &format!("app/{file}"))?,
            Layer::Run => task_file::manifest(self.folders, task.unwrap_or_default(), &file)?,
            Layer::Cluster => self.folders.cluster.clone(),
        };
        if rule.layer != Layer::Cluster && self.rendered.iter().any(|other| other.path == path) {
            return Err(Failure::recipe(place.clone(), format!("{path} is rendered twice")));
        }
        self.rendered.push(Rendered { layer: rule.layer, path, object, origin });
        Ok(())
    }
}
