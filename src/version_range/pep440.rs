//! Python's specifiers (PEP 440), by the reader that uv has for them.

use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifiers};

/// Specifiers of which one has to hold, each as a whole.
pub(super) type Alternatives = Vec<VersionSpecifiers>;

/// Specifiers; nothing where it is none.
pub(super) fn parse(text: &str) -> Option<Alternatives> {
    Some(vec![specifiers(text)?])
}

/// One list of specifiers, separated by commas; `*` and nothing are any version.
pub(super) fn specifiers(text: &str) -> Option<VersionSpecifiers> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*");
    let parts: Vec<String> = parts.map(older_form).collect();
    VersionSpecifiers::from_str(&parts.join(",")).ok()
}

/// `>=3.6.*` was a way to write `>=3.6` for years, and stands in many files.
fn older_form(part: &str) -> String {
    let ordered = part.starts_with(['<', '>']);
    part.strip_suffix(".*").filter(|_| ordered).unwrap_or(part).to_owned()
}

pub(super) fn hold(alternatives: &Alternatives, version: &[u64]) -> bool {
    let version = Version::new(version);
    alternatives.iter().any(|specifiers| specifiers.contains(&version))
}

/// The versions that are named, those beside them, and the first of each series.
pub(super) fn edges(alternatives: &Alternatives) -> Vec<Vec<u64>> {
    let mut edges = Vec::new();
    for specifier in alternatives.iter().flat_map(|specifiers| specifiers.iter()) {
        if matches!(specifier.operator(), Operator::EqualStar | Operator::NotEqualStar) {
            continue;
        }
        let mut named = specifier.version().release().to_vec();
        named.resize(3, 0);
        let patch = named[2];
        if let (0, Some(minor)) = (patch, named[1].checked_sub(1)) {
            edges.push(vec![named[0], minor]);
        }
        for near in [patch.checked_sub(1), Some(patch), patch.checked_add(1)].into_iter().flatten() {
            edges.push(vec![named[0], named[1], near]);
        }
    }
    edges
}
