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
use crate::edit::Edit;
use crate::forge::Forges;
use crate::load::age_keys::KeyPlaces;
use crate::load::gitops::Gitops;
use crate::load::secret_value::{self, ValueFrom};
use crate::report::Report;
use crate::request::{GitopsPlace, Request, Step};
use crate::scaffold;

pub use check::Checked;
pub use list::{Listed, Listing};

/// One run.
#[derive(Debug)]
pub struct Asked {
    /// Which app in which environment, and the GitOps repository.
    pub step: Step,
    /// What to do.
    pub what: What,
}

/// What to do with secrets.
#[derive(Debug)]
pub enum What {
    /// `set`.
    Set {
        /// The secret.
        name: String,
        /// Its value.
        from: ValueFrom,
        /// Whether that may be empty.
        allow_empty: bool,
    },
    /// `unset`.
    Unset {
        /// The secret.
        name: String,
    },
    /// `list`.
    List,
    /// `rotate SERVICE`.
    Rotate {
        /// The service.
        service: String,
    },
    /// `rotate --recipients`.
    Recipients {
        /// Of every app.
        all: bool,
        /// Where private keys may be.
        keys: KeyPlaces,
    },
    /// `check`.
    Check {
        /// Of every app.
        all: bool,
        /// Where private keys may be.
        keys: KeyPlaces,
    },
}

/// Does it.
///
/// Errors: as [`crate::run`]; no message holds a value.
pub fn run(request: &Request, asked: &Asked, progress: &dyn Fn(&str)) -> Result<Report, Failure> {
    let step = &asked.step;
    let edit = |edit: &dyn Fn(&mut Gitops) -> Result<Edit, Failure>| {
        crate::again(request, step, &Forges::default(), edit, progress)
    };
    match &asked.what {
        What::List => {
            let mut gitops = scaffold::embedded::open(request, step, progress)?;
            list::list(step, &mut gitops).map(Report::Secrets)
        }
        What::Check { all, keys } => {
            let keys = keys.read()?;
            let mut gitops = scaffold::embedded::open(request, step, progress)?;
            check::check(step, *all, &keys, &mut gitops).map(Report::SecretsChecked)
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
