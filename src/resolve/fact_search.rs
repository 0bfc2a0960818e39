//! One rule of a recipe → what it finds in the app's files, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use regex_lite::Captures;
use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic, Severity, Source, Span};
use crate::expression::{self, Condition};
use crate::load::app_files::AppFiles;
use crate::load::key_path::KeyPath;
use crate::load::keyed;
use crate::load::path_pattern::{matches, star};
use crate::load::recipe::{FactRule, KeyedFormat, RecipeFile};
use crate::resolve::fact_text::{Place, value};
use crate::resolve::fact_values::{Facts, values};
use crate::resolve::fact_work::{Pattern, Spent, Work};
use crate::yaml::node::{Node, NodeKind};

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

/// Makes a find of what an expression has caught and of its place.
type Make<'m> = &'m dyn Fn(&str, &[&str], Span) -> Option<Found>;

/// Which key of the rule is wrong, what is wrong with it, and why.
pub(super) struct Wrong {
    pub key: &'static str,
    pub what: &'static str,
    pub why: String,
}

impl Wrong {
    fn expression(key: &'static str, why: String) -> Self {
        Self { key, what: "invalid expression", why }
    }

    fn spent(key: &'static str) -> impl Fn(Spent) -> Self {
        move |spent| Self { key, what: "too much to look for", why: spent.0 }
    }
}

/// Where rules look, and what has been read there.
pub(super) struct Search<'a> {
    recipe: &'a RecipeFile,
    params: &'a Map<String, Value>,
    files: &'a AppFiles,
    /// The paths that the recipe does not skip.
    listing: Vec<&'a str>,
    /// Files with keys; nothing where one cannot be read.
    read: BTreeMap<(String, KeyedFormat), Option<Node>>,
    /// What is to be said of those.
    pub unread: Vec<Diagnostic>,
    work: Work,
}

/// A rule's regular expressions.
struct Expressions {
    pattern: Option<Pattern>,
    within: Option<Pattern>,
}

impl<'a> Search<'a> {
    pub(super) fn new(recipe: &'a RecipeFile, params: &'a Map<String, Value>, files: &'a AppFiles) -> Self {
        let skips = |part: &str| recipe.skip.iter().any(|pattern| matches(pattern, part));
        let listing = files.listing.iter().map(String::as_str).filter(|path| !path.split('/').any(skips));
        let (read, unread) = (BTreeMap::new(), Vec::new());
        Self { recipe, params, files, listing: listing.collect(), read, unread, work: Work::default() }
    }

    /// What a rule finds, in the order of its files: one value of each, or all where it asks for all. `facts`: what the
    /// rules above it have found.
    ///
    /// # Errors
    ///
    /// Which of its expressions is wrong, and why.
    pub(super) fn apply(&mut self, rule: &FactRule, facts: &Facts) -> Result<Vec<Found>, Wrong> {
        let scope = Value::Object(values(self.recipe, facts, self.params));
        if let Some(when) = &rule.when
            && !expression::is_true(when, &scope).map_err(|message| Wrong::expression("when", message))?
        {
            return Ok(Vec::new());
        }
        let paths = self.paths(rule, facts, &scope)?;
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let regex = |key, pattern: &Option<String>| {
            let made = pattern.as_deref().map(Pattern::read).transpose();
            made.map_err(|error| Wrong { key, what: "invalid regular expression", why: error.to_string() })
        };
        let expressions =
            Expressions { pattern: regex("match", &rule.pattern)?, within: regex("within", &rule.within)? };
        let (mut finds, mut known) = (Vec::new(), BTreeSet::new());
        for place in paths {
            let mut found = self.look(rule, &expressions, &place)?;
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
        place: &Place<'_>,
    ) -> Result<Vec<Found>, Wrong> {
        let (files, path) = (self.files, place.file);
        let make = |key: &str, groups: &[&str], at: Span| {
            let value = value(&rule.is, place, key, groups)?;
            Some(Found { value, file: path.to_owned(), place: at })
        };
        let make: Make<'_> = &make;
        if rule.key.is_none() && expressions.pattern.is_none() {
            return Ok(make("", &[], files.place(path)).into_iter().collect());
        }
        let Some(source) = files.texts.get(path) else { return Ok(Vec::new()) };
        match (&rule.key, &expressions.pattern) {
            (None, None) => Ok(Vec::new()),
            (None, Some(pattern)) => {
                self.by_pattern(rule, pattern, expressions.within.as_ref(), source, make)
            }
            (Some(key), pattern) => {
                let format = rule.format.or_else(|| keyed::format_of(path));
                let unknown = || format!("the name {path} does not say a format: add `format`");
                let format = format.ok_or_else(|| Wrong::expression("key", unknown()))?;
                self.keyed(path, source, format);
                self.by_key((path, format), key, pattern.as_ref(), source, make)
            }
        }
    }

    fn by_pattern(
        &mut self,
        rule: &FactRule,
        pattern: &Pattern,
        within: Option<&Pattern>,
        source: &Arc<Source>,
        make: Make<'_>,
    ) -> Result<Vec<Found>, Wrong> {
        let parts = parts(&mut self.work, within, &source.text);
        let mut found = Vec::new();
        for (start, part) in parts.map_err(Wrong::spent("within"))? {
            let each = self.work.each(pattern, part, |work, captures| {
                let range = place_of(&captures);
                let one =
                    make("", &groups(&captures), Span::new(source, start + range.start..start + range.end));
                if let Some(one) = one {
                    work.keep(&one.value)?;
                    found.push(one);
                }
                Ok(rule.takes_all() || found.is_empty())
            });
            each.map_err(Wrong::spent("match"))?;
            if !rule.takes_all() && !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    fn by_key(
        &mut self,
        (path, format): (&str, KeyedFormat),
        key: &KeyPath,
        pattern: Option<&Pattern>,
        source: &Arc<Source>,
        make: Make<'_>,
    ) -> Result<Vec<Found>, Wrong> {
        let (read, work) = (&self.read, &mut self.work);
        let Some(Some(root)) = read.get(&(path.to_owned(), format)) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for keyed in keyed::at(root, key, format) {
            let text = keyed.node.text().unwrap_or_default();
            let groups = match pattern {
                Some(pattern) => match work.first(pattern, text).map_err(Wrong::spent("match"))? {
                    Some(captures) => groups(&captures),
                    None => continue,
                },
                None => vec![text],
            };
            if let Some(one) = make(keyed.key, &groups, Span::new(source, keyed.node.range.clone())) {
                work.keep(&one.value).map_err(Wrong::spent("key"))?;
                found.push(one);
            }
        }
        Ok(found)
    }

    /// Reads a file's values; of one that cannot be read it is said once.
    fn keyed(&mut self, path: &str, source: &Arc<Source>, format: KeyedFormat) {
        // Of a file of which only the beginning is there it has been said.
        let mut ignored = Vec::new();
        let unread = if self.files.cut.contains(path) { &mut ignored } else { &mut self.unread };
        self.read.entry((path.to_owned(), format)).or_insert_with(|| {
            keyed::read(source, format)
                .and_then(|root| with_keys(root, source, format))
                .map_err(|problem| unread.push(unreadable(path, format, *problem)))
                .ok()
        });
    }

    /// The files that the rule looks at, in the order of its patterns.
    fn paths<'f>(&mut self, rule: &FactRule, facts: &'f Facts, scope: &Value) -> Result<Vec<Place<'f>>, Wrong>
    where
        'a: 'f,
    {
        let condition = rule.of_file.as_deref().map(Condition::of_file).transpose();
        let condition = condition.map_err(|message| Wrong::expression("where", message))?;
        let mut scope = scope.clone();
        let mut is_true = |work: &mut Work, place: &Place<'_>| {
            let Some(condition) = &condition else { return Ok(true) };
            work.ask().map_err(Wrong::spent("where"))?;
            for (name, value) in [
                ("file", json!(place.file)),
                ("folder", json!(place.folder())),
                ("top", json!(place.top())),
                ("module", json!(place.module())),
            ] {
                scope[name] = value;
            }
            condition.is_true(&scope).map_err(|message| Wrong::expression("where", message))
        };
        let (mut paths, mut seen) = (Vec::new(), BTreeSet::new());
        for pattern in &rule.files {
            for path in self.listing.clone() {
                let Some(star) = star(pattern, path) else { continue };
                let place = Place { star, ..of(rule, path, facts) };
                if self.counts(rule, &place) && !seen.contains(path) && is_true(&mut self.work, &place)? {
                    seen.insert(path);
                    paths.push(place);
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
    let below = below.map(String::as_str).filter(|folder| *folder != ".").unwrap_or_default();
    Place { file, below, star: "" }
}

/// What is said of a file that is not what its name says. At the top of the app it is one that the app's own tools refuse
/// as well, and what is decided without it is another app; one further down may be a template, and of YAML Spring fills in
/// `@…@` before it is read.
fn unreadable(path: &str, format: KeyedFormat, problem: Diagnostic) -> Diagnostic {
    let strict = matches!(format, KeyedFormat::Json | KeyedFormat::Toml | KeyedFormat::Xml);
    if strict && !path.contains('/') {
        let said = Diagnostic { code: Code::InvalidProjectFile, severity: Severity::Error, ..problem };
        return said.hint("mend the file: version, packages and start command are read from it");
    }
    let said = Diagnostic { code: Code::FileNotRead, severity: Severity::Warning, ..problem };
    said.hint("mend the file: what it says is not known to the recipe")
}

/// JSON with keys in it: an object, or a list, which stands for its items, of nothing but those.
fn with_keys(root: Node, source: &Arc<Source>, format: KeyedFormat) -> Result<Node, Box<Diagnostic>> {
    let is_map = |node: &Node| matches!(node.kind, NodeKind::Map(_));
    let what = match &root.kind {
        NodeKind::Map(_) => return Ok(root),
        NodeKind::List(items) if !items.is_empty() && items.iter().all(is_map) => return Ok(root),
        _ if format != KeyedFormat::Json => return Ok(root),
        NodeKind::List(_) => "a list",
        _ => "a single value",
    };
    let message = format!("expected an object with keys, found {what}");
    Err(Box::new(Diagnostic::error(Code::FileNotRead, Span::new(source, root.range.clone()), message)))
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
fn parts<'t>(
    work: &mut Work,
    within: Option<&Pattern>,
    text: &'t str,
) -> Result<Vec<(usize, &'t str)>, Spent> {
    let Some(within) = within else { return Ok(vec![(0, text)]) };
    let mut parts = Vec::new();
    work.each(within, text, |_, captures: Captures<'t>| {
        let part = captures.get(1).or_else(|| captures.get(0));
        parts.extend(part.map(|part| (part.start(), part.as_str())));
        Ok(true)
    })?;
    Ok(parts)
}
