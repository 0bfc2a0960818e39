//! Two commits of a repository → how the forge says that they stand to each other: for a checkout that does not say, of a
//! repository that git cannot fetch.

use serde::Deserialize;
use serde_json::Value;

use crate::diagnostic::Failure;
use crate::forge::kind::Forge;
use crate::forge::repository::Repository;
use crate::forge::rights::Right;

/// How a commit stands to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It follows it.
    Ahead,
    /// The other one follows it.
    Behind,
    /// Neither follows the other.
    Diverged,
}

/// GitHub's comparison says how it ended, Gitea's and Forgejo's how many commits only the second one has.
#[derive(Debug, Deserialize)]
struct Comparison {
    status: Option<String>,
    total_commits: Option<u64>,
}

impl Repository {
    /// How the commit `new` stands to `old`; nothing where the forge does not know both.
    ///
    /// # Errors
    /// Where the forge does not answer.
    pub(crate) fn compare(&self, old: &str, new: &str) -> Result<Option<Compared>, Failure> {
        if self.forge() == Forge::Github {
            let found = self.comparison(old, new, "?per_page=1")?;
            let status = found.and_then(|found| found.status);
            return Ok(match status.as_deref() {
                Some("ahead") => Some(Compared::Ahead),
                Some("behind") => Some(Compared::Behind),
                Some("diverged") => Some(Compared::Diverged),
                _ => None,
            });
        }
        let only = |one: &str, other: &str| {
            let found = self.comparison(one, other, "")?;
            Ok(found.and_then(|found| found.total_commits))
        };
        Ok(match only(old, new)? {
            Some(0) => Some(Compared::Behind),
            Some(_) => match only(new, old)? {
                Some(0) => Some(Compared::Ahead),
                Some(_) => Some(Compared::Diverged),
                None => None,
            },
            None => None,
        })
    }

    fn comparison(&self, base: &str, head: &str, query: &str) -> Result<Option<Comparison>, Failure> {
        let below = format!("/compare/{base}...{head}{query}");
        let answer = self.send("GET", &below, &Value::Null, Right::Look)?;
        Ok(answer.read())
    }
}
