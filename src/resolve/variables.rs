//! Environment variables in layers, later wins: platform < `.cupaas` < `.cupaas` for the environment < registration
//! < registration for the environment < command line. (What recipes give lies below all of them.)

use std::collections::BTreeMap;

use super::decisions::Notes;
use super::release::{AppSecret, SecretRef};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::inputs::Inputs;
use crate::load::platform::SecretsProvider;
use crate::load::words::{Named, Text, VariableName};
use crate::tree::Files;

/// The most bytes of `NAME=value` that Linux lets a process have (`MAX_ARG_STRLEN`, with the final NUL).
const MAX_VARIABLE: usize = 131_071;
/// The most bytes that a ConfigMap may hold (Kubernetes API, `ConfigMap.data`).
const MAX_CONFIG: usize = 1 << 20;

pub(super) fn resolve(inputs: &Inputs, environment: &str, notes: &mut Notes) -> BTreeMap<String, String> {
    let mut layers = Layers { values: BTreeMap::new(), origins: BTreeMap::new(), notes };
    let platform = &inputs.platform;
    layers.put(&platform.value.env, |name| platform.at(&["env", name]));
    let app = &inputs.app;
    layers.put(&app.value.env, |name| app.at(&["env", name]));
    if let Some(entry) = app.value.environments.get(environment) {
        layers.put(&entry.env, |name| app.at(&["environments", environment, "env", name]));
    }
    if let Some(registration) = &inputs.registration {
        layers.put(&registration.value.env, |name| registration.at(&["env", name]));
        if let Some(entry) = registration.value.environments.get(environment) {
            layers.put(&entry.env, |name| registration.at(&["environments", environment, "env", name]));
        }
    }
    let line: Named<Text> =
        inputs.asked.variables.iter().map(|(k, v)| (k.clone(), Text(v.clone()))).collect();
    let source =
        Source::new("--set", line.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("\n"));
    layers.put(&line, |_| Span::file(&source));
    let Layers { values, origins, notes } = layers;
    for (name, value) in &values {
        notes.decided(
            format!("env.{name}"),
            format!("{value:?}"),
            origins.get(name).map_or("", String::as_str),
        );
    }
    let total: usize = values.iter().map(|(name, value)| name.len() + value.len()).sum();
    if total > MAX_CONFIG {
        let message = format!("all variables together have {total} bytes; a ConfigMap holds {MAX_CONFIG}");
        notes.problem(app.key(&["env"]), message, "put large values into the image or a volume");
    }
    values
}

struct Layers<'a> {
    values: BTreeMap<String, String>,
    origins: BTreeMap<String, String>,
    notes: &'a mut Notes,
}

impl Layers<'_> {
    fn put(&mut self, layer: &Named<Text>, place: impl Fn(&str) -> Span) {
        for (name, Text(value)) in layer {
            let span = place(name);
            if let Some((message, hint)) = refused(name, value) {
                self.notes.problem(span, message, hint);
                continue;
            }
            self.origins.insert(name.clone(), span.to_string());
            self.values.insert(name.clone(), value.clone());
        }
    }
}

/// Why a variable cannot be given to a container, and what to do.
fn refused(name: &str, value: &str) -> Option<(String, &'static str)> {
    if name == "PORT" {
        return Some(("PORT is given by cupaas".to_owned(), "set `processes.web.port` instead"));
    }
    if !VariableName::fits(name) {
        return Some((format!("{name:?} is not a variable's name"), VariableName::HINT));
    }
    match super::command::lost(value) {
        Some('\0') => {
            let message = format!("the value of {name} holds a NUL character");
            return Some((message, "no process can be given one"));
        }
        Some(c) => {
            let message = format!("the value of {name} holds U+{:04X}, which would not arrive", u32::from(c));
            return Some((
                message,
                "kustomize, by which it is rolled out, loses it; write the value in base64, for instance",
            ));
        }
        None => {}
    }
    let size = name.len() + 1 + value.len();
    if size > MAX_VARIABLE {
        let message =
            format!("{name} has {size} bytes with its name; Linux lets a process have {MAX_VARIABLE}");
        return Some((message, "put large values into the image or a volume"));
    }
    None
}

/// The app's own secrets: where each one's value is, never the value.
pub(super) fn secrets(
    inputs: &Inputs,
    environment: &str,
    config: &BTreeMap<String, String>,
    notes: &mut Notes,
) -> Vec<AppSecret> {
    let settings = &inputs.platform.value.secrets;
    let mut secrets = Vec::new();
    for (index, VariableName(name)) in inputs.app.value.secrets.iter().enumerate() {
        let place = inputs.app.at(&["secrets", &index.to_string()]);
        let twin = inputs.app.value.secrets[..index].iter().any(|other| other.0 == *name);
        if name == "PORT" || twin {
            let message =
                if twin { format!("{name} stands twice") } else { "PORT is given by cupaas".to_owned() };
            notes.problem(place.clone(), message, "remove it");
        }
        if config.contains_key(name) {
            let message = format!("{name} is a secret, and also a plain variable");
            notes.problem(place.clone(), message, "remove it from `env`");
        }
        let secret = match (settings.provider, &settings.name) {
            (SecretsProvider::Existing, Some(pattern)) => pattern
                .replace("{app}", &inputs.name)
                .replace("{env}", environment)
                .replace("{service}", "app"),
            (SecretsProvider::Existing, None) => "app-secrets".to_owned(),
            (SecretsProvider::Sops, _) => secret_object(name),
        };
        notes.decided(format!("secrets.{name}"), format!("key {name} of Secret {secret}"), place);
        secrets.push(AppSecret {
            variable: name.clone(),
            secret: SecretRef { name: secret, key: name.clone() },
        });
    }
    secrets
}

/// The file below `releases/<env>/<app>/` that holds one secret of the app.
pub fn secret_file(variable: &str) -> String {
    format!("secrets/{variable}.yaml")
}

/// Secrets of the app that nobody has set: none of `kept`, the files that wait for it, holds them.
pub fn unset(inputs: &Inputs, environment: &str, kept: &Files) -> Vec<Diagnostic> {
    if inputs.platform.value.secrets.provider != SecretsProvider::Sops {
        return Vec::new();
    }
    let one = |(index, VariableName(name)): (usize, &VariableName)| {
        let place = format!("releases/{environment}/{}/{}", inputs.name, secret_file(name));
        if kept.keys().any(|path| path.as_str() == place) {
            return None;
        }
        let span = inputs.app.at(&["secrets", &index.to_string()]);
        let object = secret_object(name);
        let hint =
            format!("encrypt a Secret named {object} with the key {name} by sops, and commit it as {place}");
        Some(Diagnostic::error(span, format!("the secret {name} has not been set")).hint(hint))
    };
    inputs.app.value.secrets.iter().enumerate().filter_map(one).collect()
}

/// The Secret object that holds one secret of the app.
pub fn secret_object(variable: &str) -> String {
    let lower = variable.to_lowercase().replace('_', "-");
    super::names::fit(&format!("secret-{}-{}", lower.trim_matches('-'), super::names::hash(variable, 6)), 63)
}
