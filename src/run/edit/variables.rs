//! `env set` and `env unset`: the registration's layers of variables.

use crate::diagnostic::Code;
use crate::load::records;
use crate::run::edit::command::EnvChange;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Failure, Source, Span, typed};
use crate::load::gitops::Gitops;
use crate::load::platform::RegistrationFile;
use crate::load::records::Scope;
use crate::load::secret_like::secret_like;
use crate::load::variable::refused;
use crate::resolve::variables::{Layered, layers};
use crate::run::edit::registered_app::{Edit, RegisteredApp};
use crate::run::spec::RunSpec;
use crate::tree::Edits;
use crate::yaml::document;
use crate::yaml::edit::YamlEdit;

/// Changes the app's variables, for all environments or for one.
pub(super) fn change(spec: &RunSpec, change: &EnvChange, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let known = RegisteredApp::existing(spec, gitops)?;
    let environment = known.environment(spec)?;
    check_values(change, &known)?;
    let layer = |name: &String| -> Vec<String> {
        let words: Vec<&str> = match &environment {
            Some(environment) => vec!["environments", environment, "env", name],
            None => vec!["env", name],
        };
        words.into_iter().map(str::to_owned).collect()
    };
    let file = &known.file;
    let there = |name: &&String| file.holds(&layer(name).iter().map(String::as_str).collect::<Vec<_>>());
    if let Some(name) = change.unset.iter().find(|name| !there(name)) {
        let place = environment.as_ref().map(|name| format!(" for {name}")).unwrap_or_default();
        let message = format!("{name} is not set in {}{place}", file.source.name);
        let hint = "`cupaas env list --origin` shows where each variable is set";
        return Err(typed(Code::VariableNotSet, "env unset", name, message, hint));
    }
    let changes = change.set.iter().map(|(name, (value, _))| YamlEdit::Set(layer(name), value.clone()));
    let changes: Vec<YamlEdit> =
        changes.chain(change.unset.iter().map(|name| YamlEdit::Unset(layer(name)))).collect();
    let names = |names: Vec<&str>| names.join(", ");
    let mut words = Vec::new();
    if !change.set.is_empty() {
        words.push(format!("set {}", names(change.set.keys().map(String::as_str).collect())));
    }
    if !change.unset.is_empty() {
        words.push(format!("unset {}", names(change.unset.iter().map(String::as_str).collect())));
    }
    let of = environment.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
    let files = known.changed(&changes)?;
    let notes = overridden(&known, environment.as_deref(), change, &files);
    Ok(Edit {
        files,
        app: Some(known.name.clone()),
        scope: Some(Scope::of(&known.name, environment.as_deref())),
        subject: Some(format!("env({}{of}): {}", known.name, words.join("; "))),
        notes,
        ..Edit::default()
    })
}

/// Refuses what cannot be a variable.
fn check_values(change: &EnvChange, known: &RegisteredApp) -> Result<(), Failure> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    let secrets = secrets(known);
    for (name, (value, place)) in &change.set {
        let typed = || Span::file(&Source::new(format!("env set {name}"), ""));
        let span = place.clone().unwrap_or_else(typed);
        let code = |of_file| if place.is_some() { of_file } else { Code::InvalidArgument };
        if let Some((message, hint)) = refused(name, value) {
            problems.push(Diagnostic::error(code(Code::InvalidVariable), span, message).hint(hint));
        } else if let Some(declared) = secrets.get(name.as_str()) {
            let message = format!("{name} is a secret of the app ({declared}); variables are not encrypted");
            let problem = Diagnostic::error(code(Code::SecretAsVariable), span, message);
            problems.push(problem.hint(format!("`cupaas secret set {name}`")));
        } else if let Some(why) = secret_like(name, value).filter(|_| !change.plain.contains(name)) {
            let message = format!("{name} looks like a secret ({why}); variables are not encrypted");
            let hint =
                format!("`cupaas secret set {name}` keeps it encrypted; if it is none, add `--plain {name}`");
            problems.push(Diagnostic::error(code(Code::SecretAsVariable), span, message).hint(hint));
        }
    }
    if let Some(name) = change.plain.iter().find(|name| !change.set.contains_key(*name)) {
        let hint = "name a variable that this command sets";
        return Err(typed(Code::InvalidArgument, "--plain", name, format!("{name} is not set here"), hint));
    }
    if problems.is_empty() {
        return Ok(());
    }
    let of_file = change.set.values().any(|(_, place)| place.is_some());
    let code = if of_file { Code::InvalidFiles } else { Code::InvalidArgument };
    Err(Failure { code, ..Failure::invalid(problems) })
}

/// Notes on variables whose value comes from another layer than the one that was changed.
fn overridden(
    known: &RegisteredApp,
    environment: Option<&str>,
    change: &EnvChange,
    files: &Edits,
) -> Vec<String> {
    let text = files.values().next().cloned().flatten().unwrap_or_else(|| known.file.source.text.clone());
    let source = Source::new(known.file.source.name.clone(), text);
    let Ok(file) = document::read::<RegistrationFile>(&source) else { return Vec::new() };
    let environments = known.platform.value.environments.keys().map(String::as_str);
    let mut notes = Vec::new();
    for name in environments.filter(|name| environment.is_none_or(|only| only == *name)) {
        let release = known.releases.iter().find(|release| release.environment == name);
        let app = release.and_then(records::app_file);
        let line = release.map(|release| release.set.clone()).unwrap_or_default();
        let files = Layered { platform: &known.platform, app: app.as_ref(), registration: Some(&file) };
        let (layers, _) = layers(files, name, &line);
        let ours = |variable: &str| match environment {
            Some(environment) => file.at(&["environments", environment, "env", variable]),
            None => file.at(&["env", variable]),
        };
        for (variable, place) in change.set.keys().filter_map(|v| Some((v, layers.get(v)?.last()?.place()?)))
        {
            if *place != ours(variable) {
                notes.push(format!(
                    "in {name}, {variable} keeps another value: {} overrides it",
                    shown(place, name, known)
                ));
            }
        }
        for (variable, layer) in change.unset.iter().filter_map(|v| Some((v, layers.get(v)?.last()?))) {
            let by =
                layer.place().map_or_else(|| layer.origin.to_string(), |place| shown(place, name, known));
            notes.push(format!("in {name}, {variable} is still set: {by}"));
        }
    }
    notes
}

/// A place as a person finds it.
fn shown(place: &Span, environment: &str, known: &RegisteredApp) -> String {
    match place.source.name.as_str() {
        "--set" => format!("`--set` of the last deploy in {environment}"),
        name if name == known.file.source.name => format!("{place} (`cupaas env … --env {environment}`)"),
        _ => place.to_string(),
    }
}

/// Names that the app's files, as they were last deployed, declare as secrets, and where.
fn secrets(known: &RegisteredApp) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for app in known.releases.iter().filter_map(records::app_file) {
        let variables = app.value.secrets.iter().enumerate().filter(|(_, secret)| secret.file.is_none());
        for (index, secret) in variables {
            let place = app.at(&["secrets", &index.to_string()]).to_string();
            found.entry(secret.name.clone()).or_insert(place);
        }
    }
    found
}
