//! Merging a pull request as soon as the forge's rules allow it.

use crate::diagnostic::Code;
use std::time::Duration;

use serde::de::IgnoredAny;
use serde_json::json;

use crate::backoff::Backoff;
use crate::clock::Retry;
use crate::diagnostic::Failure;
use crate::forge::answers::{Pull, Refusal, Settings};
use crate::forge::client::Call;
use crate::forge::kind::Forge;
use crate::forge::pull::{Ending, PullRequestSpec};
use crate::forge::repository::Repository;
use crate::forge::rights::Right;

/// How long Gitea may look whether a pull request can be merged.
const WAIT: Duration = Duration::from_secs(20);

/// GitHub's REST API cannot ask for it ("Automatically merging a pull request").
const ENABLE: &str = "mutation($id: ID!, $head: GitObjectID, $method: PullRequestMergeMethod!) { \
    enablePullRequestAutoMerge(input: {pullRequestId: $id, expectedHeadOid: $head, mergeMethod: $method}) \
    { pullRequest { number } } }";

impl Repository {
    /// Has the pull request merged when everything that the forge asks for is there: at once where that is nothing.
    ///
    /// Errors: where the repository does not allow it.
    pub(super) fn merge_when_ready(
        &self,
        found: &Pull,
        wanted: PullRequestSpec<'_>,
    ) -> Result<Ending, Failure> {
        match self.forge() {
            Forge::Github => self.enable(found, wanted),
            Forge::Gitea | Forge::Forgejo => self.schedule(found, wanted),
        }
    }

    fn enable(&self, found: &Pull, wanted: PullRequestSpec<'_>) -> Result<Ending, Failure> {
        if found.waits() {
            return Ok(Ending::Waits);
        }
        let settings: Settings = self.get("", Right::Look)?;
        let method = match (settings.allow_merge_commit, settings.allow_squash_merge) {
            (None | Some(true), _) => "merge",
            (_, None | Some(true)) => "squash",
            _ => "rebase",
        };
        let variables = json!({"id": found.node_id, "head": wanted.commit, "method": method.to_uppercase()});
        let body = json!({"query": ENABLE, "variables": variables});
        let path = graphql(self.client.api());
        let call = Call {
            method: "POST",
            path: &path,
            body: Some(&body),
            right: Right::PullRequests,
            repeatable: true,
        };
        let errors = self.client.good::<Refusal>(call)?.reasons();
        if errors.is_empty() {
            return Ok(Ending::Waits);
        }
        // Nothing is to be waited for, which GitHub calls clean; unstable is a check that nobody asks for.
        let ready = errors.iter().any(|error| {
            let error = error.to_lowercase();
            error.contains("clean status") || error.contains("unstable status")
        });
        if ready {
            let below = format!("/pulls/{}/merge", found.number);
            let body = json!({"sha": wanted.commit, "merge_method": method});
            self.put::<IgnoredAny>("PUT", &below, &body, Right::Merge)?;
            return Ok(Ending::Merged);
        }
        let text: String = errors.join("; ").chars().filter(|c| !c.is_control()).take(300).collect();
        Err(Failure::new(Code::UnsortedForbidden, text)
            .hint("allow auto-merge in the repository's settings, and protect the branch with what is to be waited for"))
    }

    fn schedule(&self, found: &Pull, wanted: PullRequestSpec<'_>) -> Result<Ending, Failure> {
        let settings: Settings = self.get("", Right::Look)?;
        let method = settings.default_merge_style.filter(|style| !style.is_empty());
        let method = method.unwrap_or_else(|| "merge".to_owned());
        let below = format!("/pulls/{}/merge", found.number);
        // Gitea 1.26 has written it small, and takes both; Forgejo's description has it large.
        let action = if self.forge() == Forge::Gitea { "do" } else { "Do" };
        let body =
            json!({action: method, "merge_when_checks_succeed": true, "head_commit_id": wanted.commit});
        let mut retry = Retry::within(Backoff::new(WAIT / 50, WAIT / 10, WAIT));
        let answer = loop {
            let answer = self.send("POST", &below, &body, Right::Merge)?;
            // Whether it can be merged is found out behind the scenes once it is opened.
            let later = answer.status == 405 && answer.refusal().message == "Please try again later";
            if !later || !retry.pause() {
                break answer;
            }
        };
        match answer.status {
            // 201: it waits; 200: nothing had to be waited for.
            201 => Ok(Ending::Waits),
            200 => Ok(Ending::Merged),
            409 if answer.refusal().message.contains("scheduled") => Ok(Ending::Waits),
            _ => Err(self.refused("POST", &below, Right::Merge, &answer)),
        }
    }
}

/// Where GraphQL is asked: beside the REST API, on Enterprise Server beside its version.
fn graphql(api: &str) -> String {
    format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphql_is_beside_the_rest() {
        assert_eq!(graphql("https://api.github.com"), "https://api.github.com/graphql");
        assert_eq!(graphql("https://git.corp.example/api/v3"), "https://git.corp.example/api/graphql");
    }
}
