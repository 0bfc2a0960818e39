//! What a recipe says of itself that cannot hold, found when it is read: bounds that exclude their own default, names that no
//! variable can have, versions that it does not know. All of it, each with its place.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::parameter::{of_type, refused, size, whole};
use crate::load::recipe::{Parameter, ParameterKind, RecipeFile};
use crate::load::scalars::Date;
use crate::load::service_recipe::PingVariable;
use crate::load::version_order::{is_later, is_listed};
use crate::quantity::Quantity;
use crate::yaml::document::Document;

/// Settings that every service has. No parameter of a recipe can have their names, but for `memory`, `cpu` and `public` where
/// the recipe does not let them be set.
pub(crate) const COMMON: [&str; 9] =
    ["version", "storage", "disks", "name", "as", "memory", "cpu", "external", "public"];

/// Everything that cannot hold in a recipe.
pub(super) fn check(document: &Document<RecipeFile>) -> Vec<Diagnostic> {
    let mut found = Found { document, problems: Vec::new() };
    found.params();
    found.versions();
    found.resources();
    found.ping();
    found.provides();
    found.problems
}

struct Found<'d> {
    document: &'d Document<RecipeFile>,
    problems: Vec<Diagnostic>,
}

impl Found<'_> {
    /// Says something of what stands at `path`, unless that is a guess.
    fn say(&mut self, path: &[&str], message: impl Into<String>, hint: impl Into<String>) {
        if self.document.is_sound(path) {
            let place = self.document.at(path);
            self.problems
                .push(Diagnostic::error(Code::InvalidValue, place, message.into()).hint(hint.into()));
        }
    }

    fn params(&mut self) {
        let resources = &self.document.value.resources;
        for (name, parameter) in &self.document.value.params {
            if !self.document.is_sound(&["params", name]) {
                continue;
            }
            let taken = match name.as_str() {
                "memory" => resources.memory.is_some(),
                "cpu" => resources.cpu.is_some(),
                "public" => self.document.value.route,
                name => COMMON.contains(&name),
            };
            if taken {
                let message = format!("{name:?} is a setting that every service has");
                self.say(&["params", name], message, "give the parameter another name");
            }
            for (key, bound) in [("minimum", &parameter.minimum), ("maximum", &parameter.maximum)] {
                if let Some(bound) = bound {
                    self.bound(name, parameter, key, bound);
                }
            }
            if let Some(pattern) = &parameter.pattern {
                self.pattern(name, parameter, pattern);
            }
            if !self.crossed(name, parameter) {
                self.values(name, parameter);
            }
        }
    }

    /// Whether nothing lies between the bounds: then no default can be right either.
    fn crossed(&mut self, name: &str, parameter: &Parameter) -> bool {
        let of = |bound: &Option<Value>| size(parameter.kind, bound.as_ref()?);
        let is_crossed =
            of(&parameter.minimum).zip(of(&parameter.maximum)).is_some_and(|(least, most)| least > most);
        if is_crossed {
            let message =
                format!("no value of {name:?} is within its bounds: `minimum` is more than `maximum`");
            self.say(
                &["params", name, "minimum"],
                message,
                "write the least as `minimum`, and the most as `maximum`",
            );
        }
        is_crossed
    }

    fn bound(&mut self, name: &str, parameter: &Parameter, key: &str, bound: &Value) {
        let path = ["params", name, key];
        if size(parameter.kind, bound).is_none() || !of_type(parameter.kind, bound) {
            let hint = "bounds are for `integer`, `amount` and `duration`, and written as their values are";
            self.say(&path, format!("invalid {key} of {name:?}"), hint);
        }
    }

    fn pattern(&mut self, name: &str, parameter: &Parameter, pattern: &str) {
        let path = ["params", name, "pattern"];
        if !matches!(parameter.kind, ParameterKind::Text | ParameterKind::List) {
            self.say(&path, format!("{name:?} cannot have a pattern"), "patterns are for `text` and `list`");
        } else if let Err(error) = whole(pattern) {
            self.say(&path, "invalid regular expression", error.to_string());
        }
    }

    fn values(&mut self, name: &str, parameter: &Parameter) {
        let list = parameter.kind == ParameterKind::List;
        let kind = if list { ParameterKind::Text } else { parameter.kind };
        for (index, choice) in parameter.choices.iter().enumerate() {
            if !of_type(kind, choice) {
                let path = ["params", name, "choices", &index.to_string()];
                self.say(
                    &path,
                    format!("invalid choice of {name:?}"),
                    "write it as the parameter's type is written",
                );
            }
        }
        if let Some(hint) = refused(parameter, &parameter.default) {
            self.say(&["params", name, "default"], format!("invalid default of {name:?}"), hint);
        }
    }

    fn versions(&mut self) {
        let versions = &self.document.value.versions;
        let known = |version: &str| is_listed(version, &versions.supported);
        let hint = || format!("supported: {}", versions.supported.join(", "));
        for (version, end) in &versions.ends {
            let path = ["versions", "ends", version.as_str()];
            if !known(version) {
                self.say(&path, format!("version {version:?} is not supported"), hint());
            }
            if Date::fits(&end.0) && end.begins().is_none() {
                self.say(&path, format!("there is no day {:?}", end.0), "write it as 2026-11-12");
            }
        }
        for (index, rule) in versions.upgrades.iter().enumerate() {
            let at = |key| ["versions".to_owned(), "upgrades".to_owned(), index.to_string(), key];
            let path = at("to".to_owned());
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            if !known(&rule.to) {
                self.say(&path, format!("version {:?} is not supported", rule.to), hint());
            }
            // From a series to itself: from each of its versions to each later one.
            if rule.allowed && rule.to != rule.from && !is_later(&rule.to, &rule.from) {
                let message = format!("from {} to {} is no upgrade", rule.from, rule.to);
                self.say(
                    &path,
                    message,
                    "only a later version can be allowed to read the data of an earlier one",
                );
            }
        }
    }

    fn resources(&mut self) {
        let resources = &self.document.value.resources;
        let memory =
            resources.memory.as_ref().map(|rule| (&rule.default.0, rule.least.as_ref().map(|one| &one.0)));
        let cpu = resources.cpu.as_ref().map(|rule| (&rule.default.0, rule.least.as_ref().map(|one| &one.0)));
        for (what, default, least) in [("memory", memory), ("cpu", cpu)]
            .into_iter()
            .filter_map(|(what, rule)| Some((what, rule?.0, rule?.1?)))
        {
            if Quantity::parse(default) < Quantity::parse(least) {
                let hint = format!("at least {least}, as `least` says");
                self.say(
                    &["resources", what, "default"],
                    format!("the default of {default} is too little"),
                    hint,
                );
            }
        }
    }

    fn ping(&mut self) {
        let Some(ping) = &self.document.value.ping else { return };
        if ping.command.is_empty() == ping.http.is_none() {
            let hint = "write one of them: `command: [redis-cli, …]`, or `http: {path: /health}`";
            self.say(&["ping"], "a ping is either a command or an HTTP path", hint);
        }
        let keys: Vec<&str> = self.document.value.credentials.iter().map(|rule| rule.key.as_str()).collect();
        for (name, variable) in &ping.env {
            let PingVariable::Secret(key) = variable else { continue };
            if !keys.contains(&key.as_str()) && self.document.is_sound(&["credentials"]) {
                let message = format!("no credential has the key {key:?}");
                self.say(&["ping", "env", name], message, format!("keys: {}", keys.join(", ")));
            }
        }
    }

    fn provides(&mut self) {
        let mut names = BTreeSet::new();
        for (index, provided) in self.document.value.provides.iter().enumerate() {
            for (second, name) in provided.also.iter().enumerate() {
                let path = ["provides", &index.to_string(), "also", &second.to_string()];
                if name.0 == "PORT" {
                    self.say(&path, "PORT is set by cupaas", "give the variable another name");
                } else if !names.insert(name.0.as_str()) {
                    self.say(&path, format!("{name} is given twice"), "name it once");
                }
            }
        }
    }
}
