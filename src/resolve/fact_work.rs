//! What looking for a recipe's facts may cost in one app: all rules share one measure, whatever the files hold.

use regex_lite::{Captures, Regex, RegexBuilder};

use crate::load::recipe_pattern::MAX_PATTERN;
use crate::resolve::line_bound::is_line_bound;

/// The least that one counts as.
const MIN_PATTERN: usize = 1 << 10;
/// From this size on, many parts of an expression may be looked at for one letter, and it counts eightfold.
const LARGE_PATTERN: usize = 2 << 10;
/// The most letters that may be looked at, each as often as there are KiB of the expression that looks at it.
const MAX_LETTERS: u64 = 1 << 31;
/// The most that may be looked at once more, after a find. A search counts to the end of the text, or of its line where the
/// expression takes none: that is how far one may look before it takes what stands at its beginning.
const MAX_AGAIN: u64 = 1 << 29;
/// What asking `where` of one file counts as.
const CONDITION: u64 = 1000;
/// The most bytes that rules may find.
const MAX_FOUND: usize = 4 << 20;

/// A regular expression, and what looking at one letter with it costs.
pub(super) struct Pattern {
    regex: Regex,
    weight: u64,
    /// Whether a search looks no further than the line in which its find ends.
    line_bound: bool,
}

impl Pattern {
    /// Reads a rule's regular expression.
    ///
    /// # Errors
    /// Why it is none, or that it is too large.
    pub(super) fn read(pattern: &str) -> Result<Self, regex_lite::Error> {
        let mut size = MIN_PATTERN;
        loop {
            match RegexBuilder::new(pattern).size_limit(size).build() {
                Ok(regex) => {
                    let times = if size >= LARGE_PATTERN { 8 } else { 1 };
                    let weight = (size / MIN_PATTERN * times) as u64;
                    return Ok(Self { regex, weight, line_bound: is_line_bound(pattern) });
                }
                Err(error) if size >= MAX_PATTERN => return Err(error),
                Err(_) => size *= 2,
            }
        }
    }
}

/// What is too much.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent(pub(super) String);

/// What may still be done.
pub(super) struct Work {
    letters: u64,
    again: u64,
    bytes: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self { letters: MAX_LETTERS, again: MAX_AGAIN, bytes: MAX_FOUND }
    }
}

impl Work {
    /// Counts that a file is asked for a condition.
    ///
    /// # Errors
    /// Where that is too much.
    pub(super) fn ask(&mut self) -> Result<(), Spent> {
        take(&mut self.letters, CONDITION)
    }

    /// Counts what is found.
    ///
    /// # Errors
    /// Where that is too much.
    pub(super) fn keep(&mut self, text: &str) -> Result<(), Spent> {
        // A find has a place too.
        let left = self.bytes.checked_sub(text.len() + 64);
        self.bytes =
            left.ok_or_else(|| Spent(format!("the recipe's facts find more than {} MiB", MAX_FOUND >> 20)))?;
        Ok(())
    }

    /// The first that an expression finds in a text.
    ///
    /// # Errors
    /// Where looking for it is too much.
    pub(super) fn first<'t>(
        &mut self,
        pattern: &Pattern,
        text: &'t str,
    ) -> Result<Option<Captures<'t>>, Spent> {
        self.from(pattern, text, 0)
    }

    /// Everything that an expression finds, in order, until `goes_on` says no.
    ///
    /// # Errors
    /// Where looking for it is too much, and what `goes_on` cannot do.
    pub(super) fn each<'t>(
        &mut self,
        pattern: &Pattern,
        text: &'t str,
        mut goes_on: impl FnMut(&mut Self, Captures<'t>) -> Result<bool, Spent>,
    ) -> Result<(), Spent> {
        let (mut at, mut last) = (0, None);
        while let Some(captures) = self.from(pattern, text, at)? {
            let Some(whole) = captures.get(0).map(|found| found.range()) else { break };
            // Nothing, where the one before has ended, is not found once more.
            if whole.is_empty() && last == Some(whole.end) {
                let Some(next) = text[at..].chars().next() else { break };
                at += next.len_utf8();
                continue;
            }
            (at, last) = (whole.end, Some(whole.end));
            if !goes_on(self, captures)? {
                break;
            }
        }
        Ok(())
    }

    fn from<'t>(
        &mut self,
        pattern: &Pattern,
        text: &'t str,
        at: usize,
    ) -> Result<Option<Captures<'t>>, Spent> {
        let left = if at == 0 { &mut self.letters } else { &mut self.again };
        if pattern.line_bound {
            let found = pattern.regex.captures_at(text, at);
            let end = found.as_ref().and_then(|captures| captures.get(0)).map_or(text.len(), |one| one.end());
            let line = text[end..].find('\n').unwrap_or(text.len() - end);
            take(left, (end + line - at) as u64 * pattern.weight + 16)?;
            return Ok(found);
        }
        take(left, (text.len() - at) as u64 * pattern.weight + 16)?;
        Ok(pattern.regex.captures_at(text, at))
    }
}

fn take(left: &mut u64, cost: u64) -> Result<(), Spent> {
    let spent = || Spent("the recipe's facts take more work than they may in this app's files".to_owned());
    *left = left.checked_sub(cost).ok_or_else(spent)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_the_expression_finds() {
        for (pattern, text) in [
            ("a*", "baac"),
            ("", "añb"),
            (r"\b(\w+)\b", "one two, three"),
            ("(?m)^(.*)$", "a\n\nb\n"),
            ("x", "abc"),
            ("a|", "aab"),
        ] {
            let read = Pattern::read(pattern).unwrap();
            let mut found = Vec::new();
            let each = Work::default().each(&read, text, |_, captures| {
                found.push(captures.get(0).unwrap().range());
                Ok(true)
            });
            assert_eq!(each, Ok(()));
            let all = Regex::new(pattern).unwrap();
            assert_eq!(found, all.find_iter(text).map(|one| one.range()).collect::<Vec<_>>(), "{pattern}");
        }
    }

    /// A lock file of many packages is an ordinary one.
    #[test]
    fn many_finds_on_lines_of_their_own_are_no_work() {
        let text = "files = [{file = \"name-1.0-py3-none-any.whl\"}]\n".repeat(40_000);
        let read = Pattern::read(r#"([^/"\s]+\.whl)""#).unwrap();
        let mut finds = 0;
        let each = Work::default().each(&read, &text, |_, _| {
            finds += 1;
            Ok(true)
        });
        assert_eq!((each, finds), (Ok(()), 40_000));
    }

    #[test]
    fn what_looks_again_and_again_to_the_end_comes_to_one() {
        let text = "a".repeat(1 << 14);
        let read = Pattern::read("a.*z|a").unwrap();
        let mut work = Work { again: 1 << 24, ..Work::default() };
        let mut finds = 0;
        let spent = work.each(&read, &text, |_, _| {
            finds += 1;
            Ok(true)
        });
        assert!(
            spent.is_err_and(|spent| spent.0.contains("more work")) && (1000..1100).contains(&finds),
            "{finds}"
        );
        let weight = |pattern: &str| Pattern::read(pattern).unwrap().weight;
        assert!(weight("a") == 1 && weight("(a|b|[c-z]){60}") > 64);
        assert!(Pattern::read("((a{1000}){1000}){1000}").is_err());
    }
}
