//! What merging a pull request would do → one comment there, found again by a hidden marker on its first line.

use serde_json::{Value, json};

use super::rights::Right;
use super::{Forge, Made, Repository, same_text};
use crate::diagnostic::Failure;

/// The comment, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// What was done.
    pub action: CommentAction,
    /// The comment's page; nothing where there is none.
    pub url: Option<String>,
}

/// What was done about a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentAction {
    /// It is new.
    Created,
    /// It says something else now.
    Edited,
    /// It said so already, or nothing was to be said.
    Untouched,
    /// Nothing is left to be said.
    Removed,
}

/// Whose comments are ours.
enum Author {
    /// Those of this user.
    User(String),
    /// Those of some program: a job's own token on GitHub does not tell its name.
    Program,
    /// Those with the marker.
    Unknown,
}

impl Author {
    fn wrote(&self, comment: &Value) -> bool {
        match self {
            Self::User(name) => comment["user"]["login"].as_str() == Some(name),
            Self::Program => comment["user"]["type"] == "Bot",
            Self::Unknown => true,
        }
    }
}

/// A hidden line that tells one comment of ours from all others: those on other apps and environments, and those on the
/// same ones in another GitOps repository.
pub(super) fn marker(about: &str, gitops: &str) -> String {
    // `--` would end an HTML comment for some readers.
    format!("<!-- cupaas:diff:{}:{gitops} -->", about.replace("--", "-\u{200b}-"))
}

impl Repository {
    /// Makes the comment of a pull request say `text`, whose first line is the marker; takes it away where there is no
    /// text.
    ///
    /// Errors: where the forge does not answer, or does not let us.
    pub(super) fn comment(
        &self,
        number: u64,
        marker: &str,
        text: Option<&str>,
    ) -> Result<Commented, Failure> {
        let list = format!("/issues/{number}/comments");
        let mut ours = self.ours(&list, marker)?;
        let first = if ours.is_empty() { None } else { Some(ours.remove(0)) };
        // Two runs at once may each have made one.
        for more in ours.iter().chain(first.iter().filter(|_| text.is_none())) {
            self.delete(more)?;
        }
        let done =
            |action, value: &Value| Commented { action, url: value["html_url"].as_str().map(str::to_owned) };
        let nothing = |action| Ok(Commented { action, url: None });
        match (text, first) {
            (None, None) => nothing(CommentAction::Untouched),
            (None, Some(_)) => nothing(CommentAction::Removed),
            (Some(text), Some(there)) => {
                if same_text(there["body"].as_str().unwrap_or_default(), text) {
                    return Ok(done(CommentAction::Untouched, &there));
                }
                let below = format!("/issues/comments/{}", there["id"]);
                let now = self.put("PATCH", &below, &json!({"body": text}), Right::Comments)?;
                Ok(done(CommentAction::Edited, &now))
            }
            (Some(text), None) => {
                let there = || Ok(self.ours(&list, marker)?.into_iter().next());
                match self.make(&list, &json!({"body": text}), Right::Comments, there)? {
                    Made::New(made) | Made::There(made) => Ok(done(CommentAction::Created, &made)),
                    Made::Refused(failure, _) => Err(failure),
                }
            }
        }
    }

    /// Our comments with the marker, on the first page that has any.
    fn ours(&self, list: &str, marker: &str) -> Result<Vec<Value>, Failure> {
        let marked = |comment: &Value| {
            comment["body"]
                .as_str()
                .is_some_and(|body| body.lines().next().map(str::trim_end) == Some(marker))
        };
        let mut found: Vec<Value> = Vec::new();
        let mut author = None;
        let mut failure = None;
        let look = |items: &[Value]| {
            let marked: Vec<&Value> = items.iter().filter(|comment| marked(comment)).collect();
            // Who we are is asked only where it matters.
            if !marked.is_empty() && author.is_none() {
                match self.author() {
                    Ok(found) => author = Some(found),
                    Err(said) => failure = Some(said),
                }
            }
            let wrote = |comment: &Value| author.as_ref().is_some_and(|author| author.wrote(comment));
            found.extend(marked.into_iter().filter(|comment| wrote(comment)).cloned());
            !found.is_empty() || failure.is_some()
        };
        self.comments(list, look)?;
        failure.map_or(Ok(found), Err)
    }

    /// Looks through the comments until what is looked for is found. Gitea and Forgejo give all at once.
    fn comments(&self, list: &str, mut look: impl FnMut(&[Value]) -> bool) -> Result<(), Failure> {
        if self.forge() == Forge::Github {
            return self.client.pages(&self.at(list), Right::Comments, look);
        }
        let all = self.get(list, Right::Comments)?;
        look(all.as_array().map(Vec::as_slice).unwrap_or_default());
        Ok(())
    }

    /// Who our token is.
    fn author(&self) -> Result<Author, Failure> {
        let call =
            super::Call { method: "GET", path: "/user", body: None, right: Right::Nothing, repeatable: true };
        let answer = self.client.send(call)?;
        let name = answer.body["login"].as_str().filter(|_| answer.is_good());
        Ok(match (name, self.forge()) {
            (Some(name), _) => Author::User(name.to_owned()),
            (None, Forge::Github) => Author::Program,
            (None, _) => Author::Unknown,
        })
    }

    fn delete(&self, comment: &Value) -> Result<(), Failure> {
        let below = format!("/issues/comments/{}", comment["id"]);
        let answer = self.send("DELETE", &below, &Value::Null, Right::Comments)?;
        // It may be gone already, by another run or by the try before.
        if answer.is_good() || matches!(answer.status, 404 | 410) {
            return Ok(());
        }
        Err(self.refused("DELETE", &below, Right::Comments, &answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_one_html_comment() {
        assert_eq!(marker("production/shop", "0a1b2c"), "<!-- cupaas:diff:production/shop:0a1b2c -->");
        assert_eq!(marker("production/a--b", "0a1b2c").matches("--").count(), 2);
    }

    #[test]
    fn a_comment_is_ours_where_we_wrote_it() {
        let by = |login: &str, kind: &str| json!({"user": {"login": login, "type": kind}});
        let me = Author::User("ana".to_owned());
        assert!(me.wrote(&by("ana", "User")) && !me.wrote(&by("eve", "User")));
        assert!(
            Author::Program.wrote(&by("github-actions[bot]", "Bot"))
                && !Author::Program.wrote(&by("eve", "User"))
        );
        assert!(Author::Unknown.wrote(&by("eve", "User")));
    }
}
