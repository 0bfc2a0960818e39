//! One rule of a recipe → what it finds in the app's files, and in which.

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::expression;
use crate::load::app_folder::matches;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::recipe::FactRule;
use crate::resolve::fact_text::{Place, value};
use crate::resolve::fact_values::{Facts, values};

/// A value, and the file that says it.
type Find = (String, String);
/// Which key of the rule is wrong, and why.
type Wrong = (&'static str, String);

/// Where rules look, and what those above have found.
pub(super) struct Search<'a> {
    recipe: &'a Recipe,
    inputs: &'a Inputs,
    facts: &'a Facts,
}

impl<'a> Search<'a> {
    pub(super) fn new(recipe: &'a Recipe, inputs: &'a Inputs, facts: &'a Facts) -> Self {
        Self { recipe, inputs, facts }
    }

    /// What a rule finds, in the order of its files: one value of each, or all where it asks for all.
    ///
    /// # Errors
    ///
    /// Which of its expressions is wrong, and why.
    pub(super) fn apply(&self, rule: &FactRule) -> Result<Vec<Find>, Wrong> {
        let scope = Value::Object(values(&self.recipe.description.value, self.facts));
        if let Some(when) = &rule.when
            && !expression::is_true(when, &scope).map_err(|message| ("when", message))?
        {
            return Ok(Vec::new());
        }
        let Some(pattern) = &rule.pattern else {
            let paths = self.paths(rule, self.inputs.listing.iter(), &scope)?;
            let one = |path: &String| Some((value(&rule.is, &self.place(rule, path), &[])?, path.clone()));
            return Ok(paths.into_iter().filter_map(one).collect());
        };
        let paths = self.paths(rule, self.inputs.texts.keys(), &scope)?;
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let regex = |key, pattern: &str| Regex::new(pattern).map_err(|error| (key, error.to_string()));
        let pattern = regex("match", pattern)?;
        let within = rule.within.as_deref().map(|within| regex("within", within)).transpose()?;
        let mut finds: Vec<Find> = Vec::new();
        for path in paths {
            let Some(text) = self.inputs.texts.get(path) else { continue };
            let place = self.place(rule, path);
            let found = parts(within.as_ref(), text)
                .into_iter()
                .flat_map(|part| pattern.captures_iter(part))
                .filter_map(|captures| value(&rule.is, &place, &groups(&captures)))
                .filter(|found| !found.is_empty())
                .take(if rule.all { usize::MAX } else { 1 });
            for found in found {
                if !finds.iter().any(|(other, _)| *other == found) {
                    finds.push((found, path.clone()));
                }
            }
        }
        Ok(finds)
    }

    fn place<'b>(&'b self, rule: &FactRule, file: &'b str) -> Place<'b> {
        let below = rule.below.as_ref().and_then(|fact| self.facts.get(fact));
        Place { file, below: below.map(String::as_str).filter(|folder| *folder != ".").unwrap_or_default() }
    }

    /// The files that the rule looks at, in the order of its patterns.
    fn paths<'b>(
        &self,
        rule: &FactRule,
        among: impl Iterator<Item = &'b String> + Clone,
        scope: &Value,
    ) -> Result<Vec<&'b String>, Wrong> {
        let mut paths: Vec<&String> = Vec::new();
        for pattern in &rule.files {
            for path in among.clone().filter(|path| matches(pattern, path)) {
                if !paths.contains(&path) && self.counts(rule, path, scope)? {
                    paths.push(path);
                }
            }
        }
        Ok(paths)
    }

    fn counts(&self, rule: &FactRule, path: &str, scope: &Value) -> Result<bool, Wrong> {
        let skip = &self.recipe.description.value.skip;
        let place = self.place(rule, path);
        let skipped = path.split('/').any(|part| skip.iter().any(|pattern| matches(pattern, part)));
        let below = place.below.is_empty()
            || path.strip_prefix(place.below).is_some_and(|rest| rest.starts_with('/'));
        if skipped || !below || !place.is_plain() {
            return Ok(false);
        }
        if let Some(without) = &rule.without {
            let there = place.fill(without);
            if self.inputs.listing.contains(&there) {
                return Ok(false);
            }
        }
        let Some(of_file) = &rule.of_file else { return Ok(true) };
        let mut scope = scope.clone();
        for (name, value) in [
            ("file", json!(path)),
            ("folder", json!(place.folder())),
            ("top", json!(place.top())),
            ("module", json!(place.module())),
        ] {
            scope[name] = value;
        }
        expression::is_true(of_file, &scope).map_err(|message| ("where", message))
    }
}

fn groups<'t>(captures: &regex_lite::Captures<'t>) -> Vec<&'t str> {
    captures.iter().map(|group| group.map_or("", |group| group.as_str())).collect()
}

/// The parts of a text that a rule looks at.
fn parts<'t>(within: Option<&Regex>, text: &'t str) -> Vec<&'t str> {
    let Some(within) = within else { return vec![text] };
    let part = |captures: regex_lite::Captures<'t>| captures.get(1).or_else(|| captures.get(0));
    within.captures_iter(text).filter_map(part).map(|part| part.as_str()).collect()
}
