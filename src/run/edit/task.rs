//! `run --via git`: a command that is run once, by the release that stands there. Nobody's file changes: the task is kept
//! beside what the release was made from.

use crate::calendar::Lapse;
use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::load::known_apps;
use crate::load::records::Scope;
use crate::load::release_file::ReleaseFile;
use crate::load::task_file;
use crate::names;
use crate::report::shell_line;
use crate::repository::short;
use crate::resolve::task::Wanted;
use crate::run::edit::image::where_to;
use crate::run::edit::registered_app::Edit;
use crate::run::spec::{RunSpec, Stage};
use crate::run::wait;

/// The most characters of a command in a commit's first line.
const SUBJECT: usize = 100;

/// # Errors
/// An app that is not deployed there; one of which nobody would report how the command ends, where that is waited for.
pub(super) fn run(spec: &RunSpec, wanted: &Wanted, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let (known, environment) = where_to(spec, gitops)?;
    let scope = Scope::of(&known.name, Some(&environment));
    let Some(record) = known.releases.iter().find(|release| release.environment == environment) else {
        return Err(known_apps::no_release(&known.name, &scope, gitops));
    };
    if spec.wait.is_some() && record.rollout_id().is_none() {
        return Err(wait::task_unreportable(record, known.platform.value.delivery));
    }
    let id = wanted.id(gitops.head().as_deref());
    Ok(Edit {
        app: Some(known.name.clone()),
        scope: Some(scope),
        subject: Some(format!("run({}/{environment}): {}", known.name, one_line(&wanted.command))),
        notes: if spec.stage < Stage::Deploy { Vec::new() } else { notes(record, wanted, &id) },
        ..Edit::default()
    })
}

/// Where its result and what it writes can be seen.
fn notes(record: &ReleaseFile, wanted: &Wanted, id: &str) -> Vec<String> {
    let ReleaseFile { app, environment, .. } = record;
    let (namespace, job) = (names::namespace(app, environment), task_file::name(id));
    let limit = Lapse::words(i64::from(wanted.time_limit));
    let result = match record.rollout_id() {
        Some(reported) => format!(
            "its result: the status {} of {}",
            wait::task_context(environment, app, id),
            short(&reported.commit)
        ),
        None => format!(
            "its result, which nobody reports without `flux.status`: kubectl -n {namespace} get job {job}"
        ),
    };
    let words = format!("what it writes: kubectl -n {namespace} logs job/{job}");
    vec![format!("it runs once, for {limit} at the most"), result, words]
}

/// A command as one line that is not too long.
fn one_line(command: &[String]) -> String {
    let line: String = shell_line(command).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(SUBJECT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_of_the_commit() {
        let line =
            |words: &[&str]| one_line(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(line(&["rake", "db:seed"]), "rake db:seed");
        assert_eq!(line(&["sh", "-c", "a\nb"]), "sh -c 'a b'");
        assert_eq!(line(&["é".repeat(200).as_str()]).chars().count(), SUBJECT + 1);
    }
}
