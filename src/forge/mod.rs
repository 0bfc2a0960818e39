//! Pull requests, comments, commit statuses and deployments of GitHub, Gitea and Forgejo. What has landed is never
//! undone, and no deploy fails, because a forge could not be told of it; a token goes to the one API that it is for.

mod answers;
mod client;
pub mod comment;
mod limits;
mod place;
mod pull;
mod rights;
pub mod status;

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diagnostic::{Failure, Kind};
use crate::http::percent_encoded;
use client::{Answer, Call, Client};
use rights::Right;

pub use comment::{CommentAction, Commented};
pub use place::{Job, Place};
pub use pull::{Ended, Ending, PullAction, PullRequest, Wanted};

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitHub, also Enterprise Server.
    Github,
    /// Gitea.
    Gitea,
    /// Forgejo.
    Forgejo,
}

impl Forge {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Github => "GitHub",
            Self::Gitea => "Gitea",
            Self::Forgejo => "Forgejo",
        }
    }
}

/// What a run tells forges, and where they are.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Where the app's own repository is, which its commit is in.
    pub app: Place,
    /// Where the repository is whose pull request this is about.
    pub here: Place,
    /// Where the GitOps repository is.
    pub gitops: Place,
    /// A short name of it for a page that anybody may read: it tells it from others, and not where it is.
    pub gitops_mark: String,
    /// The CI job that this is a step of.
    pub job: Option<Job>,
    /// The app's pull request that this run is about.
    pub number: Option<u64>,
    /// The commit of it that is looked at, where that is certain.
    pub commit: Option<String>,
    /// Whether the pull request comes from another repository.
    pub fork: bool,
    /// Whether the change becomes a pull request of the GitOps repository.
    pub pull_request: Option<Proposing>,
    /// Whether a comment says what merging the app's pull request would do.
    pub comment: bool,
    /// Whether the app's commit is told what became of it.
    pub status: bool,
    /// The job's page.
    pub run_url: Option<String>,
    /// How long one answer may take.
    pub patience: Duration,
}

/// How a pull request is to be.
#[derive(Debug, Clone, Default)]
pub struct Proposing {
    /// Merged as soon as the forge's rules allow it.
    pub auto_merge: bool,
    /// Names of labels.
    pub labels: Vec<String>,
    /// Users, or teams as `organisation/team`.
    pub reviewers: Vec<String>,
}

/// One repository on a forge.
#[derive(Debug)]
pub struct Repository {
    client: Client,
    /// `owner/name`.
    path: String,
}

impl Repository {
    fn forge(&self) -> Forge {
        self.client.forge()
    }

    pub(crate) fn has_token(&self) -> bool {
        self.client.has_token()
    }

    fn owner(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// A path of the API below this repository.
    fn at(&self, below: &str) -> String {
        let (owner, name) = self.path.split_once('/').unwrap_or((&self.path, ""));
        format!("/repos/{}/{}{below}", percent_encoded(owner), percent_encoded(name))
    }

    fn get<T: DeserializeOwned>(&self, below: &str, right: Right) -> Result<T, Failure> {
        let call = Call { method: "GET", path: &self.at(below), body: None, right, repeatable: true };
        self.client.good(call)
    }

    /// Sends something that may be sent twice.
    fn send(&self, method: &str, below: &str, body: &Value, right: Right) -> Result<Answer, Failure> {
        let body = Some(body).filter(|body| !body.is_null());
        self.client.send(Call { method, path: &self.at(below), body, right, repeatable: true })
    }

    /// The same, and it must be taken.
    fn put<T: DeserializeOwned>(
        &self,
        method: &str,
        below: &str,
        body: &Value,
        right: Right,
    ) -> Result<T, Failure> {
        let call = Call { method, path: &self.at(below), body: Some(body), right, repeatable: true };
        self.client.good(call)
    }

    /// Makes something that must not be made twice: after a request of which nobody knows whether it was heard, `there`
    /// looks for what it may have made.
    fn make<T: DeserializeOwned>(
        &self,
        below: &str,
        body: &Value,
        right: Right,
        there: impl Fn() -> Result<Option<T>, Failure>,
    ) -> Result<Made<T>, Failure> {
        let path = self.at(below);
        let call = Call { method: "POST", path: &path, body: Some(body), right, repeatable: false };
        let mut pace = self.client.pace();
        loop {
            let failure = match self.client.send(call) {
                Ok(answer) if answer.is_good() => return self.client.typed(call, &answer).map(Made::There),
                Ok(answer) => return Ok(Made::Refused(self.client.refused(call, &answer), answer.status)),
                Err(failure) => failure,
            };
            if failure.kind != Kind::Unavailable {
                return Err(failure);
            }
            if let Some(found) = there()? {
                return Ok(Made::There(found));
            }
            if !pace.pause() {
                return Err(failure);
            }
        }
    }

    fn refused(&self, method: &str, below: &str, right: Right, answer: &Answer) -> Failure {
        let call = Call { method, path: &self.at(below), body: None, right, repeatable: true };
        self.client.refused(call, answer)
    }
}

/// What became of something that was to be made.
enum Made<T> {
    /// It is there, by this request or by one before it that seemed to fail.
    There(T),
    /// The forge refuses, with this status.
    Refused(Failure, u16),
}

/// Whether two texts are the same to a reader: forges change line ends and cut white space at the end.
fn same_text(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(one) == plain(other)
}

/// Words on one line for a person, cut to what a commit status holds.
fn brief(text: &str) -> String {
    const LONGEST: usize = 140;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => line,
    }
}
