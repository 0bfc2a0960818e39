//! What was typed of forges, and what the CI job and the environment say for it → [`ForgeOptions`].

use crate::diagnostic::Code;
use crate::request::environment::{text, token};
use std::path::Path;
use std::time::Duration;

use crate::cli::{Commenting, Proposed, Status};
use crate::diagnostic::Failure;
use crate::forge::{Endpoint, Forge, ForgeOptions, Job, Proposing};
use crate::git::Source;
use crate::names::hash;
use crate::repository::plain_address;
use crate::request::ci::{Ci, is_commit, is_of};
use crate::request::environment::Environment;
use crate::run::spec::{GitopsPlace, RunSpec, Selection};
use crate::token::Secret;

/// How long one answer may take, in seconds.
const TIMEOUT: u64 = 30;

/// `stated`: the app's commit is what somebody has typed.
///
/// # Errors
/// As [`crate::request::Request::new`].
pub(super) fn comment(
    given: Commenting,
    stated: bool,
    spec: &RunSpec,
    env: &Environment,
) -> Result<ForgeOptions, Failure> {
    shared(given.comment, "--comment", spec)?;
    let (gitops_mark, commit) = (gitops_mark(spec, env), proposed(stated, spec, env));
    Ok(ForgeOptions { comment: given.comment, gitops_mark, commit, ..wishes(spec, env)? })
}

/// The commit of the pull request that this run looks at. What is checked out may as well be the forge's trial merge, or
/// the target's own commit; so the event has to name the same one, or a person the one and no event another.
fn proposed(stated: bool, spec: &RunSpec, env: &Environment) -> Option<String> {
    let ci = env.ci.as_ref()?;
    let looked_at = match spec.selection {
        Selection::Folder => spec.query.source.commit.as_ref(),
        // The job's own repository has the files.
        Selection::Released(_) | Selection::Edited(_) => ci.commit.as_ref(),
    }?;
    let certain = match &ci.pull_request.as_ref()?.head {
        Some(head) => head.eq_ignore_ascii_case(looked_at),
        None => stated && is_commit(looked_at),
    };
    certain.then(|| looked_at.clone())
}

/// A hash of the GitOps repository and its branch, the same by each of its addresses. A checkout is what its `origin`
/// is; any other folder is its path, within the job's workspace where it is there: runners have many of those.
fn gitops_mark(spec: &RunSpec, env: &Environment) -> String {
    let local = |folder: &Path| {
        let found = Source::read(folder).unwrap_or_default();
        if let Some(origin) = found.repository {
            let path = if found.path.is_empty() { String::new() } else { format!("\n{}", found.path) };
            return plain_address(&origin) + &path;
        }
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let workspace = env.ci.as_ref().and_then(|ci| ci.workspace.as_ref()?.canonicalize().ok());
        let inside = workspace.and_then(|workspace| folder.strip_prefix(workspace).ok());
        plain_address(&inside.unwrap_or(&folder).display().to_string())
    };
    let place = match &spec.gitops {
        GitopsPlace::Address(address) => match address.local() {
            Some(folder) => local(&folder),
            None => plain_address(address.as_str()),
        },
        GitopsPlace::Folder(folder) | GitopsPlace::Embedded(folder) => local(folder),
    };
    hash(&format!("{place}\n{}", spec.branch.as_deref().unwrap_or_default()), 12)
}

/// # Errors
/// As [`propose`].
pub(super) fn deploy(
    given: Proposed,
    status: Status,
    spec: &RunSpec,
    env: &Environment,
) -> Result<ForgeOptions, Failure> {
    shared(status.status, "--status", spec)?;
    Ok(ForgeOptions { status: status.status, ..propose(given, spec, env)? })
}

/// What others are told is about a repository that they share, and not the one that cupaas makes where none is named.
///
/// # Errors
/// `Usage`.
pub(super) fn shared(wanted: bool, flag: &str, spec: &RunSpec) -> Result<(), Failure> {
    if !wanted || !matches!(spec.gitops, GitopsPlace::Embedded(_)) {
        return Ok(());
    }
    let message = format!("{flag} needs a shared GitOps repository");
    Err(Failure::new(Code::GitopsRequired, message).hint("name it: --gitops URL, or CUPAAS_GITOPS"))
}

/// # Errors
/// As [`crate::request::Request::new`]; `Usage` where something is asked of a pull request that is not asked for.
pub(super) fn propose(given: Proposed, spec: &RunSpec, env: &Environment) -> Result<ForgeOptions, Failure> {
    let filled = |names: Vec<String>| {
        let names = names.into_iter().map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    let how = Proposing {
        auto_merge: given.auto_merge,
        labels: filled(given.label),
        reviewers: filled(given.reviewer),
    };
    let asks = how.auto_merge || !how.labels.is_empty() || !how.reviewers.is_empty();
    if asks && !given.pull_request {
        let message = "--auto-merge, --label and --reviewer need --pull-request";
        return Err(Failure::new(Code::ConflictingArguments, message).hint("add --pull-request"));
    }
    shared(given.pull_request, "--pull-request", spec)?;
    let flag = |text: Option<String>| text.filter(|text| !text.is_empty());
    let gitops = Endpoint {
        forge: given.place.forge,
        api: flag(given.place.gitops_api).map(|url| url.trim_end_matches('/').to_owned()),
        repository: flag(given.place.gitops_repository),
        address: match &spec.gitops {
            GitopsPlace::Address(address) => Some(address.as_str().to_owned()),
            GitopsPlace::Folder(_) | GitopsPlace::Embedded(_) => None,
        },
        token: token("CUPAAS_GITOPS_TOKEN"),
        // It is for the address that it was given with.
        bound: false,
    };
    let pull_request = given.pull_request.then_some(how);
    Ok(ForgeOptions { gitops, pull_request, ..wishes(spec, env)? })
}

/// What a run that asks a forge knows of it.
///
/// # Errors
/// As [`crate::request::Request::new`].
pub(super) fn wishes(spec: &RunSpec, env: &Environment) -> Result<ForgeOptions, Failure> {
    let ci = env.ci.as_ref();
    let job = ci.and_then(job);
    // In a job that does not say where its forge is, nobody knows whose host an address is.
    let token = token("CUPAAS_FORGE_TOKEN").filter(|_| ci.is_none() || job.is_some());
    let address = spec.query.source.repository.clone();
    // Of a checkout whose address is another name of the job's own server, the job knows better.
    let same = |job: &&Job| address.as_ref().is_none_or(|address| is_of(address, &job.repository));
    let of_job = |job: &Job| Endpoint {
        forge: Some(job.forge),
        api: Some(job.api.clone()),
        repository: Some(job.repository.clone()),
        address: None,
        token: token.clone(),
        bound: true,
    };
    let app = match job.as_ref().filter(same) {
        Some(job) => of_job(job),
        None => {
            Endpoint { address: address.clone(), token: token.clone(), bound: true, ..Endpoint::default() }
        }
    };
    let request = ci.and_then(|ci| ci.pull_request.as_ref());
    Ok(ForgeOptions {
        here: job.as_ref().map_or_else(|| app.clone(), of_job),
        app,
        number: request.map(|request| request.number),
        fork: request.is_some_and(|request| request.fork),
        run_url: ci.and_then(|ci| ci.run_url.clone()),
        timeout: timeout()?,
        job,
        ..ForgeOptions::default()
    })
}

/// The token for a GitOps repository: the one that was given for it; else the job's own, where it is the job's own
/// repository.
pub(super) fn gitops_token(gitops: &GitopsPlace, env: &Environment) -> Option<Secret> {
    let own = || {
        let GitopsPlace::Address(address) = gitops else { return None };
        job(env.ci.as_ref()?)?.token_for(address.as_str()).cloned()
    };
    token("CUPAAS_GITOPS_TOKEN").or_else(own)
}

/// The job, as far as it tells where its forge is.
pub(super) fn job(ci: &Ci) -> Option<Job> {
    let names: &[&'static str] = match ci.forge {
        Forge::Forgejo => &["FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"],
        Forge::Gitea => &["GITEA_TOKEN", "GITHUB_TOKEN"],
        Forge::Github => &["GITHUB_TOKEN"],
    };
    Some(Job {
        forge: ci.forge,
        api: ci.api.clone()?,
        server: ci.server.clone().unwrap_or_default(),
        repository: ci.repository.clone()?,
        token: names.iter().find_map(|name| token(name)),
    })
}

/// # Errors
/// `Usage` where `CUPAAS_FORGE_TIMEOUT` is not a number of seconds.
fn timeout() -> Result<Duration, Failure> {
    let Some(given) = text("CUPAAS_FORGE_TIMEOUT") else { return Ok(Duration::from_secs(TIMEOUT)) };
    match given.trim().parse() {
        Ok(seconds @ 1..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err(Failure::new(
            Code::InvalidArgument,
            format!("CUPAAS_FORGE_TIMEOUT: {given:?} is not a number of seconds"),
        )
        .hint("from 1 to 3600")),
    }
}
