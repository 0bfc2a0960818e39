//! What forges answer, as far as it is read: GitHub's, Gitea's and Forgejo's in one type each. What one of them leaves
//! out, or says `null` of, is optional; what nothing can be done without is not.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// One odd entry must not hide the others of a list.
fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// An object of which only that it is one matters.
pub(super) type Object = BTreeMap<String, IgnoredAny>;

/// A pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) html_url: String,
    /// What GraphQL knows it by.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) node_id: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) title: String,
    pub(super) body: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) state: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) head: Side,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) base: Side,
    /// Its author; nothing where the account is gone.
    pub(super) user: Option<User>,
    labels: Option<Vec<LabelName>>,
    merged: Option<bool>,
    merged_at: Option<String>,
    auto_merge: Option<Object>,
}

impl Pull {
    pub(super) fn is_merged(&self) -> bool {
        self.merged == Some(true) || self.merged_at.is_some()
    }

    /// Whether it will be merged by itself.
    pub(super) fn waits(&self) -> bool {
        self.auto_merge.is_some()
    }

    pub(super) fn has_label(&self, name: &str) -> bool {
        self.labels.iter().flatten().any(|label| label.name.eq_ignore_ascii_case(name))
    }
}

/// One of the two branches of a pull request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    #[serde(rename = "ref", deserialize_with = "null_is_default")]
    pub(super) branch: String,
    pub(super) label: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) sha: String,
    /// Nothing where the fork is gone.
    pub(super) repo: Option<Home>,
}

/// The repository of a branch.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Home {
    pub(super) full_name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct LabelName {
    name: String,
}

/// A label of a repository or an organisation.
#[derive(Debug, Deserialize)]
pub(super) struct Label {
    pub(super) id: u64,
    pub(super) name: String,
}

/// A comment of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) body: Option<String>,
    pub(super) html_url: Option<String>,
    /// Nothing where the account is gone.
    pub(super) user: Option<User>,
}

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct User {
    pub(super) id: Option<i64>,
    pub(super) login: Option<String>,
    /// GitHub alone says it.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
}

/// A branch.
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) commit: Tip,
}

/// Where a branch stands: GitHub says `sha`, the others `id`.
#[derive(Debug, Deserialize)]
pub(super) struct Tip {
    sha: Option<String>,
    id: Option<String>,
}

impl Tip {
    pub(super) fn is(&self, commit: &str) -> bool {
        self.sha.as_deref().or(self.id.as_deref()) == Some(commit)
    }
}

/// What a repository is set to.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    /// GitHub's; nothing where the token may not see it.
    pub(super) allow_merge_commit: Option<bool>,
    /// GitHub's.
    pub(super) allow_squash_merge: Option<bool>,
    /// Gitea's and Forgejo's.
    pub(super) default_merge_style: Option<String>,
}

/// A deployment.
#[derive(Debug, Deserialize)]
pub(super) struct Deployment {
    pub(super) id: u64,
}

/// What became of a deployment.
#[derive(Debug, Deserialize)]
pub(super) struct DeploymentStatus {
    pub(super) state: String,
}

/// What is wrong: GitHub's `message` with `errors`, Gitea's `message`, GraphQL's `errors`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    pub(super) message: String,
    errors: Reasons,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Reasons {
    List(Vec<Reason>),
    Other(IgnoredAny),
}

impl Default for Reasons {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Reason {
    Text(String),
    Message { message: String },
    Field { field: String, code: String },
    Other(IgnoredAny),
}

impl Refusal {
    /// All that it says, on one line.
    pub(super) fn whole(&self) -> String {
        let all = std::iter::once(self.message.clone()).chain(self.reasons());
        all.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// Each of the reasons, beside the message.
    pub(super) fn reasons(&self) -> Vec<String> {
        let Reasons::List(reasons) = &self.errors else { return Vec::new() };
        let text = |reason: &Reason| match reason {
            Reason::Text(text) | Reason::Message { message: text } => Some(text.clone()),
            Reason::Field { field, code } => Some(format!("{field} {code}")),
            Reason::Other(_) => None,
        };
        reasons.iter().filter_map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn nulls_and_what_is_left_out_are_nothing() {
        let pull: Pull = serde_json::from_value(json!({
            "number": 7, "body": null, "title": null, "labels": null, "merged_at": null, "auto_merge": null,
            "head": {"ref": "x", "sha": null, "repo": null}, "base": null,
        }))
        .unwrap();
        assert!(!pull.is_merged() && !pull.waits() && !pull.has_label("a") && pull.head.repo.is_none());
        let pull: Pull = serde_json::from_value(json!({
            "number": 7, "labels": [{"name": "A"}], "merged_at": "2026-11-23T10:39:00Z", "auto_merge": {},
        }))
        .unwrap();
        assert!(pull.is_merged() && pull.waits() && pull.has_label("a"));
        assert!(serde_json::from_value::<Pull>(json!({"title": "x"})).is_err());
    }

    #[test]
    fn a_label_without_an_id_is_none() {
        assert!(serde_json::from_value::<Label>(json!({"name": "deploy"})).is_err());
        assert!(serde_json::from_value::<Label>(json!({"name": "deploy", "id": null})).is_err());
    }

    #[test]
    fn a_refusal_is_read_whatever_its_reasons_look_like() {
        let read = |value: Value| {
            let refusal = Refusal::deserialize(&value).unwrap();
            (refusal.message.clone(), refusal.reasons())
        };
        assert_eq!(read(json!({"message": "x", "errors": "y"})), ("x".to_owned(), vec![]));
        assert_eq!(read(json!({"message": "x", "errors": null})), ("x".to_owned(), vec![]));
        assert_eq!(read(json!({"errors": [{"message": null, "field": "a", "code": "b"}, 1]})).1, ["a b"]);
    }
}
