//! A command that somebody wants run once → the task that runs it: with the release's image, variables and secrets, and with
//! what one of its processes gets.

use crate::diagnostic::{Code, Failure, typed};
use crate::load::inputs::Inputs;
use crate::load::task_file;
use crate::names;
use crate::resolve::command::{literal, refused};
use crate::resolve::labels;
use crate::resolve::release::{Release, Task};

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

/// # Errors
/// Kind `Usage`: a process that the app does not have, or words that no program can be given.
pub(crate) fn resolve(inputs: &Inputs, release: &Release, wanted: &Wanted) -> Result<Task, Failure> {
    if let Some(why) = refused(&wanted.command) {
        let first = wanted.command.first().map_or("", String::as_str);
        return Err(typed(Code::InvalidArgument, "COMMAND", first, why, "such as `-- rake db:seed`"));
    }
    let id = wanted.id(inputs.gitops_commit.as_deref());
    let process = match &wanted.process {
        Some(name) => release.process(name, "--process")?,
        None => release.process(WEB, "--process").or_else(|none| release.processes.first().ok_or(none))?,
    };
    Ok(Task {
        name: task_file::name(&id),
        // Of its own, so that no Service of a process selects its pod.
        labels: labels::of(inputs, &release.environment, &task_file::name(&id), labels::Part::Task),
        id,
        command: wanted.command.iter().map(|word| literal(word)).collect(),
        asked: wanted.asked.clone(),
        time_limit: wanted.time_limit,
        cpu: process.cpu.clone(),
        memory: process.memory.clone(),
        words: wanted.command.clone(),
    })
}
