//! `cupaas.yaml`, of which `requires` is looked at before anything else: an old binary says what is wrong, and not
//! "unknown key".

use crate::diagnostic::Code;
use semver::{Prerelease, Version, VersionReq};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::gate_checks;
use crate::load::platform::PlatformFile;
use crate::tree::Files;
use crate::yaml::document::{self, Document};
use crate::yaml::node;

/// What this program is.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads `cupaas.yaml`; `requires` is looked at before anything else, so that an old binary says what is wrong.
///
/// # Errors
/// Everything that is wrong with the file, or that it is missing.
pub fn read_platform(files: &Files) -> Result<Document<PlatformFile>, Vec<Diagnostic>> {
    match read_platform_leniently(files) {
        (Some(platform), problems) if problems.is_empty() => Ok(platform),
        (_, problems) => Err(problems),
    }
}

/// As [`read_platform`], but as much as can be read, beside what is wrong. There is no document where this version must
/// not judge the platform.
pub(crate) fn read_platform_leniently(files: &Files) -> (Option<Document<PlatformFile>>, Vec<Diagnostic>) {
    let found = files.iter().find(|(path, _)| path.as_str() == "cupaas.yaml");
    let Some((_, text)) = found else {
        let place = Source::new("cupaas.yaml", "");
        let problem = Diagnostic::error(
            Code::MissingPlatform,
            Span::file(&place),
            "the GitOps repository has no cupaas.yaml",
        );
        return document::unread(&place, vec![problem.hint("create one with `cupaas init`")]);
    };
    let source = Source::new("cupaas.yaml", text.clone());
    if let Ok((root, _)) = node::parse_leniently(&source)
        && let Some(node) = root.get("requires")
        && let Some((code, message, hint)) = refused_version(node.text().unwrap_or_default(), VERSION)
    {
        let span = Span::new(&source, node.range.clone());
        return (None, vec![Diagnostic::error(code, span, message).hint(hint)]);
    }
    let (platform, mut problems) = document::read_leniently(&source);
    problems.extend(platform.iter().flat_map(gate_checks::problems));
    (platform, problems)
}

/// Why `version` does not satisfy `requirement`, as Cargo reads one, and what to do. None where it does.
fn refused_version(requirement: &str, version: &str) -> Option<(Code, String, &'static str)> {
    let Ok(wanted) = VersionReq::parse(requirement) else {
        let message = format!("{requirement:?} is not a version requirement");
        return Some((
            Code::InvalidValue,
            message,
            "write one such as \">=0.3\", or several with commas: \">=0.3, <2\"",
        ));
    };
    let ours = Version::parse(version).ok()?;
    if wanted.matches(&ours) {
        return None;
    }
    let message = format!("this platform requires cupaas {requirement}, but this is {version}");
    // A pre-release is no version that a plain requirement speaks of: it may lack what the release has.
    let release = Version { pre: Prerelease::EMPTY, ..ours.clone() };
    let hint = if !ours.pre.is_empty() && wanted.matches(&release) {
        "install the final release: a pre-release satisfies only a requirement that names a pre-release of the same version"
    } else {
        "install a version that the platform allows"
    };
    Some((Code::UnsupportedVersion, message, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_may_require_a_version() {
        for (requirement, version) in [
            (">=0.1, <1", "0.4.2"),
            ("=0.4.2", "0.4.2"),
            ("=0.4", "0.4.2"),
            ("0.4", "0.4.2"),
            (">=0.3", "0.3.0"),
            (">=0.3.0-rc.1", "0.3.0-rc.2"),
            (">=0.3", "0.3.0+build.7"),
        ] {
            assert_eq!(refused_version(requirement, version), None, "{version} and {requirement}");
        }
        let refused = |requirement, version| refused_version(requirement, version).unwrap();
        let (code, message, hint) = refused(">=0.5", "0.4.2");
        assert_eq!(code, Code::UnsupportedVersion);
        assert_eq!(message, "this platform requires cupaas >=0.5, but this is 0.4.2");
        assert_eq!(hint, "install a version that the platform allows");
        for odd in ["new", "", ">=", "=>0.3", ">=0.3 <1"] {
            assert_eq!(refused(odd, "0.4.2").0, Code::InvalidValue, "{odd}");
        }
    }

    #[test]
    fn a_pre_release_is_refused_where_cargo_would_refuse_it() {
        let hint = |requirement, version| refused_version(requirement, version).map(|(_, _, hint)| hint);
        for version in ["0.3.0-rc.1", "0.4.0-rc.1"] {
            assert!(hint(">=0.3", version).unwrap().starts_with("install the final release:"), "{version}");
        }
        assert!(hint(">=0.3.0-rc.2", "0.3.0-rc.1").unwrap().starts_with("install the final release:"));
        assert_eq!(hint(">=0.4", "0.3.0-rc.1"), Some("install a version that the platform allows"));
    }
}
