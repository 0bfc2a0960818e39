//! What the recipe of a runtime says of its apps' pods: variables, writable folders, what holds of a process by default,
//! and the process that is the first in the container.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::Code;
use crate::expression;
use crate::load::inputs::Inputs;
use crate::load::pod_rules::EnvRule;
use crate::names;
use crate::quantity::mebibytes;
use crate::resolve::command::literal;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_values::values;
use crate::resolve::layers::{Layer, Layers, Origin};
use crate::resolve::mounts;
use crate::resolve::release::{AppSecret, PodVariable, Process, Route, Writable};
use crate::resolve::runtime::Runtime;

/// What expressions of the recipe see.
fn scope(inputs: &Inputs, runtime: &Runtime) -> Value {
    let recipe = inputs.runtime.as_ref().map(|recipe| &recipe.description.value);
    Value::Object(recipe.map(|recipe| values(recipe, &runtime.facts, &runtime.params)).unwrap_or_default())
}

/// What holds of processes where the app says nothing, and the words that each command begins with.
pub(super) fn apply(inputs: &Inputs, processes: &mut [Process], notes: &mut Notes) {
    let Some(recipe) = &inputs.runtime else { return };
    let defaults = &recipe.description.value.defaults;
    let origin = || format!("the default of recipe {}", recipe.name);
    for process in processes.iter_mut() {
        process.grace_period = defaults.grace_period.unwrap_or(process.grace_period);
        process.startup_time = defaults.startup_time.unwrap_or(process.startup_time);
        if let (Some(health), None, Some(_), "web") =
            (&defaults.health, &process.health, process.port, process.name.as_str())
        {
            notes.decided("processes.web.health", &health.0, origin());
            process.health = Some(health.0.clone());
        }
        // An image of the app's own need not have the program.
        if let (Some(command), None) = (&mut process.command, &inputs.dockerfile) {
            let init = recipe.description.value.init.iter().map(|word| literal(word));
            command.splice(0..0, init);
        }
    }
}

/// Adds the variables that the recipe wants, where nobody else gives them.
pub(super) fn variables(
    inputs: &Inputs,
    runtime: &Runtime,
    (processes, route, given, secrets): (&[Process], Option<&Route>, &[PodVariable], &[AppSecret]),
    (layers, config): (&mut Layers, &mut BTreeMap<String, String>),
    notes: &mut Notes,
) {
    let Some(recipe) = &inputs.runtime else { return };
    let mut scope = scope(inputs, runtime);
    let web = processes.iter().find(|process| process.name == "web").or(processes.first());
    scope["port"] = json!(web.and_then(|web| web.port));
    scope["memory"] = json!(web.and_then(|web| mebibytes(&web.memory)));
    scope["host"] = json!(route.and_then(|route| route.hosts.first()));
    scope["hosts"] = json!(route.map(|route| &route.hosts));
    scope["url"] = json!(route.map(|route| &route.url));
    for (index, rule) in recipe.description.value.env.iter().enumerate() {
        let name = &rule.name.0;
        let taken = layers.contains_key(name)
            || given.iter().any(|variable| variable.name == *name)
            || secrets.iter().any(|secret| secret.variable == *name);
        if taken {
            continue;
        }
        match value(rule, &scope) {
            Ok(Some(value)) => {
                let origin = Origin::Runtime { recipe: recipe.name.clone() };
                notes.decided(format!("env.{name}"), format!("{value:?}"), &origin);
                layers.insert(name.clone(), vec![Layer { value: Some(value.clone()), origin }]);
                config.insert(name.clone(), value);
            }
            Ok(None) => {}
            Err((key, message)) => {
                let span = recipe.description.at(&["env", &index.to_string(), key]);
                notes.problem(Code::InvalidExpression, span, format!("invalid `{key}`"), message);
            }
        }
    }
}

fn value(rule: &EnvRule, scope: &Value) -> Result<Option<String>, (&'static str, String)> {
    let fits = rule.when.as_deref().map_or(Ok(true), |when| expression::is_true(when, scope));
    if !fits.map_err(|message| ("when", message))? {
        return Ok(None);
    }
    expression::text(&rule.value, scope).map(Some).map_err(|message| ("value", message))
}

/// The folders that the app may write into: the recipe's, and the app's own.
pub(super) fn writable(inputs: &Inputs, runtime: &Runtime, notes: &mut Notes) -> Vec<Writable> {
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    let scope = scope(inputs, runtime);
    if let Some(recipe) = &inputs.runtime {
        for (index, rule) in recipe.description.value.writable.iter().enumerate() {
            match rule.when.as_deref().map_or(Ok(true), |when| expression::is_true(when, &scope)) {
                Ok(true) => drop(folders.insert(rule.path.path(), format!("recipe {}", recipe.name))),
                Ok(false) => {}
                Err(message) => {
                    let span = recipe.description.at(&["writable", &index.to_string(), "when"]);
                    notes.problem(Code::InvalidExpression, span, "invalid `when`", message);
                }
            }
        }
    }
    for (index, folder) in inputs.app.value.writable.iter().enumerate() {
        let place = inputs.app.at(&["writable", &index.to_string()]);
        let path = folder.path();
        let hides = mounts::is_the_systems(&path) || mounts::is_reserved(inputs, &path);
        if hides || folder.0.split('/').any(|part| part == "..") {
            let message = format!("cannot mount an empty folder at {:?}", folder.0);
            let hint = "name a folder of the app such as .next/cache, or a whole path such as /data/cache";
            notes.problem(Code::InvalidMount, place, message, hint);
            continue;
        }
        folders.insert(path, place.to_string());
    }
    for name in inputs.app.value.volumes.keys() {
        let volume = super::normal(&inputs.app.value.volumes[name].path.0);
        if folders.remove(&volume).is_some_and(|origin| !origin.starts_with("recipe ")) {
            let message = format!("volume {name} is mounted at {volume}, which `writable` names too");
            let span = inputs.app.key(&["volumes", name]);
            notes.problem(
                Code::InvalidMount,
                span,
                message,
                "remove it from `writable`: a volume can be written",
            );
        }
    }
    let one = |(path, origin): (String, String)| {
        notes.decided(format!("writable.{path}"), "an empty folder in each new pod", origin);
        Writable { name: format!("writable-{}", names::hash(&path, 8)), path }
    };
    folders.into_iter().map(one).collect()
}
