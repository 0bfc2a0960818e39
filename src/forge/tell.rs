//! A run's report → what forges are told of it, and the report with what came of that.

use super::pull::{Ended, Wanted, said};
use super::status::{Deployment, Status};
use super::{Commented, Place, PullRequest, Repository, Wishes, comment};
use crate::diagnostic::{Failure, Kind};
use crate::landing::Branch;
use crate::load::gitops::Gitops;
use crate::load::meant::meant;
use crate::load::released::Scope;
use crate::load::state::short;
use crate::publish::is_descendant;
use crate::report::{self, COMMENT, Report};
use crate::request::{Stage, Step, Subject};
use crate::resolve::release::Release;

/// A report, and what forges were told of it.
#[derive(Debug)]
pub struct Told {
    /// The report.
    pub report: Report,
    /// The branch of a pull request.
    pub branch: Option<Branch>,
    /// The pull request.
    pub pull_request: Option<PullRequest>,
    /// The comment.
    pub comment: Option<Commented>,
    /// What else was said, one line each.
    pub told: Vec<String>,
    /// What was asked for and could not be done; the run has done its work all the same.
    pub notes: Vec<String>,
}

impl Told {
    /// A report of which nobody has been told yet.
    pub fn of(report: Report, branch: Option<Branch>) -> Self {
        Self { report, branch, pull_request: None, comment: None, told: Vec::new(), notes: Vec::new() }
    }
}

/// The forges that a run tells something.
#[derive(Debug, Default)]
pub struct Forges {
    gitops: Option<Repository>,
}

impl Forges {
    /// Finds the forge of a pull request before anything is written.
    ///
    /// Errors: one that cannot be known or reached.
    pub fn open(step: &Step) -> Result<Self, Failure> {
        let wishes = &step.tells;
        let wanted = wishes.pull_request.is_some() && step.stage >= Stage::Deploy;
        if !wanted {
            return Ok(Self::default());
        }
        let repository = wishes.gitops.open(wishes.job.as_ref(), "the GitOps repository", wishes.patience)?;
        if !repository.has_token() {
            return Err(Failure::new(
                Kind::Usage,
                "a pull request needs a token for the GitOps repository's forge",
            )
            .hint("set CUPAAS_GITOPS_TOKEN to one that may write to its contents and pull requests")
            .hint("where it is the job's own repository, hand the job's own on: GITHUB_TOKEN: ${{ github.token }}"));
        }
        Ok(Self { gitops: Some(repository) })
    }

    /// How the branch's pull request has ended that had this last commit; nothing where one is open, and where there is
    /// none: one that was pushed a moment ago may have none yet.
    ///
    /// Errors: where the forge does not answer or does not let us.
    pub fn ended(&self, branch: &str, head: &str) -> Result<Option<Ended>, Failure> {
        self.gitops.as_ref().map_or(Ok(None), |gitops| gitops.ended(branch, head))
    }

    /// Tells what there is to be told.
    ///
    /// Errors: a pull request that cannot be had: then its branch is there, and the next run finds it. Everything else
    /// is a note.
    pub fn tell(self, step: &Step, report: Report, progress: &dyn Fn(&str)) -> Result<Report, Failure> {
        let wishes = &step.tells;
        let mut told = match report {
            Report::Told(told) => *told,
            report => Told::of(report, None),
        };
        if let (Some(repository), Some(branch)) = (&self.gitops, &told.branch) {
            progress("telling the forge");
            told.pull_request = propose(repository, branch, &told.report, wishes)?;
        }
        if wishes.comment && step.stage == Stage::Diff {
            progress("telling the forge");
            match plan(step, &told.report) {
                Ok(comment) => told.comment = Some(comment),
                Err(note) => told.notes.push(format!("the comment is left out: {note}")),
            }
        }
        if wishes.status && step.stage == Stage::Deploy {
            progress("telling the forge");
            let (said, notes) = status(&told, step);
            told.told.extend(said);
            told.notes.extend(notes);
        }
        let silent =
            told.branch.is_none() && told.comment.is_none() && told.told.is_empty() && told.notes.is_empty();
        Ok(if silent { told.report } else { Report::Told(Box::new(told)) })
    }
}

/// Says in the pull request's comment that its files cannot be rendered, where they are why a `diff` has failed: a plan
/// of an earlier commit would lie there. A new comment says so too: none at all means that merging changes nothing.
///
/// A failure that is no fault of files leaves the comment as it is, and so does one of which nobody knows which app and
/// environment it is about. The failure stands, whether or not the forge could be told of it.
pub fn tell_failure(step: &Step, failure: &Failure, gitops: Option<&mut Gitops>, progress: &dyn Fn(&str)) {
    if !step.tells.comment || step.stage != Stage::Diff || failure.kind != Kind::Invalid {
        return;
    }
    let about = match (&step.subject, gitops) {
        (Subject::Released(scope), _) => Some(About::scope(scope)),
        (_, Some(gitops)) => meant(&step.asked, gitops)
            .map(|(app, environment)| About { app: Some(app), environment: Some(environment) }),
        _ => None,
    };
    if let Some(about) = about {
        progress("telling the forge");
        say(step, &about, |room| Some(report::unrenderable(&about.title(), failure, room))).ok();
    }
}

fn propose(
    repository: &Repository,
    branch: &Branch,
    report: &Report,
    wishes: &Wishes,
) -> Result<Option<PullRequest>, Failure> {
    let Some(commit) = &branch.commit else { return repository.close(&branch.name, branch.was.as_deref()) };
    let (Some((title, body)), Some(how)) = (report::proposal(report, COMMENT), &wishes.pull_request) else {
        return Ok(None);
    };
    let pushed = branch.was.as_ref() != Some(commit);
    let (branch, base) = (branch.name.as_str(), branch.base.as_str());
    let wanted = Wanted { branch, base, commit, pushed, title: &title, body: &body, how };
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

/// Errors: why there is no comment.
fn plan(step: &Step, report: &Report) -> Result<Commented, String> {
    let about = match (report, &step.subject) {
        // Neither superseded nor pinned: nothing is known of what merging would do.
        (Report::Differs(_) | Report::Pinned { .. } | Report::Superseded { .. }, _) => {
            report.release().map(About::release)
        }
        (Report::Again(_), Subject::Released(scope)) => Some(About::scope(scope)),
        _ => None,
    };
    match about {
        Some(about) => say(step, &about, |room| report::comment(report, room)),
        None => Err("there is nothing to say it of".to_owned()),
    }
}

/// Makes the comment say the page that `page` makes for so many bytes.
///
/// Errors: why there is no comment.
fn say(step: &Step, about: &About, page: impl FnOnce(usize) -> Option<String>) -> Result<Commented, String> {
    let wishes = &step.tells;
    let Some(number) = wishes.number else {
        return Err("this run is not about a pull request; name one with --ci-pull-request".to_owned());
    };
    let repository = own(&wishes.here, wishes).map_err(|failure| said(&failure))?;
    let commit = wishes.commit.as_deref();
    if let Some(commit) = commit
        && let Some(head) = repository.moved_on(number, commit).map_err(|failure| said(&failure))?
        // A forge may answer from before the push that has started this job.
        && is_descendant(&step.asked.folder, commit, &head) != Some(true)
    {
        let (head, commit) = (short(&head), short(commit));
        return Err(format!("pull request {number} is at {head} by now, and this run is about {commit}"));
    }
    let marker = comment::marker(&about.key(), &wishes.gitops_mark);
    let room = COMMENT - marker.len() - comment::AROUND;
    let body = |page: String| comment::body(&marker, &page, commit);
    let text = page(room).map(body);
    let nothing = body(report::settled(&about.title()));
    repository.comment(number, &marker, text.as_deref(), &nothing).map_err(|failure| match wishes.fork {
        true => format!("{}; a pull request of a fork gets a token that may only read", said(&failure)),
        false => said(&failure),
    })
}

/// A repository, with a token: without one nothing can be written.
fn own(place: &Place, wishes: &Wishes) -> Result<Repository, Failure> {
    let repository = place.open(wishes.job.as_ref(), "the app's repository", wishes.patience)?;
    if repository.has_token() {
        return Ok(repository);
    }
    let message = "there is no token for the app's own repository";
    let failure = Failure::new(Kind::Usage, message);
    Err(match wishes.fork {
        true => failure.hint("a pull request of a fork gets none"),
        false => failure
            .hint("set CUPAAS_FORGE_TOKEN, or hand the job's own on: GITHUB_TOKEN: ${{ github.token }}"),
    })
}

/// What was said of the app's commit, and what could not be.
fn status(told: &Told, step: &Step) -> (Vec<String>, Vec<String>) {
    let wishes = &step.tells;
    let mut done = (Vec::new(), Vec::new());
    let Some((release, description, landed)) = outcome(told) else { return done };
    let commit = step.asked.source.commit.as_ref().or(release.source.commit.as_ref());
    let Some(commit) = commit.map(String::as_str) else {
        done.1.push("no status: the app's commit is not known".to_owned());
        return done;
    };
    let repository = match own(&wishes.app, wishes) {
        Ok(repository) => repository,
        Err(failure) => {
            done.1.push(format!("no status: {}", said(&failure)));
            return done;
        }
    };
    let address = release.route.as_ref().map(|route| route.url.as_str());
    let context = format!("cupaas/{}/{}", release.environment, release.app);
    let page = told.pull_request.as_ref().filter(|request| !request.url.is_empty());
    let url = page.map(|request| request.url.as_str()).or(address);
    match repository.status(Status { commit, context: &context, url, description: &description }) {
        Ok(()) => done.0.push(format!("status {context} of {}", short(commit))),
        Err(failure) => done.1.push(format!("no status: {}", said(&failure))),
    }
    if landed && repository.has_deployments() {
        let deployment = Deployment {
            app: &release.app,
            environment: &release.environment,
            commit,
            description: &description,
            url: address,
            log: wishes.run_url.as_deref(),
        };
        match repository.deployment(deployment) {
            Ok(()) => done.0.push(format!("deployment to {}", release.environment)),
            Err(failure) => done.1.push(format!("no deployment: {}", said(&failure))),
        }
    }
    done
}

/// Which release it is about, what became of it, and whether a commit has landed that changes it.
fn outcome(told: &Told) -> Option<(&Release, String, bool)> {
    match (&told.report, &told.pull_request) {
        (Report::Deployed(deployed), Some(request)) => {
            let description = format!("proposed in pull request #{}", request.number);
            Some((&deployed.release, description, false))
        }
        (Report::Deployed(deployed), None) => {
            let commit = short(&deployed.commit);
            let description = format!("committed as {commit}; the cluster rolls it out");
            Some((&deployed.release, description, true))
        }
        (Report::Unchanged { release }, _) => {
            Some((release.as_ref(), "nothing to do: this is what is deployed".to_owned(), false))
        }
        (Report::Superseded { release, why }, _) => {
            Some((release.as_ref(), format!("superseded: {why}"), false))
        }
        (Report::Pinned { release, .. }, _) => {
            Some((release.as_ref(), "pinned: nothing was changed".to_owned(), false))
        }
        _ => None,
    }
}
