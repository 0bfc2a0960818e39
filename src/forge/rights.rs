//! What a request is about → which right of a token it needs, in the words of the forge. Pure.
//!
//! GitHub: "Permissions required for GitHub Apps", the same for fine-grained tokens; a job's own token by
//! `permissions:`. Gitea and Forgejo: "API usage", scopes of tokens.

use crate::forge::kind::Forge;

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// The repository itself is looked at.
    Look,
    /// Pull requests, with their reviewers.
    PullRequests,
    /// Comments of pull requests.
    Comments,
    /// Labels of pull requests.
    Labels,
    /// Merging.
    Merge,
    /// Commit statuses.
    Statuses,
    /// Checks, which GitHub alone has.
    Checks,
    /// Deployments.
    Deployments,
    /// Nothing that needs a right.
    Nothing,
}

impl Right {
    /// What to do where it is missing; nothing where no right is needed.
    pub(super) fn hint(self, forge: Forge, writes: bool) -> Option<String> {
        let level = if writes { "write" } else { "read" };
        if forge == Forge::Github {
            let (permission, name) = match self {
                Self::Look => ("contents", "Contents"),
                Self::PullRequests | Self::Comments | Self::Labels => ("pull-requests", "Pull requests"),
                Self::Merge => ("contents", "Contents"),
                Self::Statuses => ("statuses", "Commit statuses"),
                Self::Checks => ("checks", "Checks"),
                Self::Deployments => ("deployments", "Deployments"),
                Self::Nothing => return None,
            };
            return Some(format!(
                "the token needs `{permission}: {level}`: under `permissions:` of the job for its own token, \
                 as \"{name}\" of a fine-grained token or an app for another one"
            ));
        }
        let scope = match self {
            Self::Look
            | Self::PullRequests
            | Self::Merge
            | Self::Statuses
            | Self::Checks
            | Self::Deployments => "repository",
            Self::Comments | Self::Labels => "issue",
            Self::Nothing => return None,
        };
        Some(format!(
            "the token needs the scope `{level}:{scope}`, and its user needs that permission in the repository"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_has_its_own_words() {
        let hint = |right: Right, forge| right.hint(forge, true).unwrap();
        assert!(hint(Right::Comments, Forge::Github).contains("`pull-requests: write`"));
        assert!(hint(Right::Deployments, Forge::Github).contains("\"Deployments\""));
        assert!(hint(Right::Comments, Forge::Forgejo).contains("`write:issue`"));
        assert!(hint(Right::Statuses, Forge::Gitea).contains("`write:repository`"));
        assert!(Right::Look.hint(Forge::Gitea, false).unwrap().contains("`read:repository`"));
        assert_eq!(Right::Nothing.hint(Forge::Github, false), None);
    }
}
