//! Opens the GitOps repository that a request names; the local one is made where it is not there yet.

use std::path::Path;

use crate::diagnostic::Failure;
use crate::git::{BranchName, Snapshot, bare};
use crate::load::gitops::{Backend, Gitops};
use crate::run::context::Context;
use crate::run::scaffold::embedded;
use crate::run::spec::{GitopsPlace, RunSpec, Stage};

/// What a run may do with the repository: `deploy` makes the local one, the other steps only look at what it would be.
pub(crate) fn open(context: &Context<'_>, spec: &RunSpec) -> Result<Gitops, Failure> {
    let fetch = |address| {
        context.progress("fetching the GitOps repository");
        Snapshot::open(address, spec.branch.as_deref(), spec.token.as_ref())
            .map(|snapshot| Gitops::from(Backend::Snapshot(Box::new(snapshot))))
    };
    if let Some(branch) = &spec.branch {
        BranchName::parse(branch)?;
    }
    match &spec.gitops {
        GitopsPlace::Address(address) => fetch(address),
        GitopsPlace::Folder(folder) => Ok(Backend::Folder(folder.clone()).into()),
        GitopsPlace::Embedded(path) if !path.exists() && spec.stage != Stage::Deploy => {
            Ok(Backend::Memory(embedded::files(context.home.folder()?, false)?).into())
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
    let change = crate::git::FileChanges {
        folders: Default::default(),
        files,
        message: "Begin a GitOps repository\n".to_owned(),
        author: context.author.clone(),
        time: crate::clock::now(),
    };
    bare::init_bare(path, "main", &change).map(drop)
}
