//! `releases/<env>/<app>/runs/<id>.yaml`: a one-off task as it was asked for, and the manifests that it runs by, byte for
//! byte. A Job cannot be changed once it is there, and one of another name would run the command again: so they are rendered
//! once, and whatever renders the release later takes them from here.

use crate::clock::seconds;
use crate::diagnostic::{Failure, Source};
use crate::layout::Folders;
use crate::load::scalars::Named;
use crate::tree::{Files, RepoPath};
use crate::yaml::document;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many seconds a task stays in the repository after its time was up, for whoever looks for what it wrote.
const KEPT: i64 = 86_400;

/// The folder of an app's tasks, in `releases/<env>/<app>/` and in `deploy/<env>/<app>/`.
pub(crate) const RUNS: &str = "runs";

/// A one-off task. cupaas alone writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TaskFile {
    /// The format of this file; 1.
    pub format: u32,
    /// Program and arguments, as they were typed.
    pub command: Vec<String>,
    /// When it was asked for, such as `2026-11-23T10:39:00Z`.
    pub asked: String,
    /// How many seconds it may run.
    pub time_limit: u32,
    /// The image that it runs.
    pub image: String,
    /// The app's commit that is told how it ended; nothing where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Its manifests, by the files' names.
    pub files: Named<String>,
}

impl TaskFile {
    /// Whether nobody needs it any more: its time was up a day ago.
    fn is_over(&self, now: i64) -> bool {
        let asked = seconds(&self.asked).unwrap_or_default();
        now >= asked.saturating_add(i64::from(self.time_limit)).saturating_add(KEPT)
    }
}

/// What a task is called: its Job, and, beside the halves of its app, `base` and `app`, its part of the engine's objects' names.
pub(crate) fn name(id: &str) -> String {
    format!("run-{id}")
}

/// Where a task is kept.
///
/// # Errors
/// None but cupaas's own.
pub(crate) fn place(folders: &Folders, id: &str) -> Result<RepoPath, Failure> {
    Folders::below(&folders.release, &format!("{RUNS}/{id}.yaml"))
}

/// Where a manifest of a task stands.
///
/// # Errors
/// None but cupaas's own.
pub(crate) fn manifest(folders: &Folders, id: &str, name: &str) -> Result<RepoPath, Failure> {
    Folders::below(&folders.deploy, &format!("{RUNS}/{id}/{name}"))
}

/// The id of the task that is kept at `path`, where one is.
pub(crate) fn id_of(path: &RepoPath) -> Option<&str> {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    match parts.as_slice() {
        ["releases", _, _, RUNS, file] => file.strip_suffix(".yaml"),
        _ => None,
    }
}

/// The tasks among what stands below `releases/<env>/<app>/`, by their ids.
///
/// # Errors
/// What is wrong with one of them.
pub(crate) fn all(files: &Files) -> Result<BTreeMap<String, TaskFile>, Failure> {
    let kept = files.iter().filter_map(|(path, text)| Some((id_of(path)?.to_owned(), path, text)));
    let read = |(id, path, text): (String, &RepoPath, &String)| {
        let read = document::read::<TaskFile>(&Source::new(path.as_str(), text.clone()));
        Ok((id, read.map_err(Failure::invalid)?.value))
    };
    kept.map(read).collect()
}

/// Takes those out of `files` that nobody needs at `now`, and gives their places.
///
/// # Errors
/// As [`all`].
pub(crate) fn take_over(files: &mut Files, now: i64) -> Result<Vec<RepoPath>, Failure> {
    let tasks = all(files)?;
    let is_over =
        |path: &&RepoPath| id_of(path).and_then(|id| tasks.get(id)).is_some_and(|task| task.is_over(now));
    let over: Vec<RepoPath> = files.keys().filter(is_over).cloned().collect();
    files.retain(|path, _| !over.contains(path));
    Ok(over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_a_day_after_its_time_was_up() {
        let path = RepoPath::new("releases/production/shop/runs/0a1b2c3d.yaml").unwrap();
        let text = "format: 1\ncommand: [tidy]\nasked: '2026-11-23T10:00:00Z'\ntimeLimit: 60\nimage: r/shop:1\nfiles: {}\n";
        let at = |text: &str| seconds(text).unwrap();
        let files = Files::from([(path.clone(), text.to_owned())]);
        let left = |now: &str| {
            let mut files = files.clone();
            (take_over(&mut files, at(now)).unwrap(), files.len())
        };
        assert_eq!(left("2026-11-24T10:00:59Z"), (vec![], 1));
        assert_eq!(left("2026-11-24T10:01:00Z"), (vec![path], 0));
    }

    #[test]
    fn a_task_is_a_file_of_its_folder_and_nothing_else() {
        let id = |path: &str| id_of(&RepoPath::new(path).unwrap()).map(str::to_owned);
        assert_eq!(id("releases/production/shop/runs/a1.yaml").as_deref(), Some("a1"));
        for other in [
            "releases/production/shop/release.yaml",
            "releases/p/shop/secrets/runs.yaml",
            "deploy/p/shop/runs/a.yaml",
        ] {
            assert_eq!(id(other), None, "{other}");
        }
    }
}
