//! Two values → the fields that differ, each with a path that a person can follow. Lists whose items have names
//! are compared by name, so that one variable more is one field more.

use serde_json::Value;

use crate::plan::model::FieldChange;

/// The fields that differ between two objects.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    walk("", Some(before), Some(after), &mut found);
    found
}

fn walk(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<FieldChange>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let names = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
            for name in names {
                walk(&join(path, name), old.get(name), new.get(name), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => lists(path, old, new, found),
        _ => {
            found.push(FieldChange { path: path.to_owned(), before: before.cloned(), after: after.cloned() })
        }
    }
}

fn lists(path: &str, old: &[Value], new: &[Value], found: &mut Vec<FieldChange>) {
    let (Some(old_names), Some(new_names)) = (names(old), names(new)) else {
        if old.iter().chain(new).any(|item| item.is_object() || item.is_array()) {
            for index in 0..old.len().max(new.len()) {
                walk(&format!("{path}[{index}]"), old.get(index), new.get(index), found);
            }
        } else {
            let (before, after) = (Some(Value::from(old)), Some(Value::from(new)));
            found.push(FieldChange { path: path.to_owned(), before, after });
        }
        return;
    };
    let find = |items: &[&str], name: &str| items.iter().position(|item| *item == name);
    for (item, name) in old.iter().zip(&old_names) {
        walk(&format!("{path}[{name}]"), Some(item), find(&new_names, name).map(|i| &new[i]), found);
    }
    for (item, name) in new.iter().zip(&new_names) {
        if find(&old_names, name).is_none() {
            walk(&format!("{path}[{name}]"), None, Some(item), found);
        }
    }
    let common = |names: &[&str], others: &[&str]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).map(|name| (*name).to_owned()).collect()
    };
    let (before, after) = (common(&old_names, &new_names), common(&new_names, &old_names));
    if before != after {
        // A variable may refer to those before it, so order means something.
        let path = format!("{path} (order)");
        found.push(FieldChange { path, before: Some(before.into()), after: Some(after.into()) });
    }
}

/// The names of a list's items, where all have one and no two the same.
pub(super) fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = items.iter().map(|item| item["name"].as_str()).collect::<Option<_>>()?;
    let unique: std::collections::BTreeSet<&&str> = names.iter().collect();
    (unique.len() == names.len()).then_some(names)
}

fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    match (path, plain) {
        ("", true) => name.to_owned(),
        (_, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{name:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let show = |value: Option<Value>| value.map_or("-".to_owned(), |value| value.to_string());
        let line = |f: FieldChange| format!("{}: {} -> {}", f.path, show(f.before), show(f.after));
        differences(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn fields_are_named_by_their_path() {
        let table = [
            (json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), vec!["a.b: 1 -> 2"]),
            (json!({"a": 1}), json!({"b": 1}), vec!["a: 1 -> -", "b: - -> 1"]),
            (json!({"a": {"x/y": 1}}), json!({"a": {"x/y": 2}}), vec![r#"a["x/y"]: 1 -> 2"#]),
            (json!({"a": ["x"]}), json!({"a": ["x", "y"]}), vec![r#"a: ["x"] -> ["x","y"]"#]),
            (json!({"a": [{"p": 1}]}), json!({"a": [{"p": 2}]}), vec!["a[0].p: 1 -> 2"]),
            (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), vec![]),
            (json!({"a": 1}), json!({"a": [1]}), vec!["a: 1 -> [1]"]),
        ];
        for (before, after, expected) in table {
            assert_eq!(told(&before, &after), expected);
        }
    }

    #[test]
    fn named_items_are_compared_by_name() {
        let before = json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]});
        let after = json!({"env": [{"name": "N"}, {"name": "B", "value": "2"}, {"name": "A", "value": "3"}]});
        assert_eq!(
            told(&before, &after),
            [
                r#"env[A].value: "1" -> "3""#,
                r#"env[N]: - -> {"name":"N"}"#,
                r#"env (order): ["A","B"] -> ["B","A"]"#
            ]
        );
    }
}
