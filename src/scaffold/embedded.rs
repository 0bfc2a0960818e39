//! Opens the GitOps repository that a request names; the local one is made where it is not there yet.

use std::path::Path;

use crate::diagnostic::Failure;
use crate::load::gitops::{Gitops, Place};
use crate::publish::{BranchName, Snapshot, bare};
use crate::request::{GitopsPlace, Request, Stage, Step};

/// What a run may do with the repository: `deploy` makes the local one, the other steps only look at what it would be.
pub fn open(request: &Request, step: &Step, progress: &dyn Fn(&str)) -> Result<Gitops, Failure> {
    let fetch = |address| {
        progress("fetching the GitOps repository");
        Snapshot::open(address, step.branch.as_deref(), step.token.as_ref())
            .map(|snapshot| Gitops::from(Place::Snapshot(Box::new(snapshot))))
    };
    if let Some(branch) = &step.branch {
        BranchName::parse(branch)?;
    }
    match &step.gitops {
        GitopsPlace::Address(address) => fetch(address),
        GitopsPlace::Folder(folder) => Ok(Place::Folder(folder.clone()).into()),
        GitopsPlace::Embedded(path) if !path.exists() && step.stage != Stage::Deploy => {
            Ok(Place::Memory(super::embedded_files(request.home.folder()?, false)?).into())
        }
        GitopsPlace::Embedded(path) => {
            make_embedded(request, path)?;
            fetch(&bare::address(path)?)
        }
    }
}

fn make_embedded(request: &Request, path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    let files = super::embedded_files(request.home.folder()?, true)?;
    let files = files.into_iter().map(|(path, text)| (path, Some(text.into_bytes()))).collect();
    let change = crate::publish::Change {
        folders: Default::default(),
        files,
        message: "Begin a GitOps repository\n".to_owned(),
        author: request.author.clone(),
        time: crate::publish::pace::now(),
    };
    bare::init_bare(path, "main", &change).map(drop)
}
