//! Processes as they are written, for the app and for each of its environments. A run decides one environment, and says
//! what is wrong in the others too.

use crate::diagnostic::Code;
use std::sync::Arc;

use crate::load::inputs::Inputs;
use crate::load::process_entry::ProcessEntry;
use crate::load::scalars::Name;
use crate::resolve::decisions::{Notes, did_you_mean};
use crate::resolve::environment;
use crate::resolve::release::Process;
use crate::resolve::sizes;

/// Says what is wrong with an entry that is written at `path`, whether it counts in this run's environment or not.
fn check_entry(inputs: &Inputs, path: &[&str], entry: &ProcessEntry, notes: &mut Notes) {
    let at = |key: &str| inputs.app.at(&[path, &[key]].concat());
    if let Some(problem) = entry.schedule.as_deref().and_then(crate::schema::schedule_problem) {
        let message = format!("invalid schedule: {problem}");
        let hint = "five cron fields, such as \"0 3 * * *\"";
        notes.problem(Code::InvalidSchedule, at("schedule"), message, hint);
    }
    // Another platform, which has the environment, may have the size.
    let ours = path.first() != Some(&"environments")
        || path.get(1).is_some_and(|name| environment::meant(inputs, name).is_some());
    let sizes = sizes::all(inputs);
    let unknown = |name: &&str| !sizes.contains_key(*name) && inputs.platform.is_sound(&["sizes", name]);
    if let Some(name) = entry.size.as_deref().filter(|_| ours).filter(unknown) {
        let hint = did_you_mean(name, sizes.keys());
        notes.problem(Code::UnknownSize, at("size"), format!("unknown size {name:?}"), hint);
    }
}

/// Says what is wrong with the processes of all environments, of which a run looks at one.
pub(super) fn check(inputs: &Inputs, processes: &[Process], notes: &mut Notes) {
    let app = &inputs.app;
    for (name, entry) in &app.value.processes {
        check_entry(inputs, &["processes", name], entry, notes);
    }
    // A line of the Procfile that cannot be read may be a process.
    let unread = |source| notes.problems.iter().any(|problem| Arc::ptr_eq(&problem.span.source, source));
    let all_known = !app.value.processes.is_empty() || !inputs.procfile.iter().any(unread);
    let names: Vec<String> = processes.iter().map(|process| process.name.clone()).collect();
    for (environment, settings) in &app.value.environments {
        for (name, entry) in &settings.processes {
            let path = ["environments", environment, "processes", name];
            check_entry(inputs, &path, entry, notes);
            // One whose own name is no name yet.
            let odd = |known: &String| !Name::fits(known) && known.to_lowercase().replace('_', "-") == *name;
            let misnamed = !Name::fits(name) || names.iter().any(odd);
            if all_known && !names.contains(name) && app.is_sound(&path[2..]) && !misnamed {
                let hint = did_you_mean(name, names.iter());
                let message = format!("unknown process {name:?}");
                notes.problem(Code::UnknownProcess, app.key(&path), message, hint);
            }
        }
    }
    if let (Some(_), Some(web)) = (&app.value.entrypoint, app.value.processes.get("web"))
        && web.command.is_some()
    {
        let message = "`entrypoint` is unused: `processes.web.command` takes precedence";
        notes.warning(Code::SettingUnused, app.key(&["entrypoint"]), message, "keep one of them");
    }
}
