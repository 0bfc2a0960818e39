//! Labels, frozen: selectors hold name and instance alone, which never change (a Deployment's selector is
//! immutable); the rest is for people and tools that look.

use crate::load::inputs::Inputs;
use crate::resolve::release::{Labels, ProcessKind};

/// What part of an app an object is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// The app as a whole.
    App,
    /// A process.
    Process(ProcessKind),
    /// The release command.
    Release,
    /// A command that is run once.
    Task,
    /// A backing service, of this recipe and version.
    Service(&'a str),
    /// A disk of the app's own.
    Volume,
    /// What answers in the app's place while it is in maintenance.
    MaintenancePage,
}

/// Labels that select the pods of a process or service.
pub(super) fn selector(app: &str, instance: &str) -> Labels {
    [("app.kubernetes.io/name", app), ("app.kubernetes.io/instance", instance)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// All labels of an object.
pub(super) fn of(inputs: &Inputs, environment: &str, instance: &str, part: Part<'_>) -> Labels {
    let mut labels = selector(&inputs.name, instance);
    let mut put = |key: &str, value: &str| drop(labels.insert(key.to_owned(), value.to_owned()));
    put("app.kubernetes.io/managed-by", "cupaas");
    put("app.kubernetes.io/part-of", &inputs.name);
    put("cupaas.dev/app", &inputs.name);
    put("cupaas.dev/environment", environment);
    let component = match part {
        Part::App => "app",
        Part::Process(ProcessKind::Web) => "web",
        Part::Process(ProcessKind::Worker) => "worker",
        Part::Process(ProcessKind::Scheduled) => "scheduled",
        Part::Release => "release",
        Part::Task => "run",
        Part::Service(recipe) => recipe,
        Part::Volume => "volume",
        Part::MaintenancePage => "maintenance-page",
    };
    put("app.kubernetes.io/component", component);
    match part {
        Part::Process(_) => put("cupaas.dev/process", instance),
        Part::Service(_) => put("cupaas.dev/service", instance),
        Part::Volume => put("cupaas.dev/volume", instance),
        Part::App | Part::Release | Part::Task | Part::MaintenancePage => {}
    }
    labels
}
