//! Quantities: `500m`, `1.5`, `128Mi` become numbers that can be compared.

use serde_json::Value;

use crate::schema::rules::at::At;
use crate::schema::violation::Violation;
use crate::schema::words;

/// The number that a quantity stands for; nothing where it is none.
pub(crate) fn parse(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => parse_text(text),
        _ => None,
    }
}

fn parse_text(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number: f64 = digits.parse().ok()?;
    // Small units divide, so that 300m is exactly what 0.3 is.
    let factor = match unit {
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        "m" => return Some(number / 1e3),
        "u" => return Some(number / 1e6),
        "n" => return Some(number / 1e9),
        _ => return format!("{digits}{unit}").parse().ok().filter(|_| unit.starts_with(['e', 'E'])),
    };
    Some(number * factor)
}

/// Requests and limits of a container: none negative, no request above its limit.
pub(crate) fn resources(at: &At<'_>, out: &mut Vec<Violation>) {
    let Some(resources) = at.get("resources") else { return };
    for side in ["limits", "requests"] {
        for (name, quantity) in resources.get(side).iter().flat_map(At::entries) {
            let plain =
                ["cpu", "memory", "ephemeral-storage"].contains(&name) || name.starts_with("hugepages-");
            if !plain && !name.contains('/') {
                let hint = words::suggestion(name, ["cpu", "memory", "ephemeral-storage"].into_iter());
                out.push(Violation { hint, ..quantity.says("is not a resource of containers").at_key() });
            }
            if parse(quantity.value).is_some_and(|number| number < 0.0) {
                out.push(quantity.says("must not be negative"));
            }
        }
    }
    let (Some(requests), Some(limits)) = (resources.get("requests"), resources.get("limits")) else { return };
    for (name, request) in requests.entries() {
        let limit = limits.get(name).and_then(|limit| parse(limit.value));
        if parse(request.value).zip(limit).is_some_and(|(request, limit)| request > limit) {
            out.push(request.says(format!("requests more {name} than its limit")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_numbers() {
        for (text, number) in [
            ("500m", Some(0.5)),
            ("300m", Some(0.3)),
            ("1e3", Some(1000.0)),
            ("1E", Some(1e18)),
            ("2Gi", Some(2_147_483_648.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1g", None),
            ("", None),
            ("Gi", None),
        ] {
            assert_eq!(parse_text(text), number, "{text}");
        }
    }
}
