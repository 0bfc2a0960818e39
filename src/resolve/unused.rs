//! What people wrote that would be passed over in silence: settings for what is not there, and settings that another one
//! switches off.

use crate::diagnostic::Code;
use crate::load::environments;
use crate::load::inputs::Inputs;
use crate::load::platform::{Delivery, SecretsProvider};
use crate::resolve::decisions::Notes;
use crate::resolve::release::{Process, ProcessKind};
use crate::resolve::{environment, routes};

pub(super) fn check(inputs: &Inputs, processes: &[Process], notes: &mut Notes) {
    undeclared(inputs, notes);
    if let Some(file) = &inputs.registration {
        notes.problems.extend(environments::undeclared_by(file, &inputs.platform));
    }
    domains(inputs, processes, notes);
    platform(inputs, notes);
}

/// Settings of an app for an environment that the platform does not have. The app may know several platforms, so it is
/// no mistake, and a name that is not close to another is only told to whoever asks for all that was decided.
fn undeclared(inputs: &Inputs, notes: &mut Notes) {
    for name in inputs.app.value.environments.keys().filter(|name| is_unknown(inputs, name)) {
        let span = inputs.app.key(&["environments", name]);
        if !inputs.app.is_sound(&["environments", name]) {
            continue;
        }
        match environment::meant(inputs, name) {
            Some((close, _)) => notes.warning(
                Code::UndeclaredEnvironment,
                span,
                format!("the platform has no environment {name:?}"),
                format!("did you mean {close:?}?"),
            ),
            None => notes.decided(
                format!("environments.{name}"),
                "unused: the platform has no such environment",
                span,
            ),
        }
    }
}

/// Whether the platform surely has no environment of this name.
fn is_unknown(inputs: &Inputs, name: &str) -> bool {
    let platform = &inputs.platform;
    !platform.value.environments.contains_key(name) && platform.is_sound(&["environments", name])
}

/// Host names that no environment answers to.
fn domains(inputs: &Inputs, processes: &[Process], notes: &mut Notes) {
    let app = &inputs.app;
    for (name, settings) in &app.value.environments {
        // Of the run's own environment it is said where its hosts are decided.
        routes::check(inputs, name, settings.domains.as_deref().unwrap_or_default(), notes);
    }
    if app.value.domains.is_empty() {
        return;
    }
    let known = &inputs.platform.value.environments;
    let web = processes.iter().any(|one| one.name == "web" && one.kind == ProcessKind::Web);
    if !web && app.is_sound(&["processes"]) {
        let hint = "requests go to the process `web`, unless it has a schedule";
        notes.warning(
            Code::SettingUnused,
            app.key(&["domains"]),
            "`domains` is unused: no process receives requests",
            hint,
        );
    } else if known.len() > 1 && is_unknown(inputs, "production") {
        let hint = "write them under `environments: {NAME: {domains: […]}}`";
        notes.warning(
            Code::SettingUnused,
            app.key(&["domains"]),
            "`domains` is unused: it applies to the environment production, which the platform does not have",
            hint,
        );
    }
}

/// Settings of the platform that another one switches off.
fn platform(inputs: &Inputs, notes: &mut Notes) {
    let platform = &inputs.platform;
    let provider = platform.value.secrets.provider;
    let sound = platform.is_sound(&["secrets", "provider"]);
    for (key, needs, word) in [
        ("name", SecretsProvider::Existing, "existing"),
        ("store", SecretsProvider::ExternalSecrets, "external-secrets"),
    ] {
        let path = ["secrets", key];
        if sound && provider != needs && platform.holds(&path) {
            let message = format!("`secrets.{key}` is unused: it applies only to the provider {word}");
            notes.warning(
                Code::SettingUnused,
                platform.key(&path),
                message,
                format!("set `secrets.provider: {word}`, or remove it"),
            );
        }
    }
    let by_default = !platform.holds(&["delivery"]) && platform.is_sound(&["delivery"]);
    if by_default && platform.value.delivery == Delivery::Flux && platform.holds(&["argocd"]) {
        let message = "`argocd` is unused: `delivery` defaults to flux";
        notes.warning(
            Code::SettingUnused,
            platform.key(&["argocd"]),
            message,
            "set `delivery: argocd`, or remove this",
        );
    }
    let environments = platform.value.environments.iter();
    let branches: Vec<(&String, &String)> =
        environments.filter_map(|(name, settings)| Some((name, settings.branch.as_ref()?))).collect();
    for (index, (name, branch)) in branches.iter().enumerate() {
        if let Some((first, _)) = branches.iter().take(index).find(|(_, other)| other == branch) {
            let span = platform.at(&["environments", name, "branch"]);
            let message = format!("branch {branch:?} is already deployed to {first:?}");
            notes.warning(Code::BranchShared, span, message, "give each environment its own branch");
        }
    }
}
