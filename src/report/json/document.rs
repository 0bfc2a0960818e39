//! What every report and every failure is wrapped in: its format, its kind, and what forges were told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Failure;
use crate::forge::{CommentAction, Ending, PullAction, PullRequest};
use crate::outcome::compared::ComparedApp;
use crate::outcome::history::{Change, PastRelease, Standing};
use crate::outcome::inventory::{AppFacts, Variable};
use crate::outcome::secrets::{Checked, Listing};
use crate::outcome::standing::FrozenEnvironment;
use crate::outcome::{self, Outcome, Report};
use crate::report::diagnostic::Placed;
use crate::report::json::between::HistoryDiff;
use crate::report::json::catalog::{CatalogCheck, CatalogTest, Recipes};
use crate::report::json::failed::Failed;
use crate::report::json::releases::{Check, Deploy, Diff, Dockerfile, Explain, Releases, Remove, Render};
use crate::report::json::rollout::{Rollout, Waited};
use crate::report::json::shared::Status;
use crate::report::json::sync::Sync;

/// The number of this format; one in which a key means something else, or is gone, has the next.
const FORMAT: u32 = 1;

/// What `--format json` prints. Keys may be added; what is not there is `null` or an empty list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CupaasReport")]
pub struct Document<'a> {
    /// The number of this format. Another number means that a key is gone or means something else.
    #[schemars(extend("const" = FORMAT))]
    format: u32,
    #[serde(flatten)]
    body: Body<'a>,
    /// What else is to be said, for people; not in a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<Vec<&'a str>>,
    /// The branch of the pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    /// The pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pull_request: Option<Pull<'a>>,
    /// The comment on the app's pull request.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Comment<'a>>,
    /// What the cluster has said of the release, where `deploy --wait` has waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rollout: Option<Rollout<'a>>,
    /// What else a forge was told, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    notified: Option<&'a [String]>,
}

/// The report itself; `report` says which one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "report", rename_all = "kebab-case")]
enum Body<'a> {
    Check(Check<'a>),
    Explain(Explain<'a>),
    Render(Render<'a>),
    Dockerfile(Dockerfile<'a>),
    Diff(Diff<'a>),
    Deploy(Deploy<'a>),
    Remove(Remove<'a>),
    Releases(Releases<'a>),
    Each(Each<'a>),
    Apps(Apps<'a>),
    Status(Standings<'a>),
    History(History<'a>),
    HistoryDiff(HistoryDiff<'a>),
    Compared(Compared<'a>),
    Wait(Waited<'a>),
    HandOver(HandOver<'a>),
    Variables(Variables<'a>),
    Secrets(Secrets<'a>),
    SecretCheck(SecretCheck<'a>),
    Recipes(Recipes<'a>),
    CatalogCheck(CatalogCheck<'a>),
    CatalogTest(CatalogTest<'a>),
    Sync(Sync<'a>),
    Files(Files<'a>),
    Text(Text<'a>),
    Failure(Failed<'a>),
}

/// One report for each of several releases.
#[derive(Debug, Serialize, JsonSchema)]
struct Each<'a> {
    status: Status,
    releases: Vec<Body<'a>>,
}

/// `app list` and `app show`.
#[derive(Debug, Serialize, JsonSchema)]
struct Apps<'a> {
    status: Status,
    apps: &'a [AppFacts],
}

/// `status`.
#[derive(Debug, Serialize, JsonSchema)]
struct Standings<'a> {
    status: Status,
    /// The commit that was the newest one then, of `--at`.
    at: Option<&'a Change>,
    /// The environments to which no new release comes.
    frozen: &'a [FrozenEnvironment],
    releases: &'a [Standing],
    /// What is wrong with registrations: of those apps no pin, scale or stop is known, and the exit code is 3.
    problems: Vec<Placed<'a>>,
}

/// `history`.
#[derive(Debug, Serialize, JsonSchema)]
struct History<'a> {
    status: Status,
    app: &'a str,
    /// Newest first.
    releases: &'a [PastRelease],
    /// Whether there are older ones.
    more: bool,
    /// Whether there may be older ones that a shallow clone does not have.
    cut_off: bool,
}

/// `diff --to`.
#[derive(Debug, Serialize, JsonSchema)]
struct Compared<'a> {
    status: Status,
    from: &'a str,
    to: &'a str,
    apps: &'a [ComparedApp],
}

/// `open`, `logs`, `run`, `console` and `ps`, which run nothing then.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "HandedOver")]
struct HandOver<'a> {
    status: Status,
    #[serde(flatten)]
    one: &'a outcome::hand_over::HandOver,
}

/// `env list`.
#[derive(Debug, Serialize, JsonSchema)]
struct Variables<'a> {
    status: Status,
    app: &'a str,
    /// Environment → its variables.
    environments: &'a BTreeMap<String, Vec<Variable>>,
}

/// `secret list`.
#[derive(Debug, Serialize, JsonSchema)]
struct Secrets<'a> {
    status: Status,
    #[serde(flatten)]
    listing: &'a Listing,
}

/// `secret check`.
#[derive(Debug, Serialize, JsonSchema)]
struct SecretCheck<'a> {
    status: Status,
    #[serde(flatten)]
    checked: &'a Checked,
}

/// `new` and `init`.
#[derive(Debug, Serialize, JsonSchema)]
struct Files<'a> {
    status: Status,
    /// Files that are new.
    written: &'a [PathBuf],
    /// Files that were there and were left as they are.
    kept: &'a [PathBuf],
    /// What to do next, for people.
    next: &'a [String],
}

/// A text that stands for itself.
#[derive(Debug, Serialize, JsonSchema)]
struct Text<'a> {
    status: Status,
    text: &'a str,
}

/// A pull request, and what was done about it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PullRequest")]
struct Pull<'a> {
    number: u64,
    url: &'a str,
    action: PullAction,
    /// What becomes of it by itself, where that was asked for.
    merge: Option<Ending>,
}

impl<'a> From<&'a PullRequest> for Pull<'a> {
    fn from(request: &'a PullRequest) -> Self {
        Self { number: request.number, url: &request.url, action: request.action, merge: request.ending }
    }
}

/// A comment, and what was done about it.
#[derive(Debug, Serialize, JsonSchema)]
struct Comment<'a> {
    action: CommentAction,
    url: Option<&'a str>,
}

impl<'a> Document<'a> {
    /// Of a run that did its work.
    pub(crate) fn of(outcome: &'a Outcome) -> Self {
        let notices = &outcome.notices;
        let own: &[String] = match &outcome.report {
            Report::Rerendered(done) => &done.notes,
            Report::Wrote(wrote) => &wrote.notes,
            _ => &[],
        };
        let comment = |of: &'a crate::forge::Commented| Comment { action: of.action, url: of.url.as_deref() };
        Self {
            format: FORMAT,
            body: Body::of(&outcome.report),
            notes: Some(own.iter().chain(notices.warnings()).map(String::as_str).collect()),
            branch: notices.branch.as_ref().map(|branch| branch.name.as_str()),
            pull_request: notices.pull_request.as_ref().map(Pull::from),
            comment: notices.comment.as_ref().map(comment),
            rollout: notices.rollout.as_ref().map(Rollout::from),
            notified: (!notices.is_empty()).then_some(notices.sent.as_slice()),
        }
    }

    /// Of a run that did not.
    pub(crate) fn failure(failure: &'a Failure) -> Self {
        Self {
            format: FORMAT,
            body: Body::Failure(failure.into()),
            notes: None,
            branch: None,
            pull_request: None,
            comment: None,
            rollout: None,
            notified: None,
        }
    }
}

impl<'a> From<&'a outcome::standing::Standings> for Standings<'a> {
    fn from(all: &'a outcome::standing::Standings) -> Self {
        Self {
            status: if all.problems.is_empty() { Status::Ok } else { Status::Failed },
            at: all.at.as_ref(),
            frozen: &all.frozen,
            releases: &all.releases,
            problems: all.problems.iter().map(Placed::from).collect(),
        }
    }
}

impl<'a> Body<'a> {
    fn of(report: &'a Report) -> Self {
        let status = Status::Ok;
        match report {
            Report::Checked(release) => Self::Check(Check { status, release: (&**release).into() }),
            Report::Explained(release) => {
                let decisions = &release.decisions;
                Self::Explain(Explain { status, decisions, release: (&**release).into() })
            }
            Report::Rendered { release, files, out } => {
                Self::Render(Render::new(release, files, out.as_deref()))
            }
            Report::Dockerfile { release, text } => {
                Self::Dockerfile(Dockerfile { status, dockerfile: text, release: (&**release).into() })
            }
            Report::Differs(difference) => Self::Diff((&**difference).into()),
            Report::Deployed(deployed) => Self::Deploy((&**deployed).into()),
            Report::Unchanged { release } => Self::Deploy(Deploy::not(Status::Unchanged, release, None)),
            Report::Superseded { release, why } => {
                Self::Deploy(Deploy::not(Status::Superseded, release, Some(why)))
            }
            Report::Pinned { release, pin } => Self::Deploy(Deploy::pinned(release, pin)),
            Report::Held { release, held } => Self::Deploy(Deploy::held(release, held)),
            Report::Removed { removal, plan, commit, proposed } => {
                Self::Remove(Remove::new(removal, plan, commit.as_deref(), *proposed))
            }
            Report::Absent(removal) => Self::Remove(Remove::absent(removal)),
            Report::Rerendered(done) => Self::Releases((&**done).into()),
            Report::Each(reports) => {
                Self::Each(Each { status, releases: reports.iter().map(Self::of).collect() })
            }
            Report::Apps(apps) => Self::Apps(Apps { status, apps }),
            Report::Status(all) => Self::Status(all.into()),
            Report::History(all) => {
                let (app, releases) = (&*all.app, &*all.releases);
                Self::History(History { status, app, releases, more: all.more, cut_off: all.cut_off })
            }
            Report::Between(one) => Self::HistoryDiff((&**one).into()),
            Report::Compared(all) => {
                let status = if all.is_empty() { Status::Unchanged } else { Status::Differs };
                Self::Compared(Compared { status, from: &all.from, to: &all.to, apps: &all.apps })
            }
            Report::RolledOut(release) => Self::Wait(release.into()),
            Report::HandOver(one) => Self::HandOver(HandOver { status, one }),
            Report::Variables(all) => {
                Self::Variables(Variables { status, app: &all.app, environments: &all.environments })
            }
            Report::Secrets(listing) => Self::Secrets(Secrets { status, listing }),
            Report::SecretsChecked(checked) => Self::SecretCheck(SecretCheck { status, checked }),
            Report::Synced(synced) => Self::Sync((&**synced).into()),
            Report::Recipes(recipes) => Self::Recipes(recipes.into()),
            Report::CatalogChecked(checked) => Self::CatalogCheck(checked.into()),
            Report::CatalogTested(tested) => Self::CatalogTest(tested.into()),
            Report::Wrote(wrote) => {
                Self::Files(Files { status, written: &wrote.written, kept: &wrote.kept, next: &wrote.next })
            }
            Report::Text(text) => Self::Text(Text { status, text }),
        }
    }
}
