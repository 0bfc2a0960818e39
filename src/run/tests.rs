//! A command that is not shipped, and shows what a further one takes: this source, and one line in the dispatcher. It
//! gives two apps a new variable, in one commit.
#![allow(clippy::disallowed_methods)] // it is a test

mod model;
mod races;
mod sequences;

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser;

use crate::cli::Cli;
use crate::diagnostic::Failure;
use crate::git::bare::{address, init_bare};
use crate::git::{Author, FileChanges, Pushed, Snapshot};
use crate::layout::owner;
use crate::load::records::{Scope, find};
use crate::publish::ChangeSet;
use crate::render::Renderer;
use crate::run::action::{Action, Request};
use crate::run::context::Context;
use crate::run::land::{Landed, Planned, Site, Sourced, land};
use crate::run::notify::Forges;
use crate::run::open;
use crate::run::rerender::transition;
use crate::run::spec::RunSpec;
use crate::tree::RepoPath;

/// The command. `meanwhile` is done in each round, after the source has looked.
fn set_for(
    context: Context<'_>,
    spec: &RunSpec,
    apps: &[&str],
    meanwhile: &mut dyn FnMut(),
) -> Result<Planned, Failure> {
    let mut gitops = open::open(&context, spec)?;
    let mut site = Site { context, gitops: &mut gitops, forges: &Forges::default() };
    let landed = land(spec, &mut site, |round| {
        let mut set = ChangeSet { subject: "set: two apps at once".to_owned(), ..ChangeSet::default() };
        for app in apps {
            for record in find(&Scope::of(app, None), round.gitops)? {
                let members = BTreeSet::from([owner(&record.app, &record.environment)]);
                set.transitions.push(transition(round, &record, &members, &mut Renderer::default())?);
            }
        }
        meanwhile();
        Ok(Sourced::Changes(set))
    })?;
    match landed {
        Landed::Planned(planned) => Ok(*planned),
        Landed::Ended(report) => panic!("{report:?}"),
    }
}

fn commit(bare: &Path, file: &str, text: &str) {
    let mut snapshot = Snapshot::open(&address(bare).unwrap(), None, None).unwrap();
    let change = change(file, text);
    let commit = snapshot.commit(&change).unwrap().unwrap();
    assert!(matches!(snapshot.push(&commit).unwrap(), Pushed::Landed { .. }));
}

fn change(file: &str, text: &str) -> FileChanges {
    FileChanges {
        folders: Default::default(),
        files: [(RepoPath::new(file).unwrap(), Some(text.as_bytes().to_vec()))].into(),
        message: format!("{file}\n"),
        author: Author { name: "ana".to_owned(), email: "ana@example.cu".to_owned() },
        time: 1_700_000_000,
    }
}

fn request(bare: &Path, words: &[&str]) -> Request {
    let gitops = bare.display().to_string();
    let words = [&["cupaas"], words, &["--gitops", &gitops]].concat();
    Request::new(Cli::try_parse_from(words).unwrap(), None).unwrap()
}

#[test]
fn a_source_of_a_few_lines_is_a_command_for_two_apps() {
    let scratch = tempfile::tempdir().unwrap();
    let bare = scratch.path().join("gitops.git");
    let platform = "environments: {production: {cluster: home}}\nregistry: {prefix: r.example.cu/me}\n";
    init_bare(&bare, "main", &change("cupaas.yaml", platform)).unwrap();
    for app in ["shop", "wiki"] {
        let folder = scratch.path().join(app);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(".cupaas"), "runtime: image\nprocesses: {web: {command: serve}}\n")
            .unwrap();
        let folder = folder.display().to_string();
        let words = ["deploy", &folder, "--app", app, "--image", "r.example.cu/me/x:1"];
        crate::run::dispatch::run(&request(&bare, &words), &|_| {}).unwrap();
    }

    let request = request(&bare, &["deploy", "--app", "shop", "--set", "COLOUR=blue"]);
    let Action::Rerender(spec) = &request.action else { panic!("{:?}", request.action) };
    let context =
        Context { home: &request.home, author: &request.author, job: Default::default(), progress: &|_| {} };
    let mut rounds = 0;
    let planned = set_for(context, spec, &["shop", "wiki"], &mut || {
        rounds += 1;
        if rounds == 1 {
            commit(&bare, "README.md", "Somebody else was first.\n");
        }
    })
    .unwrap();
    assert_eq!((rounds, planned.retries, planned.set.transitions.len()), (2, 1, 2));
    let repository = git2::Repository::open_bare(&bare).unwrap();
    let head = repository.head().unwrap().peel_to_commit().unwrap();
    assert_eq!(planned.commit, Some(head.id().to_string()));
    let message = head.message().unwrap_or_default();
    assert!(message.starts_with("set: two apps at once\n"), "{message}");
    for app in ["shop", "wiki"] {
        assert!(message.contains(&format!("Cupaas-Release: production/{app}\n")), "{message}");
        let path = format!("deploy/production/{app}/app/configmap-{app}.yaml");
        let blob = head.tree().unwrap().get_path(Path::new(&path)).unwrap().to_object(&repository).unwrap();
        assert!(
            String::from_utf8_lossy(blob.as_blob().unwrap().content()).contains("COLOUR: blue"),
            "{path}"
        );
    }
    assert!(head.tree().unwrap().get_name("README.md").is_some());

    // Again there is nothing to do, and no commit.
    let again = set_for(context, spec, &["shop", "wiki"], &mut || {}).unwrap();
    assert_eq!((again.commit, again.unchanged.len()), (None, 2));
}
