//! `cupaas secret …`: what an app's people may know of its secrets, and the edits that set, rotate and hand them on.
//! Values go from where they are read into a ciphertext, and nowhere else.

mod check;
mod list;
mod lost;
mod recipients;
mod rotate;
mod set;
mod subject;
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
use crate::run::step::GitopsPlace;

mod asked;
pub use asked::{Asked, What};

/// Does it.
///
/// # Errors
/// As [`crate::run`]; no message holds a value.
pub(crate) fn run(context: Context<'_>, asked: &Asked) -> Result<Outcome, Failure> {
    let step = &asked.step;
    let edit = |edit: &dyn Fn(&mut Gitops) -> Result<Edit, Failure>| {
        rerender(context, step, &Forges::default(), edit)
    };
    match &asked.what {
        What::List => {
            let mut gitops = open::open(&context, step)?;
            list::list(step, &mut gitops).map(Report::Secrets).map(Outcome::from)
        }
        What::Check { all, keys } => {
            let keys = keys.read()?;
            let mut gitops = open::open(&context, step)?;
            check::check(step, *all, &keys, &mut gitops).map(Report::SecretsChecked).map(Outcome::from)
        }
        What::Set { name, from, allow_empty } => {
            set::possible(name)?;
            // Nobody is asked for a value that could not be kept; and only once, however often the run begins again.
            let asked = OnceCell::new();
            let value = || {
                if let Some(value) = asked.get() {
                    return Ok(Zeroizing::clone(value));
                }
                let value = secret_value::read(from, name)?;
                set::meant(name, &value, *allow_empty)?;
                Ok(asked.get_or_init(|| value).clone())
            };
            if matches!(&step.gitops, GitopsPlace::Embedded(path) if !path.exists()) {
                // It is not made for a value that nobody gives, and knows nothing yet that could be wrong.
                value()?;
            }
            edit(&|gitops| set::edit(step, name, &value, gitops))
        }
        What::Unset { name } => {
            set::possible(name)?;
            edit(&|gitops| unset::edit(step, name, gitops))
        }
        What::Rotate { service } => edit(&|gitops| rotate::edit(step, service, gitops)),
        What::Recipients { all, keys } => {
            let keys = keys.read()?;
            edit(&|gitops| recipients::edit(step, *all, &keys, gitops))
        }
    }
}
