//! What was typed of secrets → what is asked of them.

use crate::request::environment::text;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::cli::{Secret, SecretOf, Shared};
use crate::diagnostic::{Failure, Kind};
use crate::load::age_keys::KeyPlaces;
use crate::load::secret_value::ValueFrom;
use crate::request::environment::Around;
use crate::request::job::shared_one;
use crate::request::standing;
use crate::run::action::Action;
use crate::run::home::Home;
use crate::run::secrets::{Asked, What};
use crate::run::step::{Stage, Step};

/// Errors: as [`crate::request::Request::new`]; none repeats a word that may be a value.
pub(super) fn asked(secret: Secret, around: &Around) -> Result<Action, Failure> {
    let asked = match secret {
        Secret::Set(set) => {
            if set.of.folder.as_ref().is_some_and(|folder| !folder.is_dir()) {
                // Not repeated: it may be the value.
                let message = "the word behind the name is no folder; a value is never an argument";
                let hint = "give the value by standard input, or by --file";
                return Err(Failure::new(Kind::Usage, message).hint(hint));
            }
            let from = match set.file {
                _ if set.random => ValueFrom::Random,
                Some(file) => ValueFrom::File(file),
                None => ValueFrom::Input,
            };
            let what = What::Set { name: set.name, from, allow_empty: set.allow_empty };
            Asked { step: step(Stage::Deploy, set.of, around)?, what }
        }
        Secret::Unset(unset) => {
            let stage = if unset.dry_run { Stage::Diff } else { Stage::Deploy };
            Asked { step: step(stage, unset.of, around)?, what: What::Unset { name: unset.name } }
        }
        Secret::List(of) => Asked { step: step(Stage::Check, of, around)?, what: What::List },
        Secret::Check(check) => {
            let what = What::Check { all: check.all, keys: key_places(&around.home) };
            Asked { step: of_all(check.all, step(Stage::Check, check.of, around)?, around)?, what }
        }
        Secret::Rotate(rotate) => {
            if rotate.all && !rotate.recipients {
                let message = "--all goes with --recipients: credentials are rotated one service at a time";
                return Err(Failure::new(Kind::Usage, message)
                    .hint("`cupaas secret rotate SERVICE --app NAME --env ENV` for new credentials")
                    .hint("`cupaas secret rotate --recipients --all` for new readers of every file"));
            }
            let mut of = rotate.of;
            let what = match rotate.service {
                Some(service) if !rotate.recipients => What::Rotate { service },
                first => {
                    // Then the first word is the folder.
                    of.folder = first.map(PathBuf::from).or(of.folder);
                    What::Recipients { all: rotate.all, keys: key_places(&around.home) }
                }
            };
            let stage = if rotate.dry_run { Stage::Diff } else { Stage::Deploy };
            Asked { step: of_all(rotate.all, step(stage, of, around)?, around)?, what }
        }
    };
    Ok(Action::Secret(Box::new(asked)))
}

fn step(stage: Stage, of: SecretOf, around: &Around) -> Result<Step, Failure> {
    let SecretOf { folder, app, env, repository } = of;
    let shared = Shared {
        folder,
        env,
        image: None,
        repository: standing::here(repository),
        app,
        set: Vec::new(),
        source_repository: None,
        source_commit: None,
        source_branch: None,
    };
    Step::new(stage, shared, around)
}

/// The same step, which is of every app where `all` says so.
fn of_all(all: bool, step: Step, around: &Around) -> Result<Step, Failure> {
    if all {
        shared_one(&step.gitops, around)?;
    }
    Ok(step)
}

/// Where `sops` looks for private keys, and where `init` puts one.
fn key_places(home: &Home) -> KeyPlaces {
    KeyPlaces {
        text: text("SOPS_AGE_KEY").map(Zeroizing::new),
        file: text("SOPS_AGE_KEY_FILE").map(PathBuf::from),
        made: home.folder().ok().map(|home| home.join("age/keys.txt")),
    }
}
