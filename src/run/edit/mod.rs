//! What a command changes in files that people write → their new texts, the releases that it touches, and the words for
//! the commit. Reads through [`Gitops`]; writes nothing.

mod app;
pub(crate) mod command;
mod hold;
mod image;
mod operation;
mod registered_app;
mod task;
mod variables;

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::publish::Signature;
use crate::run::edit::command::EditCommand;
use crate::run::spec::{RunSpec, Selection};

pub(crate) use app::first_deploy;
pub(crate) use registered_app::Edit;

/// What the step's deed changes in what stands there now; `signature` says who does it, and when.
///
/// # Errors
/// What is wrong with the wish, or with the files as people wrote them; nothing was changed then.
pub(crate) fn of(spec: &RunSpec, signature: &Signature<'_>, gitops: &mut Gitops) -> Result<Edit, Failure> {
    match &spec.selection {
        Selection::Folder => Ok(Edit::default()),
        Selection::Released(scope) => {
            Ok(Edit { app: scope.app.clone(), scope: Some(scope.clone()), ..Edit::default() })
        }
        Selection::Edited(EditCommand::AddApp(add)) => app::add(spec, add, gitops),
        Selection::Edited(EditCommand::Env(change)) => variables::change(spec, change, gitops),
        Selection::Edited(EditCommand::Pin) => image::pin(spec, gitops),
        Selection::Edited(EditCommand::Unpin) => image::unpin(spec, gitops),
        Selection::Edited(EditCommand::Operate(asked)) => operation::operate(spec, asked, signature, gitops),
        Selection::Edited(EditCommand::Run(wanted)) => task::run(spec, wanted, gitops),
        Selection::Edited(EditCommand::Resume) => hold::resume(spec, gitops),
    }
}
