//! Whether a commit is green: what its statuses say, and on GitHub its checks, which is where a workflow's jobs are.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::Failure;
use crate::forge::commit_status::StatusState;
use crate::forge::kind::Forge;
use crate::forge::repository::Repository;
use crate::forge::rights::Right;
use crate::http::percent_encoded;

/// GitHub's list of the newest check of each suite.
#[derive(Debug, Deserialize)]
struct Answer {
    check_runs: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    name: String,
    status: String,
    conclusion: Option<String>,
}

impl Repository {
    /// What is said of a commit under each of `names`; a name that nobody has said anything under is not there.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn named_statuses(
        &self,
        commit: &str,
        names: &[&str],
    ) -> Result<BTreeMap<String, StatusState>, Failure> {
        let mut known = BTreeMap::new();
        for (name, status) in self.statuses(commit, "")? {
            if names.contains(&name.as_str()) {
                known.insert(name, status.state);
            }
        }
        if self.forge() == Forge::Github {
            for name in names.iter().filter(|name| !known.contains_key(**name)).collect::<Vec<_>>() {
                let below =
                    format!("/commits/{commit}/check-runs?check_name={}&per_page=100", percent_encoded(name));
                let answer: Answer = self.get(&below, Right::Checks)?;
                if let Some(state) = together(answer.check_runs.iter().filter(|check| check.name == **name)) {
                    known.insert((*name).to_owned(), state);
                }
            }
        }
        Ok(known)
    }
}

/// Of checks of one name, all have to be green; as GitHub counts, one that was left out on purpose is.
fn together<'c>(checks: impl Iterator<Item = &'c Check>) -> Option<StatusState> {
    checks.map(Check::state).reduce(|one, other| match (one, other) {
        (StatusState::Failure, _) | (_, StatusState::Failure) => StatusState::Failure,
        (StatusState::Pending, _) | (_, StatusState::Pending) => StatusState::Pending,
        _ => StatusState::Success,
    })
}

impl Check {
    fn state(&self) -> StatusState {
        match (self.status.as_str(), self.conclusion.as_deref()) {
            ("completed", Some("success" | "neutral" | "skipped")) => StatusState::Success,
            ("completed", _) => StatusState::Failure,
            _ => StatusState::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_checks_of_a_name_have_to_be_green() {
        let check = |(status, conclusion): (&str, Option<&str>)| Check {
            name: "test".to_owned(),
            status: status.to_owned(),
            conclusion: conclusion.map(str::to_owned),
        };
        let of = |said: &[(&str, Option<&str>)]| {
            let checks: Vec<Check> = said.iter().copied().map(check).collect();
            together(checks.iter())
        };
        let (done, failed) = (("completed", Some("success")), ("completed", Some("failure")));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[done, ("completed", Some("skipped"))]), Some(StatusState::Success));
        assert_eq!(of(&[done, ("in_progress", None)]), Some(StatusState::Pending));
        assert_eq!(of(&[("queued", None), failed, done]), Some(StatusState::Failure));
        assert_eq!(of(&[("completed", Some("cancelled"))]), Some(StatusState::Failure));
    }
}
