//! Files of a GitOps repository, by path: what `load` reads, `render` makes, `plan` compares and `publish`
//! writes. A [`RepoPath`] cannot leave its folder.

use std::collections::BTreeMap;
use std::fmt;

/// A relative path inside a repository: parts joined by `/`, none empty, `.`, `..` or `.git`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(String);

/// Why a text is not a [`RepoPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a path inside the repository")]
pub struct NotInside(pub String);

impl RepoPath {
    /// Checks `text`; errors where a part is empty, `.`, `..`, any case of `.git`, or holds a control
    /// character or a backslash.
    pub fn new(text: impl Into<String>) -> Result<Self, NotInside> {
        let text = text.into();
        let good = |part: &str| {
            !matches!(part, "" | "." | "..")
                && !part.eq_ignore_ascii_case(".git")
                && !part.contains(|c: char| c.is_control() || c == '\\')
        };
        if text.split('/').all(good) { Ok(Self(text)) } else { Err(NotInside(text)) }
    }

    /// The path of `rest` (one part or several) below this one.
    pub fn join(&self, rest: &str) -> Result<Self, NotInside> {
        Self::new(format!("{}/{rest}", self.0))
    }

    /// The path as text, without a leading or trailing `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Whether this path is `folder` itself or below it.
    pub fn is_in(&self, folder: &RepoPath) -> bool {
        self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Texts of files by path, in the order of their paths.
pub type Files = BTreeMap<RepoPath, String>;

/// Edited files, by path: the new text, or nothing where the file goes.
pub(crate) type Edits = BTreeMap<RepoPath, Option<String>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_its_folder() {
        for bad in ["", "/a", "a/", "a//b", "../a", "a/..", "a/./b", ".git/hooks/x", "a/.GIT", "a\\b", "a\nb"]
        {
            assert!(RepoPath::new(bad).is_err(), "{bad:?}");
        }
        assert!(RepoPath::new("a/.gitkeep").is_ok());
    }

    #[test]
    fn inside_is_by_whole_parts() {
        let path = |text| RepoPath::new(text).unwrap();
        assert!(path("a/b").is_in(&path("a")));
        assert!(!path("ab").is_in(&path("a")));
    }
}
