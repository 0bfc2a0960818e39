//! What `new` and `init` were told → what they write.

use crate::cli;
use crate::forge::Forge;
use crate::run::scaffold::{InitOptions, NewOptions, WorkflowChoice};

pub(super) fn new(given: cli::New) -> NewOptions {
    let cli::New { folder, runtime, service: services, forge } = given;
    let workflow = match forge {
        None => WorkflowChoice::Detected,
        Some(cli::Forge::None) => WorkflowChoice::None,
        Some(cli::Forge::Github) => WorkflowChoice::For(Forge::Github),
        Some(cli::Forge::Gitea) => WorkflowChoice::For(Forge::Gitea),
        Some(cli::Forge::Forgejo) => WorkflowChoice::For(Forge::Forgejo),
    };
    NewOptions { folder, runtime, services, workflow }
}

pub(super) fn init(given: cli::Init) -> InitOptions {
    let cli::Init { folder, delivery, domain, cluster, registry, url } = given;
    InitOptions { folder, delivery, domain, cluster, registry, url }
}
