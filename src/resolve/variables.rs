//! Environment variables in layers, later wins: platform < `.cupaas` < `.cupaas` for the environment < registration
//! < registration for the environment < command line. (What recipes give lies below all of them.)

use std::collections::BTreeMap;

use super::decisions::Notes;
use super::secrets::MAX_VARIABLE;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::app_file::AppFile;
use crate::load::document::Document;
use crate::load::inputs::Inputs;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::words::{Named, Text, VariableName};

/// The most bytes that a ConfigMap may hold (Kubernetes API, `ConfigMap.data`).
const MAX_CONFIG: usize = 1 << 20;

pub(super) fn resolve(inputs: &Inputs, environment: &str, notes: &mut Notes) -> BTreeMap<String, String> {
    let files = Layered {
        platform: &inputs.platform,
        app: Some(&inputs.app),
        registration: inputs.registration.as_ref(),
    };
    let (decided, problems) = layers(files, environment, &inputs.asked.variables);
    notes.problems.extend(problems);
    for (name, (value, origin)) in &decided {
        notes.decided(format!("env.{name}"), format!("{value:?}"), origin);
    }
    let total: usize = decided.iter().map(|(name, (value, _))| name.len() + value.len()).sum();
    if total > MAX_CONFIG {
        let message = format!("all variables together have {total} bytes; a ConfigMap holds {MAX_CONFIG}");
        notes.problem(inputs.app.key(&["env"]), message, "put large values into the image or a volume");
    }
    decided.into_iter().map(|(name, (value, _))| (name, value)).collect()
}

/// The files that hold layers of variables; an app that is not deployed has no `.cupaas` at hand.
#[derive(Debug, Clone, Copy)]
pub struct Layered<'a> {
    /// `cupaas.yaml`.
    pub platform: &'a Document<PlatformFile>,
    /// `.cupaas`.
    pub app: Option<&'a Document<AppFile>>,
    /// `apps/<app>.yaml`.
    pub registration: Option<&'a Document<RegistrationFile>>,
}

/// The variables of an environment, each with where its value comes from, and those that cannot be given.
pub fn layers(
    files: Layered<'_>,
    environment: &str,
    line: &BTreeMap<String, String>,
) -> (BTreeMap<String, (String, String)>, Vec<Diagnostic>) {
    let mut layers = Layers::default();
    let Layered { platform, app, registration } = files;
    layers.put(&platform.value.env, |name| platform.at(&["env", name]));
    if let Some(app) = app {
        layers.put(&app.value.env, |name| app.at(&["env", name]));
        if let Some(entry) = app.value.environments.get(environment) {
            layers.put(&entry.env, |name| app.at(&["environments", environment, "env", name]));
        }
    }
    if let Some(registration) = registration {
        layers.put(&registration.value.env, |name| registration.at(&["env", name]));
        if let Some(entry) = registration.value.environments.get(environment) {
            layers.put(&entry.env, |name| registration.at(&["environments", environment, "env", name]));
        }
    }
    let line: Named<Text> = line.iter().map(|(k, v)| (k.clone(), Text(v.clone()))).collect();
    let source =
        Source::new("--set", line.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("\n"));
    layers.put(&line, |_| Span::file(&source));
    (layers.values, layers.problems)
}

#[derive(Default)]
struct Layers {
    values: BTreeMap<String, (String, String)>,
    problems: Vec<Diagnostic>,
}

impl Layers {
    fn put(&mut self, layer: &Named<Text>, place: impl Fn(&str) -> Span) {
        for (name, Text(value)) in layer {
            let span = place(name);
            match refused(name, value) {
                Some((message, hint)) => {
                    self.problems.push(Diagnostic::error(span, message).hint(hint));
                }
                None => _ = self.values.insert(name.clone(), (value.clone(), span.to_string())),
            }
        }
    }
}

/// Why a variable cannot be given to a container, and what to do.
pub fn refused(name: &str, value: &str) -> Option<(String, &'static str)> {
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
