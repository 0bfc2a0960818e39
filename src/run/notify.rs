//! A run's outcome → what forges are told of it. What has landed is never undone because a forge could not be told.

use std::cell::RefCell;

use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::status::{Deployment, State, Status};
use crate::forge::{
    Commented, Ended, Endpoint, ForgeOptions, PullRequest, PullRequestSpec, Repository, comment,
};
use crate::git::is_descendant;
use crate::load::gitops::Gitops;
use crate::load::records::Scope;
use crate::outcome::{Branch, Notices, Outcome, Report};
use crate::report::{self, COMMENT};
use crate::repository::short;
use crate::resolve::release::Release;
use crate::run::context::Context;
use crate::run::guess::guess;
use crate::run::rollout_told::Pending;
use crate::run::spec::{RunSpec, Selection, Stage};

/// The forges that a run tells something.
#[derive(Debug, Default)]
pub(crate) struct Forges {
    gitops: Option<Repository>,
    /// What `--status` leaves open until the cluster has said it.
    pending: RefCell<Option<Pending>>,
}

impl Forges {
    /// Finds the forge of a pull request before anything is written.
    ///
    /// # Errors
    /// One that cannot be known or reached.
    pub(crate) fn open(spec: &RunSpec) -> Result<Self, Failure> {
        let wishes = &spec.forge;
        let wanted = wishes.pull_request.is_some() && spec.stage >= Stage::Deploy;
        if !wanted {
            return Ok(Self::default());
        }
        let repository = wishes.gitops.open(wishes.job.as_ref(), "the GitOps repository", wishes.timeout)?;
        if !repository.has_token() {
            let message = "--pull-request needs a token for the GitOps repository's forge";
            return Err(Failure::new(Code::ForgeTokenRequired, message)
                .hint("set CUPAAS_GITOPS_TOKEN to one that may write contents and pull requests")
                .hint("for the job's own repository, pass on the job's token: GITHUB_TOKEN: ${{ github.token }}"));
        }
        Ok(Self { gitops: Some(repository), ..Self::default() })
    }

    /// How the branch's pull request has ended that had this last commit; nothing where one is open, and where there is
    /// none: one that was pushed a moment ago may have none yet.
    ///
    /// # Errors
    /// Where the forge does not answer or does not let us.
    pub(crate) fn ended(&self, branch: &str, head: &str) -> Result<Option<Ended>, Failure> {
        self.gitops.as_ref().map_or(Ok(None), |gitops| gitops.ended(branch, head))
    }

    /// Tells what there is to be told.
    ///
    /// # Errors
    /// A pull request that cannot be had: then its branch is there, and the next run finds it. Everything else is a
    /// warning.
    pub(crate) fn notify(
        &self,
        spec: &RunSpec,
        outcome: Outcome,
        context: &Context<'_>,
    ) -> Result<Outcome, Failure> {
        let options = &spec.forge;
        let Outcome { report, mut notices } = outcome;
        if let (Some(repository), Some(branch)) = (&self.gitops, &notices.branch) {
            context.progress("telling the forge");
            notices.pull_request = propose(repository, branch, &report, options)?;
        }
        if options.comment && spec.stage == Stage::Diff {
            context.progress("telling the forge");
            match comment_plan(spec, &report) {
                Ok(comment) => notices.comment = Some(comment),
                Err(failure) => {
                    notices.failed.push(format!("no comment: {}", failure.with_hint()));
                }
            }
        }
        if options.status && spec.stage == Stage::Deploy {
            context.progress("telling the forge");
            *self.pending.borrow_mut() = set_status(&report, spec, &mut notices);
        }
        Ok(Outcome { report, notices })
    }
}

impl Forges {
    /// Tells what became of a rollout that was waited for.
    pub(crate) fn rolled_out(&self, outcome: &mut Outcome) {
        if let Some(pending) = self.pending.take() {
            pending.end(outcome);
        }
    }
}

/// Says in the pull request's comment that its files cannot be rendered, where they are why a `diff` has failed: a plan
/// of an earlier commit would lie there. A new comment says so too: none at all means that merging changes nothing.
///
/// A failure that is no fault of files leaves the comment as it is, and so does one of which nobody knows which app and
/// environment it is about. The failure stands, whether or not the forge could be told of it.
pub(crate) fn failure(spec: &RunSpec, failure: &Failure, gitops: Option<&mut Gitops>, context: &Context<'_>) {
    if !spec.forge.comment || spec.stage != Stage::Diff || failure.kind() != Kind::Invalid {
        return;
    }
    let about = match (&spec.selection, gitops) {
        (Selection::Released(scope), _) => Some(About::scope(scope)),
        (_, Some(gitops)) => guess(&spec.query, gitops)
            .map(|(app, environment)| About { app: Some(app), environment: Some(environment) }),
        _ => None,
    };
    if let Some(about) = about {
        context.progress("telling the forge");
        write_comment(spec, &about, |room| Some(report::unrenderable(&about.title(), failure, room))).ok();
    }
}

fn propose(
    repository: &Repository,
    branch: &Branch,
    report: &Report,
    options: &ForgeOptions,
) -> Result<Option<PullRequest>, Failure> {
    let Some(commit) = &branch.commit else { return repository.close(&branch.name, branch.was.as_deref()) };
    let (Some((title, body)), Some(how)) = (report::proposal(report, COMMENT), &options.pull_request) else {
        return Ok(None);
    };
    let pushed = branch.was.as_ref() != Some(commit);
    let (branch, base) = (branch.name.as_str(), branch.base.as_str());
    let wanted = PullRequestSpec { branch, base, commit, pushed, title: &title, body: &body, how };
    repository.upsert(wanted).map(Some)
}

/// What a comment is about; what is not named is all of it.
struct About {
    app: Option<String>,
    environment: Option<String>,
}

impl About {
    fn release(release: &Release) -> Self {
        Self { app: Some(release.app.clone()), environment: Some(release.environment.clone()) }
    }

    fn scope(scope: &Scope) -> Self {
        Self { app: scope.app.clone(), environment: scope.environment.clone() }
    }

    /// What the marker says.
    fn key(&self) -> String {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "all".to_owned());
        format!("{}/{}", name(&self.environment), name(&self.app))
    }

    /// What a heading says.
    fn title(&self) -> String {
        let app = self.app.as_deref().unwrap_or("all apps");
        format!("{app} in {}", self.environment.as_deref().unwrap_or("all environments"))
    }
}

/// # Errors
/// Why there is no comment.
fn comment_plan(spec: &RunSpec, report: &Report) -> Result<Commented, Failure> {
    let about = match (report, &spec.selection) {
        // Neither superseded nor pinned: nothing is known of what merging would do.
        (Report::Differs(_) | Report::Pinned { .. } | Report::Held { .. } | Report::Superseded { .. }, _) => {
            report.release().map(About::release)
        }
        (Report::Rerendered(_), Selection::Released(scope)) => Some(About::scope(scope)),
        _ => None,
    };
    let nothing = || Failure::new(Code::NoPullRequest, "there is no app or environment to comment on");
    let about = about.ok_or_else(nothing)?;
    write_comment(spec, &about, |room| report::comment(report, room))
}

/// Makes the comment say the page that `page` makes for so many bytes.
///
/// # Errors
/// Why there is no comment.
fn write_comment(
    spec: &RunSpec,
    about: &About,
    page: impl FnOnce(usize) -> Option<String>,
) -> Result<Commented, Failure> {
    let options = &spec.forge;
    let Some(number) = options.number else {
        let message = "this run belongs to no pull request";
        return Err(Failure::new(Code::NoPullRequest, message).hint("name one with --ci-pull-request"));
    };
    let repository = writable(&options.here, options)?;
    let commit = options.commit.as_deref();
    if let Some(commit) = commit
        && let Some(head) = repository.moved_on(number, commit)?
        // A forge may answer from before the push that has started this job.
        && is_descendant(&spec.query.folder, commit, &head) != Some(true)
    {
        let (head, commit) = (short(&head), short(commit));
        let message = format!("pull request {number} is now at {head}, and this run looked at {commit}");
        return Err(Failure::new(Code::PullRequestMoved, message));
    }
    let marker = comment::marker(&about.key(), &options.gitops_mark);
    let room = COMMENT - marker.len() - comment::AROUND;
    let body = |page: String| comment::body(&marker, &page, commit);
    let text = page(room).map(body);
    let nothing = body(report::settled(&about.title()));
    repository.comment(number, &marker, text.as_deref(), &nothing).map_err(|mut failure| {
        if options.fork {
            failure.hints.insert(0, "pull requests from forks get a read-only token".into());
        }
        failure
    })
}

/// A repository, with a token: without one nothing can be written.
fn writable(place: &Endpoint, options: &ForgeOptions) -> Result<Repository, Failure> {
    let repository = place.open(options.job.as_ref(), "the app's repository", options.timeout)?;
    if repository.has_token() {
        return Ok(repository);
    }
    let failure = Failure::new(Code::ForgeTokenRequired, "no token for the app's repository");
    Err(match options.fork {
        true => failure.hint("pull requests from forks get none"),
        false => failure
            .hint("set CUPAAS_FORGE_TOKEN, or pass on the job's token: GITHUB_TOKEN: ${{ github.token }}"),
    })
}

/// Tells the app's commit what became of it, and on a forge that has them, makes a deployment. Gives what is left open
/// until the cluster has said it, where that is waited for.
fn set_status(report: &Report, spec: &RunSpec, notices: &mut Notices) -> Option<Pending> {
    let options = &spec.forge;
    let (release, description, landed) = described(report, notices)?;
    let waits = spec.wait.is_some() && !matches!(report, Report::Pinned { .. });
    let state = if waits { State::Pending } else { State::Success };
    let mut not_set = |why: String| notices.failed.push(format!("no status: {why}"));
    let commit = spec.query.source.commit.as_ref().or(release.source.commit.as_ref());
    let Some(commit) = commit.map(String::as_str) else {
        not_set("the app's commit is not known".to_owned());
        return None;
    };
    let repository = match writable(&options.app, options) {
        Ok(repository) => repository,
        Err(failure) => {
            not_set(failure.with_hint());
            return None;
        }
    };
    let address = release.route.as_ref().map(|route| route.url.as_str());
    let context = format!("cupaas/{}/{}", release.environment, release.app);
    let page = notices.pull_request.as_ref().filter(|request| !request.url.is_empty());
    let url = page.map(|request| request.url.clone()).or_else(|| address.map(str::to_owned));
    let status = Status { commit, context: &context, url: url.as_deref(), description: &description, state };
    match repository.status(status) {
        Ok(()) => notices.sent.push(format!("status {context} of {}", short(commit))),
        Err(failure) => notices.failed.push(format!("no status: {}", failure.with_hint())),
    }
    let mut made = None;
    if landed && repository.has_deployments() {
        let deployment = Deployment {
            app: &release.app,
            environment: &release.environment,
            commit,
            description: &description,
            url: address,
            log: options.run_url.as_deref(),
            state,
        };
        match repository.deployment(deployment) {
            Ok(deployment) => {
                notices.sent.push(format!("deployment to {}", release.environment));
                made = Some(deployment);
            }
            Err(failure) => notices.failed.push(format!("no deployment: {}", failure.with_hint())),
        }
    }
    let commit = commit.to_owned();
    waits.then_some(Pending { repository, commit, context, url, deployment: made })
}

/// Which release it is about, what became of it, and whether a commit has landed that changes it.
fn described<'r>(report: &'r Report, notices: &Notices) -> Option<(&'r Release, String, bool)> {
    match (report, &notices.pull_request) {
        (Report::Deployed(deployed), Some(request)) => {
            let description = format!("proposed in pull request #{}", request.number);
            Some((&deployed.release, description, false))
        }
        (Report::Deployed(deployed), None) => {
            let commit = short(&deployed.commit);
            let description = format!("committed as {commit}; the cluster rolls it out");
            Some((&deployed.release, description, true))
        }
        (Report::Unchanged { release }, _) => Some((release.as_ref(), "already deployed".to_owned(), false)),
        (Report::Superseded { release, why }, _) => {
            Some((release.as_ref(), format!("superseded: {why}"), false))
        }
        (Report::Pinned { release, .. }, _) => {
            Some((release.as_ref(), "pinned: nothing was changed".to_owned(), false))
        }
        (Report::Held { release, held }, _) => {
            Some((release.as_ref(), format!("held: {} was rolled back", held.hold.what()), false))
        }
        _ => None,
    }
}
