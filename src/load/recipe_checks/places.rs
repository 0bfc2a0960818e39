//! The table of all texts in `recipe.yaml` that are expressions or templates, each with the names that it can read.

use super::sight::{RELEASE, Sight};
use crate::load::needed_facts::is_passing;
use crate::load::recipe::RecipeFile;
use crate::load::service_recipe::PingVariable;
use crate::load::suggest_rules::{ProcessRule, ReleaseRule, SecretRule, VariableRule};
use crate::version_range::Scheme;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A condition.
    Expression,
    /// A text with `{{ … }}` in it.
    Template,
}

/// One text of `recipe.yaml`.
pub(super) struct Place<'a> {
    /// Where it stands.
    pub(super) path: Vec<String>,
    /// What stands there.
    pub(super) text: &'a str,
    /// What it is.
    pub(super) form: Form,
    /// What it can read.
    pub(super) sight: Sight,
}

/// All of them. A key of the format that is new has its line here.
pub(super) fn all(recipe: &RecipeFile) -> Vec<Place<'_>> {
    let mut table = Table::default();
    of_facts(recipe, &mut table);
    of_runtime(recipe, &mut table);
    of_service(recipe, &mut table);
    of_manifests(recipe, &mut table);
    table.0
}

fn of_facts<'a>(recipe: &'a RecipeFile, table: &mut Table<'a>) {
    let mut above = params(recipe, Sight::default());
    for (index, rule) in recipe.facts.iter().enumerate() {
        let of_file = above.with(["file", "folder", "top", "module"]);
        table.expression(("facts", index, "when"), rule.when.as_ref(), &above);
        table.expression(("facts", index, "where"), rule.of_file.as_ref(), &of_file);
        // Of the version every find counts, and it is known last.
        above = above.with(Some(rule.fact.as_str()).filter(|fact| *fact != "version"));
    }
}

/// The facts that outlive the checks, and what is always known beside them.
pub(super) fn facts(recipe: &RecipeFile) -> Sight {
    let found = recipe.facts.iter().map(|rule| rule.fact.as_str());
    let (passing, kept): (Vec<_>, Vec<_>) = found.partition(|fact| is_passing(recipe, fact));
    let facts = Sight::of(kept).passed(passing).with(["version"]);
    let by_wheels = recipe.facts.iter().any(|rule| rule.range == Some(Scheme::WheelTags));
    params(recipe, facts.with(by_wheels.then_some("lacking")))
}

/// The same and what is known before any fact: the app's parameters, and the recipe's words.
fn params(recipe: &RecipeFile, sight: Sight) -> Sight {
    let sight = sight.with_all("params", recipe.params.keys().map(String::as_str));
    match recipe.words.is_empty() {
        true => sight,
        false => sight.with_all("words", recipe.words.keys().map(String::as_str)),
    }
}

fn of_runtime<'a>(recipe: &'a RecipeFile, table: &mut Table<'a>) {
    let facts = facts(recipe);
    let all = facts.with(recipe.facts.iter().map(|rule| rule.fact.as_str()));
    let checked = all.with(["version_by_default", "version_is_open"]);
    for (index, check) in recipe.checks.iter().enumerate() {
        table.expression(("checks", index, "when"), Some(&check.when), &checked);
        table.template(("checks", index, "error"), check.error.as_ref(), &checked);
        table.template(("checks", index, "warning"), check.warning.as_ref(), &checked);
        table.template(("checks", index, "hint"), Some(&check.hint), &checked);
    }
    for (index, rule) in recipe.start.iter().enumerate() {
        table.expression(("start", index, "when"), rule.when.as_ref(), &facts);
        table.template(("start", index, "command"), rule.command.as_ref(), &facts);
        table.template(("start", index, "warning"), rule.warning.as_ref(), &facts);
        table.template(("start", index, "error"), rule.error.as_ref(), &facts);
        table.template(("start", index, "hint"), rule.hint.as_ref(), &facts);
    }
    for (index, rule) in recipe.system.iter().enumerate() {
        table.expression(("system", index, "when"), rule.when.as_ref(), &facts);
    }
    of_uses(recipe, &facts, table);
    of_suggestions(recipe, &facts, table);
    let running = facts.with(["port", "host", "hosts", "url", "memory"]);
    for (index, rule) in recipe.env.iter().enumerate() {
        table.expression(("env", index, "when"), rule.when.as_ref(), &running);
        table.template(("env", index, "value"), Some(&rule.value), &running);
    }
    for (index, rule) in recipe.writable.iter().enumerate() {
        table.expression(("writable", index, "when"), rule.when.as_ref(), &facts);
    }
}

fn of_uses<'a>(recipe: &'a RecipeFile, facts: &Sight, table: &mut Table<'a>) {
    for (name, rule) in &recipe.uses {
        let at = |path: &[&str]| ["uses", name].iter().chain(path).map(|&part| part.to_owned()).collect();
        table.push(at(&["when"]), rule.when.as_deref(), Form::Expression, facts);
        for (key, template) in &rule.with {
            table.push(at(&["with", key]), Some(template), Form::Template, facts);
        }
    }
}

/// The condition of something that is proposed, and the key of its template with what stands there.
type Proposed<'a> = (Option<&'a String>, Option<(&'static str, &'a String)>);

fn of_suggestions<'a>(recipe: &'a RecipeFile, facts: &Sight, table: &mut Table<'a>) {
    let rules = &recipe.suggests;
    let mut list = |list: &str, texts: Vec<Proposed<'a>>| {
        for (index, (when, template)) in texts.into_iter().enumerate() {
            let at = |key: &str| ["suggests", list, &index.to_string(), key].map(str::to_owned).to_vec();
            table.push(at("when"), when.map(String::as_str), Form::Expression, facts);
            if let Some((key, template)) = template {
                table.push(at(key), Some(template), Form::Template, facts);
            }
        }
    };
    let of_process = |rule: &'a ProcessRule| (rule.when.as_ref(), Some(("command", &rule.command)));
    list("processes", rules.processes.iter().map(of_process).collect());
    let of_release = |rule: &'a ReleaseRule| (rule.when.as_ref(), Some(("command", &rule.command)));
    list("release", rules.release.iter().map(of_release).collect());
    let of_variable = |rule: &'a VariableRule| (rule.when.as_ref(), Some(("value", &rule.value)));
    list("variables", rules.variables.iter().map(of_variable).collect());
    let of_secret = |rule: &'a SecretRule| (rule.when.as_ref(), Some(("name", &rule.name)));
    list("secrets", rules.secrets.iter().map(of_secret).collect());
    list("services", rules.services.iter().map(|rule| (rule.when.as_ref(), None)).collect());
}

fn of_service<'a>(recipe: &'a RecipeFile, table: &mut Table<'a>) {
    let of_service = Sight::of(["app", "environment", "version", "name"]).with_service(recipe);
    let provided = Sight::of(["app", "name", "prefix"]).with_service(recipe);
    let rotated = Sight::of(["app", "environment", "namespace", "name", "secret"]);
    table.push(vec!["image".to_owned()], recipe.image.as_deref(), Form::Template, &of_service);
    for (index, rule) in recipe.credentials.iter().enumerate() {
        table.expression(("credentials", index, "when"), rule.when.as_ref(), &of_service);
        let above = recipe.credentials[..index].iter().map(|other| other.key.as_str());
        let composed = of_service.with_all("credentials", above);
        table.template(("credentials", index, "value"), rule.value.as_ref(), &composed);
    }
    for (index, variable) in recipe.provides.iter().enumerate() {
        let value = variable.value.as_ref().map(|value| &value.0);
        table.template(("provides", index, "value"), value, &provided);
        let value = variable.external.as_ref().map(|value| &value.0);
        table.template(("provides", index, "external"), value, &provided);
    }
    for (index, step) in recipe.rotation.iter().enumerate() {
        table.template(("rotation", index, "say"), Some(&step.say), &rotated);
        table.template(("rotation", index, "run"), step.run.as_ref(), &rotated);
    }
    let at = |path: &[&str]| path.iter().map(|&part| part.to_owned()).collect();
    if let Some(ping) = &recipe.ping {
        for (index, word) in ping.command.iter().enumerate() {
            table.push(at(&["ping", "command", &index.to_string()]), Some(word), Form::Template, &of_service);
        }
        for (name, variable) in &ping.env {
            let PingVariable::Value(text) = variable else { continue };
            table.push(at(&["ping", "env", name]), Some(text), Form::Template, &of_service);
        }
        table.push(at(&["ping", "image"]), ping.image.as_deref(), Form::Template, &of_service);
    }
    let disk = recipe.storage.as_ref().and_then(|storage| storage.when.as_deref());
    table.push(at(&["storage", "when"]), disk, Form::Expression, &of_service);
    for (name, rule) in &recipe.disks {
        table.push(at(&["disks", name, "when"]), rule.when.as_deref(), Form::Expression, &of_service);
    }
    for (index, rule) in recipe.config.iter().enumerate() {
        table.expression(("config", index, "when"), rule.when.as_ref(), &config(recipe));
    }
}

/// What the files of a service's configuration see: nothing of its Secret, for they stand in a ConfigMap.
pub(super) fn config(recipe: &RecipeFile) -> Sight {
    Sight::of(["app", "environment", "version", "name"]).with_service_alone(recipe)
}

/// What templates of manifests see, beside the items of their rules.
pub(super) fn manifest(recipe: &RecipeFile) -> Sight {
    Sight::of(RELEASE).with(["workload"]).with_service(recipe)
}

fn of_manifests<'a>(recipe: &'a RecipeFile, table: &mut Table<'a>) {
    let sight = manifest(recipe);
    for (index, rule) in recipe.files.iter().enumerate() {
        let item = rule.each.is_some().then(|| rule.item.as_ref().map_or("item", |item| &item.0));
        table.expression(("files", index, "when"), rule.when.as_ref(), &sight.with(item));
    }
}

/// The table as it grows.
#[derive(Default)]
struct Table<'a>(Vec<Place<'a>>);

impl<'a> Table<'a> {
    fn expression(&mut self, path: (&str, usize, &str), text: impl Into<Option<&'a String>>, sight: &Sight) {
        self.item(path, text.into(), Form::Expression, sight);
    }

    fn template(&mut self, path: (&str, usize, &str), text: impl Into<Option<&'a String>>, sight: &Sight) {
        self.item(path, text.into(), Form::Template, sight);
    }

    fn item(
        &mut self,
        (list, index, key): (&str, usize, &str),
        text: Option<&'a String>,
        form: Form,
        sight: &Sight,
    ) {
        let path = [list, &index.to_string(), key].map(str::to_owned).to_vec();
        self.push(path, text.map(String::as_str), form, sight);
    }

    fn push(&mut self, path: Vec<String>, text: Option<&'a str>, form: Form, sight: &Sight) {
        self.0.extend(text.map(|text| Place { path, text, form, sight: sight.clone() }));
    }
}
