//! Which of two versions is the later one.

/// The parts of a version: `v8.0-noble` is 8, 0 and noble.
pub(crate) fn parts(version: &str) -> impl Iterator<Item = &str> {
    version.strip_prefix('v').unwrap_or(version).split(['.', '-', '_', '+'])
}

/// Whether `one` is a later version than `other`; what is no number counts as 0.
pub(crate) fn is_later(one: &str, other: &str) -> bool {
    let numbers = |text: &str| -> Vec<u64> { parts(text).map(|part| part.parse().unwrap_or(0)).collect() };
    numbers(one) > numbers(other)
}

/// The first `length` parts. A version that says fewer (`11` where `11.8` is meant) is another one: which it is
/// cannot be told.
pub(crate) fn major(version: &str, length: usize) -> String {
    parts(version).take(length.max(1)).collect::<Vec<_>>().join(".")
}

/// Whether a version is one of those that are listed, or is written longer or shorter; all are where none is listed.
pub(crate) fn is_listed(version: &str, listed: &[String]) -> bool {
    listed.is_empty() || listed.iter().any(|one| is_within(one, version) || is_within(version, one))
}

/// Whether a version is one that is written shorter: `8.0.4` is within `8` and `8.0`.
pub(crate) fn is_within(version: &str, shorter: &str) -> bool {
    let mut all = parts(version);
    parts(shorter).all(|part| all.next() == Some(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order_and_stand_within_shorter_ones() {
        for (later, earlier) in [("10", "9"), ("8.0.1", "8.0"), ("v2", "1.9"), ("11.8", "11.4")] {
            assert!(is_later(later, earlier) && !is_later(earlier, later), "{later} {earlier}");
        }
        for (version, shorter, within) in [
            ("8.0.4", "8", true),
            ("8.0.4", "8.0", true),
            ("8", "8", true),
            ("80", "8", false),
            ("8", "8.0", false),
        ] {
            assert_eq!(is_within(version, shorter), within, "{version} {shorter}");
        }
    }
}
