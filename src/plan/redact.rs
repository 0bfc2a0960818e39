//! Objects before and after → the same with every secret value replaced by a word that still tells whether it
//! changed. What is shown of a Secret is a short list; all else of it is hidden, known or not.

use serde_json::{Map, Value};

const HIDDEN: &str = "(hidden)";
const CHANGED: &str = "(hidden, changed)";
/// What may be seen of a Secret. Its annotations are looked at one by one: `kubectl apply` keeps a copy of the
/// whole object in one.
const SHOWN: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "immutable"];
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether there is anything to hide.
pub(super) fn is_sensitive(value: &Value) -> bool {
    match value {
        Value::String(text) => is_ciphertext(text),
        Value::Array(items) => items.iter().any(is_sensitive),
        Value::Object(fields) => is_secret(value) || fields.values().any(is_sensitive),
        _ => false,
    }
}

/// `value` without secrets; with `before`, the values that differ from it are marked as changed.
pub(super) fn redact(value: &Value, before: Option<&Value>) -> Value {
    let none = Value::Null;
    let marked = before.is_some();
    walk(value, before.unwrap_or(&none), marked, false)
}

fn walk(value: &Value, before: &Value, marked: bool, in_secret: bool) -> Value {
    match value {
        Value::String(text) if is_ciphertext(text) => marker(value, before, marked),
        Value::Array(items) => {
            let each = |(i, item)| walk(item, &before[i], marked, in_secret);
            Value::Array(items.iter().enumerate().map(each).collect())
        }
        Value::Object(_) if is_secret(value) => secret(value, before, marked),
        Value::Object(fields) => {
            let each = |(key, value): (&String, &Value)| {
                let hide = in_secret && key == COPY;
                let before = &before[key.as_str()];
                let seen =
                    if hide { marker(value, before, marked) } else { walk(value, before, marked, in_secret) };
                (key.clone(), seen)
            };
            Value::Object(fields.iter().map(each).collect())
        }
        other => other.clone(),
    }
}

fn secret(value: &Value, before: &Value, marked: bool) -> Value {
    let mut seen = Map::new();
    for (key, value) in value.as_object().into_iter().flatten() {
        let before = &before[key.as_str()];
        let shown = match (key.as_str(), value) {
            (key, value) if SHOWN.contains(&key) => walk(value, before, marked, true),
            // Names of values may be seen.
            ("data" | "stringData", Value::Object(entries)) => {
                let each = |(name, value): (&String, &Value)| {
                    (name.clone(), marker(value, &before[name.as_str()], marked))
                };
                Value::Object(entries.iter().map(each).collect())
            }
            (_, value) => marker(value, before, marked),
        };
        seen.insert(key.clone(), shown);
    }
    Value::Object(seen)
}

fn marker(value: &Value, before: &Value, marked: bool) -> Value {
    let changed = marked && !before.is_null() && before != value;
    Value::from(if changed { CHANGED } else { HIDDEN })
}

/// By its kind, however written, or by the block that SOPS adds.
fn is_secret(value: &Value) -> bool {
    value["kind"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("secret"))
        || value["sops"].is_object()
}

fn is_ciphertext(text: &str) -> bool {
    text.contains("ENC[AES256_GCM")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_shows_names_and_labels_only() {
        let old = json!({"kind": "Secret", "metadata": {"name": "s", "annotations": {COPY: "hunter1", "a": "b"}},
            "data": {"x": "hunter2", "y": "hunter3"}, "sops": {"mac": "hunter4"}, "odd": "hunter5"});
        let mut new = old.clone();
        new["data"]["x"] = "hunter6".into();
        new["data"]["z"] = "hunter7".into();
        let (before, after) = (redact(&old, None), redact(&new, Some(&old)));
        assert!(!format!("{before}{after}").contains("hunter"));
        assert_eq!(before["data"], json!({"x": HIDDEN, "y": HIDDEN}));
        assert_eq!(after["data"], json!({"x": CHANGED, "y": HIDDEN, "z": HIDDEN}));
        assert_eq!(after["metadata"]["annotations"]["a"], "b");
    }

    #[test]
    fn secrets_are_found_wherever_they_are() {
        for value in [
            json!({"kind": "List", "items": [{"kind": "Secret", "data": {"x": "hunter2"}}]}),
            json!({"kind": "secret", "stringData": "hunter2"}),
            json!({"kind": "Secret", "data": ["hunter2"]}),
            json!({"kind": "ConfigMap", "data": {"x": "a ENC[AES256_GCM,data:hunter2]"}}),
            json!({"sops": {"mac": "x"}, "data": {"x": "hunter2"}}),
        ] {
            assert!(is_sensitive(&value));
            assert!(!redact(&value, None).to_string().contains("hunter2"), "{value}");
        }
        assert!(!is_sensitive(&json!({"kind": "ConfigMap", "data": {"x": "1"}})));
    }
}
