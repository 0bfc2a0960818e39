//! What `new` and `init` were told → what they write.

use crate::cli;
use crate::diagnostic::Failure;
use crate::forge::Forge;
use crate::request::environment::Environment;
use crate::request::registered;
use crate::run::scaffold::{InitOptions, NewOptions, WorkflowChoice};

/// # Errors
/// As [`Request::new`](crate::run::action::Request::new).
pub(super) fn new(given: cli::New, env: &Environment) -> Result<NewOptions, Failure> {
    let cli::New { folder, runtime, service: services, forge, repository } = given;
    let catalog = registered::catalog(&repository, env)?;
    let workflow = match forge {
        None => WorkflowChoice::Detected,
        Some(cli::Forge::None) => WorkflowChoice::None,
        Some(cli::Forge::Github) => WorkflowChoice::For(Forge::Github),
        Some(cli::Forge::Gitea) => WorkflowChoice::For(Forge::Gitea),
        Some(cli::Forge::Forgejo) => WorkflowChoice::For(Forge::Forgejo),
    };
    Ok(NewOptions { folder, runtime, services, catalog, workflow })
}

pub(super) fn init(given: cli::Init) -> InitOptions {
    let cli::Init { folder, delivery, domain, cluster, registry, url, allow_app_folder } = given;
    InitOptions { folder, delivery, domain, cluster, registry, url, allow_app_folder }
}
