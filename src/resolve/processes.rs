//! What runs: `.cupaas`, else the Procfile, else what the runtime's recipe finds; then the environment's changes.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use crate::diagnostic::{Code, Source, Span};
use crate::load::app_file::MAX_PROCESSES;
use crate::load::inputs::Inputs;
use crate::load::process_entry::{ProcessEntry, Scale};
use crate::load::scalars::Command;
use crate::resolve::command::{literal, refused, stays, words};
use crate::resolve::decisions::Notes;
use crate::resolve::labels;
use crate::resolve::pod_rules;
use crate::resolve::release::{Autoscale, Process, ProcessKind, ReleaseCommand};
use crate::resolve::runtime::Runtime;
use crate::resolve::sizes;
use crate::resolve::start::{self, Start};

/// The port that a web process listens on where nothing is said.
const DEFAULT_PORT: u16 = 8000;
/// The most lines of a Procfile that are looked at; a run has to end whatever an app brings.
const MAX_LINES: usize = 1000;

/// What stands in a Procfile.
pub(super) struct Procfile {
    lines: BTreeMap<String, (String, Span)>,
}

impl Procfile {
    pub(super) fn read(source: Option<&Arc<Source>>, notes: &mut Notes) -> Self {
        let mut lines = BTreeMap::new();
        let Some(source) = source else { return Self { lines } };
        let mut at = 0;
        for (number, line) in source.text.split_inclusive('\n').enumerate() {
            let start = at;
            at += line.len();
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let span = Span::new(source, start..start + line.trim_end().len());
            if let Some(excess) = excess(number, text, &lines) {
                notes.problem(Code::InvalidProcfile, span, excess, "check that this is the right file");
                break;
            }
            match text.split_once(':') {
                Some((name, command)) if is_name(name.trim()) && !command.trim().is_empty() => {
                    let line = (command.trim().to_owned(), span.clone());
                    if lines.insert(name.trim().replace('_', "-"), line).is_some() {
                        notes.problem(
                            Code::NameConflict,
                            span,
                            format!("duplicate process {:?}", name.trim()),
                            "keep one of the lines",
                        );
                    }
                }
                _ => notes.problem(
                    Code::InvalidProcfile,
                    span,
                    "invalid Procfile line",
                    "expected `NAME: COMMAND`, such as `web: gunicorn app:app`",
                ),
            }
        }
        Self { lines }
    }
}

/// Why no line from `number` on is read, where that is so. The release command is no process.
fn excess(number: usize, line: &str, lines: &BTreeMap<String, (String, Span)>) -> Option<String> {
    let processes = lines.len() - usize::from(lines.contains_key("release"));
    let is_release = line.split(':').next().is_some_and(|name| name.trim_end() == "release");
    match processes {
        _ if number >= MAX_LINES => Some(format!("more than {MAX_LINES} lines")),
        MAX_PROCESSES.. if !is_release => Some(format!("more than {MAX_PROCESSES} processes")),
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

/// The entries that hold in an environment: names, what is written about each, key by key, and where.
fn entries(
    inputs: &Inputs,
    environment: &str,
    procfile: &Procfile,
    start: &Start,
    notes: &mut Notes,
) -> BTreeMap<String, ProcessEntry> {
    let app = &inputs.app.value;
    let mut entries: BTreeMap<String, ProcessEntry> = app.processes.clone();
    if entries.is_empty() {
        let names = procfile.lines.keys().filter(|name| *name != "release");
        entries = names.map(|name| (name.clone(), ProcessEntry::default())).collect();
        if entries.is_empty() {
            let name = if app.entrypoint.is_some() { "web" } else { start.process() };
            entries.insert(name.to_owned(), ProcessEntry::default());
        }
    } else {
        for (name, (_, span)) in &procfile.lines {
            let is_sound = inputs.app.is_sound(&["processes", name]);
            if name != "release" && !entries.contains_key(name) && is_sound {
                let message = format!("{name} is unused: `processes` in .cupaas does not name it");
                notes.warning(
                    Code::SettingUnused,
                    span.clone(),
                    message,
                    format!("add `{name}: {{}}` to `processes`"),
                );
            }
        }
    }
    if let Some(entrypoint) = &app.entrypoint {
        entries.entry("web".to_owned()).or_default().command.get_or_insert_with(|| entrypoint.clone());
    }
    for (name, change) in app.environments.get(environment).iter().flat_map(|entry| &entry.processes) {
        let Some(entry) = entries.get_mut(name) else {
            continue;
        };
        let change = change.clone();
        entry.command = change.command.or(entry.command.take());
        entry.port = change.port.or(entry.port);
        entry.health = change.health.or(entry.health.take());
        entry.size = change.size.or(entry.size.take());
        entry.scale = change.scale.or(entry.scale);
        entry.schedule = change.schedule.or(entry.schedule.take());
    }
    entries
}

pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    procfile: &Procfile,
    runtime: &Runtime,
    notes: &mut Notes,
) -> Vec<Process> {
    let start = start::find(inputs, runtime);
    let entries = entries(inputs, environment, procfile, &start, notes);
    let one = |(name, entry): (&String, &ProcessEntry)| {
        let command = command(inputs, environment, name, entry, procfile, &start, notes);
        process(inputs, environment, name, entry, command, notes)
    };
    let mut processes: Vec<Process> = entries.iter().map(one).collect();
    pod_rules::apply(inputs, &mut processes, notes);
    processes
}

/// The command of a process, and nothing where the image's own runs.
fn command(
    inputs: &Inputs,
    environment: &str,
    name: &str,
    entry: &ProcessEntry,
    procfile: &Procfile,
    start: &Start,
    notes: &mut Notes,
) -> Option<Vec<String>> {
    let what = format!("processes.{name}.command");
    if entry.command.is_none() && !is_sound(inputs, environment, name, "command") {
        return None;
    }
    let (command, origin, place) = match (&entry.command, procfile.lines.get(name)) {
        (Some(command), _) => {
            let place = place_of_command(inputs, environment, name);
            (command.clone(), place.to_string(), place)
        }
        (None, Some((line, span))) => (Command::Line(line.clone()), span.to_string(), span.clone()),
        (None, None) if name == "web" || name == start.process() => match start.used(notes) {
            Some((line, origin)) => (Command::Line(line), origin, inputs.app.at(&["runtime"])),
            None => {
                let own = inputs.dockerfile.is_some();
                let why =
                    if own { "its Dockerfile" } else { "no start command was found in the app's folder" };
                notes.decided(what, "the image's own", why);
                return None;
            }
        },
        (None, None) => {
            let span = inputs.app.key(&["processes", name]);
            notes.problem(
                Code::CommandMissing,
                span,
                format!("process {name:?} has no command"),
                "add `command: …` to it",
            );
            return None;
        }
    };
    let words = words(&command);
    // A job is not stopped where another version comes.
    if !is_refused(&words, &place, notes)
        && kind(name, entry) != ProcessKind::Scheduled
        && let Some(why) = stays(&command)
    {
        notes.warning(
            Code::StopNotReceived,
            place,
            format!("process {name:?} does not receive SIGTERM: {why}"),
            "let the line end in one program, or run a script that starts it with `exec`",
        );
    }
    notes.decided(what, shown(&words), origin);
    Some(words.iter().map(|word| literal(word)).collect())
}

/// Whether no program can be given these words, which is a problem then.
fn is_refused(words: &[String], place: &Span, notes: &mut Notes) -> bool {
    let problem = refused(words);
    if let Some(problem) = &problem {
        let hint = "put it into a script in the app's folder, and run that";
        notes.problem(Code::InvalidCommand, place.clone(), problem, hint);
    }
    problem.is_some()
}

/// Where a key of a process is written: for the environment, where it says it, else for the app.
fn place(inputs: &Inputs, environment: &str, process: &str, key: &str) -> Span {
    let own = ["environments", environment, "processes", process, key];
    let short = key == "command" && inputs.app.is_short(&own[..4]);
    if short || inputs.app.holds(&own) { inputs.app.at(&own) } else { inputs.app.at(&own[2..]) }
}

/// Whether a key of a process is what a person wrote, for the app and for the environment.
fn is_sound(inputs: &Inputs, environment: &str, process: &str, key: &str) -> bool {
    let own = ["environments", environment, "processes", process, key];
    let entrypoint = process != "web" || key != "command" || inputs.app.is_sound(&["entrypoint"]);
    inputs.app.is_sound(&own) && inputs.app.is_sound(&own[2..]) && entrypoint
}

/// Where a process's command is written: its own key, or the first version's `entrypoint`.
fn place_of_command(inputs: &Inputs, environment: &str, name: &str) -> Span {
    let for_environment = ["environments", environment, "processes", name, "command"];
    if inputs.app.holds(&for_environment) || inputs.app.is_short(&for_environment[..4]) {
        return inputs.app.at(&for_environment);
    }
    let own = inputs.app.value.processes.get(name).is_some_and(|entry| entry.command.is_some());
    let path: &[&str] = if own || name != "web" { &["processes", name, "command"] } else { &["entrypoint"] };
    inputs.app.at(path)
}

/// A command as a person would type it.
fn shown(words: &[String]) -> String {
    let plain =
        |word: &str| !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"'\\".contains(c));
    let words = words.iter().map(|word| if plain(word) { word.clone() } else { format!("{word:?}") });
    words.collect::<Vec<_>>().join(" ")
}

fn process(
    inputs: &Inputs,
    environment: &str,
    name: &str,
    entry: &ProcessEntry,
    command: Option<Vec<String>>,
    notes: &mut Notes,
) -> Process {
    let at = |key: &str| place(inputs, environment, name, key);
    let kind = kind(name, entry);
    let is_sound = |key: &str| is_sound(inputs, environment, name, key);
    check(name, entry, kind, (&at, &is_sound), notes);
    let mut decided = |key: &str, value: &dyn Display, is_written: bool| {
        let origin = if is_written { at(key).to_string() } else { "default".to_owned() };
        notes.decided(format!("processes.{name}.{key}"), value, origin);
    };
    let port = (kind == ProcessKind::Web).then(|| entry.port.unwrap_or(DEFAULT_PORT));
    if let Some(port) = port {
        decided("port", &port, entry.port.is_some());
    }
    if let Some(health) = &entry.health {
        decided("health", &health.0, true);
    }
    if let Some(schedule) = &entry.schedule {
        decided("schedule", schedule, true);
    }
    let (replicas, autoscale) = match (kind, entry.scale) {
        (ProcessKind::Scheduled, _) => (None, None),
        (_, None) => (Some(1), None),
        (_, Some(Scale::Fixed(count))) => (Some(count), None),
        (_, Some(Scale::Auto { min, max, cpu })) => (None, Some(Autoscale { min, max, cpu })),
    };
    match (replicas, autoscale) {
        (Some(count), _) => decided("scale", &count, entry.scale.is_some()),
        (None, Some(scale)) => decided("scale", &scale, true),
        (None, None) => {}
    }
    let size = sizes::resolve(inputs, name, entry.size.as_deref(), &at("size"), notes);
    Process {
        name: name.to_owned(),
        kind,
        labels: labels::of(inputs, environment, name, labels::Part::Process(kind)),
        selector: labels::selector(&inputs.name, name),
        command,
        port,
        health: entry.health.as_ref().map(|path| path.0.clone()),
        cpu: size.cpu.0,
        memory: size.memory.0,
        replicas,
        autoscale,
        min_replicas: replicas.unwrap_or_else(|| autoscale.map_or(1, |scale| scale.min)),
        schedule: entry.schedule.clone(),
        grace_period: 30,
        startup_time: 120,
    }
}

/// What does not go together in an entry. `is_sound` says of a key whether it is what a person wrote.
fn check(
    name: &str,
    entry: &ProcessEntry,
    kind: ProcessKind,
    (at, is_sound): (&impl Fn(&str) -> Span, &impl Fn(&str) -> bool),
    notes: &mut Notes,
) {
    if kind == ProcessKind::Scheduled
        && (entry.port.is_some() || entry.scale.is_some() || entry.health.is_some())
    {
        let message = format!("{name:?} has a schedule; port, health and scale do not apply");
        notes.problem(Code::ConflictingSettings, at("schedule"), message, "remove them, or the schedule");
    }
    if entry.health.is_some() && kind == ProcessKind::Worker && is_sound("port") && is_sound("schedule") {
        notes.problem(
            Code::ConflictingSettings,
            at("health"),
            format!("{name:?} has no port for its health check"),
            "add a `port`, or remove `health`",
        );
    }
    if let Some(Scale::Auto { min, max, .. }) = entry.scale
        && min > max
        && kind != ProcessKind::Scheduled
    {
        let message = format!("min {min} is greater than max {max}");
        notes.problem(Code::InvalidValue, at("scale"), message, "min is the lower bound");
    }
}

fn kind(name: &str, entry: &ProcessEntry) -> ProcessKind {
    match (&entry.schedule, entry.port, name) {
        (Some(_), _, _) => ProcessKind::Scheduled,
        (None, Some(_), _) | (None, None, "web") => ProcessKind::Web,
        _ => ProcessKind::Worker,
    }
}

/// What runs before the processes of a release: `.cupaas`, else the Procfile's `release` line.
pub(super) fn release(
    inputs: &Inputs,
    environment: &str,
    procfile: &Procfile,
    notes: &mut Notes,
) -> Option<ReleaseCommand> {
    let (command, place) = match (&inputs.app.value.release, procfile.lines.get("release")) {
        (Some(command), _) => (command.clone(), inputs.app.at(&["release"])),
        (None, Some((line, span))) => (Command::Line(line.clone()), span.clone()),
        (None, None) => return None,
    };
    let words = words(&command);
    notes.decided("release", shown(&words), &place);
    is_refused(&words, &place, notes);
    let size = sizes::all(inputs).remove(sizes::DEFAULT)?;
    Some(ReleaseCommand {
        command: words.iter().map(|word| literal(word)).collect(),
        labels: labels::of(inputs, environment, "release", labels::Part::Release),
        cpu: size.cpu.0,
        memory: size.memory.0,
    })
}
