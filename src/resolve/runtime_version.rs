//! Which version of its runtime an app gets: what a person chose, else what the app's files choose, else the newest
//! supported version within the ranges that they set. What contradicts them, or cannot be had, is said where it stands.

use crate::diagnostic::{Code, Span};
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::VERSION;
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::fact_search::Found;
use crate::resolve::facts::Known;
use crate::resolve::{ended, version};
use crate::version_range::wheels::Wheels;
use crate::version_range::{self, Range, Scheme};

/// What one file says.
struct Claim<'k> {
    found: &'k Found,
    range: Range,
}

impl Claim<'_> {
    /// The file, with what it says.
    fn words(&self) -> String {
        format!("{} ({})", self.found.file, self.range)
    }
}

/// A version, and where it comes from.
struct Choice {
    version: String,
    origin: String,
    place: Span,
}

/// Decides it. `asked` is what stands behind `runtime: <name>:`.
pub(super) fn choose(
    inputs: &Inputs,
    recipe: &Recipe,
    asked: Option<&str>,
    (known, wheels): (&Known, &Wheels),
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> String {
    let claims = claims(inputs, recipe, known, asked.is_none(), notes);
    let choice = match asked {
        Some(asked) => of_person(inputs, recipe, asked, &claims, notes),
        None if claims.is_empty() => by_default(inputs, recipe, (known, wheels), previous),
        None => match by_files(recipe, (&claims, wheels), previous, notes) {
            Some(choice) => choice,
            None => return by_default(inputs, recipe, (known, wheels), previous).version,
        },
    };
    let versions = &recipe.description.value.versions;
    match version::pick(versions, &choice.version) {
        _ if !recipe.description.is_sound(&["versions"]) => choice.version,
        Ok(version) => {
            notes.decided("runtime.version", &version, choice.origin);
            // With a Dockerfile of its own the app's version is not looked for.
            let time = inputs.query.source.time.filter(|_| inputs.dockerfile.is_none());
            ended::warn(versions, (&recipe.name, &version), time, choice.place, notes);
            version
        }
        Err(hint) => {
            let message =
                format!("{} {} (from {}) is not supported", recipe.name, choice.version, choice.origin);
            notes.problem(Code::UnknownVersion, choice.place, message, hint);
            choice.version
        }
    }
}

/// What the app's files say. With a Dockerfile of its own nothing is built from it.
fn claims<'k>(
    inputs: &Inputs,
    recipe: &Recipe,
    known: &'k Known,
    counts: bool,
    notes: &mut Notes,
) -> Vec<Claim<'k>> {
    let mut claims: Vec<Claim<'k>> = Vec::new();
    if inputs.dockerfile.is_some() {
        return claims;
    }
    for (rule, found) in &known.versions {
        let scheme = recipe.description.value.facts.get(*rule).and_then(|rule| rule.range);
        if scheme == Some(Scheme::WheelTags) {
            continue;
        }
        let Some(range) = Range::parse(scheme, &found.value) else {
            let message = format!("{:?} is no version of {}, and is not used", found.value, recipe.name);
            let is_own = inputs.app.value.runtime.name == recipe.name;
            let or = if is_own { ", here or after `runtime: ` in .cupaas" } else { " here" };
            let hint = format!("write a version such as {}{or}", example(recipe));
            notes.warning(Code::VersionNotUsed, found.place.clone(), message, hint);
            continue;
        };
        let claim = Claim { found, range };
        let first = claims.iter().find(|claim| claim.range.is_chosen());
        match first.filter(|first| claim.range.is_chosen() && !agree(first, &claim)) {
            Some(first) if counts => {
                let message = format!("{} is not used: {} comes first", claim.words(), first.words());
                let hint = "let both say the same, or delete one of them";
                notes.warning(Code::VersionNotUsed, found.place.clone(), message, hint);
            }
            Some(_) => {}
            None => claims.push(claim),
        }
    }
    claims
}

/// Whether two versions that were chosen can be the same.
fn agree(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    one.range.contains(&other.found.value) || other.range.contains(&one.found.value)
}

fn example(recipe: &Recipe) -> String {
    let versions = &recipe.description.value.versions;
    versions
        .default
        .clone()
        .or_else(|| versions.supported.last().cloned())
        .unwrap_or_else(|| "1.2".to_owned())
}

/// What stands behind `runtime: <name>:`. It is stronger than what files say; but package managers refuse a version
/// outside of a range.
fn of_person(
    inputs: &Inputs,
    recipe: &Recipe,
    asked: &str,
    claims: &[Claim<'_>],
    notes: &mut Notes,
) -> Choice {
    let place = inputs.app.at(&["runtime", &recipe.name, "version"]);
    let choice = |version: String| Choice { version, origin: place.to_string(), place: place.clone() };
    let ranges: Vec<&Claim<'_>> = claims.iter().filter(|claim| !claim.range.is_chosen()).collect();
    let supported = &recipe.description.value.versions.supported;
    let Some(own) = Range::parse(None, asked) else { return choice(asked.to_owned()) };
    let all: Vec<&Range> = ranges.iter().map(|claim| &claim.range).chain([&own]).collect();
    if ranges.is_empty() || version_range::newest(supported, &[&own]).is_none() {
        return choice(asked.to_owned());
    }
    if let Some(version) = version_range::newest(supported, &all) {
        return choice(version);
    }
    for claim in
        ranges.iter().filter(|claim| version_range::newest(supported, &[&own, &claim.range]).is_none())
    {
        let message = format!("{} {asked} ({place}) lies outside {}", recipe.name, claim.words());
        let hint = "change one of the two: most package managers refuse a version outside the range";
        notes.warning(Code::VersionNotUsed, claim.found.place.clone(), message, hint);
    }
    choice(asked.to_owned())
}

/// The newest version within all that the files say, but the one that the app runs on where it lies within. Nothing
/// where there is none, which has been said then.
fn by_files(
    recipe: &Recipe,
    (claims, wheels): (&[Claim<'_>], &Wheels),
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> Option<Choice> {
    let versions = &recipe.description.value.versions;
    let ranges: Vec<&Range> = claims.iter().map(|claim| &claim.range).collect();
    let first = claims.iter().find(|claim| claim.range.is_chosen()).or(claims.first())?;
    let place = first.found.place.clone();
    if !claims.iter().any(|claim| claim.range.is_chosen()) {
        let runs = recorded(recipe, previous).filter(|version| {
            ranges.iter().all(|range| range.contains(version)) && version::pick(versions, version).is_ok()
        });
        if let Some(version) = runs {
            let origin = format!("recorded by the first deploy, and within {}", first.words());
            return Some(Choice { version: version.to_owned(), origin, place });
        }
    }
    if versions.supported.is_empty() {
        let version = if first.range.is_chosen() { first.found.value.clone() } else { example(recipe) };
        return Some(Choice { version, origin: place.to_string(), place });
    }
    let within = |version: &&String| ranges.iter().all(|range| range.contains(version));
    let fitting = wheels.best(versions.supported.iter().filter(within).cloned().collect());
    let fitting = if fitting.is_empty() { &versions.supported } else { &fitting };
    if let Some(version) = version_range::newest(fitting, &ranges) {
        let newest = version_range::newest(&versions.supported, &ranges);
        let origin = match first.range.is_chosen() {
            true => place.to_string(),
            false if newest.as_deref() == Some(version.as_str()) => {
                format!("the newest that is supported within {} at {place}", first.range)
            }
            false => {
                format!("the newest within {} at {place} that the lock file has wheels for", first.range)
            }
        };
        return Some(Choice { version, origin, place });
    }
    refuse(recipe, claims, first, notes);
    None
}

/// Says of the files which of them asks for what cannot be had, or else which two contradict each other.
fn refuse(recipe: &Recipe, claims: &[Claim<'_>], first: &Claim<'_>, notes: &mut Notes) {
    let supported = &recipe.description.value.versions.supported;
    let hint = format!(
        "supported: {}; for another one, write a Dockerfile and `runtime: dockerfile`",
        supported.join(", ")
    );
    let alone = |claim: &&Claim<'_>| version_range::newest(supported, &[&claim.range]).is_none();
    let mut said = false;
    for claim in claims.iter().filter(alone) {
        said = true;
        let message =
            format!("no version of {} that is supported lies within {}", recipe.name, claim.words());
        notes.problem(Code::UnknownVersion, claim.found.place.clone(), message, hint.clone());
    }
    let other =
        claims.iter().find(|claim| version_range::newest(supported, &[&first.range, &claim.range]).is_none());
    match other.filter(|_| !said) {
        Some(claim) => {
            let message = format!("{} and {} contradict each other", first.words(), claim.words());
            let hint = "change one of them: no version fits both";
            notes.problem(Code::ConflictingFiles, claim.found.place.clone(), message, hint);
        }
        None if !said => {
            let all: Vec<String> = claims.iter().map(Claim::words).collect();
            let message = format!("no version of {} that is supported fits {}", recipe.name, all.join(", "));
            notes.problem(Code::UnknownVersion, first.found.place.clone(), message, hint);
        }
        None => {}
    }
}

fn recorded<'r>(recipe: &Recipe, previous: Option<&'r ReleaseFile>) -> Option<&'r str> {
    previous?.runtime.strip_prefix(&recipe.name)?.strip_prefix(':')
}

/// What is said of the version, by `.cupaas`, files, or an earlier deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// Ranges that have no end, and leave the newest that there is.
    Open,
    /// More than that.
    Enough,
}

/// What is said of it where `chosen` came out.
pub(super) fn said(
    recipe: &Recipe,
    asked: Option<&str>,
    (known, chosen): (&Known, &str),
    previous: Option<&ReleaseFile>,
) -> Said {
    let description = &recipe.description.value;
    if asked.is_some() || recorded(recipe, previous).is_some() {
        return Said::Enough;
    }
    let is_range = |(rule, found): &(usize, Found)| {
        let scheme = description.facts.get(*rule).and_then(|rule| rule.range);
        Range::parse(scheme, &found.value).is_none_or(|range| !range.is_chosen())
    };
    let newest = description.versions.supported.last().is_some_and(|newest| newest == chosen);
    match known.versions.is_empty() {
        true => Said::Nothing,
        false if newest && known.versions.iter().all(is_range) => Said::Open,
        false => Said::Enough,
    }
}

/// What the first deploy recorded, else the recipe's default.
fn by_default(
    inputs: &Inputs,
    recipe: &Recipe,
    (known, wheels): (&Known, &Wheels),
    previous: Option<&ReleaseFile>,
) -> Choice {
    let place = inputs.app.at(&["runtime"]);
    let versions = &recipe.description.value.versions;
    let default = versions.default.clone().unwrap_or_default();
    let best = wheels.best(versions.supported.clone());
    let (version, origin) = match (known.facts.get(VERSION), recorded(recipe, previous)) {
        (None, None) if !best.is_empty() && !best.contains(&default) => {
            let newest = best.last().cloned().unwrap_or(default);
            (newest, "the newest that the lock file has wheels for".to_owned())
        }
        (Some(found), _) => (found.clone(), "the app's files".to_owned()),
        (None, Some(recorded)) => (recorded.to_owned(), "recorded by the first deploy".to_owned()),
        (None, None) => (default, format!("the default of recipe {}", recipe.name)),
    };
    Choice { version, origin, place }
}
