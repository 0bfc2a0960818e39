//! Poetry's constraints: Python's specifiers, and besides `^`, `~`, `||`, spaces between them, and plain versions.

use crate::version_range::comparators::clauses;
use crate::version_range::numbers;
use crate::version_range::pep440::{self, Alternatives};

/// A constraint; nothing where it is none.
pub(super) fn parse(text: &str) -> Option<Alternatives> {
    let alternatives = text.split('|').map(str::trim).filter(|part| !part.is_empty());
    let read: Alternatives = alternatives.map(alternative).collect::<Option<_>>()?;
    Some(read).filter(|read| !read.is_empty())
}

fn alternative(text: &str) -> Option<pep440_rs::VersionSpecifiers> {
    let parts: Vec<String> = clauses(text).iter().map(|clause| specifier(clause)).collect::<Option<_>>()?;
    pep440::specifiers(&parts.join(","))
}

fn specifier(clause: &str) -> Option<String> {
    if let Some(version) = clause.strip_prefix('^') {
        return between(version, |numbers| numbers.iter().position(|n| *n != 0).unwrap_or(numbers.len() - 1));
    }
    if let Some(version) = clause.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        return between(version, |numbers| usize::from(numbers.len() > 1));
    }
    Some(match clause.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("=={clause}"),
        false => clause.to_owned(),
    })
}

/// From a version up to the one in which the number at `place` is one more.
fn between(version: &str, place: impl Fn(&[u64]) -> usize) -> Option<String> {
    let mut numbers = numbers(version.trim_end_matches(".*"))?;
    let place = place(&numbers);
    numbers.truncate(place + 1);
    if let Some(last) = numbers.last_mut() {
        *last += 1;
    }
    let above: Vec<String> = numbers.iter().map(u64::to_string).collect();
    Some(format!(">={},<{}", version.trim_end_matches(".*"), above.join(".")))
}
