//! One rule of a recipe → what it finds in the app's files, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use regex_lite::{Captures, Regex};
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic, Severity, Source, Span};
use crate::expression::{self, Condition};
use crate::load::app_files::{AppFiles, matches};
use crate::load::keyed;
use crate::load::pattern;
use crate::load::recipe::{FactRule, KeyedFormat, RecipeFile};
use crate::resolve::fact_text::{Place, value};
use crate::resolve::fact_values::{Facts, values};
use crate::yaml::node::Node;

/// One thing that a rule has found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The fact's value.
    pub value: String,
    /// The file, by its path in the app's folder.
    pub file: String,
    /// Where in it.
    pub place: Span,
}

/// Which key of the rule is wrong, and why.
type Wrong = (&'static str, String);

/// Where rules look, and what has been read there.
pub(super) struct Search<'a> {
    recipe: &'a RecipeFile,
    files: &'a AppFiles,
    /// The paths that the recipe does not skip.
    listing: Vec<&'a str>,
    /// Files with keys; nothing where one cannot be read.
    read: BTreeMap<(String, KeyedFormat), Option<Node>>,
    /// What is to be said of those.
    pub unread: Vec<Diagnostic>,
}

/// A rule's regular expressions.
struct Expressions {
    pattern: Option<Regex>,
    within: Option<Regex>,
}

impl<'a> Search<'a> {
    pub(super) fn new(recipe: &'a RecipeFile, files: &'a AppFiles) -> Self {
        let skips = |part: &str| recipe.skip.iter().any(|pattern| matches(pattern, part));
        let listing = files.listing.iter().map(String::as_str).filter(|path| !path.split('/').any(skips));
        Self { recipe, files, listing: listing.collect(), read: BTreeMap::new(), unread: Vec::new() }
    }

    /// What a rule finds, in the order of its files: one value of each, or all where it asks for all. `facts`: what the
    /// rules above it have found.
    ///
    /// # Errors
    ///
    /// Which of its expressions is wrong, and why.
    pub(super) fn apply(&mut self, rule: &FactRule, facts: &Facts) -> Result<Vec<Found>, Wrong> {
        if rule.whole && !rule.is_of_lines() {
            return Err((
                "whole",
                "it is for a rule with `match`, and without `key` and `within`".to_owned(),
            ));
        }
        let scope = Value::Object(values(self.recipe, facts));
        if let Some(when) = &rule.when
            && !expression::is_true(when, &scope).map_err(|message| ("when", message))?
        {
            return Ok(Vec::new());
        }
        let paths = self.paths(rule, facts, &scope)?;
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let regex = |key, pattern: &Option<String>| {
            let made = pattern.as_deref().map(pattern::read).transpose();
            made.map_err(|error| (key, error.to_string()))
        };
        let expressions =
            Expressions { pattern: regex("match", &rule.pattern)?, within: regex("within", &rule.within)? };
        let (mut finds, mut known): (Vec<Found>, BTreeSet<(String, String)>) = Default::default();
        for path in paths {
            let mut found = self.look(rule, &expressions, path, facts)?;
            found.retain(|one| !one.value.is_empty());
            found.truncate(if rule.takes_all() { usize::MAX } else { 1 });
            for one in found {
                if known.insert((one.value.clone(), one.file.clone())) {
                    finds.push(one);
                }
            }
        }
        Ok(finds)
    }

    /// All that a rule finds in one file.
    fn look(
        &mut self,
        rule: &FactRule,
        expressions: &Expressions,
        path: &str,
        facts: &Facts,
    ) -> Result<Vec<Found>, Wrong> {
        let files = self.files;
        let place = of(rule, path, facts);
        let make = |groups: &[&str], at: Span| {
            let value = value(&rule.is, &place, groups)?;
            Some(Found { value, file: path.to_owned(), place: at })
        };
        if rule.key.is_none() && expressions.pattern.is_none() {
            return Ok(make(&[], files.place(path)).into_iter().collect());
        }
        let Some(source) = files.texts.get(path) else { return Ok(Vec::new()) };
        let at = |range: Range<usize>| Span::new(source, range);
        let Some(key) = &rule.key else {
            let Some(pattern) = &expressions.pattern else { return Ok(Vec::new()) };
            let parts = parts(expressions.within.as_ref(), &source.text).into_iter();
            let caught = parts
                .flat_map(|(start, part)| pattern.captures_iter(part).map(move |captures| (start, captures)));
            let found = caught.filter_map(|(start, captures)| {
                let range = place_of(&captures);
                make(&groups(&captures), at(start + range.start..start + range.end))
            });
            return Ok(found.take(if rule.takes_all() { usize::MAX } else { 1 }).collect());
        };
        let format = rule.format.or_else(|| keyed::format_of(path));
        let format =
            format.ok_or_else(|| ("key", format!("the name {path} does not say a format: add `format`")))?;
        let Some(root) = self.keyed(path, source, format) else { return Ok(Vec::new()) };
        let found = keyed::at(root, key).into_iter().filter_map(|node| {
            let text = node.text().unwrap_or_default();
            let groups = match &expressions.pattern {
                Some(pattern) => groups(&pattern.captures(text)?),
                None => vec![text],
            };
            make(&groups, at(node.range.clone()))
        });
        Ok(found.collect())
    }

    /// A file's values; of one that cannot be read it is said once.
    fn keyed(&mut self, path: &str, source: &Arc<Source>, format: KeyedFormat) -> Option<&Node> {
        let unread = &mut self.unread;
        let read = self.read.entry((path.to_owned(), format)).or_insert_with(|| {
            keyed::read(source, format)
                .map_err(|problem| {
                    let said =
                        Diagnostic { code: Code::FileNotRead, severity: Severity::Warning, ..*problem };
                    unread.push(said.hint("mend the file: what it says is not known to the recipe"));
                })
                .ok()
        });
        read.as_ref()
    }

    /// The files that the rule looks at, in the order of its patterns.
    fn paths(&self, rule: &FactRule, facts: &Facts, scope: &Value) -> Result<Vec<&'a str>, Wrong> {
        let condition = rule.of_file.as_deref().map(Condition::read).transpose();
        let condition = condition.map_err(|message| ("where", message))?;
        let mut scope = scope.clone();
        let mut is_true = |place: &Place<'_>| {
            let Some(condition) = &condition else { return Ok(true) };
            for (name, value) in [
                ("file", json!(place.file)),
                ("folder", json!(place.folder())),
                ("top", json!(place.top())),
                ("module", json!(place.module())),
            ] {
                scope[name] = value;
            }
            condition.is_true(&scope).map_err(|message| ("where", message))
        };
        let (mut paths, mut seen) = (Vec::new(), BTreeSet::new());
        for pattern in &rule.files {
            for path in self.listing.iter().copied().filter(|path| matches(pattern, path)) {
                let place = of(rule, path, facts);
                if self.counts(rule, &place) && !seen.contains(path) && is_true(&place)? {
                    seen.insert(path);
                    paths.push(path);
                }
            }
        }
        Ok(paths)
    }

    fn counts(&self, rule: &FactRule, place: &Place<'_>) -> bool {
        let below = place.below.is_empty()
            || place.file.strip_prefix(place.below).is_some_and(|rest| rest.starts_with('/'));
        let is_there = |path: &String| self.files.listing.binary_search(path).is_ok();
        let beside = rule.without.as_ref().map(|without| place.fill(without));
        below && place.is_plain() && !beside.as_ref().is_some_and(is_there)
    }
}

fn of<'b>(rule: &FactRule, file: &'b str, facts: &'b Facts) -> Place<'b> {
    let below = rule.below.as_ref().and_then(|fact| facts.get(fact));
    Place { file, below: below.map(String::as_str).filter(|folder| *folder != ".").unwrap_or_default() }
}

fn groups<'t>(captures: &Captures<'t>) -> Vec<&'t str> {
    captures.iter().map(|group| group.map_or("", |group| group.as_str())).collect()
}

/// Where the first group stands that is not empty, else the whole.
fn place_of(captures: &Captures<'_>) -> Range<usize> {
    let group = { captures.iter().skip(1) }.flatten().find(|group| !group.range().is_empty());
    group.or_else(|| captures.get(0)).map(|found| found.range()).unwrap_or_default()
}

/// The parts of a text that a rule looks at, each with its beginning.
fn parts<'t>(within: Option<&Regex>, text: &'t str) -> Vec<(usize, &'t str)> {
    let Some(within) = within else { return vec![(0, text)] };
    let part = |captures: Captures<'t>| captures.get(1).or_else(|| captures.get(0));
    within.captures_iter(text).filter_map(part).map(|part| (part.start(), part.as_str())).collect()
}
