//! What a command changes in files that people write → their new texts, the releases that it touches, and the words for
//! the commit. Reads through [`Gitops`]; writes nothing.

mod app;
pub(crate) mod deed;
mod image;
mod known;
mod variables;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::run::edit::deed::Deed;
use crate::run::step::{Step, Subject};

pub use app::first_deploy;
pub use known::Edit;

/// What the step's deed changes in what stands there now.
///
/// Errors: what is wrong with the wish, or with the files as people wrote them; nothing was changed then.
pub fn of(step: &Step, gitops: &mut Gitops) -> Result<Edit, Failure> {
    match &step.subject {
        Subject::Folder => Ok(Edit::default()),
        Subject::Released(scope) => {
            Ok(Edit { app: scope.app.clone(), scope: Some(scope.clone()), ..Edit::default() })
        }
        Subject::Edited(Deed::AddApp(add)) => app::add(step, add, gitops),
        Subject::Edited(Deed::Env(change)) => variables::change(step, change, gitops),
        Subject::Edited(Deed::Pin) => image::pin(step, gitops),
        Subject::Edited(Deed::Unpin) => image::unpin(step, gitops),
    }
}
