//! Templates → values. A formatter writes a placeholder for every value, the text is parsed once, and the values are
//! put into the tree: whatever a value holds, it never becomes structure.
//!
//! Invariant: no template output is a value's text; `safe` and `autoescape` cannot get round it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::expression::weighed::Weighed;
use crate::load::catalog::{Recipe, SHARED};
use crate::render::origin::Origin;
use crate::render::values::{Budget, CLOSE, OPEN, fill, to_json};
use crate::render::workload;
use crate::render::written::{hint, written};
use crate::resolve::{amounts, command};
use crate::{expression, names};

/// The most steps that one template may take, of which each also pays for 64 bytes.
pub(super) const FUEL: u64 = 300_000;
/// The most bytes that a template may make: what is read again takes many times as much memory.
const MAX_TEXT: usize = 1 << 20;
/// The most parts that are rendered within each other.
const MAX_PARTS: usize = 16;

/// The values of one rendering, by the number of their placeholder.
#[derive(Debug, Default)]
struct Slots {
    values: Mutex<Vec<Json>>,
    /// How many parts are being rendered within each other.
    depth: AtomicUsize,
    /// What may still be made of values.
    budget: Budget,
}

impl Slots {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<Json>) -> T) -> T {
        act(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Parsed texts. Apps of one shape give the same text, since their values are not in it.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    texts: Mutex<BTreeMap<String, Arc<Json>>>,
}

impl Parsed {
    fn parse(&self, text: &str) -> Result<Arc<Json>, Unread> {
        if text.len() > MAX_TEXT {
            return Err(Unread {
                message: format!("makes more than {} KiB", MAX_TEXT >> 10),
                line: None,
                hint: None,
            });
        }
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(text) {
            return Ok(Arc::clone(known));
        }
        let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
        let value: Json = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| Unread::of(&error).advised(text))?;
        let value = Arc::new(value);
        texts.insert(text.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}

/// The templates of one recipe, ready to render.
#[derive(Debug)]
pub(crate) struct Engine {
    environment: Environment<'static>,
    slots: Arc<Slots>,
    parsed: Arc<Parsed>,
    sources: BTreeMap<String, Arc<Source>>,
    /// The templates as the environment has them.
    weighed: BTreeMap<String, Weighed>,
}

impl Engine {
    /// Compiles the recipe's templates.
    ///
    /// # Errors
    ///
    /// A template that cannot be read, with its place.
    pub(crate) fn new(recipe: &Recipe, parsed: &Arc<Parsed>) -> Result<Self, Failure> {
        let slots = Arc::new(Slots::default());
        let mut environment = expression::bounded(UndefinedBehavior::Strict, FUEL);
        let placeholders = Arc::clone(&slots);
        environment.set_formatter(move |out, _, value| {
            let number = placeholder(&placeholders, value)?;
            write!(out, "{OPEN}{number}{CLOSE}").map_err(Error::from)
        });
        add_functions(&mut environment, &slots, parsed);
        let mut weighed = BTreeMap::new();
        for (name, source) in recipe.texts.iter().filter(|(name, _)| name.ends_with(".j2")) {
            // One character at a time is looked for by its bytes.
            let marks = [OPEN, CLOSE].into_iter().filter_map(|mark| source.text.find(mark));
            if let Some(at) = marks.min() {
                let span = Span::new(source, at..at + OPEN.len_utf8());
                return Err(Failure::recipe(span, "a template cannot contain U+E000 or U+E001".to_owned()));
            }
            let made = expression::checked(&source.text)
                .map_err(|excess| Failure::recipe(Span::new(source, excess.at), excess.message))?;
            let added = environment.add_template_owned(name.clone(), made.text.clone());
            added.map_err(|error| {
                Failure::recipe(place(source, &made, &error), expression::message(&error))
            })?;
            weighed.insert(name.clone(), made);
        }
        let sources = recipe.texts.clone();
        Ok(Self { environment, slots, parsed: Arc::clone(parsed), sources, weighed })
    }

    /// What an object is made from, by its rule's template and the recipe's `workload`.
    pub(super) fn origin(&self, template: &str, workload: Option<&str>, rule: &Span) -> Origin {
        let whole = !template.starts_with(SHARED);
        let own = if whole { Some(template) } else { workload };
        Origin { template: own.and_then(|name| self.sources.get(name).cloned()), rule: rule.clone(), whole }
    }

    /// The object that a template makes of `context`.
    ///
    /// # Errors
    ///
    /// The recipe's, with the template's place.
    pub(crate) fn object(&self, template: &str, context: &Value, rule: &Span) -> Result<Json, Failure> {
        let Some(source) = self.sources.get(template) else {
            return Err(Failure::recipe(rule.clone(), format!("there is no template {template:?}")));
        };
        let fail = |error: &Error| {
            let lacks = source.text.contains("workload") && lacks_workload(context);
            self.failure(template, error, rule, lacks)
        };
        self.slots.with(Vec::clear);
        self.slots.budget.renew();
        self.slots.depth.store(0, Ordering::Relaxed);
        let compiled = self.environment.get_template(template).map_err(|error| fail(&error))?;
        let text = compiled.render(context.clone()).map_err(|error| fail(&error))?;
        let shared = template.starts_with(SHARED);
        let place = || if shared { rule.clone() } else { Span::file(source) };
        let parsed = self.parsed.parse(&text).map_err(|unread| {
            let span = unread.line_of(&text, source).filter(|_| !shared).unwrap_or_else(place);
            said(span, unread.message, unread.hint)
        })?;
        let slots = self.slots.with(std::mem::take);
        let value = fill(&parsed, &slots, &self.slots.budget).map_err(|unfilled| {
            let written = if shared { None } else { written(source, &unfilled.path) };
            let place = written.map_or_else(place, |(span, _)| span);
            said(place, unfilled.message, unfilled.hint)
        })?;
        Ok(without_nulls(value))
    }

    /// What the recipe's `workload` template says of the service in `context`; nothing where it has none.
    ///
    /// # Errors
    ///
    /// The recipe's, with the template's place.
    pub(super) fn workload(
        &self,
        recipe: &Recipe,
        context: &BTreeMap<String, Value>,
    ) -> Result<Option<Json>, Failure> {
        let Some(name) = &recipe.description.value.workload else { return Ok(None) };
        let said = self.object(name, &Value::from(context.clone()), &recipe.description.at(&["workload"]))?;
        workload::read(said).map(Some).map_err(|wrong| {
            let Some(source) = self.sources.get(name) else { return Failure::recipes(Vec::new()) };
            let said = wrong.into_iter().map(|violation| {
                let (place, is_there) =
                    written(source, &violation.path).unwrap_or_else(|| (Span::file(source), false));
                let hint = hint(&violation, &place).map(Into::into);
                let message = match is_there || violation.path.is_empty() {
                    true => violation.message,
                    // As where a loop makes it.
                    false => violation.to_string(),
                };
                Diagnostic { hint, ..Diagnostic::error(Code::RecipeInvalid, place, message) }
            });
            Failure::recipes(said.collect())
        })
    }

    /// An error is at the template's place; one in a shared part is at the rule that names the part.
    fn failure(&self, template: &str, error: &Error, rule: &Span, lacks_workload: bool) -> Failure {
        if self.sources.contains_key(template) && !template.starts_with(SHARED) {
            return Failure::recipe(self.place(template, rule, error), expression::message(error));
        }
        let problem = Diagnostic::error(Code::RecipeInvalid, rule.clone(), in_part(template, error));
        let hint = "name the template in recipe.yaml under `workload`";
        Failure::recipes(vec![if lacks_workload { problem.hint(hint) } else { problem }])
    }

    /// The place of an error, also where it is in a part of the template.
    fn place(&self, template: &str, rule: &Span, error: &Error) -> Span {
        let inner = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
            .filter_map(|error| error.downcast_ref::<Error>())
            .last()
            .unwrap_or(error);
        let named = [inner.name().unwrap_or(template), template];
        let known = named.iter().find_map(|name| Some((self.sources.get(*name)?, self.weighed.get(*name)?)));
        known.map_or_else(|| rule.clone(), |(source, weighed)| place(source, weighed, inner))
    }
}

fn lacks_workload(context: &Value) -> bool {
    context.get_attr("workload").is_ok_and(|workload| workload.is_undefined())
}

/// A mistake of the recipe's with what to do about it.
fn said(place: Span, message: String, hint: Option<&'static str>) -> Failure {
    let problem = Diagnostic::error(Code::RecipeInvalid, place, message);
    Failure::recipes(vec![Diagnostic { hint: hint.map(Into::into), ..problem }])
}

/// The words of an error in a shared part, which has its place in the recipe that uses the part.
fn in_part(name: &str, error: &Error) -> String {
    match error.line() {
        Some(line) => format!("{name}:{line}: {}", expression::message(error)),
        None => format!("{name}: {}", expression::message(error)),
    }
}

/// Why what a template renders cannot be read, and in which of its lines.
struct Unread {
    message: String,
    line: Option<usize>,
    hint: Option<&'static str>,
}

impl Unread {
    fn of(error: &serde_saphyr::Error) -> Self {
        let message = match error {
            serde_saphyr::Error::MultipleDocuments { .. } => {
                "rendered several documents: a template makes one object, and each further one needs a template and a \
                 rule of its own"
                    .to_owned()
            }
            _ => format!("rendered invalid YAML: {}", error.to_string().replace([OPEN, CLOSE], "")),
        };
        let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
        Self { message, line, hint: None }
    }

    /// The same with what to do about it, as the line and those around it tell; at the one of them that is to blame.
    fn advised(mut self, text: &str) -> Self {
        let Some(line) = self.line else { return self };
        let numbered = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let near: Vec<(usize, &str)> = numbered.filter(|(number, _)| number.abs_diff(line) <= 1).collect();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let has_tab = |(_, line): &&(usize, &str)| line[..indent(line)].contains('\t');
        let has_hyphen = |(number, text): &&(usize, &str)| {
            let item =
                text.trim_start().strip_prefix('-').filter(|item| item.contains(": ") || item.ends_with(':'));
            *number <= line && item.is_some_and(|item| item.starts_with(char::is_alphabetic))
        };
        if let Some((number, _)) = near.iter().find(has_tab) {
            (self.line, self.hint) = (Some(*number), Some("indent it with spaces: YAML allows no tab there"));
        } else if let Some((number, _)) = near.iter().find(has_hyphen) {
            (self.line, self.hint) = (Some(*number), Some("write a space behind the hyphen: `- name: …`"));
        }
        self
    }

    /// The template's line, where it has as many lines as what it renders.
    fn line_of(&self, rendered: &str, source: &Arc<Source>) -> Option<Span> {
        let line = self.line.filter(|_| rendered.lines().count() == source.text.lines().count())?;
        let start: usize = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let text = source.text.get(start..)?.lines().next()?;
        let indent = text.len() - text.trim_start().len();
        Some(Span::new(source, start + indent..start + text.len()))
    }
}

/// Where a template is wrong.
pub(super) fn place(source: &Arc<Source>, weighed: &Weighed, error: &Error) -> Span {
    match (error.range(), error.line()) {
        (Some(range), _) => Span::new(source, weighed.original(range)),
        (None, Some(line)) => {
            let start = source.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            Span::new(source, start..start)
        }
        (None, None) => Span::file(source),
    }
}

fn placeholder(slots: &Slots, value: &Value) -> Result<usize, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let json = to_json(value, &slots.budget)?;
    Ok(slots.with(|values| {
        values.push(json);
        values.len() - 1
    }))
}

#[derive(Clone)]
struct Part {
    slots: Arc<Slots>,
    parsed: Arc<Parsed>,
}

impl Part {
    fn render(&self, state: &State, name: &str, context: BTreeMap<String, Value>) -> Result<Value, Error> {
        let rendered = self.value(state, name, context);
        match name.starts_with(SHARED) {
            true => rendered.map_err(|error| Error::new(ErrorKind::BadInclude, in_part(name, &error))),
            false => rendered,
        }
    }

    fn value(&self, state: &State, name: &str, context: BTreeMap<String, Value>) -> Result<Value, Error> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidOperation, message);
        if self.slots.depth.fetch_add(1, Ordering::Relaxed) >= MAX_PARTS {
            return Err(invalid(format!("more than {MAX_PARTS} parts within each other")));
        }
        let outer = self.slots.with(std::mem::take);
        let rendered = state.env().get_template(name)?.render_captured(Value::from(context))?;
        let slots = self.slots.with(|values| std::mem::replace(values, outer));
        self.slots.depth.fetch_sub(1, Ordering::Relaxed);
        // A part begins with a measure of its own; what it took is taken from the template that asked for it.
        state.consume_fuel(rendered.state().fuel_levels().map_or(0, |(taken, _)| taken))?;
        let tree = self.parsed.parse(rendered.output()).map_err(|unread| invalid(unread.message))?;
        let filled = fill(&tree, &slots, &self.slots.budget).map_err(|unfilled| invalid(unfilled.message))?;
        Ok(Value::from(Serde(filled)))
    }
}

fn add_functions(environment: &mut Environment<'static>, slots: &Arc<Slots>, parsed: &Arc<Parsed>) {
    // A part is a template of its own, rendered and parsed by itself, and then one value of the template around it.
    let part = Part { slots: Arc::clone(slots), parsed: Arc::clone(parsed) };
    let parts = part.clone();
    environment.add_function("part", move |state: &mut State, name: &str, values: Kwargs| {
        let mut context = BTreeMap::new();
        for key in values.args() {
            context.insert(key.to_owned(), values.get::<Value>(key)?);
        }
        part.render(state, name, context)
    });
    environment.add_function("parts", move |state: &mut State, name: &str, item: &str, items: &Value| {
        // Each is paid for as it comes: a list may say that it is longer than any memory.
        let one = |value| parts.render(state, name, BTreeMap::from([(item.to_owned(), value)]));
        items.try_iter()?.map(one).collect::<Result<Vec<Value>, Error>>()
    });
    let hashed = Arc::clone(slots);
    environment.add_function("hash", move |value: &Value| {
        let json = to_json(value, &hashed.budget)?;
        Ok::<_, Error>(names::hash(&sorted(&json).to_string(), 8))
    });
    amounts::add(environment);
    environment.add_filter("literal", |text: &str| command::literal(text));
    environment.add_filter("go_template", |text: &str| expression::go_template(text));
}

/// A value whose keys stand in one order, so that its hash does not depend on a template's.
fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(entries) => {
            let entries: BTreeMap<&String, Json> =
                entries.iter().map(|(key, value)| (key, sorted(value))).collect();
            Json::Object(entries.into_iter().map(|(key, value)| (key.clone(), value)).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// A key whose value is null is a key that is not there, as the API server has it.
fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(entries) => Json::Object(
            entries.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
