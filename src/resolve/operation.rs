//! What runs: as the app says, and over that what the registration says of its operation: how many, whether at all, and since
//! when.

use crate::diagnostic::Code;
use crate::load::inputs::Inputs;
use crate::load::process_entry::Scale;
use crate::resolve::decisions::Notes;
use crate::resolve::processes::{self, Procfile};
use crate::resolve::release::{Autoscale, Operation, Process, ProcessKind, ReleaseCommand};
use crate::resolve::runtime::Runtime;

/// The processes, the release command, and how they are operated.
pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    runtime: &Runtime,
    notes: &mut Notes,
) -> (Vec<Process>, Option<ReleaseCommand>, Operation) {
    let procfile = Procfile::read(inputs.procfile.as_ref(), notes);
    let mut processes = processes::resolve(inputs, environment, &procfile, runtime, notes);
    let release = processes::release(inputs, environment, &procfile, notes);
    let operation = operate(inputs, environment, &mut processes, notes);
    (processes, release, operation)
}

fn operate(inputs: &Inputs, environment: &str, processes: &mut [Process], notes: &mut Notes) -> Operation {
    let Some(file) = &inputs.registration else { return Operation::default() };
    let Some(own) = file.value.environments.get(environment) else { return Operation::default() };
    scale(inputs, environment, processes, notes);
    let place = |key: &str| file.at(&["environments", environment, key]);
    if own.stopped {
        notes.decided("stopped", true, place("stopped"));
        for process in processes.iter_mut().filter(|process| process.kind != ProcessKind::Scheduled) {
            (process.replicas, process.autoscale, process.min_replicas) = (Some(0), None, 0);
        }
    }
    if own.maintenance.is_some() {
        notes.decided("maintenance", true, place("maintenance"));
    }
    if let Some(restart) = &own.restart {
        notes.decided("restart", restart, place("restart"));
    }
    Operation {
        stopped: own.stopped,
        maintenance: own.maintenance.is_some(),
        restart: own.restart.as_ref().map(|stamp| stamp.0.clone()),
    }
}

/// Scales that stand over those of `.cupaas`. One that an app has outgrown stops no deploy of it.
fn scale(inputs: &Inputs, environment: &str, processes: &mut [Process], notes: &mut Notes) {
    let Some(file) = &inputs.registration else { return };
    let Some(own) = file.value.environments.get(environment) else { return };
    let app = &inputs.name;
    for (name, scale) in &own.scale {
        let path = ["environments", environment, "scale", name];
        let unused = |what: String| {
            let hint = format!("to take it out: `cupaas scale {name}=- --app {app} --env {environment}`");
            (Code::SettingUnused, file.key(&path), what, hint)
        };
        let Some(process) = processes.iter_mut().find(|process| process.name == *name) else {
            let (code, span, what, hint) = unused(format!("the app has no process {name:?} to scale"));
            notes.warning(code, span, what, hint);
            continue;
        };
        if process.kind == ProcessKind::Scheduled {
            let (code, span, what, hint) = unused(format!("{name:?} runs by its schedule; no scale applies"));
            notes.warning(code, span, what, hint);
            continue;
        }
        let what = format!("processes.{name}.scale");
        notes.decisions.retain(|decision| decision.what != what);
        match *scale {
            Scale::Fixed(count) => {
                notes.decided(what, count, file.at(&path));
                (process.replicas, process.autoscale, process.min_replicas) = (Some(count), None, count);
            }
            Scale::Auto { min, max, .. } if min > max => {
                let message = format!("min {min} is greater than max {max}");
                notes.problem(Code::InvalidValue, file.at(&path), message, "min is the lower bound");
            }
            Scale::Auto { min, max, cpu } => {
                let autoscale = Autoscale { min, max, cpu };
                notes.decided(what, autoscale, file.at(&path));
                process.autoscale = Some(autoscale);
                (process.replicas, process.min_replicas) = (None, min);
            }
        }
    }
}
