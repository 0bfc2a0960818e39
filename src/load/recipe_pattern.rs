//! Regular expressions of recipes, bounded.

use regex_lite::{Regex, RegexBuilder};

/// The most bytes that a regular expression of a recipe may take once it is read, its repetitions written out: each is
/// looked at for each letter of a file.
pub(crate) const MAX_PATTERN: usize = 64 << 10;

/// A rule's regular expression.
///
/// # Errors
/// Why it is none.
pub(crate) fn regex(pattern: &str) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build()
}
