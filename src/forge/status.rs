//! What became of a deploy → a status of the app's commit and, on GitHub, a deployment with its environment.

use serde::de::IgnoredAny;
use serde_json::json;

use crate::diagnostic::Failure;
use crate::forge::answers::{self, DeploymentStatus};
use crate::forge::kind::Forge;
use crate::forge::repository::{Made, Repository};
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
}

impl Repository {
    /// Sets the commit's status: the deploy has done what it had to.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn status(&self, status: Status<'_>) -> Result<(), Failure> {
        let mut body = json!({
            "state": "success", "context": status.context, "description": brief(status.description),
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

    /// Makes a deployment, and ends those of the same app and environment before it.
    ///
    /// # Errors
    /// As [`Repository::status`].
    pub(crate) fn deployment(&self, deployment: Deployment<'_>) -> Result<(), Failure> {
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
            Made::There(made) => made.id,
            Made::Refused(failure, _) => return Err(failure),
        };
        let mut state = json!({
            "state": "success", "auto_inactive": false, "description": brief(deployment.description),
        });
        for (key, url) in [("environment_url", deployment.url), ("log_url", deployment.log)] {
            if let Some(url) = url {
                state[key] = json!(url);
            }
        }
        self.put::<IgnoredAny>("POST", &format!("/deployments/{id}/statuses"), &state, Right::Deployments)?;
        self.end_before(id, &task, deployment.environment)
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
            let ended =
                |status: &DeploymentStatus| matches!(status.state.as_str(), "inactive" | "failure" | "error");
            if last.first().is_some_and(ended) {
                break;
            }
            let body = json!({"state": "inactive", "description": "superseded by a later deploy"});
            let below = format!("/deployments/{other}/statuses");
            self.put::<IgnoredAny>("POST", &below, &body, Right::Deployments)?;
        }
        Ok(())
    }
}
