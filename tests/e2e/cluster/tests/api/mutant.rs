//! Objects with one thing wrong, or at least different.

use cupaas_cluster_tests::random::Random;
use serde_json::{Value, json};

/// A changed object, and what was done to it.
#[derive(Debug, Clone)]
pub(crate) struct Mutant {
    pub(crate) object: Value,
    /// `/spec/replicas`
    pub(crate) pointer: String,
    /// What was done there.
    pub(crate) change: String,
}

/// What stands where people make mistakes: wrong types, limits, one beyond each limit, and odd texts.
fn odd_values() -> Vec<Value> {
    let mut values = vec![Value::Null, json!(true), json!([]), json!({}), json!([1]), json!({"a": "b"})];
    values.extend([-1, 0, 1, 63, 64, 65535, 65536, 4_294_967_296_i64].map(|number| json!(number)));
    values.extend([json!(1.5), json!("")]);
    let texts = [
        "x",
        "UPPER",
        "under_score",
        "-begins",
        "ends-",
        "two words",
        "a.b",
        "a..b",
        "a/b",
        "1",
        "65536",
        "1.5",
        "10%",
        "yes",
        "1Gi",
        "1Gb",
        "-1Mi",
        "0",
        "1e3",
        "100m",
        "5m0s",
        "IfNotPresent",
        "Always",
        "Never",
        "TCP",
        "tcp",
        "ClusterIP",
        "None",
        "/absolute",
        "relative",
        "../up",
        "é",
        "a\nb",
        "0 3 * * *",
        "* * * *",
        "@daily",
        "example.cu",
        "*.example.cu",
        "192.0.2.1",
        "image:",
        "image@sha256:0",
    ];
    values.extend(texts.map(|text| json!(text)));
    for length in [63, 64, 253, 254, 300] {
        values.push(json!("a".repeat(length)));
    }
    values
}

/// One random change of the object, below `spec` or its like: type and name stay, so that there is something to judge.
pub(crate) fn mutant(object: &Value, random: &mut Random) -> Mutant {
    let mut pointers = Vec::new();
    collect(object, &mut String::new(), &mut pointers);
    pointers.retain(|pointer| {
        !["", "/apiVersion", "/kind", "/metadata", "/metadata/namespace"].contains(&&**pointer)
    });
    let pointer = random.pick(&pointers).clone();
    let mut object = object.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
    let key = key.replace("~1", "/").replace("~0", "~");
    let change = match object.pointer_mut(parent) {
        // It is also the address that the object is sent to.
        Some(Value::Object(map)) if pointer == "/metadata/name" => {
            let names: Vec<_> = odd_values()
                .into_iter()
                .filter(|one| one.as_str().is_some_and(|name| !name.is_empty()))
                .collect();
            let name = random.pick(&names).clone();
            map.insert(key, name.clone());
            format!("= {name}")
        }
        Some(Value::Object(map)) => match random.below(8) {
            0 => {
                map.remove(&key);
                "removed".to_owned()
            }
            1 => {
                let value = map.remove(&key).unwrap_or_default();
                let misspelt = format!("{key}s");
                map.insert(misspelt.clone(), value);
                format!("named {misspelt:?}")
            }
            _ => {
                let value = other(&map[&key], random);
                map.insert(key, value.clone());
                format!("= {value}")
            }
        },
        Some(Value::Array(list)) => {
            let index: usize = key.parse().unwrap_or_default();
            match random.below(4) {
                0 => {
                    list.remove(index);
                    "removed".to_owned()
                }
                1 => {
                    list.push(list[index].clone());
                    "twice".to_owned()
                }
                _ => {
                    list[index] = other(&list[index], random);
                    format!("= {}", list[index])
                }
            }
        }
        _ => "nothing".to_owned(),
    };
    Mutant { object, pointer, change }
}

/// Mostly of the same type: what is wrong in type alone is soon seen.
fn other(value: &Value, random: &mut Random) -> Value {
    let all = odd_values();
    let alike: Vec<_> =
        all.iter().filter(|one| std::mem::discriminant(*one) == std::mem::discriminant(value)).collect();
    if !alike.is_empty() && random.below(4) > 0 {
        (*random.pick(&alike)).clone()
    } else {
        random.pick(&all).clone()
    }
}

fn collect(value: &Value, at: &mut String, pointers: &mut Vec<String>) {
    pointers.push(at.clone());
    let length = at.len();
    let mut below = |key: &str, value: &Value| {
        at.push('/');
        at.push_str(key);
        collect(value, at, pointers);
        at.truncate(length);
    };
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, one)| below(&key.replace('~', "~0").replace('/', "~1"), one))
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(index, one)| below(&index.to_string(), one)),
        _ => {}
    }
}
