//! `releases/<env>/<app>/release.yaml`: what a release was made from, enough to render it again without the app's
//! repository. cupaas alone writes it.

use crate::diagnostic::{Failure, Source};
use crate::tree::{Files, RepoPath};
use crate::yaml::document;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::hold::Hold;
use crate::load::rollout_record::{RolloutId, RolloutRecord};
use crate::load::scalars::Named;

/// What a release was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseFile {
    /// The format of this file; 1.
    pub format: u32,
    /// The app's name, frozen.
    pub app: String,
    /// The environment's name.
    pub environment: String,
    /// The cluster that it runs on.
    pub cluster: String,
    /// Whether the app was removed; its data and credentials wait for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// What keeps this release although other commits come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Where it came from.
    pub source: SourceFacts,
    /// The image that runs.
    pub image: String,
    /// The runtime with its version, as recorded by the first deploy: `python:3.13`.
    #[serde(default)]
    pub runtime: String,
    /// Versions by service, as recorded by the first deploy; also of those whose data waits for them.
    #[serde(default)]
    pub versions: Named<String>,
    /// Sizes by claim; also of those that wait.
    #[serde(default)]
    pub claims: Named<String>,
    /// Services whose credentials another keeps: the platform's provider of secrets was not `sops`. Also of those whose
    /// data waits for them.
    #[serde(default, rename = "externalCredentials", skip_serializing_if = "BTreeSet::is_empty")]
    pub external_credentials: BTreeSet<String>,
    /// Variables of the command line.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub set: Named<String>,
    /// Whether the app has a Dockerfile of its own, which says how it starts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dockerfile: bool,
    /// What was found in the app's files.
    #[serde(default)]
    pub facts: Named<String>,
    /// Under which name the cluster reports it; nothing where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutRecord>,
    /// Host names that are held.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The app's own files as read.
    pub files: Named<String>,
}

impl ReleaseFile {
    /// Where its statuses are; nothing where nobody reports it.
    pub(crate) fn rollout_id(&self) -> Option<RolloutId> {
        let id = self.rollout.as_ref()?.id.clone();
        Some(RolloutId { commit: self.source.commit.clone()?, id })
    }
}

/// Where an app's files come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceFacts {
    /// Address of the repository, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The app's folder in it; empty at its root.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit's committer time, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
}

/// What was recorded by the last deploy, and the credentials that wait beside it.
pub(crate) fn previous(files: &Files, release: &RepoPath) -> Result<Option<ReleaseFile>, Failure> {
    match files.get(release) {
        None => Ok(None),
        Some(text) => document::read(&Source::new(release.as_str(), text.clone()))
            .map(|document| Some(document.value))
            .map_err(Failure::invalid),
    }
}
