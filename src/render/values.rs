//! A template's values → what stands in an object: each in the place of its placeholder. What is made of them is
//! counted, as far as a template can make more of a value than it is.

use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};
use serde_json::{Map, Value as Json};

use crate::schema::Segment;

/// What stands around the number of a value in a text that is rendered.
pub(super) const OPEN: char = '\u{e000}';
pub(super) const CLOSE: char = '\u{e001}';
/// The most values that one object is made of; 64 bytes of text count as one.
const MAX_VALUES: usize = 200_000;
/// How deep values may stand in each other.
const MAX_DEPTH: usize = 64;

/// What may still be made for one object.
#[derive(Debug, Default)]
pub(super) struct Budget {
    used: AtomicUsize,
}

impl Budget {
    /// Begins another object.
    pub(super) fn renew(&self) {
        self.used.store(0, Ordering::Relaxed);
    }

    fn spend(&self, text: usize) -> Result<(), String> {
        let cost = 1 + text / 64;
        match self.used.fetch_add(cost, Ordering::Relaxed) + cost > MAX_VALUES {
            true => Err(format!("an object of more than {MAX_VALUES} values")),
            false => Ok(()),
        }
    }
}

/// A template's value as it will stand in an object.
///
/// # Errors
/// What no object can hold, is nested too deep, or is too much.
pub(super) fn to_json(value: &Value, budget: &Budget) -> Result<Json, Error> {
    within(value, budget, 0)
}

fn within(value: &Value, budget: &Budget, depth: usize) -> Result<Json, Error> {
    let too_much = |message: String| Error::new(ErrorKind::InvalidOperation, message);
    if depth > MAX_DEPTH {
        return Err(too_much(format!("values more than {MAX_DEPTH} levels deep")));
    }
    budget.spend(value.as_str().map_or(0, str::len)).map_err(too_much)?;
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.map(|item| within(&item, budget, depth + 1));
            items.collect::<Result<_, _>>().map(Json::Array)
        }
        ValueKind::Map => {
            let mut entries = Map::new();
            for key in value.try_iter()? {
                let inner = within(&value.get_item(&key)?, budget, depth + 1)?;
                entries.insert(key_text(&key)?, inner);
            }
            Ok(Json::Object(entries))
        }
        _ => scalar(value),
    }
}

fn key_text(key: &Value) -> Result<String, Error> {
    match scalar(key)? {
        Json::String(text) => Ok(text),
        other @ (Json::Number(_) | Json::Bool(_)) => Ok(other.to_string()),
        _ => Err(Error::new(ErrorKind::BadSerialization, "key must be a string")),
    }
}

fn scalar(value: &Value) -> Result<Json, Error> {
    serde_json::to_value(value).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// Why a text cannot be filled, and where in what is made of it.
#[derive(Debug)]
pub(super) struct Unfilled {
    pub(super) path: Vec<Segment>,
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

impl Unfilled {
    /// The same below this key or item.
    fn below(mut self, segment: Segment) -> Self {
        self.path.insert(0, segment);
        self
    }
}

impl From<String> for Unfilled {
    fn from(message: String) -> Self {
        Self { path: Vec::new(), message, hint: None }
    }
}

impl From<&str> for Unfilled {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

/// The parsed text with every placeholder replaced by its value.
///
/// # Errors
/// A placeholder that a filter has changed, a value that cannot be part of a text, or what is too much.
pub(super) fn fill(tree: &Json, slots: &[Json], budget: &Budget) -> Result<Json, Unfilled> {
    budget.spend(0)?;
    match tree {
        Json::String(text) if text.contains(OPEN) => fill_text(text, slots, budget),
        Json::Array(items) => {
            let filled = items.iter().enumerate().map(|(index, item)| {
                fill(item, slots, budget).map_err(|wrong| wrong.below(Segment::Index(index)))
            });
            filled.collect::<Result<_, _>>().map(Json::Array)
        }
        Json::Object(entries) => {
            let mut filled = Map::new();
            for (key, value) in entries {
                let key = match key.contains(OPEN) {
                    true => match fill_text(key, slots, budget)? {
                        Json::String(text) => text,
                        other => other.to_string(),
                    },
                    false => key.clone(),
                };
                let value =
                    fill(value, slots, budget).map_err(|wrong| wrong.below(Segment::Key(key.clone())))?;
                if filled.insert(key, value).is_some() {
                    return Err("two keys are rendered to the same".into());
                }
            }
            Ok(Json::Object(filled))
        }
        other => Ok(other.clone()),
    }
}

fn fill_text(text: &str, slots: &[Json], budget: &Budget) -> Result<Json, Unfilled> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (number, after) = after.split_once(CLOSE).ok_or("a filter cut a value")?;
        let slot = number.parse::<usize>().ok().and_then(|number| slots.get(number));
        let slot = slot.ok_or("a filter changed a value")?;
        if before.is_empty() && after.is_empty() && pieces.is_empty() {
            charge(slot, budget)?;
            return Ok(slot.clone());
        }
        pieces.push(before.to_owned());
        pieces.push(match slot {
            Json::String(text) => {
                budget.spend(text.len())?;
                text.clone()
            }
            Json::Number(number) => number.to_string(),
            Json::Bool(flag) => flag.to_string(),
            _ => {
                let hint =
                    "a list or a mapping is the whole value of its key: `labels: {{ service.labels }}`";
                let message = "only text, numbers and booleans can be part of a text";
                return Err(Unfilled { hint: Some(hint), ..Unfilled::from(message) });
            }
        });
        rest = after;
    }
    pieces.push(rest.to_owned());
    Ok(Json::String(pieces.concat()))
}

/// Counts a value that is put in again.
fn charge(value: &Json, budget: &Budget) -> Result<(), String> {
    match value {
        Json::Array(items) => items.iter().try_for_each(|item| charge(item, budget))?,
        Json::Object(entries) => entries.values().try_for_each(|item| charge(item, budget))?,
        Json::String(text) => return budget.spend(text.len()),
        _ => {}
    }
    budget.spend(0)
}
