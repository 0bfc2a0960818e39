//! What was typed of `sync`, and what the environment says for it.

use crate::request::environment::{text, token as token_in};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::Sync;
use crate::diagnostic::Failure;
use crate::git::SourceToken;
use crate::registry::Access;
use crate::report::Format;
use crate::request::environment::Environment;
use crate::request::registered;
use crate::run::action::Action;
use crate::run::spec::{GitopsPlace, Selection, Stage};
use crate::run::sync::Options;
use crate::token::Secret;

/// A matrix is only looked at, so that a workflow can be stopped between it and the builds.
pub(super) fn sync(given: Sync, format: Format, env: &Environment) -> Result<Action, Failure> {
    let looks = given.dry_run || format == Format::Matrix;
    let mut spec = registered::spec(given.repository, Selection::Folder, looks, env)?;
    if format == Format::Matrix {
        spec.stage = Stage::Check;
    }
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let timeout = Duration::from_secs(given.timeout.into());
    let options = Options {
        apps: given.app.into_iter().filter_map(filled).collect(),
        environment: given.env.and_then(filled),
        image: given.image.and_then(filled),
        one_commit: given.one_commit,
        at_once: given.at_once.into(),
        timeout,
        token: token(&spec.gitops)?,
        registry: registry(timeout),
    };
    Ok(Action::Sync(Box::new(options), Box::new(spec)))
}

/// The token for apps' repositories, and the hosts that it may go to.
///
/// # Errors
/// `Usage` where a host is none.
pub(super) fn token(gitops: &GitopsPlace) -> Result<Option<SourceToken>, Failure> {
    let gitops = match gitops {
        GitopsPlace::Address(address) => Some(address),
        GitopsPlace::Folder(_) | GitopsPlace::Embedded(_) => None,
    };
    let hosts: Vec<String> = list("CUPAAS_SOURCE_HOSTS").collect();
    let token = token_in("CUPAAS_SOURCE_TOKEN");
    token.map(|token| SourceToken::new(token, &hosts, gitops)).transpose()
}

/// Where docker and podman keep logins: `$REGISTRY_AUTH_FILE`, `$DOCKER_CONFIG/config.json`, `~/.docker/config.json`.
pub(super) fn registry(timeout: Duration) -> Access {
    let files = [
        text("REGISTRY_AUTH_FILE").map(PathBuf::from),
        text("DOCKER_CONFIG").map(|folder| Path::new(&folder).join("config.json")),
        text("HOME").map(|folder| Path::new(&folder).join(".docker/config.json")),
    ];
    Access {
        login: text("CUPAAS_REGISTRY_USER").zip(text("CUPAAS_REGISTRY_PASSWORD").map(Secret::new)),
        docker_configs: files.into_iter().flatten().collect(),
        insecure: list("CUPAAS_REGISTRY_INSECURE").collect::<BTreeSet<_>>(),
        timeout,
    }
}

/// Several of something, with commas between.
fn list(variable: &str) -> impl Iterator<Item = String> {
    let all = text(variable).unwrap_or_default();
    let parts: Vec<String> = all.split(',').map(|part| part.trim().to_owned()).collect();
    parts.into_iter().filter(|part| !part.is_empty())
}
