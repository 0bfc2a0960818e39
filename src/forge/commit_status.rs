//! What is said of a commit: the newest status of each context.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::Failure;
use crate::forge::repository::Repository;
use crate::forge::rights::Right;

/// A status, as a forge has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitStatus {
    /// What it says.
    pub state: StatusState,
    /// In the words of whoever has set it.
    pub description: String,
    /// When it was set, in seconds since 1970 on the forge's clock, where it says so.
    pub time: Option<i64>,
    /// How many seconds ago that was, by the forge's clock.
    pub age: Option<i64>,
}

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusState {
    /// It is well.
    Success,
    /// It is not: `failure`, or `error`.
    Failure,
    /// Nothing yet.
    Pending,
}

/// GitHub says `state`, Gitea and Forgejo `status`.
#[derive(Debug, Deserialize)]
struct Answer {
    id: u64,
    context: Option<String>,
    state: Option<String>,
    status: Option<String>,
    description: Option<String>,
    created_at: Option<String>,
}

impl Repository {
    /// The newest status of each of the commit's contexts that begin with `prefix`.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn statuses(
        &self,
        commit: &str,
        prefix: &str,
    ) -> Result<BTreeMap<String, CommitStatus>, Failure> {
        let mut newest: BTreeMap<String, Answer> = BTreeMap::new();
        let path = self.at(&format!("/commits/{commit}/statuses"));
        self.client.pages(&path, Right::Statuses, |items: Vec<Answer>| {
            for item in items {
                let Some(context) = item.context.clone().filter(|context| context.starts_with(prefix)) else {
                    continue;
                };
                // Which of a list comes first, each forge has its own mind about.
                if newest.get(&context).is_none_or(|known| known.id < item.id) {
                    newest.insert(context, item);
                }
            }
            false
        })?;
        let now = self.client.server_time();
        Ok(newest.into_iter().map(|(context, answer)| (context, answer.read(now))).collect())
    }
}

impl Answer {
    fn read(self, now: Option<i64>) -> CommitStatus {
        let time = self.created_at.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        let time = time.map(jiff::Timestamp::as_second);
        let state = self.state.or(self.status).unwrap_or_default();
        CommitStatus {
            state: match state.as_str() {
                "success" => StatusState::Success,
                "failure" | "error" => StatusState::Failure,
                _ => StatusState::Pending,
            },
            description: self.description.unwrap_or_default(),
            time,
            age: time.zip(now).map(|(time, now)| now.saturating_sub(time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, now: Option<i64>) -> CommitStatus {
        serde_json::from_str::<Answer>(text).unwrap().read(now)
    }

    #[test]
    fn each_forge_is_read_in_its_own_words() {
        let github =
            r#"{"id": 1, "state": "success", "description": null, "created_at": "1970-01-01T00:01:00Z"}"#;
        let github = read(github, Some(90));
        assert_eq!((github.state, github.time, github.age), (StatusState::Success, Some(60), Some(30)));
        let gitea =
            r#"{"id": 1, "status": "error", "description": "x", "created_at": "1970-01-01T01:00:00+01:00"}"#;
        let gitea = read(gitea, None);
        assert_eq!((gitea.state, gitea.time, gitea.age), (StatusState::Failure, Some(0), None));
        assert_eq!(read(r#"{"id": 1}"#, Some(0)).state, StatusState::Pending);
    }
}
