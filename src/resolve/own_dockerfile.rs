//! The app's own Dockerfile → what in it does not fit what is deployed.

use crate::diagnostic::Code;
use crate::load::app_files::DOCKERFILE;
use crate::load::inputs::Inputs;
use crate::resolve::decisions::Notes;
use crate::resolve::release::Process;

/// One stage, as far as it matters here.
#[derive(Debug, Default)]
struct Stage {
    name: String,
    /// Ports; nothing where a variable says one.
    exposed: Option<Vec<u16>>,
    entrypoint: Option<String>,
}

pub(super) fn check(inputs: &Inputs, processes: &[Process], notes: &mut Notes) {
    // Where the app's files are not at hand, the deploy that read them has said it.
    if inputs.recorded.is_some() {
        return;
    }
    match &inputs.dockerfile {
        Some(text) => {
            overridden(inputs, notes);
            compare(inputs, &last_stage(text), processes, notes);
        }
        None if inputs.app.value.runtime.name == OWN && inputs.app.is_sound(&["runtime"]) => {
            let (message, hint) = if inputs.files.texts.contains_key(DOCKERFILE) {
                (
                    "the Dockerfile in the app's folder is empty",
                    "write one, or say the runtime that is to make it",
                )
            } else {
                (
                    "there is no Dockerfile in the app's folder",
                    "add one (a link is not followed), or say `runtime: image` where it is built from another file",
                )
            };
            notes.problem(Code::DockerfileNotFound, inputs.app.at(&["runtime"]), message, hint);
        }
        None => {}
    }
}

/// The runtime that is nothing but the app's own Dockerfile.
const OWN: &str = "dockerfile";

/// A version or settings that only the recipe's Dockerfile would have used.
fn overridden(inputs: &Inputs, notes: &mut Notes) {
    let entry = &inputs.app.value.runtime;
    let version = entry.version.as_ref().map(|_| "version");
    let said: Vec<&str> = version.into_iter().chain(entry.settings.keys().map(String::as_str)).collect();
    if inputs.runtime.is_none() || said.is_empty() {
        return;
    }
    let message = format!(
        "the app's own Dockerfile builds the image, and follows nothing of `runtime`: {}",
        said.join(", ")
    );
    let hint = "delete the Dockerfile to have one generated, or take out what it does not follow";
    notes.warning(Code::DockerfileOverridesRuntime, inputs.app.at(&["runtime"]), message, hint);
}

fn compare(inputs: &Inputs, stage: &Stage, processes: &[Process], notes: &mut Notes) {
    let place = |process: &Process, key: &str| {
        let path = ["processes", &process.name, key];
        let short = key == "command" && inputs.app.is_short(&path[..2]);
        if short || inputs.app.holds(&path) { inputs.app.at(&path) } else { inputs.app.at(&["runtime"]) }
    };
    for process in processes {
        let exposed = stage.exposed.iter().flatten().copied().collect::<Vec<u16>>();
        if let Some(port) = process.port.filter(|port| !exposed.is_empty() && !exposed.contains(port)) {
            let ports = exposed.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
            let message =
                format!("process {:?} has port {port}, but the Dockerfile says EXPOSE {ports}", process.name);
            let hint = "set `port` to what the program listens on; if it reads PORT, expose that";
            notes.warning(Code::DockerfileDiffers, place(process, "port"), message, hint);
        }
        if let (Some(words), Some(entrypoint)) = (&process.command, &stage.entrypoint)
            && !words.join(" ").contains(program(entrypoint))
        {
            let message = format!("the command of {:?} replaces the Dockerfile's ENTRYPOINT", process.name);
            let hint = "if it is to run, begin the command with it";
            notes.warning(Code::DockerfileDiffers, place(process, "command"), message, hint);
        }
    }
}

/// The program of an ENTRYPOINT, in either of its forms.
fn program(entrypoint: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "[]\",".contains(c);
    entrypoint.split(ends).find(|word| !word.is_empty()).unwrap_or_default()
}

/// The stage that becomes the image, with what it has from stages that it is built on.
fn last_stage(text: &str) -> Stage {
    let mut stages: Vec<Stage> = Vec::new();
    for line in instructions(text) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        let rest = rest.trim();
        match (word.to_ascii_uppercase().as_str(), stages.last_mut()) {
            ("FROM", _) => {
                let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
                let from = words.next().unwrap_or_default().to_lowercase();
                let name = words.nth(1).unwrap_or_default().to_lowercase();
                let base = stages.iter().rev().find(|stage| !from.is_empty() && stage.name == from);
                let exposed = base.map_or(Some(Vec::new()), |base| base.exposed.clone());
                let entrypoint = base.and_then(|base| base.entrypoint.clone());
                stages.push(Stage { name, exposed, entrypoint });
            }
            ("EXPOSE", Some(stage)) => expose(stage, rest),
            ("ENTRYPOINT", Some(stage)) => {
                stage.entrypoint = Some(rest.to_owned()).filter(|rest| !program(rest).is_empty());
            }
            _ => {}
        }
    }
    stages.pop().unwrap_or_default()
}

fn expose(stage: &mut Stage, words: &str) {
    for word in words.split_whitespace() {
        let (port, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
        match port.parse() {
            Ok(port) if protocol.eq_ignore_ascii_case("tcp") => {
                stage.exposed.iter_mut().for_each(|exposed| exposed.push(port));
            }
            Ok(_) => {}
            // A range or a variable: which port is meant, only the build knows.
            Err(_) => stage.exposed = None,
        }
    }
}

/// Lines without comments, each with those that continue it.
fn instructions(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.trim_end().strip_suffix('\\') {
            Some(part) => open.push_str(part),
            None => {
                open.push_str(line);
                lines.push(std::mem::take(&mut open).trim().to_owned());
            }
        }
    }
    lines.push(open.trim().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stage_says_ports_and_entrypoint() {
        let of = |text: &str| {
            let stage = last_stage(text);
            (stage.exposed, stage.entrypoint)
        };
        assert_eq!(of("FROM a\nEXPOSE 5000/tcp \\\n  53/udp\n"), (Some(vec![5000]), None));
        assert_eq!(of("FROM a AS x\nEXPOSE 1\nFROM b\nexpose 2\n"), (Some(vec![2]), None));
        assert_eq!(
            of("FROM a AS x\nEXPOSE 1\nENTRYPOINT [\"/e.sh\"]\nFROM x\n"),
            (Some(vec![1]), Some("[\"/e.sh\"]".into()))
        );
        assert_eq!(of("FROM a\nENV P=1\nEXPOSE 80 $P\n"), (None, None));
        assert_eq!(of("FROM a\n# EXPOSE 5\nENTRYPOINT []\n"), (Some(vec![]), None));
        assert_eq!(program("[\"/e.sh\", \"-x\"]"), "/e.sh");
    }
}
