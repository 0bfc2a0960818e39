//! Any JSON, written as YAML, is read back as it was.
#![no_main]

use cupaas::parts::render::emit::to_yaml;
use serde_json::{Value, json};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        round(&json!({"a": text, "b": [text], "c": {"d": [{"e": text}]}}));
        if text.len() <= 1000 {
            round(&json!({text: text}));
        }
    }
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        // Numbers that no YAML reader keeps are not ours to write.
        if !has_float(&value) {
            round(&value);
        }
    }
});

fn round(value: &Value) {
    let Ok(text) = to_yaml(value) else { return };
    let options = serde_saphyr::options! { budget: None };
    match serde_saphyr::from_str_with_options::<Value>(&text, options) {
        Ok(read) => assert_eq!(&read, value, "{text}"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(entries) => entries.values().any(has_float),
        _ => false,
    }
}
