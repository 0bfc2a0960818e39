//! What became of a deploy → a status of the app's commit and, on GitHub, a deployment with its environment.

use serde::de::IgnoredAny;
use serde_json::json;

use crate::diagnostic::Failure;
use crate::forge::answers::{self, DeploymentStatus};
use crate::forge::kind::Forge;
use crate::forge::repository::{self, Repository};
use crate::forge::rights::Right;
use crate::forge::texts::brief;
use crate::http::percent_encoded;

/// What is said of a commit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Status<'a> {
    /// The app's commit.
    pub commit: &'a str,
    /// Which line of the commit's statuses it is.
    pub context: &'a str,
    /// Where a reader is led.
    pub url: Option<&'a str>,
    /// What became of it, on one line.
    pub description: &'a str,
    /// And in a word.
    pub state: State,
}

/// What became of a deploy, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// The cluster has not said yet.
    Pending,
    /// It has done what it had to.
    Success,
    /// It did not come up.
    Failure,
    /// Nobody knows.
    Error,
}

impl State {
    fn of_status(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Error => "error",
        }
    }

    fn of_deployment(self) -> &'static str {
        match self {
            Self::Pending => "in_progress",
            other => other.of_status(),
        }
    }
}

/// A deployment that was made.
#[derive(Debug)]
pub(crate) struct Made {
    id: u64,
    task: String,
    environment: String,
    url: Option<String>,
    log: Option<String>,
}

/// A deployment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deployment<'a> {
    /// The app.
    pub app: &'a str,
    /// Its environment.
    pub environment: &'a str,
    /// The app's commit.
    pub commit: &'a str,
    /// What became of it, on one line.
    pub description: &'a str,
    /// Where the app answers.
    pub url: Option<&'a str>,
    /// The job's page.
    pub log: Option<&'a str>,
    /// What became of it, in a word.
    pub state: State,
}

impl Repository {
    /// Sets the commit's status.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn status(&self, status: Status<'_>) -> Result<(), Failure> {
        let mut body = json!({
            "state": status.state.of_status(), "context": status.context, "description": brief(status.description),
        });
        if let Some(url) = status.url {
            body["target_url"] = json!(url);
        }
        self.put("POST", &format!("/statuses/{}", status.commit), &body, Right::Statuses).map(|IgnoredAny| ())
    }

    /// Whether there is such a thing here.
    pub(crate) fn has_deployments(&self) -> bool {
        self.forge() == Forge::Github
    }

    /// Makes a deployment. With a success, those of the same app and environment before it end.
    ///
    /// # Errors
    /// As [`Repository::status`].
    pub(crate) fn deployment(&self, deployment: Deployment<'_>) -> Result<Made, Failure> {
        // A repository may hold several apps that share the names of their environments.
        let task = format!("deploy:{}", deployment.app);
        let body = json!({
            "ref": deployment.commit, "task": task, "environment": deployment.environment,
            "description": brief(deployment.description), "payload": {"app": deployment.app},
            // The commit is what it is: nothing is merged into it, and no other check is waited for.
            "auto_merge": false, "required_contexts": [],
        });
        // One that was made twice is ended as those before it are.
        let nothing = || Ok(None::<answers::Deployment>);
        let id = match self.make("/deployments", &body, Right::Deployments, nothing)? {
            repository::Made::There(made) => made.id,
            repository::Made::Refused(failure, _) => return Err(failure),
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let made = Made {
            id,
            task,
            environment: deployment.environment.to_owned(),
            url: owned(deployment.url),
            log: owned(deployment.log),
        };
        self.end_deployment(&made, deployment.state, deployment.description)?;
        Ok(made)
    }

    /// Says what became of a deployment.
    ///
    /// # Errors
    /// As [`Repository::status`].
    pub(crate) fn end_deployment(&self, made: &Made, state: State, description: &str) -> Result<(), Failure> {
        let mut body = json!({
            "state": state.of_deployment(), "auto_inactive": false, "description": brief(description),
        });
        for (key, url) in [("environment_url", &made.url), ("log_url", &made.log)] {
            if let Some(url) = url {
                body[key] = json!(url);
            }
        }
        let below = format!("/deployments/{}/statuses", made.id);
        self.put::<IgnoredAny>("POST", &below, &body, Right::Deployments)?;
        match state {
            // What runs on serves until this one does.
            State::Pending | State::Failure | State::Error => Ok(()),
            State::Success => self.end_before(made.id, &made.task, &made.environment),
        }
    }

    /// By hand: GitHub's `auto_inactive` overlooks environments that are called production, and looks at no task.
    fn end_before(&self, id: u64, task: &str, environment: &str) -> Result<(), Failure> {
        let query = format!(
            "/deployments?task={}&environment={}",
            percent_encoded(task),
            percent_encoded(environment)
        );
        let mut older: Vec<u64> = Vec::new();
        self.client.pages(&self.at(&query), Right::Deployments, |items: Vec<answers::Deployment>| {
            older.extend(items.iter().map(|item| item.id).filter(|other| *other < id));
            // The newest come first: one page reaches further back than anything that is still on.
            true
        })?;
        for other in older {
            let below = format!("/deployments/{other}/statuses?per_page=1");
            let last: Vec<DeploymentStatus> = self.get(&below, Right::Deployments)?;
            let state = last.first().map(|status: &DeploymentStatus| status.state.as_str());
            match state {
                Some("inactive") => break,
                // Before one that failed there is the one that has gone on serving.
                Some("failure" | "error") => continue,
                _ => {}
            }
            let body = json!({"state": "inactive", "description": "superseded by a later deploy"});
            let below = format!("/deployments/{other}/statuses");
            self.put::<IgnoredAny>("POST", &below, &body, Right::Deployments)?;
        }
        Ok(())
    }
}
