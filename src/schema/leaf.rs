//! The keywords that look at one value alone: its type, its choices, its bounds, its pattern and format, and
//! whether a list holds something twice.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::schema::node::{SchemaNode, Types, Unique};
use crate::schema::suggest;
use crate::schema::violation::{Fault, Segment, Violation};
use crate::schema::walk::Walk;

/// What to do about a number that has to be a text.
pub(crate) const QUOTES: &str = "put it in quotes";
/// The most choices that a message names.
const LISTED: usize = 12;

/// Says what is wrong with `value` itself; false where its type is, and looking inside makes no sense.
pub(crate) fn check(walk: &mut Walk<'_>, node: &SchemaNode, value: &Value) -> bool {
    if !fits(node.types, value) {
        let hint = node.hint.clone().or_else(|| quotes(node.types, value));
        let is_text = matches!(value, Value::Number(_) | Value::Bool(_)) && node.types.0 == Types::STRING;
        let fault = if is_text { Fault::NotText } else { Fault::Value };
        walk.say_fault(fault, expected(node.types, value), hint);
        return false;
    }
    if let Some(choices) = &node.choices
        && !choices.iter().any(|choice| same(choice, value))
    {
        not_a_choice(walk, choices, value, node.hint.clone());
    }
    match value {
        Value::Number(_) => number(walk, node, value),
        Value::String(text) => string(walk, node, text),
        _ => {}
    }
    true
}

/// The types that `value` has.
pub(crate) fn bits(value: &Value) -> u8 {
    match value {
        Value::Null => Types::NULL,
        Value::Bool(_) => Types::BOOLEAN,
        // 1.0 is written as 1 on the way to the API server.
        Value::Number(number) if number.as_f64().is_some_and(|float| float.fract() == 0.0) => {
            Types::INTEGER | Types::NUMBER
        }
        Value::Number(_) => Types::NUMBER,
        Value::String(_) => Types::STRING,
        Value::Array(_) => Types::ARRAY,
        Value::Object(_) => Types::OBJECT,
    }
}

/// Whether `value` is of one of `types`.
pub(crate) fn fits(types: Types, value: &Value) -> bool {
    types.0 == 0 || types.0 & bits(value) != 0
}

/// `expected a number, found a string`.
pub(crate) fn expected(types: Types, value: &Value) -> String {
    let words: Vec<_> = Types::WORDS
        .iter()
        .filter(|(bit, _)| types.0 & bit != 0 && (*bit != Types::NULL || types.0 == Types::NULL))
        .filter(|(bit, _)| *bit != Types::INTEGER || types.0 & Types::NUMBER == 0)
        .map(|(_, word)| *word)
        .collect();
    format!("expected {}, found {}", words.join(" or "), suggest::found(value))
}

/// What to do where only the quotes are wrong.
fn quotes(types: Types, value: &Value) -> Option<String> {
    match value {
        Value::Number(_) | Value::Bool(_) if types.0 & Types::STRING != 0 => Some(QUOTES.to_owned()),
        Value::String(text) if types.0 & (Types::INTEGER | Types::NUMBER) != 0 => {
            text.parse::<f64>().is_ok().then(|| "remove the quotes".to_owned())
        }
        Value::String(text) if types.0 & Types::BOOLEAN != 0 => {
            matches!(text.as_str(), "true" | "false").then(|| "remove the quotes".to_owned())
        }
        // `{file}` without quotes: a mapping whose one key has no value.
        Value::Object(map)
            if types.0 & Types::STRING != 0 && map.values().all(Value::is_null) && map.len() == 1 =>
        {
            Some("a text that begins with `{` has to stand in quotes".to_owned())
        }
        Value::String(_) if types.0 == Types::ARRAY => {
            Some("write it as a list: a line with `- `".to_owned())
        }
        Value::Object(_) if types.0 == Types::ARRAY => {
            Some("write it as a list: begin each item with `- `".to_owned())
        }
        Value::Null if types.0 == Types::OBJECT || types.0 == Types::ARRAY => {
            let hint = "the key has no value: indent the lines that belong to it further, or remove the key";
            Some(hint.to_owned())
        }
        _ => None,
    }
}

/// Equal as JSON means it: 1 and 1.0 are.
fn same(a: &Value, b: &Value) -> bool {
    a == b || matches!((a, b), (Value::Number(x), Value::Number(y)) if x.as_f64() == y.as_f64())
}

/// Says which values there are, and which of them was probably meant.
pub(crate) fn not_a_choice(walk: &mut Walk<'_>, choices: &[Value], value: &Value, hint: Option<String>) {
    let names: Vec<String> = choices.iter().map(Value::to_string).collect();
    let message = match names.as_slice() {
        [one] => format!("must be {one}"),
        few if few.len() <= LISTED => format!("must be one of {}", few.join(", ")),
        many => format!("is not one of the {} allowed values", many.len()),
    };
    let near = || {
        let near = suggest::nearest(value.as_str()?, choices.iter().filter_map(Value::as_str))?;
        Some(format!("did you mean {near:?}?"))
    };
    let hint = hint.or_else(near);
    walk.say(message, hint);
}

fn number(walk: &mut Walk<'_>, node: &SchemaNode, value: &Value) {
    let Some(float) = value.as_f64() else { return };
    let (low, high) = match node.format.as_deref() {
        Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    // The server reads every whole number into 64 bits; as a float the largest is the first that does not fit.
    let whole = node.format.as_deref() == Some("int64") || node.types.0 == Types::INTEGER;
    let too_large = whole && (float >= -(i64::MIN as f64) || float < i64::MIN as f64);
    if float < low || float > high || too_large && value.as_i64().is_none() {
        return walk.say("is out of range", None);
    }
    let broken = [
        (node.minimum.filter(|limit| float < *limit), "at least"),
        (node.maximum.filter(|limit| float > *limit), "at most"),
        (node.above.filter(|limit| float <= *limit), "more than"),
        (node.below.filter(|limit| float >= *limit), "less than"),
    ];
    for (limit, word) in broken {
        if let Some(limit) = limit {
            walk.say(format!("must be {word} {limit}"), node.hint.clone());
        }
    }
}

fn string(walk: &mut Walk<'_>, node: &SchemaNode, text: &str) {
    if node.length != (None, None)
        && let Some(message) = outside(node.length, text.chars().count(), "character")
    {
        walk.say(message, node.hint.clone());
    }
    if let Some(pattern) = &node.pattern
        && !pattern.matches(text)
    {
        let message = format!("does not match {}", pattern.text);
        walk.say_fault(Fault::Pattern, message, node.hint.clone());
    }
    let good = match node.format.as_deref() {
        // Go's decoder skips line ends.
        Some("byte") => STANDARD.decode(text.replace(['\n', '\r'], "")).is_ok(),
        Some("ipv4") => text.parse::<Ipv4Addr>().is_ok(),
        Some("ipv6") => text.parse::<Ipv6Addr>().is_ok(),
        _ => true,
    };
    match node.format.as_deref() {
        Some("byte") if !good => {
            let of_secret = matches!(walk.path.as_slice(), [Segment::Key(key), _] if key == "data");
            walk.say("is not base64", of_secret.then(|| "put plain text under stringData".to_owned()));
        }
        Some(format) if !good => walk.say(format!("is not an {format} address"), None),
        _ => {}
    }
}

/// What is wrong with a count that has bounds.
pub(crate) fn outside(bounds: (Option<u64>, Option<u64>), count: usize, word: &str) -> Option<String> {
    let say = |limit: u64, side: &str| {
        let s = if limit == 1 { "" } else { "s" };
        format!("must have at {side} {limit} {word}{s}, has {count}")
    };
    let count = count as u64;
    match bounds {
        (Some(least), _) if count < least => Some(say(least, "least")),
        (_, Some(most)) if count > most => Some(say(most, "most")),
        _ => None,
    }
}

/// Says which items of a list stand there a second time.
pub(crate) fn duplicates(walk: &mut Walk<'_>, unique: &Unique, list: &[Value]) {
    if list.len() < 2 {
        return;
    }
    let mut seen = BTreeSet::new();
    for (index, item) in list.iter().enumerate() {
        let (identity, keys) = match unique {
            Unique::No => return,
            Unique::Whole => (item.to_string(), &[][..]),
            Unique::Keys(keys) => match identity(keys, item) {
                Some(text) => (text, keys.as_slice()),
                None => continue,
            },
        };
        if seen.insert(identity) {
            continue;
        }
        let mut path = walk.path.clone();
        path.push(Segment::Index(index));
        let by = keys.iter().map(String::as_str).filter(|key| item.get(*key).is_some());
        let message = match keys {
            [] => "is a duplicate".to_owned(),
            _ => format!("has the same {} as another item", by.collect::<Vec<_>>().join(" and ")),
        };
        walk.found.push(Violation::new(path, message));
    }
}

/// The values of the keys that tell items of a list apart.
fn identity(keys: &[String], item: &Value) -> Option<String> {
    let item = item.as_object()?;
    let part = |key: &String| match item.get(key) {
        // The one key of the built-in kinds that is filled in before items are told apart.
        None | Some(Value::Null) if key == "protocol" => r#""TCP""#.to_owned(),
        Some(value) => value.to_string(),
        None => "-".to_owned(),
    };
    keys.iter().any(|key| item.contains_key(key)).then(|| keys.iter().map(part).collect::<Vec<_>>().join(" "))
}
