//! What a runtime's recipe proposes to the people of an app with these facts, without what the app has already. Nothing of
//! it is done: `explain` says it, and `new` writes it for people to choose.

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::expression;
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::scalars::VariableName;
use crate::resolve::decisions::Decision;
use crate::resolve::fact_values::scope;
use crate::resolve::release::{Process, Release};

/// One thing that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// What it is.
    pub what: Suggested,
    /// Whether the recipe is sure of it.
    pub certain: bool,
}

/// What can be proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suggested {
    /// A service, by its recipe.
    Service(String),
    /// A release command.
    Release(String),
    /// A secret, by name.
    Secret(String),
    /// A variable with its value.
    Variable(String, String),
    /// A process with its command and its schedule.
    Process(String, String, Option<String>),
}

/// What is there already.
struct There<'a>(&'a Release);

impl There<'_> {
    fn has_name(&self, name: &str) -> bool {
        let of_secret = || self.0.secrets.iter().any(|secret| secret.variable == name);
        let given = || self.0.variables.iter().any(|variable| variable.name == name);
        self.0.config.contains_key(name) || given() || of_secret()
    }

    fn has_service(&self, recipe: &str) -> bool {
        self.0.services.iter().any(|service| service.recipe == recipe)
    }

    /// A process of this name, or one under another name whose command is this one.
    fn has_process(&self, name: &str, command: &str) -> bool {
        let starts = |process: &Process| {
            process.command.as_ref().is_some_and(|words| words.join(" ").contains(command.trim()))
        };
        self.0.processes.iter().any(|process| process.name == name || starts(process))
    }
}

/// All that is proposed. Nothing where the app's files are not at hand, or it has a Dockerfile of its own.
pub(crate) fn of(inputs: &Inputs, release: &Release, problems: &mut Vec<Diagnostic>) -> Vec<Suggestion> {
    let Some(recipe) = &inputs.runtime else { return Vec::new() };
    // What is wrong with the recipe has been said.
    if inputs.recorded.is_some()
        || inputs.dockerfile.is_some()
        || inputs.problems.iter().any(Diagnostic::is_error)
    {
        return Vec::new();
    }
    let scope = scope(&recipe.description.value, &release.facts, &release.params);
    Asked { recipe, scope, problems }.all(&There(release))
}

/// Says all of it, for who asks where values come from.
pub(crate) fn explain(inputs: &Inputs, release: &mut Release, problems: &mut Vec<Diagnostic>) {
    for Suggestion { what, .. } in of(inputs, release, problems) {
        let (key, value) = match what {
            Suggested::Service(name) => ("services".to_owned(), name),
            Suggested::Release(command) => ("release".to_owned(), command),
            Suggested::Secret(name) => ("secrets".to_owned(), name),
            Suggested::Variable(name, value) => (format!("env.{name}"), value),
            Suggested::Process(name, command, _) => (format!("processes.{name}"), command),
        };
        let recipe = &inputs.app.value.runtime.name;
        let origin = format!("proposed by recipe {recipe}; nothing does it until .cupaas says it");
        release.decisions.push(Decision { what: format!("suggested.{key}"), value, origin });
    }
}

/// The recipe's rules, and the facts that they are asked with.
struct Asked<'a> {
    recipe: &'a Recipe,
    scope: Value,
    problems: &'a mut Vec<Diagnostic>,
}

impl Asked<'_> {
    fn all(&mut self, there: &There<'_>) -> Vec<Suggestion> {
        let rules = &self.recipe.description.value.suggests;
        let mut found = Vec::new();
        let mut add = |what: Suggested, certain: bool| {
            if !found.iter().any(|one: &Suggestion| one.what == what) {
                found.push(Suggestion { what, certain });
            }
        };
        for (index, rule) in rules.services.iter().enumerate() {
            let has =
                std::iter::once(&rule.service).chain(&rule.instead).any(|name| there.has_service(&name.0));
            if !has && self.fits("services", index, rule.when.as_deref()) {
                add(Suggested::Service(rule.service.0.clone()), rule.certain);
            }
        }
        for (index, rule) in rules.release.iter().enumerate().filter(|_| there.0.release.is_none()) {
            if self.fits("release", index, rule.when.as_deref()) {
                let command = self.text("release", index, "command", &rule.command);
                command.into_iter().for_each(|command| add(Suggested::Release(command), rule.certain));
                break;
            }
        }
        for (index, rule) in rules.secrets.iter().enumerate() {
            if rule.instead.iter().any(|name| there.has_name(&name.0))
                || !self.fits("secrets", index, rule.when.as_deref())
            {
                continue;
            }
            let Some(name) = self.text("secrets", index, "name", &rule.name) else { continue };
            if !VariableName::fits(&name) {
                self.wrong("secrets", index, "name", format!("{name:?} is no name of a variable"));
            } else if !there.has_name(&name) {
                add(Suggested::Secret(name), rule.certain);
            }
        }
        for (index, rule) in rules.variables.iter().enumerate() {
            if !there.has_name(&rule.name.0) && self.fits("variables", index, rule.when.as_deref()) {
                let value = self.text("variables", index, "value", &rule.value);
                let named = value.map(|value| Suggested::Variable(rule.name.0.clone(), value));
                named.into_iter().for_each(|named| add(named, rule.certain));
            }
        }
        let mut names: Vec<&str> = Vec::new();
        for (index, rule) in rules.processes.iter().enumerate() {
            let name = rule.name.0.as_str();
            if names.contains(&name) || !self.fits("processes", index, rule.when.as_deref()) {
                continue;
            }
            let Some(command) = self.text("processes", index, "command", &rule.command) else { continue };
            if !there.has_process(name, &command) {
                names.push(name);
                add(Suggested::Process(name.to_owned(), command, rule.schedule.clone()), rule.certain);
            }
        }
        found
    }

    fn fits(&mut self, list: &str, index: usize, when: Option<&str>) -> bool {
        let fits = when.map_or(Ok(true), |when| expression::is_true(when, &self.scope));
        fits.unwrap_or_else(|message| {
            self.wrong(list, index, "when", message);
            false
        })
    }

    fn text(&mut self, list: &str, index: usize, key: &str, template: &str) -> Option<String> {
        let text = expression::text(template, &self.scope);
        text.map(|text| text.trim().to_owned()).map_err(|message| self.wrong(list, index, key, message)).ok()
    }

    fn wrong(&mut self, list: &str, index: usize, key: &str, message: String) {
        let span = self.recipe.description.at(&["suggests", list, &index.to_string(), key]);
        let problem = Diagnostic::error(Code::InvalidExpression, span, "invalid suggestion");
        self.problems.push(problem.hint(message));
    }
}
