//! A branch that was pushed → its pull request: opened, kept up to date in place, merged when it may be, closed.

mod merge;

use serde::de::IgnoredAny;
use serde_json::json;

use crate::diagnostic::Failure;
use crate::forge::answers::{Branch, Label, Pull};
use crate::forge::kind::Forge;
use crate::forge::options::Proposing;
use crate::forge::repository::{Made, Repository};
use crate::forge::rights::Right;
use crate::forge::texts::same_text;
use crate::http::percent_encoded;

/// What a pull request is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PullRequestSpec<'a> {
    /// The branch that was pushed.
    pub branch: &'a str,
    /// The branch that it is to be merged into.
    pub base: &'a str,
    /// What we have pushed, or found there.
    pub commit: &'a str,
    /// Whether it was pushed by this run.
    pub pushed: bool,
    /// Its title.
    pub title: &'a str,
    /// Its text.
    pub body: &'a str,
    /// Labels, reviewers, and whether it merges by itself.
    pub how: &'a Proposing,
}

/// A pull request, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its page.
    pub url: String,
    /// What was done.
    pub action: PullAction,
    /// What becomes of it by itself, where that was asked for.
    pub ending: Option<Ending>,
    /// What was asked for and could not be done.
    pub notes: Vec<String>,
}

/// What was done about a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PullAction {
    /// It is new.
    Opened,
    /// Its commit, title or text was changed.
    Updated,
    /// It is what it should be already.
    Unchanged,
    /// There was nothing left for it to change.
    Closed,
}

/// What becomes of a pull request by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It will be merged when the forge's rules allow it.
    Waits,
    /// It was merged at once.
    Merged,
}

/// How a pull request has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// What it held is in the base.
    Merged,
    /// Somebody did not want it.
    Closed,
}

impl Repository {
    /// Opens the branch's pull request, or brings the open one up to date.
    ///
    /// # Errors
    /// Where the forge does not answer or does not let us; a label, a reviewer or a merge that cannot be had is
    /// a note.
    pub(crate) fn upsert(&self, wanted: PullRequestSpec<'_>) -> Result<PullRequest, Failure> {
        let (found, action) = match self.find(wanted.branch, Some(wanted.base))? {
            Some(found) => self.update(found, wanted)?,
            None => self.open(wanted)?,
        };
        let mut done = PullRequest {
            number: found.number,
            url: self.client.link(&found.html_url),
            action,
            ending: None,
            notes: Vec::new(),
        };
        // One that is newer is somebody else's to finish.
        if found.head.sha != wanted.commit && !self.is_at(wanted.branch, wanted.commit)? {
            done.notes.push("a newer run has pushed to its branch, and its words stay".to_owned());
            return Ok(done);
        }
        let note = |done: Result<(), Failure>, what: &str| {
            done.err().map(|failure| format!("{what}: {}", failure.with_hint()))
        };
        done.notes.extend(note(self.label(&found, &wanted.how.labels), "labels"));
        if action == PullAction::Opened {
            done.notes.extend(note(self.ask(found.number, &wanted.how.reviewers), "reviewers"));
        }
        if wanted.how.auto_merge {
            match self.merge_when_ready(&found, wanted) {
                Ok(ending) => done.ending = Some(ending),
                Err(failure) => done.notes.push(format!("auto-merge: {}", failure.with_hint())),
            }
        }
        Ok(done)
    }

    /// Closes the branch's open pull requests: nothing is left for them to change. `was` is the commit that the branch
    /// stood on before it was deleted: forges close a pull request that has lost its branch by themselves, and one that
    /// stands on another commit is a newer run's. Without it there was no branch, and nothing is ours to close.
    ///
    /// # Errors
    /// As [`Repository::upsert`].
    pub(crate) fn close(&self, branch: &str, was: Option<&str>) -> Result<Option<PullRequest>, Failure> {
        let closed = |found: Pull| PullRequest {
            number: found.number,
            url: self.client.link(&found.html_url),
            action: PullAction::Closed,
            ending: None,
            notes: Vec::new(),
        };
        let Some(was) = was else { return Ok(None) };
        let mut done: Option<PullRequest> = None;
        while let Some(found) = self.find(branch, None)? {
            if found.head.sha != was || done.as_ref().is_some_and(|done| done.number == found.number) {
                break;
            }
            let below = format!("/pulls/{}", found.number);
            let body = json!({"state": "closed"});
            self.put::<IgnoredAny>("PATCH", &below, &body, Right::PullRequests)?;
            done = Some(closed(found));
        }
        match done {
            None => Ok(self.just_closed(branch, was)?.map(closed)),
            done => Ok(done),
        }
    }

    /// How the branch's pull request has ended that had this last commit, where none is open.
    ///
    /// # Errors
    /// As [`Repository::upsert`].
    pub(crate) fn ended(&self, branch: &str, head: &str) -> Result<Option<Ended>, Failure> {
        if self.find(branch, None)?.is_some() {
            return Ok(None);
        }
        let closed = self.closed(branch, head, |_| true, usize::MAX)?;
        Ok(closed.map(|pull| if pull.is_merged() { Ended::Merged } else { Ended::Closed }))
    }

    /// The pull request that was closed, and not merged, with this as its last commit: it is among the newest.
    fn just_closed(&self, branch: &str, commit: &str) -> Result<Option<Pull>, Failure> {
        self.closed(branch, commit, |pull| !pull.is_merged(), 1)
    }

    /// The newest one that is closed and had this last commit, on so many pages.
    fn closed(
        &self,
        branch: &str,
        commit: &str,
        fits: impl Fn(&Pull) -> bool,
        pages: usize,
    ) -> Result<Option<Pull>, Failure> {
        let newest = match self.forge() {
            Forge::Github => {
                let head = percent_encoded(&format!("{}:{branch}", self.owner()));
                format!("head={head}&sort=updated&direction=desc")
            }
            Forge::Gitea | Forge::Forgejo => "sort=recentupdate".to_owned(),
        };
        let (mut found, mut seen) = (None, 0);
        let path = self.at(&format!("/pulls?state=closed&{newest}"));
        self.client.pages(&path, Right::PullRequests, |items: Vec<Pull>| {
            seen += 1;
            found = items.into_iter().find(|pull| pull.head.sha == commit && fits(pull));
            found.is_some() || seen >= pages
        })?;
        Ok(found)
    }

    /// The open pull request of a branch of this repository; the newest, where there are several.
    fn find(&self, branch: &str, base: Option<&str>) -> Result<Option<Pull>, Failure> {
        // GitHub alone looks for a head in its list. Gitea and Forgejo have a path for one base and head, which may answer
        // with a closed one of the same branch.
        let base_is =
            |key: &str| base.map(|base| format!("&{key}={}", percent_encoded(base))).unwrap_or_default();
        let query = match self.forge() {
            Forge::Github => {
                let head = percent_encoded(&format!("{}:{branch}", self.owner()));
                format!("/pulls?state=open&head={head}{}", base_is("base"))
            }
            Forge::Gitea => format!("/pulls?state=open&sort=recentupdate{}", base_is("base_branch")),
            Forge::Forgejo => "/pulls?state=open&sort=recentupdate".to_owned(),
        };
        let ours = |pull: &Pull| {
            let head = &pull.head;
            // For a moment Gitea shows one that has just lost its branch by another name, and still open.
            let labelled = self.forge() != Forge::Github && head.label.as_deref() == Some(branch);
            (head.branch == branch || labelled)
                && head.repo.as_ref().is_some_and(|repo| repo.full_name.eq_ignore_ascii_case(&self.path))
                && base.is_none_or(|base| pull.base.branch == base)
                && pull.state == "open"
        };
        let mut found = None;
        self.client.pages(&self.at(&query), Right::PullRequests, |items: Vec<Pull>| {
            found = items.into_iter().find(ours);
            found.is_some()
        })?;
        Ok(found)
    }

    fn open(&self, wanted: PullRequestSpec<'_>) -> Result<(Pull, PullAction), Failure> {
        let body = json!({
            "title": wanted.title, "body": wanted.body, "head": wanted.branch, "base": wanted.base,
        });
        let there = || self.find(wanted.branch, Some(wanted.base));
        let failure = match self.make("/pulls", &body, Right::PullRequests, there)? {
            Made::There(found) => return Ok((found, PullAction::Opened)),
            Made::Refused(failure, status) if !matches!(status, 409 | 422) => return Err(failure),
            Made::Refused(failure, _) => failure,
        };
        // There may be one, of another run that was a moment faster.
        match there()? {
            Some(found) => self.update(found, wanted),
            None => Err(failure),
        }
    }

    fn update(&self, found: Pull, wanted: PullRequestSpec<'_>) -> Result<(Pull, PullAction), Failure> {
        if found.title == wanted.title && same_text(found.body.as_deref().unwrap_or_default(), wanted.body) {
            let action = if wanted.pushed { PullAction::Updated } else { PullAction::Unchanged };
            return Ok((found, action));
        }
        if found.head.sha != wanted.commit && !self.is_at(wanted.branch, wanted.commit)? {
            return Ok((found, PullAction::Unchanged));
        }
        let below = format!("/pulls/{}", found.number);
        let body = json!({"title": wanted.title, "body": wanted.body});
        self.put::<IgnoredAny>("PATCH", &below, &body, Right::PullRequests)?;
        Ok((found, PullAction::Updated))
    }

    /// Whether a branch stands on a commit now: a pull request learns of a push a moment later.
    fn is_at(&self, branch: &str, commit: &str) -> Result<bool, Failure> {
        let at: Branch = self.get(&format!("/branches/{}", percent_encoded(branch)), Right::Look)?;
        Ok(at.commit.is(commit))
    }

    /// Gives the pull request the labels that it lacks; one that the repository lacks is made.
    fn label(&self, found: &Pull, labels: &[String]) -> Result<(), Failure> {
        let lacks: Vec<&String> = labels.iter().filter(|label| !found.has_label(label)).collect();
        if lacks.is_empty() {
            return Ok(());
        }
        let labels = match self.forge() {
            // It makes what it does not have.
            Forge::Github => json!(lacks),
            Forge::Gitea | Forge::Forgejo => json!(self.label_ids(&lacks)?),
        };
        let below = format!("/issues/{}/labels", found.number);
        self.put("POST", &below, &json!({"labels": labels}), Right::Labels).map(|IgnoredAny| ())
    }

    fn label_ids(&self, names: &[&String]) -> Result<Vec<u64>, Failure> {
        let mut known: Vec<(String, u64)> = Vec::new();
        let organisation = format!("/orgs/{}/labels", percent_encoded(self.owner()));
        for (path, optional) in [(self.at("/labels"), false), (organisation, true)] {
            let read = self.client.pages(&path, Right::Labels, |items: Vec<Label>| {
                known.extend(items.iter().map(|label| (label.name.to_lowercase(), label.id)));
                names.iter().all(|name| known.iter().any(|(label, _)| *label == name.to_lowercase()))
            });
            // A user's repository has no organisation.
            if !optional {
                read?;
            }
            if names.iter().all(|name| known.iter().any(|(label, _)| *label == name.to_lowercase())) {
                break;
            }
        }
        let mut ids = Vec::new();
        for name in names {
            let id = known.iter().find(|(label, _)| *label == name.to_lowercase()).map(|(_, id)| *id);
            ids.push(match id {
                Some(id) => id,
                None => {
                    let made = json!({"name": name, "color": "#ededed"});
                    self.put::<Label>("POST", "/labels", &made, Right::Labels)?.id
                }
            });
        }
        Ok(ids)
    }

    fn ask(&self, number: u64, reviewers: &[String]) -> Result<(), Failure> {
        if reviewers.is_empty() {
            return Ok(());
        }
        let (teams, users): (Vec<&String>, Vec<&String>) =
            reviewers.iter().partition(|name| name.contains('/'));
        let teams: Vec<&str> = teams.iter().filter_map(|team| team.rsplit('/').next()).collect();
        let below = format!("/pulls/{number}/requested_reviewers");
        let body = json!({"reviewers": users, "team_reviewers": teams});
        self.put("POST", &below, &body, Right::PullRequests).map(|IgnoredAny| ())
    }
}
