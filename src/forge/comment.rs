//! What merging a pull request would do → one comment there, found again by a hidden marker on its first line.

use serde_json::{Value, json};

use crate::diagnostic::Failure;
use crate::forge::answers::{Comment, Pull, User};
use crate::forge::client::Call;
use crate::forge::kind::Forge;
use crate::forge::repository::{Made, Repository};
use crate::forge::rights::Right;
use crate::forge::texts::same_text;
use crate::repository::short;

/// The comment, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// What was done.
    pub action: CommentAction,
    /// The comment's page; nothing where there is none.
    pub url: Option<String>,
}

/// What was done about a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
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
    /// Those of some program, where the token may not ask who it is. On GitHub that is a program's. On Gitea and Forgejo
    /// it may also be a user's without the right to read its user, whose name only the next comment tells.
    Program,
}

impl Author {
    fn wrote(&self, comment: &Comment) -> bool {
        let Some(user) = &comment.user else { return false };
        match self {
            Self::User(name) => user.login.as_deref() == Some(name),
            Self::Program => user.kind.as_deref() == Some("Bot") || user.id == Some(ACTIONS),
        }
    }
}

/// The user that Gitea's and Forgejo's jobs write as: `gitea-actions` or `forgejo-actions`, and nobody can log in as
/// either (`ActionsUserID` in their `models/user/user_system.go`).
const ACTIONS: i64 = -2;

/// Comments with the marker.
#[derive(Default)]
struct Marked {
    ours: Vec<Comment>,
    /// Of users who may be us, where we cannot ask; and any reader may copy a marker.
    unsure: Vec<Comment>,
}

/// A hidden line that tells one comment of ours from all others: those on other apps and environments, and those on the
/// same ones in another GitOps repository.
pub(crate) fn marker(about: &str, gitops: &str) -> String {
    // `--` would end an HTML comment for some readers.
    format!("<!-- cupaas:diff:{}:{gitops} -->", about.replace("--", "-\u{200b}-"))
}

/// What stands before the commit in a comment's last line.
const SINCE: &str = "So since commit ";
/// The most bytes that [`body`] adds to marker and page.
pub(crate) const AROUND: usize = 40;

/// A whole comment. The last line names the commit with which it began to say so: a later one that changes nothing of
/// it leaves it as it is, so "of commit" would soon look out of date. Forges make a link of the name.
pub(crate) fn body(marker: &str, page: &str, commit: Option<&str>) -> String {
    let since = commit.map(|commit| format!("\n{SINCE}{}.\n", short(commit))).unwrap_or_default();
    format!("{marker}\n{page}{since}")
}

/// What a comment says, whatever the commit.
fn meaning(body: &str) -> &str {
    let body = body.trim_end();
    match body.rsplit_once('\n') {
        Some((said, last)) if last.starts_with(SINCE) => said,
        _ => body,
    }
}

impl Repository {
    /// The pull request's last commit, where it is not `commit`, and the forge lets us see it: a token that may write
    /// comments need not have the right to read pull requests.
    ///
    /// # Errors
    /// Where the forge does not answer.
    pub(crate) fn moved_on(&self, number: u64, commit: &str) -> Result<Option<String>, Failure> {
        let answer = self.send("GET", &format!("/pulls/{number}"), &Value::Null, Right::PullRequests)?;
        let head = answer.read::<Pull>().map(|pull| pull.head.sha).filter(|head| !head.is_empty());
        Ok(head.filter(|head| !head.eq_ignore_ascii_case(commit)))
    }

    /// Makes the comment of a pull request say `text`, whose first line is the marker; takes it away where there is no
    /// text, or makes it say `nothing` where it cannot be known whose it is.
    ///
    /// Nobody else's is touched. Where the token may not ask who it is, one that says so already is left as it is,
    /// whoever wrote it; else a new one is made, whose answer tells our name, and our older ones go.
    ///
    /// # Errors
    /// Where the forge does not answer, or does not let us.
    pub(crate) fn comment(
        &self,
        number: u64,
        marker: &str,
        text: Option<&str>,
        nothing: &str,
    ) -> Result<Commented, Failure> {
        let list = format!("/issues/{number}/comments");
        let Marked { mut ours, unsure } = self.marked(&list, marker)?;
        let first = if ours.is_empty() { None } else { Some(ours.remove(0)) };
        // Two runs at once may each have made one.
        for more in ours.iter().chain(first.iter().filter(|_| text.is_none())) {
            self.delete(more)?;
        }
        let nowhere = |action| Ok(Commented { action, url: None });
        match (text, first) {
            (None, None) if unsure.is_empty() => nowhere(CommentAction::Untouched),
            (None, Some(_)) => nowhere(CommentAction::Removed),
            (Some(text), Some(there)) => {
                if says(&there, text) {
                    return Ok(self.done(CommentAction::Untouched, &there));
                }
                let below = format!("/issues/comments/{}", there.id);
                let now = self.put("PATCH", &below, &json!({"body": text}), Right::Comments)?;
                Ok(self.done(CommentAction::Edited, &now))
            }
            (text, None) => self.anew(&list, marker, text.unwrap_or(nothing), &unsure),
        }
    }

    fn done(&self, action: CommentAction, comment: &Comment) -> Commented {
        let url = comment.html_url.as_deref().map(|url| self.client.link(url)).filter(|url| !url.is_empty());
        Commented { action, url }
    }

    fn anew(&self, list: &str, marker: &str, text: &str, unsure: &[Comment]) -> Result<Commented, Failure> {
        if let Some(there) = unsure.iter().find(|comment| says(comment, text)) {
            return Ok(self.done(CommentAction::Untouched, there));
        }
        let there = || {
            let Marked { ours, unsure } = self.marked(list, marker)?;
            Ok(ours.into_iter().chain(unsure).find(|comment| says(comment, text)))
        };
        let made = match self.make(list, &json!({"body": text}), Right::Comments, there)? {
            Made::There(made) => made,
            Made::Refused(failure, _) => return Err(failure),
        };
        let me = login(&made);
        for old in unsure.iter().filter(|old| me.is_some() && login(old) == me) {
            self.delete(old)?;
        }
        Ok(self.done(CommentAction::Created, &made))
    }

    /// The comments with the marker, up to the first page that has any of ours.
    fn marked(&self, list: &str, marker: &str) -> Result<Marked, Failure> {
        let is_marked = |comment: &Comment| {
            let body = comment.body.as_deref();
            body.is_some_and(|body| body.lines().next().map(str::trim_end) == Some(marker))
        };
        let mut found = Marked::default();
        let mut author = None;
        let mut failure = None;
        let look = |items: Vec<Comment>| {
            for comment in items.into_iter().filter(is_marked) {
                // Who we are is asked only where it matters.
                if author.is_none() {
                    match self.author() {
                        Ok(known) => author = Some(known),
                        Err(said) => {
                            failure = Some(said);
                            return true;
                        }
                    }
                }
                match &author {
                    Some(author) if author.wrote(&comment) => found.ours.push(comment),
                    Some(Author::Program) if self.forge() != Forge::Github => {
                        found.unsure.push(comment);
                    }
                    _ => {}
                }
            }
            !found.ours.is_empty()
        };
        self.comments(list, look)?;
        failure.map_or(Ok(found), Err)
    }

    /// Looks through the comments until what is looked for is found. Gitea and Forgejo give all at once.
    fn comments(&self, list: &str, mut look: impl FnMut(Vec<Comment>) -> bool) -> Result<(), Failure> {
        if self.forge() == Forge::Github {
            return self.client.pages(&self.at(list), Right::Comments, look);
        }
        let all: Option<Vec<Comment>> = self.get(list, Right::Comments)?;
        look(all.unwrap_or_default());
        Ok(())
    }

    /// Who our token is.
    fn author(&self) -> Result<Author, Failure> {
        let call = Call { method: "GET", path: "/user", body: None, right: Right::Nothing, repeatable: true };
        let answer = self.client.send(call)?;
        let name = answer.read::<User>().and_then(|user| user.login);
        Ok(name.map_or(Author::Program, Author::User))
    }

    fn delete(&self, comment: &Comment) -> Result<(), Failure> {
        let below = format!("/issues/comments/{}", comment.id);
        let answer = self.send("DELETE", &below, &Value::Null, Right::Comments)?;
        // It may be gone already, by another run or by the try before.
        if answer.is_good() || matches!(answer.status, 404 | 410) {
            return Ok(());
        }
        Err(self.refused("DELETE", &below, Right::Comments, &answer))
    }
}

fn says(comment: &Comment, text: &str) -> bool {
    same_text(meaning(comment.body.as_deref().unwrap_or_default()), meaning(text))
}

fn login(comment: &Comment) -> Option<&str> {
    comment.user.as_ref()?.login.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(mut value: Value) -> Comment {
        value["id"] = json!(1);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_marker_is_one_html_comment() {
        assert_eq!(marker("production/shop", "0a1b2c"), "<!-- cupaas:diff:production/shop:0a1b2c -->");
        assert_eq!(marker("production/a--b", "0a1b2c").matches("--").count(), 2);
    }

    #[test]
    fn a_comment_says_the_same_with_another_commit() {
        let body = |page, commit| body("<!-- m -->", page, commit);
        let (one, other) = ("1".repeat(64), "2".repeat(64));
        let first = body("page\n", Some(&one));
        assert_eq!(first, "<!-- m -->\npage\n\nSo since commit 1111111111.\n");
        assert!(first.len() <= "<!-- m -->page\n".len() + AROUND);
        let there = |body: &str| comment(json!({"body": body.replace('\n', "\r\n")}));
        assert!(says(&there(&first), &body("page\n", Some(&other))));
        assert!(says(&there(&first), &body("page\n", None)));
        assert!(!says(&there(&first), &body("another\n", Some(&one))));
    }

    #[test]
    fn a_comment_is_ours_where_we_wrote_it() {
        let by = |login: &str, kind: &str| comment(json!({"user": {"login": login, "type": kind}}));
        let me = Author::User("ana".to_owned());
        assert!(me.wrote(&by("ana", "User")) && !me.wrote(&by("eve", "User")));
        assert!(
            Author::Program.wrote(&by("github-actions[bot]", "Bot"))
                && !Author::Program.wrote(&by("eve", "User"))
        );
        let job = comment(json!({"user": {"id": -2, "login": "forgejo-actions"}}));
        let eve = comment(json!({"user": {"id": 7, "login": "forgejo-actions"}}));
        assert!(Author::Program.wrote(&job) && !Author::Program.wrote(&eve));
    }
}
