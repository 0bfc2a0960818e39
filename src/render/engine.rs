//! Templates → values. A formatter writes a placeholder for every value, the text is parsed once, and the values are
//! put into the tree: whatever a value holds, it never becomes structure.
//!
//! Invariant: no template output is a value's text; `safe` and `autoescape` cannot get round it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Kwargs, Serde};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use serde_json::{Map, Value as Json};

use crate::diagnostic::{Failure, Source, Span};
use crate::load::catalog::Recipe;
use crate::resolve::command;
use crate::{expression, names};

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
/// The most steps that one template may take.
const FUEL: u64 = 1_000_000;

/// The values of one rendering, by the number of their placeholder.
#[derive(Debug, Default)]
struct Slots {
    values: Mutex<Vec<Json>>,
}

impl Slots {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<Json>) -> T) -> T {
        act(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Parsed texts. Apps of one shape give the same text, since their values are not in it.
#[derive(Debug, Default)]
pub struct Parsed {
    texts: Mutex<BTreeMap<String, Arc<Json>>>,
}

impl Parsed {
    fn parse(&self, text: &str) -> Result<Arc<Json>, String> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(text) {
            return Ok(Arc::clone(known));
        }
        let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
        let value: Json =
            serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
        let value = Arc::new(value);
        texts.insert(text.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}

/// The templates of one recipe, ready to render.
#[derive(Debug)]
pub struct Engine {
    environment: Environment<'static>,
    slots: Arc<Slots>,
    parsed: Arc<Parsed>,
    sources: BTreeMap<String, Arc<Source>>,
}

impl Engine {
    /// Compiles the recipe's templates.
    ///
    /// Errors: a template that cannot be read, with its place.
    pub fn new(recipe: &Recipe, parsed: &Arc<Parsed>) -> Result<Self, Failure> {
        let slots = Arc::new(Slots::default());
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let placeholders = Arc::clone(&slots);
        environment.set_formatter(move |out, _, value| {
            let number = placeholder(&placeholders, value)?;
            write!(out, "{OPEN}{number}{CLOSE}").map_err(Error::from)
        });
        add_functions(&mut environment, &slots, parsed);
        for (name, source) in recipe.texts.iter().filter(|(name, _)| name.ends_with(".j2")) {
            if let Some(at) = source.text.find([OPEN, CLOSE]) {
                let span = Span::new(source, at..at + OPEN.len_utf8());
                return Err(Failure::recipe(
                    span,
                    "U+E000 and U+E001 may not stand in a template".to_owned(),
                ));
            }
            let added = environment.add_template_owned(name.clone(), source.text.clone());
            added.map_err(|error| Failure::recipe(place(source, &error), expression::message(&error)))?;
        }
        let sources = recipe.texts.clone();
        Ok(Self { environment, slots, parsed: Arc::clone(parsed), sources })
    }

    /// The object that a template makes of `context`.
    ///
    /// Errors: the recipe's, with the template's place.
    pub fn object(&self, template: &str, context: &Value, rule: &Span) -> Result<Json, Failure> {
        let Some(source) = self.sources.get(template) else {
            return Err(Failure::recipe(rule.clone(), format!("there is no {template} beside it")));
        };
        let fail = |error: &Error| Failure::recipe(self.place(source, error), expression::message(error));
        self.slots.with(Vec::clear);
        let compiled = self.environment.get_template(template).map_err(|error| fail(&error))?;
        let text = compiled.render(context.clone()).map_err(|error| fail(&error))?;
        let parsed = self
            .parsed
            .parse(&text)
            .map_err(|error| Failure::recipe(Span::file(source), not_yaml(&error)))?;
        let slots = self.slots.with(std::mem::take);
        let value = fill(&parsed, &slots).map_err(|message| Failure::recipe(Span::file(source), message))?;
        Ok(without_nulls(value))
    }

    /// The place of an error, also where it is in a part of the template.
    fn place(&self, source: &Arc<Source>, error: &Error) -> Span {
        let inner = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
            .filter_map(|error| error.downcast_ref::<Error>())
            .last()
            .unwrap_or(error);
        let named = inner.name().and_then(|name| self.sources.get(name));
        place(named.unwrap_or(source), inner)
    }
}

fn not_yaml(error: &str) -> String {
    format!("what it renders is not YAML: {}", error.replace([OPEN, CLOSE], ""))
}

fn place(source: &Arc<Source>, error: &Error) -> Span {
    match (error.range(), error.line()) {
        (Some(range), _) => Span::new(source, range),
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
    let json = to_json(value)?;
    Ok(slots.with(|values| {
        values.push(json);
        values.len() - 1
    }))
}

fn to_json(value: &Value) -> Result<Json, Error> {
    serde_json::to_value(value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

#[derive(Clone)]
struct Part {
    slots: Arc<Slots>,
    parsed: Arc<Parsed>,
}

impl Part {
    fn render(&self, state: &State, name: &str, context: BTreeMap<String, Value>) -> Result<Value, Error> {
        let outer = self.slots.with(std::mem::take);
        let text = state.env().get_template(name)?.render(Value::from(context))?;
        let slots = self.slots.with(|values| std::mem::replace(values, outer));
        let invalid = |message: String| Error::new(ErrorKind::InvalidOperation, message);
        let tree = self.parsed.parse(&text).map_err(|error| invalid(not_yaml(&error)))?;
        Ok(Value::from(Serde(fill(&tree, &slots).map_err(invalid)?)))
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
    environment.add_function("parts", move |state: &mut State, name: &str, item: &str, items: Vec<Value>| {
        let one = |value| parts.render(state, name, BTreeMap::from([(item.to_owned(), value)]));
        items.into_iter().map(one).collect::<Result<Vec<Value>, Error>>()
    });
    environment.add_function("hash", |value: &Value| {
        let json = to_json(value)?;
        Ok::<_, Error>(names::hash(&sorted(&json).to_string(), 8))
    });
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

/// The parsed text with every placeholder replaced by its value.
fn fill(tree: &Json, slots: &[Json]) -> Result<Json, String> {
    match tree {
        Json::String(text) if text.contains(OPEN) => fill_text(text, slots),
        Json::Array(items) => {
            items.iter().map(|item| fill(item, slots)).collect::<Result<_, _>>().map(Json::Array)
        }
        Json::Object(entries) => {
            let mut filled = Map::new();
            for (key, value) in entries {
                let key = match key.contains(OPEN) {
                    true => match fill_text(key, slots)? {
                        Json::String(text) => text,
                        other => other.to_string(),
                    },
                    false => key.clone(),
                };
                if filled.insert(key, fill(value, slots)?).is_some() {
                    return Err("two keys become the same".to_owned());
                }
            }
            Ok(Json::Object(filled))
        }
        other => Ok(other.clone()),
    }
}

fn fill_text(text: &str, slots: &[Json]) -> Result<Json, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (number, after) = after.split_once(CLOSE).ok_or("a placeholder was cut")?;
        let slot = number.parse::<usize>().ok().and_then(|number| slots.get(number));
        let slot = slot.ok_or("a placeholder was changed by a filter")?;
        if before.is_empty() && after.is_empty() && pieces.is_empty() {
            return Ok(slot.clone());
        }
        pieces.push(before.to_owned());
        pieces.push(match slot {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(flag) => flag.to_string(),
            _ => return Err("only text, numbers and booleans can stand inside a text".to_owned()),
        });
        rest = after;
    }
    pieces.push(rest.to_owned());
    Ok(Json::String(pieces.concat()))
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
