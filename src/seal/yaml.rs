//! Writes an encrypted Secret: one JSON value in, one YAML document out that every reader reads alike.
//! Strings never become block scalars or folded lines (some readers refuse those), but for age's armour.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_saphyr::LitStr;

use crate::seal::SealError;

/// The YAML text of `value`.
pub(super) fn write(value: &Value) -> Result<String, SealError> {
    let options = serde_saphyr::ser_options! {
        prefer_block_scalars: false,
        min_fold_chars: 0,
        folded_wrap_chars: usize::MAX,
    };
    serde_saphyr::to_string_with_options(&Node(value), options).map_err(|_| SealError::Emit)
}

/// The one document that `text` holds.
pub(super) fn read(text: &str) -> Result<Value, SealError> {
    let options = serde_saphyr::options! { legacy_octal_numbers: true, with_snippet: false };
    let value: Value = serde_saphyr::from_str_with_options(text, options)
        .map_err(|_| SealError::NotSealed("it is not one YAML document"))?;
    if value.is_object() { Ok(value) } else { Err(SealError::NotSealed("it is not a mapping")) }
}

struct Node<'a>(&'a Value);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") => {
                LitStr(text).serialize(serializer)
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Node)),
            Value::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, &Node(value))?;
                }
                map.end()
            }
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn traps_are_quoted() {
        let value = json!({"y": "no", "a": "0x1F", "b": "2026-01-01T00:00:00Z", "c": "\tx\ny", "d": "1_0"});
        let text = write(&value).unwrap();
        assert_eq!(read(&text).unwrap(), value);
        for line in text.lines() {
            let (_, scalar) = line.split_once(": ").unwrap();
            assert!(scalar.starts_with(['"', '\'']), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(key in ".*", text in "(?s).{0,200}") {
            let value = json!({"metadata": {"annotations": {key: text}}});
            prop_assert_eq!(read(&write(&value).unwrap()).unwrap(), value);
        }
    }
}
