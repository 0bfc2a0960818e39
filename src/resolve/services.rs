//! Backing services: what `.cupaas` says of each, checked against its recipe, and the variables that it gives.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::expression;
use crate::load::app_file::ServiceEntry;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::platform::SecretsProvider;
use crate::load::recipe::ServiceStorage;
use crate::load::release_file::ReleaseFile;
use crate::quantity::mebibytes;
use crate::resolve::decisions::Notes;
use crate::resolve::labels::{self, Part};
use crate::resolve::release::{Disk, Labels, Route, Service, ServiceDisk};
use crate::resolve::{ended, routes, version};

mod credentials;
mod disks;
mod files;
mod given;
mod params;
mod ping;
mod resources;
pub(super) mod texts;
mod upgrade;

pub(super) use given::all;
use texts::{image_at, with_literal_params};

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
        } else if let Some(claim) = service.claims().into_iter().find(|claim| is_taken(&services, claim)) {
            // `store` with a disk `logs`, and a service that is called `store-logs`.
            let message = format!("two services have a disk {claim:?}");
            let hint = format!("give one of them another name: {{{}: {{name: other}}}}", entry.recipe);
            notes.problem(Code::NameConflict, place.clone(), message, hint);
        }
        services.push(service);
    }
    services
}

/// Whether a disk of one of these is this claim.
fn is_taken(services: &[Service], claim: &str) -> bool {
    services.iter().any(|service| service.has_claim(claim))
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
        is_sound("name")
            && is_sound("as")
            && self.entry.settings.keys().all(|key| params::knows(self.recipe, key))
    }

    /// The place of the key of a setting.
    fn key(&self, key: &str) -> Span {
        self.inputs.app.key(&["services", self.index, &self.entry.recipe, key])
    }

    /// What is written for a setting, with its place.
    fn written(&self, key: &str) -> Option<(String, Span)> {
        let path = ["services", self.index, &self.entry.recipe, key];
        let text = match self.entry.settings.get(key)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        // A parameter of that name is the recipe's own matter.
        let own = self.recipe.description.value.params.contains_key(key);
        Some((text, self.inputs.app.at(&path))).filter(|_| !own && self.inputs.app.is_sound(&path))
    }

    fn service(&self, previous: Option<&ReleaseFile>, notes: &mut Notes) -> Service {
        let before = notes.problems.len();
        let recipe = &self.recipe.description.value;
        let name = self.entry.name().to_owned();
        let prefix = self.entry.prefix(recipe);
        self.named(&name, &prefix, notes);
        let external = self.external(&name, notes);
        let version = if external { String::new() } else { self.version(&name, previous, notes) };
        let asked = resources::Asked {
            service: &name,
            recipe: &self.entry.recipe,
            memory: self.written("memory"),
            cpu: self.written("cpu"),
        };
        let resources = if external {
            resources::Resources::default()
        } else {
            resources::resolve(&recipe.resources, asked, notes)
        };
        let params = params::resolve(&name, self.recipe, self.entry, |key| self.key(key), notes);
        let labels = labels::of(self.inputs, self.environment, &name, Part::Service(&self.entry.recipe));
        let mut workload_labels = labels.clone();
        workload_labels.insert("cupaas.dev/service-version".to_owned(), version.clone());
        let mut service = Service {
            recipe: self.entry.recipe.clone(),
            major_parts: recipe.versions.major_parts.unwrap_or(1),
            upgrades: upgrade::to(&recipe.versions, &version),
            external,
            index: self.index.parse().unwrap_or(0),
            renamed: self.text("as").is_some(),
            memory_mib: resources.memory.as_deref().and_then(mebibytes),
            memory: resources.memory,
            cpu: resources.cpu,
            image: String::new(),
            port: recipe.port.unwrap_or(0),
            storage: if external { None } else { self.disk(&name, &params, notes) },
            disks: if external { Vec::new() } else { self.disks(&name, &params, &labels, notes) },
            labels,
            workload_labels,
            selector: labels::selector(&self.inputs.name, &name),
            config: Vec::new(),
            config_hash: None,
            params,
            secret: None,
            credentials: Vec::new(),
            generators: Vec::new(),
            route: None,
            ping: None,
            name,
            version,
            prefix,
        };
        service.route = self.route(&service, notes);
        let filled = if external { Ok(()) } else { self.fill(&mut service) };
        // What templates make of a version or setting that has been refused says nothing about them.
        if notes.problems.len() == before && self.recipe.description.is_sound(&[]) {
            notes.problems.extend(filled.err().map(|problem| *problem));
        }
        service
    }

    /// Notes what it is called where the app says so.
    fn named(&self, name: &str, prefix: &str, notes: &mut Notes) {
        for (key, value) in [("name", self.entry.recipe.as_str()), ("as", prefix)] {
            if let Some((_, place)) = self.written(key) {
                notes.decided(format!("services.{name}.{key}"), value, place);
            }
        }
    }

    fn version(&self, name: &str, previous: Option<&ReleaseFile>, notes: &mut Notes) -> String {
        let versions = &self.recipe.description.value.versions;
        let place = self.inputs.app.at(&["services", self.index, &self.entry.recipe, "version"]);
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
                let time = self.inputs.query.source.time;
                ended::warn(versions, (&self.entry.recipe, &version), time, place.clone(), notes);
                upgrade::warn(versions, (name, recorded.map(String::as_str), &version), place, notes);
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

    fn disk(&self, name: &str, params: &Map<String, Value>, notes: &mut Notes) -> Option<ServiceDisk> {
        let place = self.inputs.app.at(&["services", self.index, &self.entry.recipe, "storage"]);
        let document = &self.recipe.description;
        let wanted = |storage: &&ServiceStorage| match &storage.when {
            Some(when) => expression::is_true(when, &json!({"service": {"params": params}})),
            None => Ok(true),
        };
        let storage = match document.value.storage.as_ref().map(|storage| (wanted(&storage), storage)) {
            Some((Ok(true), storage)) => Some(storage),
            Some((Err(message), _)) => {
                let place = document.at(&["storage", "when"]);
                notes.problems.push(Diagnostic::error(Code::InvalidExpression, place, message));
                return None;
            }
            _ => None,
        };
        let Some(storage) = storage else {
            if self.text("storage").is_some() && document.is_sound(&["storage"]) {
                notes.problem(
                    Code::UnknownKey,
                    place,
                    match document.value.storage {
                        Some(_) => {
                            format!("{} stores nothing on disk with these settings", self.entry.recipe)
                        }
                        None => format!("{} stores nothing on disk", self.entry.recipe),
                    },
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

    /// Whether somebody else runs it, and what has no effect then.
    fn external(&self, name: &str, notes: &mut Notes) -> bool {
        if !self.entry.is_external() {
            return false;
        }
        let params = &self.recipe.description.value.params;
        let is_set = |key: &&&str| self.entry.settings.contains_key(**key) && !params.contains_key(**key);
        for key in ["storage", "disks", "memory", "cpu", "public"].iter().filter(is_set) {
            let message = format!("`{key}` has no effect on an external service");
            notes.problem(Code::ConflictingSettings, self.key(key), message, "remove it, or `external`");
        }
        if self.entry.version.is_some() {
            let place = self.inputs.app.at(&["services", self.index]);
            let message = "a version has no effect on an external service";
            notes.problem(Code::ConflictingSettings, place, message, "remove it, or `external`");
        }
        let place = self.inputs.app.at(&["services", self.index, &self.entry.recipe, "external"]);
        notes.decided(format!("services.{name}"), "external", place);
        true
    }

    /// How it is reached from outside, where the app asks for that.
    fn route(&self, service: &Service, notes: &mut Notes) -> Option<Route> {
        let is_own = self.recipe.description.value.params.contains_key("public");
        if is_own || service.external || self.entry.settings.get("public") != Some(&Value::Bool(true)) {
            return None;
        }
        if self.recipe.description.value.route {
            let place = self.inputs.app.at(&["services", self.index, &self.entry.recipe, "public"]);
            return routes::of_service(self.inputs, self.environment, service, place, notes);
        }
        if self.recipe.description.is_sound(&["route"]) {
            let message = format!("{} cannot be public: its recipe has no `route`", self.entry.recipe);
            notes.problem(Code::ConflictingSettings, self.key("public"), message, "remove `public`");
        }
        None
    }

    fn disks(
        &self,
        name: &str,
        params: &Map<String, Value>,
        labels: &Labels,
        notes: &mut Notes,
    ) -> Vec<Disk> {
        let place = |disk: Option<&str>| {
            let setting = ["services", self.index, &self.entry.recipe, "disks"];
            match disk {
                Some(disk) => self.inputs.app.key(&[&setting[..], &[disk]].concat()),
                None => self.inputs.app.at(&setting),
            }
        };
        let asked = disks::Asked {
            service: name,
            recipe: &self.entry.recipe,
            written: self.entry.settings.get("disks"),
            place: &place,
            labels,
        };
        disks::resolve(&self.recipe.description, params, &asked, notes)
    }

    /// What to say of a credential that the platform's operator has no generator for.
    fn cannot_be_made(&self, words: &str) -> Diagnostic {
        let message = format!("External Secrets cannot generate the credentials of {}", self.entry.recipe);
        let place = self.inputs.platform.at(&["secrets", "provider"]);
        // Its passwords have all small letters; capital letters, digits and signs can be left out.
        let hint = format!(
            "its recipe asks for {words}, and an alphabet without all small letters is not among what the operator \
             makes; use `provider: sops`, or `existing` and create the Secret"
        );
        Diagnostic::error(Code::ConflictingSettings, place, message).hint(hint)
    }

    /// What the recipe says in templates: image, credentials, ping.
    fn fill(&self, service: &mut Service) -> Result<(), Box<Diagnostic>> {
        let document = &self.recipe.description;
        let scope = json!({"app": self.inputs.name, "environment": self.environment, "version": service.version,
            "name": service.name, "service": with_literal_params(service)});
        let mirrors = self.inputs.platform.value.registry.all_mirrors();
        let image = document.value.image.as_ref().map(|image| image_at(document, image, &scope, &["image"]));
        let image = mirrors.image(&image.transpose()?.unwrap_or_default());
        let credentials = credentials::resolve(document, &scope)?;
        service.secret = (!credentials.is_empty()).then(|| {
            let settings = &self.inputs.platform.value.secrets;
            crate::resolve::secrets::credentials_secret(
                settings,
                &self.inputs.name,
                self.environment,
                &service.name,
            )
        });
        let ping = document.value.ping.as_ref();
        let ping =
            ping.map(|one| ping::resolve(document, one, service, (&image, &mirrors), &scope)).transpose()?;
        (service.image, service.credentials, service.ping) = (image, credentials, ping);
        (service.config, service.config_hash) = files::resolve(self.recipe, service, &scope)?;
        if self.inputs.platform.value.secrets.provider == SecretsProvider::ExternalSecrets {
            let unknown = |words: String| Box::new(self.cannot_be_made(&words));
            service.generators = credentials::generators(service).map_err(unknown)?;
        }
        Ok(())
    }
}
