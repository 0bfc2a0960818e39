//! A commit → who approved the pull requests that it was merged by: approvals that stand, of what was merged.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::Failure;
use crate::forge::answers::{Object, Pull, User};
use crate::forge::kind::Forge;
use crate::forge::repository::Repository;
use crate::forge::rights::Right;
use crate::forge::texts::name;

/// An approval of a merged pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// Who approved, as the forge calls them; a word without spaces, brackets or anything that cannot be seen.
    pub(crate) login: String,
    /// The pull request's page; `owner/name#7` where the forge does not say it.
    pub(crate) url: String,
}

/// A review. GitHub says `DISMISSED` in the state, and of which commit it was; Gitea and Forgejo say `dismissed`, and
/// `stale` once what is proposed has become something else.
#[derive(Debug, Deserialize)]
struct Review {
    id: u64,
    /// Nothing where the account is gone, and for a team that is asked.
    user: Option<User>,
    state: Option<String>,
    commit_id: Option<String>,
    dismissed: Option<bool>,
    stale: Option<bool>,
}

impl Repository {
    /// Who approved the pull requests that a commit of this repository was merged by, each once for each of them. An
    /// approval stands where it is the last that its reviewer has said of the pull request, comments aside; where it is of
    /// what was merged, and not of an earlier state; and where the reviewer is not the author.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn approvals(&self, commit: &str) -> Result<Vec<Approval>, Failure> {
        let mut all = Vec::new();
        for pull in self.merged_by(commit)? {
            let reviews = self.reviews(pull.number)?;
            let link = self.client.link(&pull.html_url);
            let url = if link.is_empty() { format!("{}#{}", self.path, pull.number) } else { link };
            let standing = standing(self.forge(), &pull, reviews).into_iter();
            all.extend(standing.map(|login| Approval { login, url: url.clone() }));
        }
        Ok(all)
    }

    /// The merged pull requests that have brought a commit. Gitea and Forgejo know the one whose merge it is.
    fn merged_by(&self, commit: &str) -> Result<Vec<Pull>, Failure> {
        let mut found: Vec<Pull> = Vec::new();
        if self.forge() == Forge::Github {
            let path = self.at(&format!("/commits/{commit}/pulls"));
            self.client.pages(&path, Right::PullRequests, |items: Vec<Pull>| {
                found.extend(items);
                false
            })?;
        } else {
            let below = format!("/commits/{commit}/pull");
            let answer = self.send("GET", &below, &serde_json::Value::Null, Right::PullRequests)?;
            if answer.status == 404 {
                // That there is none, or that we may not know: whoever sees the repository is told the truth.
                self.get::<Object>("", Right::Look)?;
            } else if answer.is_good() {
                found.extend(answer.read::<Pull>());
            } else {
                return Err(self.refused("GET", &below, Right::PullRequests, &answer));
            }
        }
        // One of another repository with the same history is other people's.
        let ours = |pull: &Pull| {
            pull.base.repo.as_ref().is_none_or(|home| home.full_name.eq_ignore_ascii_case(&self.path))
        };
        found.retain(|pull| pull.is_merged() && ours(pull));
        Ok(found)
    }

    fn reviews(&self, number: u64) -> Result<Vec<Review>, Failure> {
        let mut all = Vec::new();
        let path = self.at(&format!("/pulls/{number}/reviews"));
        self.client.pages(&path, Right::PullRequests, |items: Vec<Review>| {
            all.extend(items);
            false
        })?;
        Ok(all)
    }
}

/// Whose approval stands, by name.
fn standing(forge: Forge, pull: &Pull, mut reviews: Vec<Review>) -> Vec<String> {
    // Which of a list comes first, each forge has its own mind about.
    reviews.sort_by_key(|review| review.id);
    let author = pull.user.as_ref().and_then(|user| user.login.as_deref()).map(str::to_lowercase);
    let mut last: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for review in reviews {
        let Some(login) = review.user.as_ref().and_then(|user| user.login.clone()) else { continue };
        let Some(approves) = review.verdict() else { continue };
        let of_what_was_merged = match forge {
            Forge::Github => review.commit_id.as_ref() == Some(&pull.head.sha),
            Forge::Gitea | Forge::Forgejo => review.stale != Some(true),
        };
        last.insert(login.to_lowercase(), (login, approves && of_what_was_merged));
    }
    let stands = |(key, (login, stands)): (String, (String, bool))| {
        (stands && !login.is_empty() && Some(&key) != author.as_ref()).then(|| name(&login))
    };
    last.into_iter().filter_map(stands).collect()
}

impl Review {
    /// Whether it approves; nothing where it is a comment, a draft or a wish for a review, which change nothing.
    fn verdict(&self) -> Option<bool> {
        match self.state.as_deref()? {
            "APPROVED" => Some(self.dismissed != Some(true)),
            "CHANGES_REQUESTED" | "REQUEST_CHANGES" | "DISMISSED" => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(forge: Forge, reviews: &[Value]) -> Vec<String> {
        let pull = json!({"number": 7, "user": {"login": "Ana"}, "head": {"sha": "b"}, "merged": true});
        let reviews = reviews.iter().map(|one| Review::deserialize(one).unwrap()).collect();
        standing(forge, &Pull::deserialize(&pull).unwrap(), reviews)
    }

    fn said(id: u64, login: &str, state: &str) -> Value {
        json!({"id": id, "user": {"login": login}, "state": state, "commit_id": "b"})
    }

    #[test]
    fn the_last_word_of_each_counts_and_comments_are_none() {
        for forge in [Forge::Github, Forge::Gitea, Forge::Forgejo] {
            let reviews = [
                said(9, "bea", "COMMENTED"),
                said(2, "bea", "APPROVED"),
                said(1, "bea", "REQUEST_CHANGES"),
                said(4, "carl", "CHANGES_REQUESTED"),
                said(3, "carl", "APPROVED"),
                said(5, "dora", "DISMISSED"),
                said(6, "ana", "APPROVED"),
                said(7, "eva", "PENDING"),
                said(8, "BEA", "COMMENT"),
                json!({"id": 10, "user": null, "state": "APPROVED"}),
                json!({"id": 11, "user": {"login": null}, "state": null}),
            ];
            assert_eq!(of(forge, &reviews), ["bea"], "{forge:?}");
        }
    }

    #[test]
    fn an_approval_of_something_else_than_what_was_merged_does_not_stand() {
        let github = [
            json!({"id": 1, "user": {"login": "bea"}, "state": "APPROVED", "commit_id": "a"}),
            json!({"id": 2, "user": {"login": "carl"}, "state": "APPROVED"}),
            said(3, "dora", "APPROVED"),
        ];
        assert_eq!(of(Forge::Github, &github), ["dora"]);
        // There a merge of the base alone does not make it stale.
        let gitea = [
            json!({"id": 1, "user": {"login": "bea"}, "state": "APPROVED", "commit_id": "b", "stale": true}),
            json!({"id": 2, "user": {"login": "carl"}, "state": "APPROVED", "commit_id": "a", "stale": false}),
            json!({"id": 3, "user": {"login": "dora"}, "state": "APPROVED", "dismissed": true}),
        ];
        assert_eq!(of(Forge::Gitea, &gitea), ["carl"]);
    }
}
