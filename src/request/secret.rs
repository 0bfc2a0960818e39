//! What was typed of secrets → what is asked of them.

use crate::diagnostic::Code;
use crate::request::environment::text;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cli::{Secret, SecretOf, Shared};
use crate::diagnostic::Failure;
use crate::load::age_keys::KeyPlaces;
use crate::load::secret_value::ValueFrom;
use crate::request::ci_guard::shared_one;
use crate::request::environment::Environment;
use crate::request::gitops_from_cwd;
use crate::run::action::Action;
use crate::run::home::Home;
use crate::run::secrets::{SecretAction, SecretCommand};
use crate::run::spec::{RunSpec, Stage};

/// # Errors
/// As [`crate::request::Request::new`]; none repeats a word that may be a value.
pub(super) fn asked(secret: Secret, env: &Environment) -> Result<Action, Failure> {
    let asked = match secret {
        Secret::Set(set) => {
            if set.of.folder.as_ref().is_some_and(|folder| !folder.is_dir()) {
                // Not repeated: it may be the value.
                let message = "the second argument is not a folder; a secret's value is never an argument";
                let hint = "give the value on standard input, or with --file";
                return Err(Failure::new(Code::ValueAsArgument, message).hint(hint));
            }
            let from = match set.file {
                _ if set.random => ValueFrom::Random,
                Some(file) => ValueFrom::File(file),
                None => ValueFrom::Input,
            };
            let what = SecretAction::Set { name: set.name, from, allow_empty: set.allow_empty };
            let stage = if set.dry_run { Stage::Diff } else { Stage::Deploy };
            SecretCommand { spec: spec(stage, set.of, env)?, action: what }
        }
        Secret::Unset(unset) => {
            let stage = if unset.dry_run { Stage::Diff } else { Stage::Deploy };
            SecretCommand {
                spec: spec(stage, unset.of, env)?,
                action: SecretAction::Unset { name: unset.name },
            }
        }
        Secret::List(of) => SecretCommand { spec: spec(Stage::Check, of, env)?, action: SecretAction::List },
        Secret::Check(check) => {
            let what = SecretAction::Check { all: check.all, keys: key_places(&env.home) };
            SecretCommand { spec: of_all(check.all, spec(Stage::Check, check.of, env)?, env)?, action: what }
        }
        Secret::Rotate(rotate) => {
            if rotate.all && !rotate.recipients {
                let message = "--all needs --recipients: credentials are rotated one service at a time";
                return Err(Failure::new(Code::ConflictingArguments, message)
                    .hint("new credentials: `cupaas secret rotate SERVICE --app NAME --env ENV`")
                    .hint("new readers of every file: `cupaas secret rotate --recipients --all`"));
            }
            let mut of = rotate.of;
            let what = match rotate.service {
                Some(service) if !rotate.recipients => SecretAction::Rotate { service },
                first => {
                    // Then the first word is the folder.
                    of.folder = first.map(PathBuf::from).or(of.folder);
                    SecretAction::Recipients { all: rotate.all, keys: key_places(&env.home) }
                }
            };
            let stage = if rotate.dry_run { Stage::Diff } else { Stage::Deploy };
            SecretCommand { spec: of_all(rotate.all, spec(stage, of, env)?, env)?, action: what }
        }
    };
    Ok(Action::Secret(Box::new(asked)))
}

fn spec(stage: Stage, of: SecretOf, env: &Environment) -> Result<RunSpec, Failure> {
    let SecretOf { folder, app, env: environment, repository } = of;
    let shared = Shared {
        folder,
        env: environment,
        image: None,
        repository: gitops_from_cwd::here(repository),
        app,
        set: Vec::new(),
        source_repository: None,
        source_commit: None,
        source_branch: None,
    };
    RunSpec::new(stage, shared, env)
}

/// The same step, which is of every app where `all` says so.
fn of_all(all: bool, spec: RunSpec, env: &Environment) -> Result<RunSpec, Failure> {
    if all {
        shared_one(&spec.gitops, env)?;
    }
    Ok(spec)
}

/// Where `sops` looks for private keys, and where `init` puts one.
fn key_places(home: &Home) -> KeyPlaces {
    KeyPlaces {
        text: text("SOPS_AGE_KEY").map(Zeroizing::new),
        file: text("SOPS_AGE_KEY_FILE").map(PathBuf::from),
        made: home.folder().ok().map(|home| home.join("age/keys.txt")),
    }
}
