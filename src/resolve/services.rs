//! Backing services: what `.cupaas` says of each, checked against its recipe, and the variables that it gives.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::expression;
use crate::load::app_file::ServiceEntry;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::{Parameter, ParameterKind, RecipeFile};
use crate::load::release_file::ReleaseFile;
use crate::resolve::command::literal;
use crate::resolve::decisions::Notes;
use crate::resolve::labels::{self, Part};
use crate::resolve::layers::Origin;
use crate::resolve::release::{Credential, PodVariable, SecretRef, Service, ServiceDisk};
use crate::resolve::version;
use crate::yaml::document::Document;

/// Keys of a service's settings that every service has.
const COMMON: [&str; 3] = ["storage", "name", "as"];

pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let mut names = BTreeSet::new();
    let mut prefixes = BTreeSet::new();
    for (index, entry) in inputs.app.value.services.iter().enumerate() {
        let Some(recipe) = inputs.services.get(&entry.recipe) else { continue };
        let index = index.to_string();
        let place = inputs.app.at(&["services", &index]);
        let asked = ServiceSettings { inputs, environment, entry, index: &index, recipe };
        let service = asked.service(previous, notes);
        if !asked.is_named() {
            continue;
        }
        if !names.insert(service.name.clone()) {
            let hint = format!("give one of them a name: {{{}: {{name: other}}}}", entry.recipe);
            notes.problem(
                Code::NameConflict,
                place.clone(),
                format!("two services are named {:?}", service.name),
                hint,
            );
        } else if !prefixes.insert(service.prefix.clone()) {
            let message = format!("two services set variables with the prefix {}_", service.prefix);
            let hint = "give one of them another prefix with `as`";
            notes.problem(Code::NameConflict, place.clone(), message, hint);
        }
        services.push(service);
    }
    services
}

/// One entry of `services` with what is needed to decide it.
struct ServiceSettings<'a> {
    inputs: &'a Inputs,
    environment: &'a str,
    entry: &'a ServiceEntry,
    index: &'a str,
    recipe: &'a Recipe,
}

impl ServiceSettings<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.entry.settings.get(key).and_then(Value::as_str).map(str::to_owned)
    }

    /// Whether its name and prefix are what a person wrote.
    fn is_named(&self) -> bool {
        let is_sound = |key| self.inputs.app.is_sound(&["services", self.index, &self.entry.recipe, key]);
        // An unknown setting may have been meant to be one of them.
        is_sound("name") && is_sound("as") && self.entry.settings.keys().all(|key| self.knows(key))
    }

    /// Whether there is such a setting.
    fn knows(&self, key: &str) -> bool {
        COMMON.contains(&key) || self.recipe.description.value.params.contains_key(key)
    }

    fn service(&self, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Service {
        let before = notes.problems.len();
        let recipe = &self.recipe.description.value;
        let name = self.text("name").unwrap_or_else(|| self.entry.recipe.clone());
        let prefix = self.text("as").unwrap_or_else(|| name.to_uppercase().replace('-', "_"));
        let version = self.version(&name, previous, notes);
        let part = Part::Service(&self.entry.recipe);
        let labels = labels::of(self.inputs, self.environment, &name, part);
        let mut workload_labels = labels.clone();
        workload_labels.insert("cupaas.dev/service-version".to_owned(), version.clone());
        let mut service = Service {
            recipe: self.entry.recipe.clone(),
            major_parts: recipe.versions.major_parts.unwrap_or(1),
            image: String::new(),
            port: recipe.port.unwrap_or(0),
            labels,
            workload_labels,
            selector: labels::selector(&self.inputs.name, &name),
            storage: self.disk(&name, notes),
            params: self.params(notes),
            secret: None,
            credentials: Vec::new(),
            ping: None,
            name,
            version,
            prefix,
        };
        let filled = self.fill(&mut service);
        // What templates make of a version or setting that has been refused says nothing about them.
        if notes.problems.len() == before && self.recipe.description.is_sound(&[]) {
            notes.problems.extend(filled.err().map(|problem| *problem));
        }
        service
    }

    fn version(&self, name: &str, previous: Option<&ReleaseFile>, notes: &mut Notes) -> String {
        let versions = &self.recipe.description.value.versions;
        let place = self.inputs.app.at(&["services", self.index]);
        let recorded = previous.and_then(|release| release.versions.get(name));
        let (wanted, origin) = match (&self.entry.version, recorded) {
            (Some(asked), _) => (asked.clone(), place.to_string()),
            (None, Some(recorded)) => (recorded.clone(), "recorded by the first deploy".to_owned()),
            (None, None) => (
                versions.default.clone().unwrap_or_default(),
                format!("the default of recipe {}", self.entry.recipe),
            ),
        };
        match version::pick(versions, &wanted) {
            _ if !self.recipe.description.is_sound(&["versions"]) => wanted,
            Ok(version) => {
                notes.decided(format!("services.{name}.version"), &version, origin);
                version
            }
            Err(hint) => {
                notes.problem(
                    Code::UnknownVersion,
                    place,
                    format!("{} {wanted:?} is not supported", self.entry.recipe),
                    hint,
                );
                wanted
            }
        }
    }

    fn disk(&self, name: &str, notes: &mut Notes) -> Option<ServiceDisk> {
        let place = self.inputs.app.at(&["services", self.index, &self.entry.recipe, "storage"]);
        let Some(storage) = &self.recipe.description.value.storage else {
            if self.text("storage").is_some() && self.recipe.description.is_sound(&["storage"]) {
                notes.problem(
                    Code::UnknownKey,
                    place,
                    format!("{} stores nothing on disk", self.entry.recipe),
                    "remove `storage`",
                );
            }
            return None;
        };
        let (size, origin) = match self.text("storage") {
            Some(size) => (size, place.to_string()),
            None => (storage.default.0.clone(), format!("the default of recipe {}", self.entry.recipe)),
        };
        notes.decided(format!("services.{name}.storage"), &size, origin);
        Some(ServiceDisk { size, path: storage.path.0.clone() })
    }

    /// The recipe's parameters with the app's values, each checked.
    fn params(&self, notes: &mut Notes) -> Map<String, Value> {
        let known = &self.recipe.description.value.params;
        let path = |key: &str| self.inputs.app.key(&["services", self.index, &self.entry.recipe, key]);
        for key in self.entry.settings.keys().filter(|key| !self.knows(key)) {
            if self.recipe.description.is_sound(&["params", key]) {
                let names = known.keys().map(String::as_str).chain(COMMON).chain(["version"]);
                let hint = match crate::schema::suggest(key, names.clone()) {
                    Some(close) => format!("did you mean {close:?}?"),
                    None => format!("available: {}", names.collect::<Vec<_>>().join(", ")),
                };
                notes.problem(
                    Code::UnknownKey,
                    path(key),
                    format!("{} has no setting {key:?}", self.entry.recipe),
                    hint,
                );
            }
        }
        let mut params = Map::new();
        for (name, parameter) in known {
            let value = self.entry.settings.get(name).unwrap_or(&parameter.default);
            let sound = self.recipe.description.is_sound(&["params", name]);
            if let Some(hint) = refused(parameter, value).filter(|_| sound) {
                notes.problem(Code::InvalidValue, path(name), format!("invalid value for {name:?}"), hint);
            }
            params.insert(name.clone(), value.clone());
        }
        params
    }

    /// What the recipe says in templates: image, credentials, ping.
    fn fill(&self, service: &mut Service) -> Result<(), Box<Diagnostic>> {
        let document = &self.recipe.description;
        let scope = json!({"app": self.inputs.name, "environment": self.environment, "version": service.version,
            "name": service.name, "service": with_literal_params(service)});
        let text = |template: &str, path: &[&str]| text_at(document, template, &scope, path);
        let image = document.value.image.as_deref().unwrap_or_default();
        let mirror = self.inputs.platform.value.registry.mirror.as_deref();
        let image = mirrored(&text(image, &["image"])?, mirror);
        let mut credentials = Vec::new();
        for (index, rule) in document.value.credentials.iter().enumerate() {
            let index = index.to_string();
            let wanted = match &rule.when {
                Some(when) => expression::is_true(when, &scope).map_err(|message| {
                    Box::new(Diagnostic::error(
                        Code::InvalidExpression,
                        document.at(&["credentials", &index, "when"]),
                        message,
                    ))
                })?,
                None => true,
            };
            if wanted {
                let value =
                    rule.value.as_deref().map(|v| text(v, &["credentials", &index, "value"])).transpose()?;
                credentials.push(Credential { key: rule.key.clone(), value });
            }
        }
        let ping = match &document.value.ping {
            Some(ping) => {
                Some(ping.command.iter().map(|word| text(word, &["ping"])).collect::<Result<Vec<_>, _>>()?)
            }
            None => None,
        };
        service.secret = (!credentials.is_empty()).then(|| {
            let settings = &self.inputs.platform.value.secrets;
            crate::resolve::secrets::credentials_secret(
                settings,
                &self.inputs.name,
                self.environment,
                &service.name,
            )
        });
        (service.image, service.credentials, service.ping) = (image, credentials, ping);
        Ok(())
    }
}

pub(super) fn refused(parameter: &Parameter, value: &Value) -> Option<String> {
    let good = match parameter.kind {
        ParameterKind::Boolean => value.is_boolean(),
        ParameterKind::Integer => value.is_i64() || value.is_u64(),
        ParameterKind::Text => {
            value.as_str().is_some_and(|text| crate::yaml::characters::lost(text).is_none())
        }
    };
    let listed = parameter.choices.is_empty() || parameter.choices.contains(value);
    if good && listed {
        return None;
    }
    let choices: Vec<String> = parameter.choices.iter().map(Value::to_string).collect();
    Some(match (parameter.kind, choices.is_empty()) {
        (_, false) => format!("expected one of {}: {}", choices.join(", "), parameter.doc),
        (ParameterKind::Boolean, _) => format!("expected true or false: {}", parameter.doc),
        (ParameterKind::Integer, _) => format!("expected a whole number: {}", parameter.doc),
        (ParameterKind::Text, _) => format!("expected a string: {}", parameter.doc),
    })
}

fn text_at(
    document: &Document<RecipeFile>,
    template: &str,
    scope: &Value,
    path: &[&str],
) -> Result<String, Box<Diagnostic>> {
    expression::text(template, scope)
        .map_err(|message| Box::new(Diagnostic::error(Code::InvalidExpression, document.at(path), message)))
}

/// A service as a recipe's texts see it: what the app wrote in a parameter is kept from the kubelet's expansion.
fn with_literal_params(service: &Service) -> Value {
    let mut value = json!(service);
    for param in value["params"].as_object_mut().into_iter().flat_map(|params| params.values_mut()) {
        if let Value::String(text) = param {
            *text = literal(text);
        }
    }
    value
}

/// An image through the platform's mirror of Docker Hub.
pub(crate) fn mirrored(image: &str, mirror: Option<&str>) -> String {
    match (mirror, image.strip_prefix("docker.io/")) {
        (Some(mirror), Some(rest)) => format!("{mirror}/{rest}"),
        _ => image.to_owned(),
    }
}

/// The variables that the services give, in the order in which they build on each other, and which service gives each.
pub(super) fn variables(
    inputs: &Inputs,
    services: &[Service],
    notes: &mut Notes,
) -> Vec<(Origin, PodVariable)> {
    let mut variables = Vec::new();
    let mut wrong = Vec::new();
    for service in services {
        let Some(recipe) = inputs.services.get(&service.recipe) else { continue };
        let scope =
            json!({"app": inputs.name, "name": service.name, "prefix": service.prefix, "service": service});
        for (index, provided) in recipe.description.value.provides.iter().enumerate() {
            let name = format!("{}_{}", service.prefix, provided.name);
            let index = index.to_string();
            let value = match &provided.value {
                Some(template) => {
                    match text_at(&recipe.description, &template.0, &scope, &["provides", &index, "value"]) {
                        Ok(value) => Some(value),
                        Err(problem) => {
                            wrong.extend(recipe.description.is_sound(&[]).then_some(*problem));
                            None
                        }
                    }
                }
                None => None,
            };
            let keys = (&provided.secret, &service.secret);
            let secret = match keys {
                (Some(key), Some(name)) => Some(SecretRef { name: name.clone(), key: key.clone() }),
                _ => None,
            };
            let origin = Origin::Service { recipe: service.recipe.clone(), service: service.name.clone() };
            variables.push((origin, PodVariable { name, value, secret }));
        }
    }
    // They may come of a setting that has been refused.
    if notes.problems.is_empty() {
        notes.problems.extend(wrong);
    }
    variables
}
