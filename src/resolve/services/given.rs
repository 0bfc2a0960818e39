//! The variables that services give to the app, in the order in which they build on each other.

use std::collections::BTreeMap;

use serde_json::json;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::ProvidedVariable;
use crate::resolve::decisions::Notes;
use crate::resolve::layers::Origin;
use crate::resolve::release::{PodVariable, SecretRef, Service};
use crate::resolve::services::texts::text_at;

/// All of them, and which service gives each.
pub(in crate::resolve) fn variables(
    inputs: &Inputs,
    services: &[Service],
    notes: &mut Notes,
) -> Vec<(Origin, PodVariable)> {
    let mut given = Given { inputs, all: Vec::new(), by: BTreeMap::new(), wrong: Vec::new() };
    for service in services {
        let Some(recipe) = inputs.services.get(&service.recipe) else { continue };
        for (index, provided) in recipe.description.value.provides.iter().enumerate() {
            given.one(service, recipe, index, provided, notes);
        }
    }
    // They may come of a setting that has been refused.
    if notes.problems.is_empty() {
        notes.problems.append(&mut given.wrong);
    }
    given.all
}

struct Given<'a> {
    inputs: &'a Inputs,
    all: Vec<(Origin, PodVariable)>,
    /// The service that gives a name.
    by: BTreeMap<String, &'a Service>,
    wrong: Vec<Diagnostic>,
}

impl<'a> Given<'a> {
    /// One entry of `provides`, under all its names.
    fn one(
        &mut self,
        service: &'a Service,
        recipe: &Recipe,
        index: usize,
        provided: &ProvidedVariable,
        notes: &mut Notes,
    ) {
        let scope = json!({"app": self.inputs.name, "name": service.name, "prefix": service.prefix,
            "service": service});
        let path = ["provides", &index.to_string(), "value"];
        let value = match &provided.value {
            Some(template) => match text_at(&recipe.description, &template.0, &scope, &path) {
                Ok(value) => Some(value),
                Err(problem) => {
                    self.wrong.extend(recipe.description.is_sound(&[]).then_some(*problem));
                    None
                }
            },
            None => None,
        };
        let secret = match (&provided.secret, &service.secret) {
            (Some(key), Some(name)) => Some(SecretRef { name: name.clone(), key: key.clone() }),
            _ => None,
        };
        let second = provided.also.iter().filter(|_| !service.renamed).map(|name| name.0.clone());
        for name in std::iter::once(format!("{}_{}", service.prefix, provided.name)).chain(second) {
            if self.is_free(&name, service, notes) {
                let origin =
                    Origin::Service { recipe: service.recipe.clone(), service: service.name.clone() };
                let variable = PodVariable { name, value: value.clone(), secret: secret.clone() };
                self.all.push((origin, variable));
            }
        }
    }

    /// Whether nothing gives that name yet. Two services that give one are told apart by `as`.
    fn is_free(&mut self, name: &str, service: &'a Service, notes: &mut Notes) -> bool {
        let Some(other) = self.by.insert(name.to_owned(), service) else { return true };
        // A common prefix has been said, and one service may give a name twice.
        if other.prefix != service.prefix && other.name != service.name {
            let (one, two) = (&other.name, &service.name);
            let message = format!("the services {one:?} and {two:?} both set the variable {name}");
            let hint = format!(
                "give one of them a prefix of its own with `as`: {{{}: {{as: OTHER}}}} sets OTHER_… alone",
                service.recipe
            );
            let index = service.index.to_string();
            let place = self.inputs.app.at(&["services", &index]);
            let told = notes
                .problems
                .iter()
                .any(|problem| problem.code == Code::NameConflict && problem.span == place);
            if !told {
                notes.problem(Code::NameConflict, place, message, hint);
            }
        }
        false
    }
}
