//! A recipe's regular expression → what looks for it, within a bound.

use regex_lite::{Regex, RegexBuilder};

/// The most bytes that a regular expression of a recipe may take once it is read, its repetitions written out: each is
/// looked at for each letter of a file.
const LARGEST: usize = 64 << 10;

/// Reads one.
///
/// # Errors
/// Why it is none.
pub(crate) fn read(pattern: &str) -> Result<Regex, regex_lite::Error> {
    RegexBuilder::new(pattern).size_limit(LARGEST).build()
}
