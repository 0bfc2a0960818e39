//! Opens the GitOps repository that a request names; the local one is made where it is not there yet.

use std::path::Path;

use crate::diagnostic::Failure;
use crate::git::{BranchName, Snapshot, bare};
use crate::load::gitops::{Gitops, Place};
use crate::run::context::Context;
use crate::run::scaffold::embedded;
use crate::run::step::{GitopsPlace, Stage, Step};

/// What a run may do with the repository: `deploy` makes the local one, the other steps only look at what it would be.
pub(crate) fn open(context: &Context<'_>, step: &Step) -> Result<Gitops, Failure> {
    let fetch = |address| {
        context.progress("fetching the GitOps repository");
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
            Ok(Place::Memory(embedded::files(context.home.folder()?, false)?).into())
        }
        GitopsPlace::Embedded(path) => {
            make_embedded(context, path)?;
            fetch(&bare::address(path)?)
        }
    }
}

fn make_embedded(context: &Context<'_>, path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    let files = embedded::files(context.home.folder()?, true)?;
    let files = files.into_iter().map(|(path, text)| (path, Some(text.into_bytes()))).collect();
    let change = crate::git::Change {
        folders: Default::default(),
        files,
        message: "Begin a GitOps repository\n".to_owned(),
        author: context.author.clone(),
        time: crate::clock::now(),
    };
    bare::init_bare(path, "main", &change).map(drop)
}
