//! The words before the cursor → what they say of the names that may come next.

use std::ffi::OsString;

/// What has been typed so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(Vec<String>);

impl Typed {
    /// Words as a shell gives them; what is not UTF-8 names nothing.
    pub(super) fn new(words: &[OsString]) -> Self {
        Self(words.iter().filter_map(|word| word.to_str()).map(str::to_owned).collect())
    }

    /// The value of an option, `--name VALUE` or `--name=VALUE`.
    pub(super) fn option(&self, name: &str) -> Option<String> {
        let apart = self.0.windows(2).rev().find(|pair| pair[0] == name).map(|pair| pair[1].as_str());
        let joined = self.0.iter().rev().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        apart.or(joined).map(str::to_owned)
    }

    /// The same, where it says something.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.option(name).filter(|value| !value.is_empty())
    }
}
