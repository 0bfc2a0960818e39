//! The ranges of npm, Composer, Bundler and Go.

use pep440_rs::VersionSpecifiers;

use crate::version_range::comparators::{Partial, all_of, clauses};
use crate::version_range::pep440::Alternatives;

/// npm's: `^22.1`, `20.x || >=22`, `18 - 20`, `*`; nothing where it is none.
pub(super) fn npm(text: &str) -> Option<Alternatives> {
    text.split("||").map(|part| alternative(part, npm_clause)).collect()
}

/// Composer's: as npm's, but `|` is enough, and `~1.2` goes up to 2; nothing where it is none.
pub(super) fn composer(text: &str) -> Option<Alternatives> {
    let alternatives = text.split('|').map(str::trim).filter(|part| !part.is_empty());
    let read: Alternatives =
        alternatives.map(|part| alternative(part, composer_clause)).collect::<Option<_>>()?;
    Some(read).filter(|read| !read.is_empty())
}

/// Bundler's: `~> 3.4`, `>= 3.2, < 4`, each in quotes or not; nothing where it is none.
pub(super) fn bundler(text: &str) -> Option<Alternatives> {
    let plain: String = text.chars().map(|c| if "\"'[]".contains(c) { ' ' } else { c }).collect();
    alternative(&plain, bundler_clause).map(|one| vec![one])
}

/// Go's: a version is the least that is asked for, within its first number; nothing where it is none.
pub(super) fn go(text: &str) -> Option<Alternatives> {
    // The language's name may stand in front, as in the name of a release.
    let least = text.trim().trim_start_matches(char::is_alphabetic);
    // `1.21rc2` comes before 1.21.
    let numbers: String = least.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let least = Partial::read(numbers.trim_end_matches('.')).filter(|least| least.len() > 0)?;
    all_of(&[least.keeping(0)]).map(|one| vec![one])
}

fn alternative(text: &str, clause: fn(&str) -> Option<String>) -> Option<VersionSpecifiers> {
    if let Some((from, to)) = text.split_once(" - ") {
        let (from, to) = (Partial::read(from)?, Partial::read(to)?);
        return all_of(&[from.from(), to.up_to()]);
    }
    let bounds: Vec<String> = clauses(text).iter().map(|part| clause(part)).collect::<Option<_>>()?;
    all_of(&bounds)
}

/// What an operator makes of its version; `other` for those that are a manager's own.
fn bounds(clause: &str, other: fn(&str, &Partial) -> Option<String>) -> Option<String> {
    let end = clause.find(|c: char| !"<>=!~^".contains(c)).unwrap_or(clause.len());
    let (operator, version) = clause.split_at(end);
    let version = Partial::read(version)?;
    Some(match operator {
        ">=" => version.from(),
        "<=" => version.up_to(),
        ">" => version.beyond(),
        "<" => version.before(),
        "^" => version.caret(),
        "" | "=" | "==" => version.all(),
        _ => return other(operator, &version),
    })
}

fn npm_clause(clause: &str) -> Option<String> {
    // What has a name of npm's own has no bounds.
    if clause == "latest" {
        return Some(String::new());
    }
    bounds(clause, |operator, version| {
        matches!(operator, "~" | "~>").then(|| version.keeping(version.len().saturating_sub(1).min(1)))
    })
}

fn composer_clause(clause: &str) -> Option<String> {
    bounds(clause, |operator, version| match operator {
        "~" => Some(version.keeping(version.len().saturating_sub(2))),
        "!=" | "<>" => Some(version.without()),
        _ => None,
    })
}

fn bundler_clause(clause: &str) -> Option<String> {
    bounds(clause, |operator, version| match operator {
        "~>" => Some(version.keeping(version.len().saturating_sub(2))),
        "!=" => Some(version.without()),
        _ => None,
    })
}
