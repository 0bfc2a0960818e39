//! Environment variables in layers, later wins: platform < `.cupaas` < `.cupaas` for the environment < registration
//! < registration for the environment < command line. (What recipes give lies below all of them.)

use crate::load::scalars::VariableName;
use crate::load::secret_like::likely_secret;
use crate::load::variable::refused;
use crate::resolve::layers::{Layer, Layers, Origin};
use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::app_file::AppFile;
use crate::load::inputs::Inputs;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::scalars::{Named, Text};
use crate::resolve::decisions::Notes;
use crate::resolve::release::PodVariable;
use crate::yaml::document::Document;

/// The most bytes that a ConfigMap may hold (Kubernetes API, `ConfigMap.data`).
const MAX_CONFIG: usize = 1 << 20;

pub(super) fn resolve(inputs: &Inputs, environment: &str, notes: &mut Notes) -> Layers {
    let files = Layered {
        platform: &inputs.platform,
        app: Some(&inputs.app),
        registration: inputs.registration.as_ref(),
    };
    let (layers, problems) = layers(files, environment, &inputs.query.variables);
    for problem in problems {
        // Those of a registration were found when it was read.
        if !notes.problems.contains(&problem) {
            notes.problems.push(problem);
        }
    }
    in_clear(inputs, &layers, notes);
    let size = |(name, value): (&String, &String)| name.len() + value.len();
    let winners = winners(&layers);
    let total: usize = winners.iter().map(size).sum();
    if total > MAX_CONFIG {
        let largest =
            winners.iter().max_by_key(|one| size(*one)).and_then(|(name, _)| layers.get(name)?.last());
        let place = largest.and_then(Layer::place).cloned().unwrap_or_else(|| inputs.app.key(&["env"]));
        let message =
            format!("the variables take {total} bytes together; a ConfigMap holds at most {MAX_CONFIG}");
        notes.problem(
            Code::InvalidVariable,
            place,
            message,
            "this one is the largest; move large values into the image or a volume",
        );
    }
    layers
}

/// Warns of what is plainly a secret. One that the app lists as its secret is a problem, and said elsewhere.
fn in_clear(inputs: &Inputs, layers: &Layers, notes: &mut Notes) {
    let listed = |name: &str| inputs.app.value.secrets.iter().any(|secret| secret.name == name);
    for (name, layers) in layers.iter().filter(|(name, _)| !listed(name)) {
        for layer in layers {
            let (Some(value), Some(place)) = (&layer.value, layer.place()) else { continue };
            let Some(why) = likely_secret(name, value) else { continue };
            let message = format!("{name} looks like a secret ({why}), and stands in plain text");
            let hint = format!(
                "remove it here, list it under `secrets` in .cupaas, and set a new value with `cupaas secret set {name}`"
            );
            notes.warning(Code::SecretInClear, place.masked(), message, hint);
        }
    }
}

/// Makes unreadable what is plainly a secret, wherever something is said: another mistake may show the same line.
pub(super) fn hide(inputs: &Inputs, layers: &Layers, notes: &mut Notes) {
    let listed = |name: &str| inputs.app.value.secrets.iter().any(|secret| secret.name == name);
    let is_secret = |name: &str, layer: &Layer| {
        layer.value.as_ref().is_some_and(|value| listed(name) || likely_secret(name, value).is_some())
    };
    let of_name = |(name, layers): (&String, &Vec<Layer>)| {
        let secret = layers.iter().filter(|layer| is_secret(name, layer));
        secret.filter_map(Layer::place).cloned().collect::<Vec<_>>()
    };
    let places: Vec<Span> = layers.iter().flat_map(of_name).collect();
    for one in notes.problems.iter_mut().chain(&mut notes.warnings) {
        one.span = one.span.hiding(&places);
    }
}

/// The values that win.
pub(crate) fn winners(layers: &Layers) -> BTreeMap<String, String> {
    let one = |(name, layers): (&String, &Vec<Layer>)| Some((name.clone(), layers.last()?.value.clone()?));
    layers.iter().filter_map(one).collect()
}

/// Says of every variable where its value comes from; of one that a Secret holds, which one. `given` are those of
/// services.
pub(super) fn explain(layers: &Layers, given: &[PodVariable], notes: &mut Notes) {
    for (name, layers) in layers {
        let Some(Layer { value, origin }) = layers.last() else { continue };
        let secret = given.iter().find(|variable| variable.name == *name).and_then(|one| one.secret.as_ref());
        let value = match (value, secret) {
            (Some(value), _) => format!("{value:?}"),
            (None, Some(secret)) => format!("key {} of Secret {}", secret.key, secret.name),
            (None, None) => continue,
        };
        notes.decided(format!("env.{name}"), value, origin);
    }
}

/// The files that hold layers of variables; an app that is not deployed has no `.cupaas` at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layered<'a> {
    /// `cupaas.yaml`.
    pub platform: &'a Document<PlatformFile>,
    /// `.cupaas`.
    pub app: Option<&'a Document<AppFile>>,
    /// `apps/<app>.yaml`.
    pub registration: Option<&'a Document<RegistrationFile>>,
}

/// The variables of an environment with all their layers, and those that cannot be given.
pub(crate) fn layers(
    files: Layered<'_>,
    environment: &str,
    line: &BTreeMap<String, String>,
) -> (Layers, Vec<Diagnostic>) {
    let mut all = Collected::default();
    let Layered { platform, app, registration } = files;
    all.put_file(&platform.value.env, |name| platform.at(&["env", name]));
    if let Some(app) = app {
        all.put_file(&app.value.env, |name| app.at(&["env", name]));
        if let Some(entry) = app.value.environments.get(environment) {
            all.put_file(&entry.env, |name| app.at(&["environments", environment, "env", name]));
        }
    }
    if let Some(registration) = registration {
        all.put_file(&registration.value.env, |name| registration.at(&["env", name]));
        if let Some(entry) = registration.value.environments.get(environment) {
            all.put_file(&entry.env, |name| registration.at(&["environments", environment, "env", name]));
        }
    }
    let line: Named<Text> = line.iter().map(|(k, v)| (k.clone(), Text(v.clone()))).collect();
    // Its value may be a secret; the name says enough.
    all.put(line.iter(), |name| Span::file(&Source::new("--set", name)));
    (all.layers, all.problems)
}

#[derive(Default)]
struct Collected {
    layers: Layers,
    problems: Vec<Diagnostic>,
}

impl Collected {
    /// A file's layer; a name that is none is its schema's matter.
    fn put_file(&mut self, layer: &Named<Text>, place: impl Fn(&str) -> Span) {
        let named = layer.iter().filter(|(name, _)| VariableName::fits(name));
        self.put(named, place);
    }

    fn put<'a>(&mut self, layer: impl Iterator<Item = (&'a String, &'a Text)>, place: impl Fn(&str) -> Span) {
        for (name, Text(value)) in layer {
            let span = place(name);
            match refused(name, value) {
                Some((message, hint)) => {
                    self.problems.push(Diagnostic::error(Code::InvalidVariable, span, message).hint(hint));
                }
                None => {
                    let layer = Layer { value: Some(value.clone()), origin: Origin::Written(span) };
                    self.layers.entry(name.clone()).or_default().push(layer);
                }
            }
        }
    }
}
