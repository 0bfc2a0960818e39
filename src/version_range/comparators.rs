//! What the grammars of npm, Composer, Bundler and Go have in common: versions of which parts may be left open, and the
//! bounds that operators make of them, in the words of [`pep440`].

use pep440_rs::VersionSpecifiers;

use crate::version_range::pep440::specifiers;

/// A version of which the last parts may be left open: `20`, `20.x`, `v20.1.0-rc.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partial(Vec<u64>);

impl Partial {
    /// Nothing where it is none. What comes before a release counts as the release.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', 'V']);
        let core = text.split(['-', '+', '@']).next().unwrap_or_default();
        let mut numbers = Vec::new();
        for part in core.split('.') {
            match part {
                "x" | "X" | "*" | "" => break,
                part if part.len() < 9 => numbers.push(part.parse().ok()?),
                _ => return None,
            }
        }
        Some(Self(numbers))
    }

    /// How many parts are said.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The version with one more at `place`, and nothing behind it.
    fn above(&self, place: usize) -> String {
        let mut numbers: Vec<u64> = self.0.iter().copied().take(place + 1).collect();
        numbers.resize(place + 1, 0);
        if let Some(last) = numbers.last_mut() {
            *last += 1;
        }
        words(&numbers)
    }

    /// From it on.
    pub(super) fn from(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!(">={}", words(&self.0)) }
    }

    /// Before it.
    pub(super) fn before(&self) -> String {
        format!("<{}", if self.0.is_empty() { "0".to_owned() } else { words(&self.0) })
    }

    /// All but what begins with it.
    pub(super) fn without(&self) -> String {
        format!("!={}{}", words(&self.0), if self.0.len() < 3 { ".*" } else { "" })
    }

    /// Up to it; of one with open parts, with all that begins so.
    pub(super) fn up_to(&self) -> String {
        match self.0.len() {
            0 => String::new(),
            3.. => format!("<={}", words(&self.0)),
            parts => format!("<{}", self.above(parts - 1)),
        }
    }

    /// Above it; of one with open parts, above all that begins so.
    pub(super) fn beyond(&self) -> String {
        match self.0.len() {
            0 => "<0".to_owned(),
            3.. => format!(">{}", words(&self.0)),
            parts => format!(">={}", self.above(parts - 1)),
        }
    }

    /// From it on, as long as the parts up to `place` stay.
    pub(super) fn keeping(&self, place: usize) -> String {
        if self.0.is_empty() { String::new() } else { format!("{},<{}", self.from(), self.above(place)) }
    }

    /// All that begins with it.
    pub(super) fn all(&self) -> String {
        match self.0.len() {
            0 => String::new(),
            3.. => format!("=={}", words(&self.0)),
            parts => self.keeping(parts - 1),
        }
    }

    /// As long as the first part that is not 0 stays.
    pub(super) fn caret(&self) -> String {
        let last = self.0.len().saturating_sub(1);
        self.keeping(self.0.iter().position(|number| *number != 0).unwrap_or(last).min(last))
    }
}

fn words(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

/// `>= 3.8 <4` → `>=3.8`, `<4`: a space separates, but not an operator from its version.
pub(super) fn clauses(text: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match clauses.last_mut().filter(|last| last.chars().all(|c| "<>=!~^".contains(c))) {
            Some(operator) => operator.push_str(word),
            None => clauses.push(word.to_owned()),
        }
    }
    clauses
}

/// Bounds of which all hold.
pub(super) fn all_of(bounds: &[String]) -> Option<VersionSpecifiers> {
    specifiers(&bounds.join(","))
}
