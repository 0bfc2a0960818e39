//! The GitOps repository's commits → which releases each of them made, by the trailers that deploys write.

use std::ops::ControlFlow;

use crate::diagnostic::Failure;
use crate::git::LogEntry;
use crate::load::gitops::Gitops;

/// What one commit did to one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReleaseCommit {
    /// The app.
    pub(crate) app: String,
    /// The environment.
    pub(crate) environment: String,
    /// The commit in the GitOps repository.
    pub(crate) commit: LogEntry,
}

impl ReleaseCommit {
    /// The value of a trailer.
    pub(crate) fn trailer(&self, key: &str) -> Option<&str> {
        trailer(&self.commit.message, key)
    }
}

/// The first line of a message.
pub(crate) fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// What a message says that the plan added up to.
pub(crate) fn changes(message: &str) -> Option<&str> {
    let paragraph = message.split("\n\n").nth(1)?.trim();
    (!paragraph.is_empty() && !paragraph.starts_with("Cupaas-")).then_some(paragraph)
}

/// The value of one of a message's trailers.
pub(crate) fn trailer<'a>(message: &'a str, key: &str) -> Option<&'a str> {
    trailers(message).find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The values of all of a message's trailers of one name.
pub(crate) fn every<'a>(message: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    trailers(message).filter(move |(name, _)| *name == key).map(|(_, value)| value)
}

/// Shows `see` each commit, the newest first, with environment and app of each release that it made, until it has seen
/// enough. A commit may have made ten thousand, and its message is as long: it is shown once.
///
/// # Errors
/// When the repository cannot be read.
pub(crate) fn commits(
    gitops: &mut Gitops,
    mut see: impl FnMut(&LogEntry, Vec<(String, String)>) -> ControlFlow<()>,
) -> Result<(), Failure> {
    gitops.log(|commit| {
        let made = released(&commit.message);
        Ok(see(&commit, made))
    })
}

/// Shows `see` what was done to releases, the newest first, until it has seen enough.
///
/// # Errors
/// When the repository cannot be read.
pub(crate) fn walk(
    gitops: &mut Gitops,
    mut see: impl FnMut(ReleaseCommit) -> ControlFlow<()>,
) -> Result<(), Failure> {
    gitops.log(|commit| {
        let broken = of(&commit).any(|one| see(one).is_break());
        Ok(if broken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
}

/// What one commit did to each release that it made. Each has a copy of the message, so that they are made one by one.
pub(crate) fn of(commit: &LogEntry) -> impl Iterator<Item = ReleaseCommit> + '_ {
    let made = released(&commit.message).into_iter();
    made.map(|(environment, app)| ReleaseCommit { app, environment, commit: commit.clone() })
}

/// Environment and app of each release that a commit with this message made.
fn released(message: &str) -> Vec<(String, String)> {
    let (mut app, mut environment, mut several) = (None, None, Vec::new());
    for (key, value) in trailers(message) {
        match key {
            "Cupaas-App" => app = Some(value),
            "Cupaas-Environment" => environment = Some(value),
            "Cupaas-Release" => several.extend(value.split_once('/')),
            _ => {}
        }
    }
    let one = environment.zip(app);
    let owned = |(environment, app): (&str, &str)| (environment.to_owned(), app.to_owned());
    one.into_iter().chain(several).map(owned).collect()
}

/// `Key: value` lines of the last paragraph.
fn trailers(message: &str) -> impl Iterator<Item = (&str, &str)> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or_default();
    last.lines().filter_map(|line| line.split_once(": ")).filter(|(key, _)| key.starts_with("Cupaas-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_say_which_releases_a_commit_made() {
        let one = "deploy(shop/production): 1a2b3c4\n\n1 created, 0 changed, 0 deleted\n\n\
                   Cupaas-App: shop\nCupaas-Environment: production\nCupaas-Image: r/shop:1\n";
        assert_eq!(released(one), [("production".to_owned(), "shop".to_owned())]);
        let many = "deploy: 2 releases\n\nCupaas-Release: production/a\nCupaas-Release: staging/b\n";
        let named = |environment: &str, app: &str| (environment.to_owned(), app.to_owned());
        assert_eq!(released(many), [named("production", "a"), named("staging", "b")]);
        // A registration alone, a person's own commit, and words in the middle of one.
        for other in [
            "app(shop): add https://git.example.cu/me/shop\n\nCupaas-App: shop\n",
            "Tidy up\n",
            "Say how\n\nCupaas-App: shop\nCupaas-Environment: production\n\nAs above.\n",
        ] {
            assert_eq!(released(other), [], "{other}");
        }
    }
}
