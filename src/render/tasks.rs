//! One-off tasks → their manifests: of one that is new as the recipe renders them, of all others as they were kept, byte for
//! byte.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::Failure;
use crate::layout::Folders;
use crate::load::file_rule::Layer;
use crate::load::task_file::{self, RUNS, TaskFile};
use crate::names;
use crate::render::emit;
use crate::render::layers::Rendered;
use crate::render::tree::{Tree, list};
use crate::resolve::release::{Release, Task};
use crate::tree::Files;
use crate::yaml::document::FORMAT;

/// The tasks of a release.
pub(super) struct Tasks<'r> {
    release: &'r Release,
    /// By their ids; the new one among them, without manifests until it is rendered.
    all: BTreeMap<String, TaskFile>,
    /// The one that is to be rendered.
    new: Option<&'r Task>,
}

impl<'r> Tasks<'r> {
    /// The tasks that are kept, and the one that is asked for.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub(super) fn of(release: &'r Release, kept: &Files) -> Result<Self, Failure> {
        let mut all = task_file::all(kept)?;
        let new = release.task.as_ref().filter(|task| !all.contains_key(&task.id));
        if let Some(task) = new {
            all.insert(task.id.clone(), record(release, task));
        }
        Ok(Self { release, all, new })
    }

    /// Tells the templates of them: `runs` are all, `task` is the one that is to be rendered.
    pub(super) fn add(&self, values: &mut Map<String, Json>) {
        let one = |(id, task): (&String, &TaskFile)| {
            json!({
                "id": id,
                "name": names::kustomization(&self.release.app, &self.release.environment, &task_file::name(id)),
                "time_limit": task.time_limit,
                "commit": task.commit,
            })
        };
        values.insert("runs".to_owned(), self.all.iter().map(one).collect());
        values.insert("task".to_owned(), json!(self.new));
    }

    /// Takes the manifests of the new one out of what was rendered, to be kept.
    ///
    /// # Errors
    /// None but cupaas's own.
    pub(super) fn take(&mut self, objects: &mut Vec<Rendered>) -> Result<(), Failure> {
        let (of_task, others): (Vec<Rendered>, Vec<Rendered>) =
            std::mem::take(objects).into_iter().partition(|rendered| rendered.layer == Layer::Run);
        *objects = others;
        let Some(task) = self.new.and_then(|task| self.all.get_mut(&task.id)) else { return Ok(()) };
        for Rendered { path, object, .. } in of_task {
            task.files.insert(path.file_name().to_owned(), emit::to_yaml(&object)?);
        }
        Ok(())
    }

    /// Adds the records and manifests of all.
    ///
    /// # Errors
    /// None but cupaas's own.
    pub(super) fn write(&self, folders: &Folders, tree: &mut Tree) -> Result<(), Failure> {
        for (id, task) in &self.all {
            tree.files.insert(task_file::place(folders, id)?, emit::to_yaml(&json!(task))?);
            for (name, text) in &task.files {
                tree.files.insert(task_file::manifest(folders, id, name)?, text.clone());
            }
            list(&Folders::below(&folders.deploy, &format!("{RUNS}/{id}"))?, tree)?;
        }
        Ok(())
    }
}

fn record(release: &Release, task: &Task) -> TaskFile {
    TaskFile {
        format: FORMAT,
        command: task.words.clone(),
        asked: task.asked.clone(),
        time_limit: task.time_limit,
        image: release.image.reference.clone(),
        commit: release.rollout.as_ref().map(|rollout| rollout.commit.clone()),
        files: BTreeMap::new(),
    }
}
