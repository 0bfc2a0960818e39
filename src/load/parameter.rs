//! What an app may write for a parameter of a recipe: of its type, within its bounds, as its pattern says, and one of its
//! choices.

use regex_lite::Regex;
use serde_json::Value;

use crate::load::recipe::{Parameter, ParameterKind};
use crate::load::recipe_pattern;
use crate::load::scalars::{Amount, Duration};
use crate::quantity::Quantity;
use crate::yaml::characters;

/// What to write instead of a value that cannot be had for a parameter; nothing where it can.
pub(crate) fn refused(parameter: &Parameter, value: &Value) -> Option<String> {
    let items = items(parameter.kind, value);
    let good = of_type(parameter.kind, value)
        && items.iter().all(|item| parameter.choices.is_empty() || parameter.choices.contains(item))
        && within(parameter, value)
        && items.iter().all(|item| matches(parameter, item));
    (!good).then(|| format!("expected {}: {}", expected(parameter), parameter.doc))
}

/// Whether a value is of a parameter's type.
pub(super) fn of_type(kind: ParameterKind, value: &Value) -> bool {
    let text = |value: &Value| value.as_str().is_some_and(|text| characters::lost(text).is_none());
    match kind {
        ParameterKind::Boolean => value.is_boolean(),
        ParameterKind::Integer => value.is_i64() || value.is_u64(),
        ParameterKind::Text => text(value),
        ParameterKind::List => {
            value.as_array().is_some_and(|items| items.len() <= 100 && items.iter().all(text))
        }
        ParameterKind::Amount => value.as_str().is_some_and(Amount::fits),
        ParameterKind::Duration => value.as_str().is_some_and(Duration::fits),
    }
}

/// How much a value is, where that can be said of its type.
pub(super) fn size(kind: ParameterKind, value: &Value) -> Option<Quantity> {
    match kind {
        ParameterKind::Integer | ParameterKind::Amount => Quantity::of(value),
        ParameterKind::Duration => Quantity::parse(&format!("{}m", milliseconds(value.as_str()?)?)),
        ParameterKind::Boolean | ParameterKind::Text | ParameterKind::List => None,
    }
}

/// How many thousandths of a second a duration has.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// What must match a pattern, whole.
///
/// # Errors
/// Why it is no regular expression.
pub(super) fn whole(pattern: &str) -> Result<Regex, regex_lite::Error> {
    recipe_pattern::regex(&format!("^(?:{pattern})$"))
}

fn items(kind: ParameterKind, value: &Value) -> Vec<Value> {
    match (kind, value) {
        (ParameterKind::List, Value::Array(items)) => items.clone(),
        _ => vec![value.clone()],
    }
}

fn within(parameter: &Parameter, value: &Value) -> bool {
    let bound = |bound: &Option<Value>| bound.as_ref().and_then(|bound| size(parameter.kind, bound));
    let Some(size) = size(parameter.kind, value) else { return true };
    bound(&parameter.minimum).is_none_or(|least| size >= least)
        && bound(&parameter.maximum).is_none_or(|most| size <= most)
}

/// A pattern that is none is said of the recipe.
fn matches(parameter: &Parameter, item: &Value) -> bool {
    let pattern = parameter.pattern.as_deref().and_then(|pattern| whole(pattern).ok());
    match (pattern, item.as_str()) {
        (Some(pattern), Some(text)) => pattern.is_match(text),
        _ => true,
    }
}

fn expected(parameter: &Parameter) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let choices: Vec<String> = parameter.choices.iter().map(Value::to_string).collect();
    let what = match (parameter.kind, choices.is_empty()) {
        (ParameterKind::List, false) => format!("a list of some of {}", choices.join(", ")),
        (_, false) => return format!("one of {}", choices.join(", ")),
        (ParameterKind::Boolean, _) => "true or false".to_owned(),
        (ParameterKind::Integer, _) => "a whole number".to_owned(),
        (ParameterKind::Text, _) => "a string".to_owned(),
        (ParameterKind::List, _) => "a list of strings".to_owned(),
        (ParameterKind::Amount, _) => "an amount such as 512Mi".to_owned(),
        (ParameterKind::Duration, _) => "a duration such as 30s, 15m or 7d".to_owned(),
    };
    let range = match (&parameter.minimum, &parameter.maximum) {
        (Some(least), Some(most)) => format!(" from {} to {}", shown(least), shown(most)),
        (Some(least), None) => format!(" of at least {}", shown(least)),
        (None, Some(most)) => format!(" of at most {}", shown(most)),
        (None, None) => String::new(),
    };
    let pattern = match &parameter.pattern {
        Some(pattern) if parameter.kind == ParameterKind::List => format!(", each matching {pattern}"),
        Some(pattern) => format!(" matching {pattern}"),
        None => String::new(),
    };
    format!("{what}{range}{pattern}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parameter(rest: Value) -> Parameter {
        let mut all = json!({"default": null, "doc": "what it is"});
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_is_of_the_type_and_within_the_bounds_can_be_had() {
        let cases = [
            (json!({"type": "integer", "minimum": 1, "maximum": 9}), json!([1, 9]), json!([0, 10, "5", 1.5])),
            (json!({"type": "boolean"}), json!([true, false]), json!(["true", 1, null])),
            (json!({"type": "text", "pattern": "[a-z]+"}), json!(["ab"]), json!(["", "a1", "a\nb", 7])),
            (json!({"type": "text", "choices": ["a", "b"]}), json!(["b"]), json!(["c", true])),
            (
                json!({"type": "list", "pattern": "[a-z]+"}),
                json!([[], ["a", "b"]]),
                json!(["a", ["A"], [1], {"a": 1}]),
            ),
            (json!({"type": "list", "choices": ["a", "b"]}), json!([["a"], ["b", "a"]]), json!([["c"], "a"])),
            (
                json!({"type": "amount", "minimum": "1Mi", "maximum": "1Gi"}),
                json!(["1Mi", "1024Mi", "2M"]),
                json!(["1M", "1025Mi", "much", 5, "0"]),
            ),
            (
                json!({"type": "duration", "minimum": "1s", "maximum": "7d"}),
                json!(["1000ms", "168h", "90s"]),
                json!(["999ms", "8d", "1w", "5", 5]),
            ),
        ];
        for (rules, good, bad) in cases {
            let parameter = parameter(rules);
            for value in good.as_array().unwrap() {
                assert_eq!(refused(&parameter, value), None, "{value}");
            }
            for value in bad.as_array().unwrap() {
                let hint = refused(&parameter, value).unwrap_or_else(|| panic!("{value} is taken"));
                assert!(hint.starts_with("expected ") && hint.ends_with(": what it is"), "{hint}");
            }
        }
    }

    #[test]
    fn the_hint_says_the_bounds() {
        for (rules, said) in [
            (json!({"type": "integer", "minimum": 1, "maximum": 9}), "a whole number from 1 to 9"),
            (json!({"type": "amount", "minimum": "1Mi"}), "an amount such as 512Mi of at least 1Mi"),
            (json!({"type": "list", "pattern": "a+"}), "a list of strings, each matching a+"),
            (json!({"type": "list", "choices": ["a"]}), "a list of some of \"a\""),
        ] {
            assert_eq!(refused(&parameter(rules), &json!({})), Some(format!("expected {said}: what it is")));
        }
    }
}
