//! A change set → the files of the one commit that publishes it: those of its releases and edits, nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Failure};
use crate::git::commit::FileChanges;
use crate::layout::{Folders, host_file};
use crate::load::current::Current;
use crate::load::release_file::ReleaseFile;
use crate::load::task_file;
use crate::plan::Plan;
use crate::publish::change_set::{ChangeSet, Next, Rendered};
use crate::publish::message::message;
use crate::publish::signature::Signature;
use crate::render::emit;
use crate::resolve::release::Release;
use crate::tree::{Files, RepoPath};

/// The change that makes the repository say what the change set says.
///
/// # Errors
/// None but cupaas's own: a Secret that is not encrypted never gets into a commit.
pub(crate) fn change(set: &ChangeSet, plan: &Plan, signature: Signature<'_>) -> Result<FileChanges, Failure> {
    let mut change = FileChanges {
        folders: BTreeMap::new(),
        files: BTreeMap::new(),
        message: message(set, plan, signature.job),
        author: signature.author.clone(),
        time: signature.time,
    };
    for transition in &set.transitions {
        match &transition.next {
            Next::Rendered(one) => put(&mut change, &transition.current, one)?,
            Next::Removed(record) => remove(&mut change, &transition.current, record)?,
        }
    }
    for (path, text) in &set.edits {
        change.files.insert(path.clone(), text.clone().map(String::into_bytes));
    }
    Ok(change)
}

/// Adds a rendered release's files. A host that one release gives up, and another takes, is the other's.
fn put(change: &mut FileChanges, current: &Current, one: &Rendered) -> Result<(), Failure> {
    let Rendered { release, tree, .. } = one;
    if !tree.missing_secrets.is_empty() {
        return Err(Failure::new(Code::InternalError, "a Secret is not encrypted, nothing was written"));
    }
    let folders = Folders::new(&release.cluster, &release.environment, &release.app)?;
    let files = &mut change.files;
    for (path, text) in tree.files.iter().filter(|(path, _)| !path.is_in(&folders.deploy)) {
        files.insert(path.clone(), Some(text.clone().into_bytes()));
    }
    for host in released_hosts(current, release) {
        files.entry(host).or_insert(None);
    }
    files.extend(current.over.iter().map(|path| (path.clone(), None)));
    if current.folders.cluster != folders.cluster {
        files.insert(current.folders.cluster.clone(), None);
    }
    change.folders.insert(folders.deploy.clone(), below(&tree.files, &folders.deploy)?);
    Ok(())
}

/// Takes an app away from an environment: its data, its credentials and what it was made from stay. A task would run again
/// with the app's next deploy.
fn remove(change: &mut FileChanges, current: &Current, record: &ReleaseFile) -> Result<(), Failure> {
    change.files.insert(current.folders.cluster.clone(), None);
    for host in record.hosts.iter().filter_map(|host| host_file(host)) {
        change.files.entry(host).or_insert(None);
    }
    let tasks = current.release_files.keys().filter(|path| task_file::id_of(path).is_some());
    change.files.extend(tasks.map(|path| (path.clone(), None)));
    let record = ReleaseFile { removed: true, hold: None, hosts: Vec::new(), ..record.clone() };
    let value = serde_json::to_value(record).map_err(|e| Failure::new(Code::InternalError, e.to_string()))?;
    let path = Folders::below(&current.folders.release, "release.yaml")?;
    change.files.insert(path, Some(emit::to_yaml(&value)?.into_bytes()));
    change.folders.insert(current.folders.deploy.clone(), BTreeMap::new());
    Ok(())
}

/// Hosts that were held and are not any more.
fn released_hosts(current: &Current, release: &Release) -> BTreeSet<RepoPath> {
    let held: BTreeSet<&String> = release.hosts().collect();
    let before = current.previous.iter().flat_map(|previous| &previous.hosts);
    before.filter(|host| !held.contains(host)).filter_map(|host| host_file(host)).collect()
}

/// The files of a folder, by their path in it.
fn below(files: &Files, folder: &RepoPath) -> Result<BTreeMap<RepoPath, Vec<u8>>, Failure> {
    let inside = files.iter().filter(|(path, _)| path.is_in(folder));
    let relative = inside.map(|(path, text)| {
        let rest = path.as_str().get(folder.as_str().len() + 1..).unwrap_or_default();
        let rest =
            RepoPath::new(rest).map_err(|error| Failure::new(Code::InternalError, error.to_string()))?;
        Ok((rest, text.clone().into_bytes()))
    });
    relative.collect()
}
