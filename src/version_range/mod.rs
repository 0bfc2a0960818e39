//! Ranges of versions, as package managers write them: text → what lies within, and the newest supported version that
//! does. Pure; a manager's own grammar is a [`Scheme`], and all else is the same for every manager.

mod comparators;
mod languages;
mod pep440;
mod poetry;
#[cfg(test)]
mod tests;
pub(crate) mod wheels;

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// Whose grammar a range is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// Python's (`>=3.9,<3.13`). A version without an operator stands for all that begin with it.
    Pep440,
    /// Poetry's (`^3.11`, `~3.11`, `>=3.9 <3.13 || ^3.14`). A version without an operator is that one alone.
    Poetry,
    /// npm's (`^22.1`, `20.x || >=22`, `18 - 20`).
    Npm,
    /// Composer's (`^8.2`, `~8.2.0`, `8.1.*|8.2.*`).
    Composer,
    /// Bundler's (`~> 3.4`, `>= 3.2, < 4`).
    Bundler,
    /// Go's: `1.24` is the least that is asked for.
    Go,
    /// No range: each value is the name of a wheel that a lock file allows. Of the versions that all ranges allow, those
    /// count for which the most packages have one.
    WheelTags,
}

/// The longest text that is read as a range: none that people write comes near it.
const LONGEST: usize = 500;
/// Stands for the newest patch of a series, whose number nobody knows: an image with two numbers holds it. The same of the
/// second number where a version has one alone.
const NEWEST: u64 = u32::MAX as u64;

/// Which versions are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    text: String,
    /// Whether it is a version without any operator, and so one that someone has chosen.
    chosen: bool,
    bounds: Bounds,
}

#[derive(Debug, Clone, PartialEq)]
enum Bounds {
    /// All versions that begin with these numbers.
    Prefix(Vec<u64>),
    Specifiers(pep440::Alternatives),
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Range {
    /// A range in the words of `scheme`; without one, a plain version that stands for all that begin with it. Nothing
    /// where it is neither.
    pub fn parse(scheme: Option<Scheme>, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > LONGEST {
            return None;
        }
        let numbers = numbers(text);
        let bounds = match (scheme, numbers) {
            (Some(Scheme::Poetry), _) => Bounds::Specifiers(poetry::parse(text)?),
            (Some(Scheme::WheelTags), _) | (None, None) => return None,
            (Some(Scheme::Go), _) => Bounds::Specifiers(languages::go(text)?),
            (_, Some(numbers)) => Bounds::Prefix(numbers),
            (Some(Scheme::Npm), None) => Bounds::Specifiers(languages::npm(text)?),
            (Some(Scheme::Composer), None) => Bounds::Specifiers(languages::composer(text)?),
            (Some(Scheme::Bundler), None) => Bounds::Specifiers(languages::bundler(text)?),
            (Some(Scheme::Pep440), None) => Bounds::Specifiers(pep440::parse(text)?),
        };
        Some(Self { text: text.to_owned(), chosen: matches!(bounds, Bounds::Prefix(_)), bounds })
    }

    /// Whether it is one version that someone has chosen, and no bounds.
    pub fn is_chosen(&self) -> bool {
        self.chosen
    }

    /// Whether a version lies within. `3.12` is its newest patch.
    pub fn contains(&self, version: &str) -> bool {
        numbers(version).is_some_and(|numbers| self.holds(&numbers))
    }

    fn holds(&self, version: &[u64]) -> bool {
        match &self.bounds {
            Bounds::Prefix(wanted) => wanted.iter().zip(version).all(|(one, other)| one == other),
            Bounds::Specifiers(alternatives) => {
                let mut whole = version.to_vec();
                if whole.len() < 3 {
                    whole.resize(3, NEWEST);
                }
                pep440::hold(alternatives, &whole)
            }
        }
    }

    /// The versions of three numbers at its edges, of which some lie within.
    fn edges(&self) -> Vec<Vec<u64>> {
        match &self.bounds {
            Bounds::Prefix(wanted) if wanted.len() > 2 => vec![wanted.clone()],
            Bounds::Prefix(_) => Vec::new(),
            Bounds::Specifiers(alternatives) => pep440::edges(alternatives),
        }
    }
}

/// The newest of the `supported` versions that lies within all `ranges`. One that is listed stands for its newest
/// patch. Only where no such one is left, it is a patch that the ranges name.
pub fn newest(supported: &[String], ranges: &[&Range]) -> Option<String> {
    let fits = |version: &[u64]| ranges.iter().all(|range| range.holds(version));
    let listed = || supported.iter().rev().filter_map(|listed| Some((listed, numbers(listed)?)));
    let exact = |range: &&&Range| matches!(&range.bounds, Bounds::Prefix(wanted) if wanted.len() > 2);
    if !ranges.iter().any(|range| exact(&range))
        && let Some((listed, _)) = listed().find(|(_, numbers)| fits(numbers))
    {
        return Some(listed.clone());
    }
    let mut edges: Vec<Vec<u64>> = ranges.iter().flat_map(|range| range.edges()).collect();
    edges.retain(|edge| fits(edge) && listed().any(|(_, numbers)| edge.starts_with(&numbers)));
    let whole = |edge: &Vec<u64>| [edge.as_slice(), &[NEWEST; 3][edge.len().min(3)..]].concat();
    let words: Vec<String> = edges.into_iter().max_by_key(whole)?.iter().map(u64::to_string).collect();
    Some(words.join("."))
}

/// The numbers of a version that has nothing else, such as `3.12`.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let plain = |part: &str| !part.is_empty() && part.len() < 9 && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').map(|part| if plain(part) { part.parse().ok() } else { None }).collect()
}
