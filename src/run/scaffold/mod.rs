//! `new` and `init`: the first files of an app and of a GitOps repository. Writes only files that are not there.

mod init;
mod new;
mod options;
mod workflow;

use std::path::Path;

use crate::diagnostic::Failure;
use crate::load::platform::Delivery;
use crate::outcome::Wrote;
use crate::tree::Files;

pub use init::init;
pub(crate) use new::{catalog, new};
pub use options::{InitOptions, NewOptions, WorkflowChoice};

/// The files of the local GitOps repository. Its age identity is made beside it, but only where `make` says so;
/// without, a recipient that stands for it.
pub(crate) fn embedded_files(home: &Path, make: bool) -> Result<Files, Failure> {
    let recipient =
        if make { init::identity(home, &mut Wrote::default())? } else { init::RECIPIENT_LATER.to_owned() };
    init::files(&init::Platform {
        delivery: Delivery::Flux,
        domain: "apps.localhost",
        cluster: "home",
        registry: "localhost:5000",
        url: "ssh://git@git.example.com/me/gitops.git",
        recipient: &recipient,
    })
}
