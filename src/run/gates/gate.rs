//! What is asked of one release, and where that is written.

use crate::load::gate::PromotionGates;
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::run::spec::{RunSpec, Stage};
use crate::yaml::document::Document;

/// What is asked of a release before it comes to an environment.
pub(super) struct Gate<'a> {
    pub(super) spec: &'a RunSpec,
    pub(super) platform: &'a Document<PlatformFile>,
    pub(super) gates: &'a PromotionGates,
    /// The release, where it is now.
    pub(super) record: &'a ReleaseFile,
    /// Where it goes.
    pub(super) to: &'a str,
}

impl Gate<'_> {
    /// Whether a gate that nobody can judge is one that is closed: it is passed all the same, or only looked at.
    pub(super) fn goes_on(&self) -> bool {
        self.spec.gates.why.is_some() || self.spec.stage < Stage::Deploy
    }

    /// Where a gate is written.
    pub(super) fn place(&self, path: &[&str]) -> String {
        let path = [&["environments", self.to, "promotion"], path].concat();
        self.platform.at(&path).to_string()
    }
}
