//! Completions: the script that a shell loads, and the answers that it then asks cupaas for at each Tab. Names come from
//! the GitOps repository at hand, where that is on this machine; where anything is wrong there are none.
#![allow(clippy::disallowed_methods)] // The environment is read in this room.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use crate::cli::{self, Repository};
use crate::diagnostic::{Code, Failure};
use crate::git::branches;
use crate::load::catalog::RecipeKind;
use crate::load::known_names::{self, KnownNames};
use crate::request::environment::text;
use crate::request::gitops_from_cwd;
use crate::request::spec::place;
use crate::request::typed::Typed;
use crate::run::home::Home;
use crate::run::spec::GitopsPlace;

/// Set by the scripts alone: which shell asks.
const VARIABLE: &str = "CUPAAS_COMPLETE";

/// The script of a shell.
///
/// # Errors
/// None but cupaas's own.
pub(super) fn script(shell: clap_complete::Shell) -> Result<String, Failure> {
    let internal = |message: String| Failure::new(Code::InternalError, message);
    let shells = Shells::builtins();
    let name = shell.to_string();
    let writer = shells.completer(&name).ok_or_else(|| internal(format!("no completions for {name}")))?;
    let mut bytes = Vec::new();
    writer
        .write_registration(VARIABLE, "cupaas", "cupaas", "cupaas", &mut bytes)
        .map_err(|error| internal(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).trim_start().to_owned())
}

/// Answers a shell whose script asks what could stand at the cursor, on standard output; whether one did ask.
pub(crate) fn complete(words: &[OsString]) -> bool {
    // Both are the script's: a variable that somebody has exported turns no command into a question.
    let asks = text(VARIABLE).is_some_and(|shell| Shells::builtins().completer(&shell).is_some());
    if !asks || words.get(1).is_none_or(|word| word != "--") {
        return false;
    }
    let here = std::env::current_dir().ok();
    let typed = Typed::new(words);
    let known = || Known { repository: repository(&typed), typed: typed.clone(), here: here.clone() };
    let command = || with_names(cli::read::command(), &known());
    // A shell shows whatever is printed, in the middle of what is being typed.
    let _ = CompleteEnv::with_factory(command).var(VARIABLE).try_complete(words.to_vec(), here.as_deref());
    true
}

/// Where names come from.
#[derive(Debug, Clone, Default)]
struct Known {
    /// The GitOps repository, where it is on this machine.
    repository: Option<PathBuf>,
    typed: Typed,
    /// The working directory.
    here: Option<PathBuf>,
}

impl Known {
    /// The secrets of the app that is named, or of the one whose folder this is.
    fn secrets(&self) -> BTreeSet<String> {
        let (app, here) = (self.typed.named("--app"), self.here.as_deref());
        let environment = self.typed.named("--env").or_else(|| text("CUPAAS_ENV"));
        match (app, &self.repository) {
            (Some(app), Some(folder)) => KnownNames::open(folder).secrets(&app, environment.as_deref()),
            (Some(_), None) => BTreeSet::new(),
            (None, _) => here.map(known_names::secrets_in).unwrap_or_default(),
        }
    }

    /// What may follow `--branch`: each branch of the clone at hand, for each environment.
    fn branches(&self) -> BTreeSet<String> {
        let branches = self.here.as_deref().map(branches::of_clone).unwrap_or_default();
        let environments = self.repository.as_deref().map(|folder| KnownNames::open(folder).environments());
        let environments = environments.filter(|names| !names.is_empty());
        let environments = environments.unwrap_or_else(|| BTreeSet::from([String::new()]));
        let of =
            |branch: &String| environments.iter().map(|name| format!("{branch}={name}")).collect::<Vec<_>>();
        branches.iter().flat_map(of).collect()
    }
}

/// The folder of the GitOps repository that the words mean, where it is on this machine.
fn repository(typed: &Typed) -> Option<PathBuf> {
    let gitops = typed.option("--gitops").or_else(|| text("CUPAAS_GITOPS"));
    let named = gitops_from_cwd::here(Repository { gitops, gitops_branch: None }).gitops;
    match place(named, &Home::read().ok()?).ok()? {
        GitopsPlace::Address(address) => address.local(),
        GitopsPlace::Folder(folder) | GitopsPlace::Embedded(folder) => Some(folder),
    }
}

/// The commands with the names that their values can have.
fn with_names(command: Command, known: &Known) -> Command {
    let commands: BTreeSet<String> =
        command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    named(command, "", known).mut_subcommand("man", |man| {
        man.mut_arg("command", |word| word.add(candidates(move || commands.clone())))
    })
}

/// A command below the one that is called `above`.
fn named(command: Command, above: &str, known: &Known) -> Command {
    let name = command.get_name().to_owned();
    let place = (above, name.as_str());
    command
        .mut_args(|argument| with_values(argument, place, known))
        .mut_subcommands(|below| named(below, &name, known))
}

fn with_values(argument: Arg, place: (&str, &str), known: &Known) -> Arg {
    let of = |names: fn(&Known) -> BTreeSet<String>| {
        let known = known.clone();
        candidates(move || names(&known))
    };
    let listed = |names: fn(&KnownNames) -> BTreeSet<String>| {
        let repository = known.repository.clone();
        candidates(move || {
            repository.as_deref().map(|folder| names(&KnownNames::open(folder))).unwrap_or_default()
        })
    };
    match (place, argument.get_id().as_str()) {
        (_, "app" | "without") | (_, "named") => argument.add(listed(KnownNames::apps)),
        // `app add` names a new one.
        (("app", "show" | "remove"), "name") => argument.add(listed(KnownNames::apps)),
        (("secret", "set" | "unset"), "name") => argument.add(of(Known::secrets)),
        (("app", "add"), "branch") => argument.add(of(Known::branches)),
        (_, "env") => argument.add(listed(KnownNames::environments)),
        (_, "service") => argument.add(listed(|names| names.recipes(RecipeKind::Service))),
        (_, "runtime") => argument.add(listed(|names| names.recipes(RecipeKind::Runtime))),
        (_, "known_recipe") => argument.add(listed(|names| {
            let kinds = [RecipeKind::Runtime, RecipeKind::Service];
            kinds.into_iter().flat_map(|kind| names.recipes(kind)).collect()
        })),
        _ => argument,
    }
}

fn candidates(names: impl Fn() -> BTreeSet<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || names().into_iter().map(CompletionCandidate::new).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use clap_complete::engine;

    use super::*;

    /// What could stand in place of the last word.
    fn answers(repository: Option<PathBuf>, words: &[&str]) -> Vec<String> {
        answers_in(repository, None, words)
    }

    fn answers_in(repository: Option<PathBuf>, here: Option<PathBuf>, words: &[&str]) -> Vec<String> {
        let words: Vec<OsString> = ["cupaas"].iter().chain(words).map(OsString::from).collect();
        let last = words.len() - 1;
        let known = Known { repository, typed: Typed::new(&words), here };
        let found = engine::complete(&mut with_names(cli::read::command(), &known), words, last, None);
        found.unwrap().iter().map(|one| one.get_value().to_string_lossy().into_owned()).collect()
    }

    /// Without the options that may stand there too.
    fn names(answers: Vec<String>) -> Vec<String> {
        answers.into_iter().filter(|one| !one.starts_with('-')).collect()
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "cupaas.yaml",
            "environments:\n  production: {cluster: home, domain: a.cu}\n  next: {cluster: home, domain: b.cu}\n",
        );
        write("apps/shop.yaml", "format: 1\n");
        let record = "format: 1\napp: tasks\nenvironment: production\ncluster: home\nsource: {}\nimage: i\n\
                      files:\n  .cupaas: |\n    runtime: image\n    secrets: [SECRET_KEY, {SIGNING: {file: /app/key}}]\n";
        write("releases/production/tasks/release.yaml", record);
        write("releases/production/tasks/secrets/OLD.yaml", "");
        write("releases/next/tasks/secrets/OF_NEXT.yaml", "");
        write("catalog/services/redis/recipe.yaml", "");
        folder
    }

    /// The same files as the one commit of a repository.
    fn commit(folder: &std::path::Path) {
        let repository = git2::Repository::init(folder).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let author = git2::Signature::new("t", "t@example.cu", &git2::Time::new(0, 0)).unwrap();
        repository.commit(Some("HEAD"), &author, &author, "Begin", &tree, &[]).unwrap();
    }

    #[test]
    fn values_are_names_of_the_repository() {
        let folder = folder();
        for git in [false, true] {
            if git {
                commit(folder.path());
                // What is not committed is not there yet.
                std::fs::write(folder.path().join("apps/draft.yaml"), "").unwrap();
            }
            let answers = |words: &[&str]| answers(Some(folder.path().to_owned()), words);
            assert_eq!(answers(&["deploy", "--app", ""]), ["shop", "tasks"]);
            assert_eq!(answers(&["env", "set", "--app", "s"]), ["shop"]);
            assert_eq!(answers(&["app", "remove", "t"]), ["tasks"]);
            assert_eq!(answers(&["rollback", "t"]), ["tasks"]);
            assert_eq!(answers(&["diff", "--env", ""]), ["next", "production"]);
            let set = |words: &[&str]| names(answers(&[&["secret"], words].concat()));
            let all = ["OF_NEXT", "OLD", "SECRET_KEY", "SIGNING"];
            assert_eq!(set(&["set", "--app", "tasks", ""]), all);
            assert_eq!(set(&["unset", "--app=tasks", "--env", "next", ""]), ["OF_NEXT"]);
            assert_eq!(set(&["set", "--app", "tasks", "--env=production", "S"]), ["SECRET_KEY", "SIGNING"]);
            assert_eq!(set(&["set", "--app", "nobody", ""]), [""; 0]);
            assert!(answers(&["new", "--service", "r"]).contains(&"redis".to_owned()));
            assert!(answers(&["secret", "rotate", "r"]).contains(&"redis".to_owned()));
            assert!(answers(&["catalog", "show", "r"]).contains(&"redis".to_owned()));
        }
    }

    #[test]
    fn without_a_repository_only_what_is_built_in_is_known() {
        for repository in [None, Some(PathBuf::from("/nowhere"))] {
            assert_eq!(answers(repository.clone(), &["deploy", "--app", ""]), [""; 0]);
            assert_eq!(answers(repository.clone(), &["deploy", "--forge", "g"]), ["github", "gitea"]);
            assert!(answers(repository.clone(), &["dep"]).contains(&"deploy".to_owned()));
            assert!(answers(repository.clone(), &["man", "dep"]).contains(&"deploy".to_owned()));
        }
    }

    #[test]
    fn the_clone_at_hand_has_branches_and_the_folder_at_hand_has_secrets() {
        let (gitops, app) = (folder(), folder());
        let here = || Some(app.path().to_owned());
        let branches = |repository: Option<PathBuf>| {
            answers_in(repository, here(), &["app", "add", "x", "--branch", ""])
        };
        assert_eq!(branches(None), [""; 0]);
        commit(app.path());
        let repository = git2::Repository::open(app.path()).unwrap();
        let head = repository.head().unwrap().peel_to_commit().unwrap();
        let first = repository.head().unwrap().shorthand().unwrap().to_owned();
        for name in
            ["refs/heads/fix/a", "refs/remotes/origin/next", "refs/remotes/origin/HEAD", "refs/tags/v1"]
        {
            repository.reference(name, head.id(), false, "").unwrap();
        }
        assert_eq!(branches(None), ["fix/a=".to_owned(), format!("{first}="), "next=".to_owned()]);
        let all = branches(Some(gitops.path().to_owned()));
        assert!(
            all.contains(&"next=next".to_owned()) && all.contains(&"fix/a=production".to_owned()),
            "{all:?}"
        );
        std::fs::write(app.path().join(".cupaas"), "runtime: [\nsecrets: [A]\n").unwrap();
        let set = || names(answers_in(None, here(), &["secret", "set", ""]));
        assert_eq!(set(), [""; 0], "what is no YAML has no names");
        std::fs::write(app.path().join(".cupaas"), "runtme: image\nsecrets: [KEY, B]\n").unwrap();
        assert_eq!(set(), ["B", "KEY"]);
    }

    #[test]
    fn the_repository_is_the_one_that_is_typed_and_never_over_a_network() {
        let folder = folder();
        let typed = folder.path().display().to_string();
        let of =
            |words: &[&str]| repository(&Typed::new(&words.iter().map(OsString::from).collect::<Vec<_>>()));
        assert_eq!(of(&["cupaas", "deploy", "--gitops", &typed]), Some(folder.path().to_owned()));
        assert_eq!(of(&["cupaas", "deploy", &format!("--gitops={typed}")]), Some(folder.path().to_owned()));
        assert_eq!(of(&["cupaas", "deploy", "--gitops", "https://git.example.cu/me/gitops.git"]), None);
        assert_eq!(of(&["cupaas", "deploy", "--gitops", "git@git.example.cu:me/gitops.git"]), None);
    }
}
