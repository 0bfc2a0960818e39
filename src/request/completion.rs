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
use crate::load::catalog::RecipeKind;
use crate::load::known_names::KnownNames;
use crate::request::environment::text;
use crate::request::gitops_from_cwd;
use crate::request::spec::place;
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
    let command = || with_names(cli::read::command(), repository(words));
    // A shell shows whatever is printed, in the middle of what is being typed.
    let _ = CompleteEnv::with_factory(command).var(VARIABLE).try_complete(words.to_vec(), here.as_deref());
    true
}

/// The folder of the GitOps repository that the words mean, where it is on this machine.
fn repository(words: &[OsString]) -> Option<PathBuf> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let apart = words.windows(2).rev().find(|pair| pair[0] == "--gitops").map(|pair| pair[1]);
    let joined = words.iter().rev().find_map(|word| word.strip_prefix("--gitops="));
    let gitops = apart.or(joined).map(str::to_owned).or_else(|| text("CUPAAS_GITOPS"));
    let named = gitops_from_cwd::here(Repository { gitops, gitops_branch: None }).gitops;
    match place(named, &Home::read().ok()?).ok()? {
        GitopsPlace::Address(address) => address.local(),
        GitopsPlace::Folder(folder) | GitopsPlace::Embedded(folder) => Some(folder),
    }
}

/// The commands with the names that their values can have.
fn with_names(command: Command, repository: Option<PathBuf>) -> Command {
    let commands: BTreeSet<String> =
        command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    let names = named(command, &repository);
    names.mut_subcommand("man", |man| {
        man.mut_arg("command", |word| word.add(candidates(move || commands.clone())))
    })
}

fn named(command: Command, repository: &Option<PathBuf>) -> Command {
    // `app show` and `app remove` name an app that is there; `app add` names a new one.
    let of_app = ["show", "remove"].contains(&command.get_name());
    let command = command.mut_args(|argument| with_values(argument, of_app, repository));
    command.mut_subcommands(|below| named(below, repository))
}

fn with_values(argument: Arg, of_app: bool, repository: &Option<PathBuf>) -> Arg {
    let known = |names: fn(&KnownNames) -> BTreeSet<String>| {
        let repository = repository.clone();
        candidates(move || {
            repository.as_deref().map(|folder| names(&KnownNames::open(folder))).unwrap_or_default()
        })
    };
    match argument.get_id().as_str() {
        "app" | "without" => argument.add(known(KnownNames::apps)),
        "name" if of_app => argument.add(known(KnownNames::apps)),
        "env" => argument.add(known(KnownNames::environments)),
        "service" => argument.add(known(|names| names.recipes(RecipeKind::Service))),
        "known_recipe" => argument.add(known(|names| {
            [RecipeKind::Runtime, RecipeKind::Service]
                .into_iter()
                .flat_map(|kind| names.recipes(kind))
                .collect()
        })),
        "runtime" => argument.add(known(|names| names.recipes(RecipeKind::Runtime))),
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
        let words: Vec<OsString> = ["cupaas"].iter().chain(words).map(OsString::from).collect();
        let last = words.len() - 1;
        let found = engine::complete(&mut with_names(cli::read::command(), repository), words, last, None);
        found.unwrap().iter().map(|one| one.get_value().to_string_lossy().into_owned()).collect()
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
        write("releases/production/tasks/release.yaml", "");
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
            assert_eq!(answers(&["diff", "--env", ""]), ["next", "production"]);
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
    fn the_repository_is_the_one_that_is_typed_and_never_over_a_network() {
        let folder = folder();
        let typed = folder.path().display().to_string();
        let of = |words: &[&str]| repository(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["cupaas", "deploy", "--gitops", &typed]), Some(folder.path().to_owned()));
        assert_eq!(of(&["cupaas", "deploy", &format!("--gitops={typed}")]), Some(folder.path().to_owned()));
        assert_eq!(of(&["cupaas", "deploy", "--gitops", "https://git.example.cu/me/gitops.git"]), None);
        assert_eq!(of(&["cupaas", "deploy", "--gitops", "git@git.example.cu:me/gitops.git"]), None);
    }
}
