//! The local GitOps repository's first files.

use std::path::Path;

use crate::diagnostic::Failure;
use crate::load::platform::Delivery;
use crate::outcome::Wrote;
use crate::run::scaffold::init;
use crate::tree::Files;

/// The files of the local GitOps repository. Its age identity is made beside it, but only where `make` says so;
/// without, a recipient that stands for it.
pub(crate) fn files(home: &Path, make: bool) -> Result<Files, Failure> {
    let recipient =
        if make { init::identity(home, &mut Wrote::default())? } else { init::RECIPIENT_LATER.to_owned() };
    init::files(&init::Platform {
        delivery: Delivery::Flux,
        domain: "apps.localhost",
        cluster: "home",
        registry: "localhost:5000",
        url: init::EXAMPLE,
        branch: "",
        recipient: &recipient,
    })
}
