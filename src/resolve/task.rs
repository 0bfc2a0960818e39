//! A command that somebody wants run once → the task that runs it: with the release's image, variables and secrets, and with
//! what one of its processes gets.

use crate::diagnostic::{Code, Failure, typed};
use crate::load::inputs::Inputs;
use crate::names;
use crate::resolve::command::{literal, refused};
use crate::resolve::labels;
use crate::resolve::release::{Process, Release, Task};
use crate::schema::suggest;

/// The process whose size a task has where none is named.
const WEB: &str = "web";

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Program and arguments. No shell reads them.
    pub command: Vec<String>,
    /// The process that says how much it gets; else `web`, or the first one.
    pub process: Option<String>,
    /// When it was asked for.
    pub asked: String,
    /// How many seconds it may run.
    pub time_limit: u32,
}

impl Wanted {
    /// What tells this task from any other: the command, when it was asked for, and the commit of the GitOps repository that
    /// it was asked on, so that the same command in the same second is another task.
    pub(crate) fn id(&self, gitops_commit: Option<&str>) -> String {
        let commit = gitops_commit.unwrap_or_default();
        names::hash(&format!("{commit}\n{}\n{:?}", self.asked, self.command), 8)
    }
}

/// The name of the Job of a task.
pub(crate) fn job(id: &str) -> String {
    format!("run-{id}")
}

/// # Errors
/// Kind `Usage`: a process that the app does not have, or words that no program can be given.
pub(crate) fn resolve(inputs: &Inputs, release: &Release, wanted: &Wanted) -> Result<Task, Failure> {
    if let Some(why) = refused(&wanted.command) {
        let first = wanted.command.first().map_or("", String::as_str);
        return Err(typed(Code::InvalidArgument, "COMMAND", first, why, "such as `-- rake db:seed`"));
    }
    let id = wanted.id(inputs.gitops_commit.as_deref());
    let process = process(release, wanted.process.as_deref())?;
    Ok(Task {
        name: job(&id),
        // Of its own, so that no Service of a process selects its pod.
        labels: labels::of(inputs, &release.environment, &job(&id), labels::Part::Task),
        id,
        command: wanted.command.iter().map(|word| literal(word)).collect(),
        asked: wanted.asked.clone(),
        time_limit: wanted.time_limit,
        cpu: process.cpu.clone(),
        memory: process.memory.clone(),
        words: wanted.command.clone(),
    })
}

/// The process of that name; else the one that gets requests, or the first one.
fn process<'r>(release: &'r Release, name: Option<&str>) -> Result<&'r Process, Failure> {
    let all = &release.processes;
    let of = |name: &str| all.iter().find(|process| process.name == name);
    let found = match name {
        Some(name) => of(name),
        None => of(WEB).or(all.first()),
    };
    found.ok_or_else(|| {
        let names = all.iter().map(|process| process.name.as_str());
        let name = name.unwrap_or_default();
        let hint = match suggest(name, names.clone()) {
            Some(close) => format!("did you mean {close:?}?"),
            None => format!("its processes: {}", names.collect::<Vec<_>>().join(", ")),
        };
        let message = format!("{} has no process {name:?}", release.app);
        typed(Code::InvalidArgument, "--process", name, message, hint)
    })
}
