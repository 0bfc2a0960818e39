//! An environment that keeps a release although other commits come: which one was rolled back, until when, who did it and
//! why. It stands in the record of the release that is kept, and goes with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::repository::short;

/// What keeps an environment's release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The app's commit that was rolled back: it and those before it stay away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// When it was committed, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<i64>,
    /// The image that was rolled back.
    pub image: String,
    /// The commit in the GitOps repository whose release was taken up again.
    pub to: String,
    /// What ends it.
    #[serde(default)]
    pub until: HoldUntil,
    /// Who rolled back.
    pub by: String,
    /// When, such as `2026-11-23T10:39:00Z`.
    pub since: String,
    /// Why, in the words of whoever did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What ends a hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HoldUntil {
    /// A commit that is newer than the one that was rolled back, or `resume`.
    #[default]
    Newer,
    /// `resume` alone.
    Resume,
}

impl Hold {
    /// What was rolled back, as people know it.
    pub fn what(&self) -> &str {
        self.commit.as_deref().map_or(self.image.as_str(), short)
    }

    /// The same hold, whoever set it and when.
    pub fn is_like(&self, other: &Self) -> bool {
        let plain = |hold: &Self| Self { by: String::new(), since: String::new(), ..hold.clone() };
        plain(self) == plain(other)
    }

    /// What it keeps away, since when, by whom and why.
    pub fn words(&self) -> String {
        let ends = match self.until {
            HoldUntil::Newer => "until a newer commit comes",
            HoldUntil::Resume => "until it is resumed",
        };
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} was rolled back, {ends} ({}, {}{why})", self.what(), self.by, self.since)
    }
}

/// A hold, and what it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The hold.
    pub hold: Hold,
}

impl Held {
    /// The command that ends it.
    pub fn remedy(&self) -> String {
        format!("cupaas resume --app {} --env {}", self.app, self.environment)
    }
}
