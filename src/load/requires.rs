//! `cupaas.yaml`, of which `requires` is looked at before anything else: an old binary says what is wrong, and not
//! "unknown key".

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::load::platform::PlatformFile;
use crate::tree::Files;
use crate::yaml::document::{self, Document};
use crate::yaml::node;

/// Reads `cupaas.yaml`; `requires` is looked at before anything else, so that an old binary says what is wrong.
///
/// Errors: everything that is wrong with the file, or that there is none.
pub fn read_platform(files: &Files) -> Result<Document<PlatformFile>, Vec<Diagnostic>> {
    match read_platform_leniently(files) {
        (Some(platform), problems) if problems.is_empty() => Ok(platform),
        (_, problems) => Err(problems),
    }
}

/// As [`read_platform`], but as much as can be read, beside what is wrong. There is no document where this version must
/// not judge the platform.
pub fn read_platform_leniently(files: &Files) -> (Option<Document<PlatformFile>>, Vec<Diagnostic>) {
    let found = files.iter().find(|(path, _)| path.as_str() == "cupaas.yaml");
    let Some((_, text)) = found else {
        let place = Source::new("cupaas.yaml", "");
        let problem = Diagnostic::error(Span::file(&place), "the GitOps repository has no cupaas.yaml");
        return document::unread(&place, vec![problem.hint("`cupaas init` writes one")]);
    };
    let source = Source::new("cupaas.yaml", text.clone());
    if let Ok((root, _)) = node::parse_leniently(&source)
        && let Some(node) = root.get("requires")
        && let Some(message) = refused_version(node.text().unwrap_or_default(), env!("CARGO_PKG_VERSION"))
    {
        let span = Span::new(&source, node.range.clone());
        let problem = Diagnostic::error(span, message);
        return (None, vec![problem.hint("install the version that the platform asks for")]);
    }
    document::read_leniently(&source)
}

/// Why `version` does not satisfy `requirement`, a comma-separated list of `>=`, `>`, `<=`, `<`, `=` and a version.
fn refused_version(requirement: &str, version: &str) -> Option<String> {
    let parts = |text: &str| -> Option<Vec<u64>> {
        let mut numbers: Vec<u64> =
            text.trim().split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        numbers.resize(3.max(numbers.len()), 0);
        Some(numbers)
    };
    let ours = parts(version.split(['-', '+']).next().unwrap_or_default())?;
    for one in requirement.split(',') {
        let one = one.trim();
        let at = one.find(|c: char| c.is_ascii_digit()).unwrap_or(one.len());
        let (operator, wanted) = one.split_at(at);
        let Some(wanted) = parts(wanted) else {
            return Some(format!("{requirement:?} is not a version requirement such as \">=0.3\""));
        };
        let good = match operator.trim() {
            ">=" => ours >= wanted,
            ">" => ours > wanted,
            "<=" => ours <= wanted,
            "<" => ours < wanted,
            "=" | "" => ours == wanted,
            _ => return Some(format!("{requirement:?} is not a version requirement such as \">=0.3\"")),
        };
        if !good {
            return Some(format!("this platform requires cupaas {requirement}, this is {version}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_may_require_a_version() {
        assert_eq!(refused_version(">=0.1, <1", "0.4.2"), None);
        assert_eq!(refused_version("=0.4.2", "0.4.2"), None);
        assert!(refused_version(">=0.5", "0.4.2").unwrap().contains("requires cupaas >=0.5"));
        assert!(refused_version("new", "0.4.2").unwrap().contains("not a version requirement"));
    }
}
