//! `cupaas secret …`: what an app's people may know of its secrets, and the edits that set, rotate and hand them on.
//! Values go from where they are read into a ciphertext, and nowhere else.

mod app_secrets;
mod asked;
mod check;
mod list;
mod lost;
mod recipients;
mod rotate;
mod set;
mod unset;

use std::cell::OnceCell;

use zeroize::Zeroizing;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::load::secret_value;
use crate::outcome::{Outcome, Report};
use crate::run::context::Context;
use crate::run::edit::Edit;
use crate::run::notify::Forges;
use crate::run::open;
use crate::run::rerender::rerender;
use crate::run::spec::GitopsPlace;

mod command;
pub(crate) use command::{SecretAction, SecretCommand};

/// Does it.
///
/// # Errors
/// As [`crate::run`]; no message holds a value.
pub(crate) fn run(context: Context<'_>, command: &SecretCommand) -> Result<Outcome, Failure> {
    let spec = &command.spec;
    let edit = |edit: &dyn Fn(&mut Gitops) -> Result<Edit, Failure>| {
        rerender(context, spec, &Forges::default(), edit)
    };
    match &command.action {
        SecretAction::List => {
            let mut gitops = open::open(&context, spec)?;
            list::list(spec, &mut gitops).map(Report::Secrets).map(Outcome::from)
        }
        SecretAction::Check { all, keys } => {
            let keys = keys.read()?;
            let mut gitops = open::open(&context, spec)?;
            check::check(spec, *all, &keys, &mut gitops).map(Report::SecretsChecked).map(Outcome::from)
        }
        SecretAction::Set { name, from, allow_empty } => {
            set::possible(name)?;
            // Nobody is asked for a value that could not be kept; and only once, however often the run begins again.
            let given = OnceCell::new();
            let value = || {
                if let Some(value) = given.get() {
                    return Ok(Zeroizing::clone(value));
                }
                let value = secret_value::read(from, name)?;
                set::meant(name, &value, *allow_empty)?;
                Ok(given.get_or_init(|| value).clone())
            };
            if matches!(&spec.gitops, GitopsPlace::Embedded(path) if !path.exists()) {
                // It is not made for a value that nobody gives, and knows nothing yet that could be wrong.
                value()?;
            }
            edit(&|gitops| set::edit(spec, name, &value, gitops))
        }
        SecretAction::Unset { name } => {
            set::possible(name)?;
            edit(&|gitops| unset::edit(spec, name, gitops))
        }
        SecretAction::Rotate { service } => edit(&|gitops| rotate::edit(spec, service, gitops)),
        SecretAction::Recipients { all, keys } => {
            let keys = keys.read()?;
            edit(&|gitops| recipients::edit(spec, *all, &keys, gitops))
        }
    }
}
