//! What was typed of forges, and what the CI job and the environment say for it → [`Wishes`].

use crate::request::environment::text;
use std::path::Path;
use std::time::Duration;

use crate::cli::{Commenting, Proposed, Status};
use crate::diagnostic::{Failure, Kind};
use crate::forge::{Forge, Job, Place, Proposing, Wishes};
use crate::git::Source;
use crate::names::hash;
use crate::repository::plain_address;
use crate::request::ci::{Ci, is_commit, is_of};
use crate::request::environment::Around;
use crate::run::step::{GitopsPlace, Step, Subject};
use crate::token::Secret;

/// How long one answer may take, in seconds.
const PATIENCE: u64 = 30;

/// `stated`: the app's commit is what somebody has typed.
///
/// Errors: as [`crate::request::Request::new`].
pub(super) fn comment(
    given: Commenting,
    stated: bool,
    step: &Step,
    around: &Around,
) -> Result<Wishes, Failure> {
    shared(given.comment, "--comment", step)?;
    let (gitops_mark, commit) = (gitops_mark(step, around), proposed(stated, step, around));
    Ok(Wishes { comment: given.comment, gitops_mark, commit, ..wishes(step, around)? })
}

/// The commit of the pull request that this run looks at. What is checked out may as well be the forge's trial merge, or
/// the target's own commit; so the event has to name the same one, or a person the one and no event another.
fn proposed(stated: bool, step: &Step, around: &Around) -> Option<String> {
    let ci = around.ci.as_ref()?;
    let looked_at = match step.subject {
        Subject::Folder => step.asked.source.commit.as_ref(),
        // The job's own repository has the files.
        Subject::Released(_) | Subject::Edited(_) => ci.commit.as_ref(),
    }?;
    let certain = match &ci.pull_request.as_ref()?.head {
        Some(head) => head.eq_ignore_ascii_case(looked_at),
        None => stated && is_commit(looked_at),
    };
    certain.then(|| looked_at.clone())
}

/// A hash of the GitOps repository and its branch, the same by each of its addresses. A checkout is what its `origin`
/// is; any other folder is its path, within the job's workspace where it is there: runners have many of those.
fn gitops_mark(step: &Step, around: &Around) -> String {
    let local = |folder: &Path| {
        let found = Source::read(folder).unwrap_or_default();
        if let Some(origin) = found.repository {
            let path = if found.path.is_empty() { String::new() } else { format!("\n{}", found.path) };
            return plain_address(&origin) + &path;
        }
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let workspace = around.ci.as_ref().and_then(|ci| ci.workspace.as_ref()?.canonicalize().ok());
        let inside = workspace.and_then(|workspace| folder.strip_prefix(workspace).ok());
        plain_address(&inside.unwrap_or(&folder).display().to_string())
    };
    let place = match &step.gitops {
        GitopsPlace::Address(address) => match address.local() {
            Some(folder) => local(&folder),
            None => plain_address(address.as_str()),
        },
        GitopsPlace::Folder(folder) | GitopsPlace::Embedded(folder) => local(folder),
    };
    hash(&format!("{place}\n{}", step.branch.as_deref().unwrap_or_default()), 12)
}

/// Errors: as [`propose`].
pub(super) fn deploy(
    given: Proposed,
    status: Status,
    step: &Step,
    around: &Around,
) -> Result<Wishes, Failure> {
    shared(status.status, "--status", step)?;
    Ok(Wishes { status: status.status, ..propose(given, step, around)? })
}

/// What others are told is about a repository that they share, and not the one that cupaas makes where none is named.
///
/// Errors: `Usage`.
fn shared(wanted: bool, flag: &str, step: &Step) -> Result<(), Failure> {
    if !wanted || !matches!(step.gitops, GitopsPlace::Embedded(_)) {
        return Ok(());
    }
    let message = format!("{flag} is about a GitOps repository that others see, and none is named");
    Err(Failure::new(Kind::Usage, message).hint("name it: --gitops URL, or CUPAAS_GITOPS"))
}

/// Errors: as [`crate::request::Request::new`]; `Usage` where something is asked of a pull request that is not asked for.
pub(super) fn propose(given: Proposed, step: &Step, around: &Around) -> Result<Wishes, Failure> {
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
        let message = "--auto-merge, --label and --reviewer are about a pull request";
        return Err(Failure::new(Kind::Usage, message).hint("add --pull-request"));
    }
    shared(given.pull_request, "--pull-request", step)?;
    let flag = |text: Option<String>| text.filter(|text| !text.is_empty());
    let gitops = Place {
        forge: given.place.forge,
        api: flag(given.place.gitops_api).map(|url| url.trim_end_matches('/').to_owned()),
        repository: flag(given.place.gitops_repository),
        address: match &step.gitops {
            GitopsPlace::Address(address) => Some(address.as_str().to_owned()),
            GitopsPlace::Folder(_) | GitopsPlace::Embedded(_) => None,
        },
        token: text("CUPAAS_GITOPS_TOKEN").map(Secret::new),
        // It is for the address that it was given with.
        bound: false,
    };
    let pull_request = given.pull_request.then_some(how);
    Ok(Wishes { gitops, pull_request, ..wishes(step, around)? })
}

fn wishes(step: &Step, around: &Around) -> Result<Wishes, Failure> {
    let ci = around.ci.as_ref();
    let job = ci.and_then(job);
    // In a job that does not say where its forge is, nobody knows whose host an address is.
    let token = text("CUPAAS_FORGE_TOKEN").filter(|_| ci.is_none() || job.is_some()).map(Secret::new);
    let address = step.asked.source.repository.clone();
    // Of a checkout whose address is another name of the job's own server, the job knows better.
    let same = |job: &&Job| address.as_ref().is_none_or(|address| is_of(address, &job.repository));
    let of_job = |job: &Job| Place {
        forge: Some(job.forge),
        api: Some(job.api.clone()),
        repository: Some(job.repository.clone()),
        address: None,
        token: token.clone(),
        bound: true,
    };
    let app = match job.as_ref().filter(same) {
        Some(job) => of_job(job),
        None => Place { address: address.clone(), token: token.clone(), bound: true, ..Place::default() },
    };
    let request = ci.and_then(|ci| ci.pull_request.as_ref());
    Ok(Wishes {
        here: job.as_ref().map_or_else(|| app.clone(), of_job),
        app,
        number: request.map(|request| request.number),
        fork: request.is_some_and(|request| request.fork),
        run_url: ci.and_then(|ci| ci.run_url.clone()),
        patience: patience()?,
        job,
        ..Wishes::default()
    })
}

/// The token for a GitOps repository: the one that was given for it; else the job's own, where it is the job's own
/// repository.
pub(super) fn gitops_token(gitops: &GitopsPlace, around: &Around) -> Option<Secret> {
    let own = || {
        let GitopsPlace::Address(address) = gitops else { return None };
        job(around.ci.as_ref()?)?.token_for(address.as_str()).cloned()
    };
    text("CUPAAS_GITOPS_TOKEN").map(Secret::new).or_else(own)
}

/// The job, as far as it tells where its forge is.
fn job(ci: &Ci) -> Option<Job> {
    let names: &[&str] = match ci.forge {
        Forge::Forgejo => &["FORGEJO_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"],
        Forge::Gitea => &["GITEA_TOKEN", "GITHUB_TOKEN"],
        Forge::Github => &["GITHUB_TOKEN"],
    };
    Some(Job {
        forge: ci.forge,
        api: ci.api.clone()?,
        server: ci.server.clone().unwrap_or_default(),
        repository: ci.repository.clone()?,
        token: names.iter().find_map(|name| text(name)).map(Secret::new),
    })
}

/// Errors: `Usage` where `CUPAAS_FORGE_TIMEOUT` is not a number of seconds.
fn patience() -> Result<Duration, Failure> {
    let Some(given) = text("CUPAAS_FORGE_TIMEOUT") else { return Ok(Duration::from_secs(PATIENCE)) };
    match given.trim().parse() {
        Ok(seconds @ 1..=3_600) => Ok(Duration::from_secs(seconds)),
        _ => Err(Failure::new(
            Kind::Usage,
            format!("CUPAAS_FORGE_TIMEOUT: {given:?} is not a number of seconds"),
        )
        .hint("from 1 to 3600")),
    }
}
