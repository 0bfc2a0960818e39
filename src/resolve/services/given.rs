//! The variables that services give to the app, in the order in which they build on each other.

use std::collections::BTreeMap;

use serde_json::json;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::ProvidedVariable;
use crate::resolve::command::literal;
use crate::resolve::decisions::Notes;
use crate::resolve::layers::{Layer, Layers, Origin};
use crate::resolve::release::{AppSecret, PodVariable, SecretRef, Service};
use crate::resolve::services::texts::text_at;
use crate::resolve::variables::{self, winners};

/// The variables that services give, below what the app sets: the ConfigMap, and what pods are told beside it. Of a service
/// that somebody else runs nothing is left but that.
pub(in crate::resolve) fn all(
    inputs: &Inputs,
    services: &mut Vec<Service>,
    secrets: &mut [AppSecret],
    layers: &mut Layers,
    notes: &mut Notes,
) -> (BTreeMap<String, String>, Vec<PodVariable>) {
    let mut config = winners(layers);
    let mut all = Vec::new();
    let given = given(inputs, services, notes);
    replaced(inputs, services, &given, layers, notes);
    for (origin, variable) in given {
        // A secret of the app's own stands in a service's place, so that what builds on it finds it.
        if let Some(own) = secrets.iter_mut().find(|secret| secret.variable == variable.name) {
            own.given = own.file.is_none();
            let secret = Some(own.secret.clone()).filter(|_| own.given);
            all.extend(secret.map(|secret| PodVariable {
                name: variable.name,
                value: None,
                secret: Some(secret),
            }));
            continue;
        }
        let lowest = Layer { value: variable.value.clone(), origin };
        layers.entry(variable.name.clone()).or_default().insert(0, lowest);
        // What the app sets itself stands in the same place, and not in the ConfigMap as well.
        all.push(match config.remove(&variable.name) {
            Some(own) => PodVariable { name: variable.name, value: Some(literal(&own)), secret: None },
            None => variable,
        });
    }
    without_value(inputs, services, &all, notes);
    variables::explain(layers, &all, notes);
    services.retain(|service| !service.external);
    (config, all)
}

/// Warns of what the app sets in a service's place where other variables of the service are built from it: they change with
/// it, and may reach the service no more.
fn replaced(
    inputs: &Inputs,
    services: &[Service],
    given: &[(Origin, PodVariable)],
    layers: &Layers,
    notes: &mut Notes,
) {
    let secret = |name: &str| {
        let entries = inputs.app.value.secrets.iter().enumerate();
        let mut named = entries.filter(|(_, one)| one.name == name && one.service.is_none());
        named.next().map(|(index, one)| inputs.app.at(&one.path(index).each_ref().map(String::as_str)))
    };
    let own = |name: &str| {
        layers.get(name).and_then(|layers| layers.last()?.place().cloned()).or_else(|| secret(name))
    };
    for (origin, variable) in given {
        let Origin::Service { service, .. } = origin else { continue };
        let Some(place) = own(&variable.name) else { continue };
        let reference = format!("$({})", variable.name);
        let of_it = |one: &PodVariable| one.value.as_ref().is_some_and(|value| value.contains(&reference));
        let built: Vec<&str> = given
            .iter()
            .filter(|(_, one)| of_it(one) && own(&one.name).is_none())
            .map(|(_, one)| one.name.as_str())
            .collect();
        let Some((last, others)) = built.split_last().filter(|_| !is_external(services, service)) else {
            continue;
        };
        let (names, verb) = match others {
            [] => ((*last).to_owned(), "is"),
            others => (format!("{} and {last}", others.join(", ")), "are"),
        };
        let message = format!(
            "{} is set here, in the place of what the service {service} gives, and {names} {verb} built from it",
            variable.name
        );
        let hint = format!(
            "remove it if the app should use the service; of a server that the platform does not run, say `external: true` under {service}"
        );
        notes.warning(Code::VariableReplaced, place, message, hint);
    }
}

fn is_external(services: &[Service], name: &str) -> bool {
    services.iter().any(|one| one.name == name && one.external)
}

/// Says what nobody gives here: a variable that has a plain value in another environment alone.
fn without_value(inputs: &Inputs, services: &[Service], all: &[PodVariable], notes: &mut Notes) {
    for service in services.iter().filter(|service| service.external) {
        let of_it = |name: &str| name.strip_prefix(&service.prefix).is_some_and(|rest| rest.starts_with('_'));
        let none = |one: &&PodVariable| one.value.is_none() && one.secret.is_none() && of_it(&one.name);
        for variable in all.iter().filter(none) {
            let place = inputs.app.at(&["services", &service.index.to_string()]);
            let message =
                format!("{} of an external service has no value in this environment", variable.name);
            let hint = "give it one under `env`, or under `environments` for each environment";
            notes.problem(Code::MissingKey, place, message, hint);
        }
    }
}

/// All of them, and which service gives each.
fn given(inputs: &Inputs, services: &[Service], notes: &mut Notes) -> Vec<(Origin, PodVariable)> {
    let mut given = Given { inputs, all: Vec::new(), by: BTreeMap::new(), wrong: Vec::new() };
    for service in services {
        let Some(recipe) = inputs.services.get(&service.recipe) else { continue };
        for (index, provided) in recipe.description.value.provides.iter().enumerate() {
            given.one(service, recipe, index, provided, notes);
        }
        given.address(service, notes);
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
        let of_external = provided.external.as_ref().filter(|_| service.external);
        let key = if of_external.is_some() { "external" } else { "value" };
        let path = ["provides", &index.to_string(), key];
        let value = match of_external.or(provided.value.as_ref()) {
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
        if service.external {
            self.of_external(service, provided, value, notes);
            return;
        }
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

    /// Where it is reached from outside.
    fn address(&mut self, service: &'a Service, notes: &mut Notes) {
        let Some(route) = &service.route else { return };
        let name = format!("{}_PUBLIC_URL", service.prefix);
        if self.is_free(&name, service, notes) {
            let origin = Origin::Service { recipe: service.recipe.clone(), service: service.name.clone() };
            self.all.push((origin, PodVariable { name, value: Some(route.url.clone()), secret: None }));
        }
    }

    /// The same of a service that somebody else runs: what only they know is a secret of the app or a plain variable, and
    /// further names say the same.
    fn of_external(
        &mut self,
        service: &'a Service,
        provided: &ProvidedVariable,
        value: Option<String>,
        notes: &mut Notes,
    ) {
        let main = format!("{}_{}", service.prefix, provided.name);
        let value = value.filter(|_| !provided.is_set_outside());
        let origin = || Origin::Service { recipe: service.recipe.clone(), service: service.name.clone() };
        let same = format!("$({main})");
        if self.is_free(&main, service, notes) {
            self.all.push((origin(), PodVariable { name: main, value, secret: None }));
        }
        for name in provided.also.iter().filter(|_| !service.renamed).map(|name| name.0.clone()) {
            if self.is_free(&name, service, notes) {
                self.all.push((origin(), PodVariable { name, value: Some(same.clone()), secret: None }));
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
