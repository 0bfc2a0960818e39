//! What is, or would be, done to releases → JSON.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::load::hold::{Held, Hold};
use crate::names;
use crate::outcome::compared::Promoted;
use crate::outcome::{Deployed, Difference, Removal, Rerendered};
use crate::plan::diff::FileDiff;
use crate::plan::{Plan, Summary};
use crate::report::diagnostic::Placed;
use crate::report::json::shared::{Pin, Status};
use crate::resolve::decisions::Decision;
use crate::resolve::image::Pinned;
use crate::resolve::release::{Image, Release};
use crate::tree::{Files, RepoPath};

/// An app in an environment, and what it runs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReleaseName")]
pub(super) struct Name<'a> {
    app: &'a str,
    environment: &'a str,
    image: &'a Image,
    /// Where it is reached.
    url: Option<&'a str>,
}

/// The release that a report is about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Release")]
pub(super) struct Facts<'a> {
    #[serde(flatten)]
    name: Name<'a>,
    warnings: Vec<Placed<'a>>,
}

impl<'a> From<&'a Release> for Name<'a> {
    fn from(release: &'a Release) -> Self {
        Self {
            app: &release.app,
            environment: &release.environment,
            image: &release.image,
            url: release.route.as_ref().map(|route| route.url.as_str()),
        }
    }
}

impl<'a> From<&'a Release> for Facts<'a> {
    fn from(release: &'a Release) -> Self {
        Self { name: release.into(), warnings: release.warnings.iter().map(Placed::from).collect() }
    }
}

/// `check`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Check<'a> {
    pub(super) status: Status,
    #[serde(flatten)]
    pub(super) release: Facts<'a>,
}

/// `explain`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Explain<'a> {
    pub(super) status: Status,
    /// Every decided value, and where it came from.
    pub(super) decisions: &'a [Decision],
    #[serde(flatten)]
    pub(super) release: Facts<'a>,
}

/// `render`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Render<'a> {
    pub(super) status: Status,
    /// The folder that they were written to.
    pub(super) out: Option<&'a Path>,
    /// Path in the GitOps repository → text.
    pub(super) files: BTreeMap<&'a str, &'a str>,
    #[serde(flatten)]
    pub(super) release: Facts<'a>,
}

impl<'a> Render<'a> {
    pub(super) fn new(release: &'a Release, files: &'a Files, out: Option<&'a Path>) -> Self {
        let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        Self { status: Status::Ok, out, files, release: release.into() }
    }
}

/// `dockerfile`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DockerfileText")]
pub(super) struct Dockerfile<'a> {
    pub(super) status: Status,
    /// The file.
    pub(super) dockerfile: &'a str,
    #[serde(flatten)]
    pub(super) release: Facts<'a>,
}

/// `diff` of one release.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Diff<'a> {
    status: Status,
    /// Whether a deploy would change something.
    changed: bool,
    /// Whether a deploy would be refused.
    blocked: bool,
    plan: &'a Plan,
    summary: Summary,
    /// Services whose credentials a deploy would generate.
    new_credentials: &'a [String],
    /// Files line by line.
    diffs: &'a [FileDiff],
    #[serde(flatten)]
    release: Facts<'a>,
}

impl<'a> From<&'a Difference> for Diff<'a> {
    fn from(difference: &'a Difference) -> Self {
        Self {
            status: if difference.is_empty() { Status::Unchanged } else { Status::Differs },
            changed: !difference.is_empty(),
            blocked: difference.plan.blocked(),
            plan: &difference.plan,
            summary: difference.plan.summary(),
            new_credentials: &difference.makes,
            diffs: &difference.diffs,
            release: (&difference.release).into(),
        }
    }
}

/// `deploy` of one release.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Deploy<'a> {
    status: Status,
    /// Whether something was committed.
    changed: bool,
    /// The commit in the GitOps repository.
    commit: Option<&'a str>,
    /// The GitOps repository.
    gitops: Option<&'a str>,
    /// How often somebody else pushed first.
    retries: u32,
    plan: Option<&'a Plan>,
    summary: Option<Summary>,
    /// Why nothing was committed, for people.
    reason: Option<&'a str>,
    /// What holds the image.
    pin: Option<Pin<'a>>,
    /// What keeps the release that runs.
    hold: Option<&'a Hold>,
    #[serde(flatten)]
    release: Facts<'a>,
}

impl<'a> Deploy<'a> {
    /// Nothing was committed.
    pub(super) fn not(status: Status, release: &'a Release, reason: Option<&'a str>) -> Self {
        Self {
            status,
            changed: false,
            commit: None,
            gitops: None,
            retries: 0,
            plan: None,
            summary: None,
            reason,
            pin: None,
            hold: None,
            release: release.into(),
        }
    }

    pub(super) fn pinned(release: &'a Release, pin: &'a Pinned) -> Self {
        Self { pin: Some(pin.into()), ..Self::not(Status::Pinned, release, None) }
    }

    pub(super) fn held(release: &'a Release, held: &'a Held) -> Self {
        Self { hold: Some(&held.hold), ..Self::not(Status::Held, release, None) }
    }
}

impl<'a> From<&'a Deployed> for Deploy<'a> {
    fn from(deployed: &'a Deployed) -> Self {
        let status = if deployed.proposed { Status::Proposed } else { Status::Deployed };
        Self {
            changed: true,
            commit: Some(&deployed.commit),
            gitops: Some(&deployed.place),
            retries: deployed.retries,
            plan: Some(&deployed.plan),
            summary: Some(deployed.plan.summary()),
            ..Self::not(status, &deployed.release, None)
        }
    }
}

/// `remove` and `app remove`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Remove<'a> {
    status: Status,
    /// Whether something was committed.
    changed: bool,
    app: &'a str,
    /// The environments that it leaves; where it was in none, the one that was asked for.
    environments: Vec<&'a str>,
    /// Namespaces that stay in the cluster, with the data.
    kept_namespaces: Vec<String>,
    /// The commit in the GitOps repository.
    commit: Option<&'a str>,
    /// Files that people wrote, and that are deleted too.
    files: Vec<&'a str>,
    plan: Option<&'a Plan>,
    summary: Option<Summary>,
}

impl<'a> Remove<'a> {
    /// There was nothing to remove.
    pub(super) fn absent(removal: &'a Removal) -> Self {
        Self {
            status: Status::Unchanged,
            changed: false,
            app: &removal.app,
            environments: removal.environment.iter().map(String::as_str).collect(),
            kept_namespaces: Vec::new(),
            commit: None,
            files: Vec::new(),
            plan: None,
            summary: None,
        }
    }

    pub(super) fn new(removal: &'a Removal, plan: &'a Plan, commit: Option<&'a str>, proposed: bool) -> Self {
        let namespace = |environment: &String| names::namespace(&removal.app, environment);
        Self {
            status: match commit {
                None => Status::Differs,
                Some(_) if proposed => Status::Proposed,
                Some(_) => Status::Removed,
            },
            changed: true,
            app: &removal.app,
            environments: removal.environments.iter().map(String::as_str).collect(),
            kept_namespaces: removal.environments.iter().map(namespace).collect(),
            commit,
            files: removal.files.iter().map(RepoPath::as_str).collect(),
            plan: Some(plan),
            summary: Some(plan.summary()),
        }
    }
}

/// Releases that stand in the GitOps repository: `--all`, `pin`, `env set`, …
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Releases<'a> {
    status: Status,
    /// Whether something was, or would be, committed.
    changed: bool,
    /// Whether a deploy would be refused.
    blocked: bool,
    /// The commit in the GitOps repository.
    commit: Option<&'a str>,
    /// The GitOps repository.
    gitops: &'a str,
    /// How often somebody else pushed first.
    retries: u32,
    /// The releases that change.
    releases: Vec<Name<'a>>,
    /// How many releases were rendered and compared.
    releases_checked: usize,
    /// Files that the command itself writes.
    files: Vec<&'a str>,
    /// The pin that was set.
    pin: Option<Pin<'a>>,
    /// What `promote` moves and leaves, by app.
    promoted: &'a [Promoted],
    /// The hold that was set.
    hold: Option<&'a Hold>,
    plan: &'a Plan,
    summary: Summary,
    /// Services whose credentials a deploy would generate.
    new_credentials: &'a [String],
    /// Files line by line; of `diff` alone.
    diffs: &'a [FileDiff],
    warnings: Vec<Placed<'a>>,
}

impl<'a> From<&'a Rerendered> for Releases<'a> {
    fn from(done: &'a Rerendered) -> Self {
        let status = match (&done.commit, done.is_empty()) {
            (Some(_), _) if done.proposed => Status::Proposed,
            (Some(_), _) if done.edited => Status::Edited,
            (Some(_), _) => Status::Deployed,
            (None, true) => Status::Unchanged,
            (None, false) => Status::Differs,
        };
        Self {
            status,
            changed: !done.is_empty(),
            blocked: done.plan.blocked(),
            commit: done.commit.as_deref(),
            gitops: &done.place,
            retries: done.retries,
            releases: done.releases.iter().map(Name::from).collect(),
            releases_checked: done.looked_at,
            files: done.files.iter().map(RepoPath::as_str).collect(),
            pin: done.pin.as_ref().map(Pin::from),
            promoted: &done.promoted,
            hold: done.hold.as_ref(),
            plan: &done.plan,
            summary: done.plan.summary(),
            new_credentials: &done.makes,
            diffs: &done.diffs,
            warnings: done.warnings.iter().map(Placed::from).collect(),
        }
    }
}
