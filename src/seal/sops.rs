//! A Kubernetes Secret and its values → the text of a SOPS file that only the holders of the recipients'
//! private keys can read. Written so that `sops`, and Flux, which embeds it, decrypt it.
//!
//! The MAC covers encrypted values alone (`mac_only_encrypted`), so labels may be rewritten later without a
//! private key; see [`crate::seal::reattach`]. There is no comment in the file: SOPS has trouble with those.

use crate::clock::rfc3339;
use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::seal::cipher::{DataKey, digest};
use crate::seal::{Recipient, SealError, yaml};
use crate::yaml::characters::lost;

/// Readers want a version that knows `mac_only_encrypted` (3.9 or later); this is the one tested against. It is
/// part of the format: changing it changes no existing file.
const SOPS_VERSION: &str = "3.13.2";
/// What SOPS is told to encrypt; Flux demands that the rest stays plain.
pub(super) const ENCRYPTED_KEYS: [&str; 2] = ["data", "stringData"];
const ENCRYPTED_REGEX: &str = "^(data|stringData)$";
/// The most bytes that the values of a Secret may have together (Kubernetes API, `MaxSecretSize`).
const MOST_BYTES: usize = 1024 * 1024;

/// The values of a Secret by key, in clear: any bytes.
pub(crate) type Values = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// Encrypts `values` for `recipients` and joins them to `plain` (apiVersion, kind, metadata, type). `now` are
/// seconds since 1970. The text differs at every call: write it once and keep it.
///
/// Text stands under `stringData`. What would not survive the YAML between here and the cluster, or is no text,
/// stands under `data` in base64. Both arrive byte for byte.
pub fn encrypt_secret(
    plain: &Value,
    values: &Values,
    recipients: &[Recipient],
    now: i64,
) -> Result<String, SealError> {
    let mut document = check_plain(plain)?.clone();
    if recipients.is_empty() {
        return Err(SealError::NoRecipient);
    }
    if let Some(bad) = values.keys().find(|key| !is_key(key)) {
        return Err(SealError::BadKey(bad.clone()));
    }
    let total: usize = values.values().map(|value| value.len()).sum();
    if total > MOST_BYTES {
        return Err(SealError::TooLarge(total));
    }
    let key = DataKey::make()?;
    // In the order of the file, which is that of the MAC.
    let mut written = Vec::new();
    for section in ENCRYPTED_KEYS {
        let mut sealed = Map::new();
        for (name, value) in values {
            let Some(text) = as_written(section, value) else { continue };
            sealed.insert(name.clone(), key.seal(&text, &format!("{section}:{name}:"))?.into());
            written.push(text);
        }
        if !sealed.is_empty() {
            document.insert(section.to_owned(), Value::Object(sealed));
        }
    }
    let mac = digest(written.iter().map(|value| value.as_str()));
    document
        .insert("sops".to_owned(), metadata(&key, &mac, recipients, &rfc3339(now).ok_or(SealError::Time)?)?);
    yaml::write(&Value::Object(document))
}

/// What stands for `value` in a section of a Secret; nothing where it belongs into the other one.
fn as_written(section: &str, value: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(value).ok().filter(|text| lost(text).is_none());
    match (section, text) {
        ("stringData", Some(text)) => Some(Zeroizing::new(text.to_owned())),
        ("data", None) => Some(Zeroizing::new(BASE64_STANDARD.encode(value))),
        _ => None,
    }
}

fn metadata(key: &DataKey, mac: &str, recipients: &[Recipient], time: &str) -> Result<Value, SealError> {
    let mut age = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        if !recipients[..index].contains(recipient) {
            age.push(json!({"recipient": recipient.to_string(), "enc": key.wrap_for(recipient)?}));
        }
    }
    Ok(json!({
        "age": age,
        "lastmodified": time,
        // The time is what the digest is bound to, as other values are to their place.
        "mac": key.seal(mac, time)?,
        "encrypted_regex": ENCRYPTED_REGEX,
        "mac_only_encrypted": true,
        "version": SOPS_VERSION,
    }))
}

/// The plain part, where it is one: a Secret, with nothing in it that SOPS would try to decrypt.
pub(super) fn check_plain(plain: &Value) -> Result<&Map<String, Value>, SealError> {
    let fields = plain.as_object().ok_or(SealError::NotSecret("it is not a mapping"))?;
    if plain["apiVersion"] != "v1" || plain["kind"] != "Secret" {
        return Err(SealError::NotSecret("apiVersion and kind must be `v1` and `Secret`"));
    }
    if plain["metadata"]["name"].as_str().is_none_or(str::is_empty) {
        return Err(SealError::NotSecret("it has no name"));
    }
    if fields.contains_key("sops") {
        return Err(SealError::PlainHoldsData("sops".to_owned()));
    }
    match encrypted_key(plain) {
        Some(key) => Err(SealError::PlainHoldsData(key.to_owned())),
        None => Ok(fields),
    }
}

/// A key at any depth that the regular expression matches: SOPS looks at every part of a path.
fn encrypted_key(value: &Value) -> Option<&str> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            if ENCRYPTED_KEYS.contains(&key.as_str()) { Some(key.as_str()) } else { encrypted_key(value) }
        }),
        Value::Array(items) => items.iter().find_map(encrypted_key),
        _ => None,
    }
}

fn is_key(key: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=253).contains(&key.len()) && key.bytes().all(good) && !matches!(key, "." | "..")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_support::decrypt;
    use super::super::{AgeIdentity, make_identity};
    use super::*;

    fn plain() -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "labels": {"y": "no"}},
               "type": "Opaque"})
    }

    fn data<V: AsRef<[u8]>>(pairs: &[(&str, V)]) -> Values {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), Zeroizing::new(v.as_ref().to_vec()))).collect()
    }

    fn seal<V: AsRef<[u8]>>(pairs: &[(&str, V)], to: &[&AgeIdentity]) -> String {
        let recipients: Vec<Recipient> = to.iter().map(|identity| identity.recipient.clone()).collect();
        encrypt_secret(&plain(), &data(pairs), &recipients, 1_795_430_340).unwrap()
    }

    #[test]
    fn values_come_back_byte_for_byte() {
        let me = make_identity();
        let big = "x".repeat((1 << 20) - 200);
        let values: [(&str, &[u8]); 7] = [
            ("a", b""),
            ("b", "contraseña 密码 🔑".as_bytes()),
            ("c", b"\r\n\t---\n"),
            ("d", big.as_bytes()),
            ("e.f", b"no"),
            ("g", b"\0NUL"),
            ("h", b"\xff\xfe\xc2\x85"),
        ];
        let text = seal(&values, &[&me]);
        let got = decrypt(&text, &me).unwrap();
        assert_eq!(got, values.map(|(key, value)| (key.to_owned(), value.to_vec())));
        assert!(!text.contains("contraseña") && !text.contains(&"x".repeat(32)));
        // Only what is no text, or would be lost on the way, is base64.
        let document: Value = serde_saphyr::from_str(&text).unwrap();
        let keys: Vec<&String> = document["data"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["g", "h"]);
    }

    #[test]
    fn a_secret_holds_a_mebibyte_and_no_more() {
        let to = [make_identity().recipient];
        let of = |size: usize| encrypt_secret(&plain(), &data(&[("a", vec![b'x'; size])]), &to, 0);
        assert!(of(1 << 20).is_ok());
        assert_eq!(of((1 << 20) + 1), Err(SealError::TooLarge((1 << 20) + 1)));
    }

    #[test]
    fn each_of_three_recipients_can_read_it_and_nobody_else() {
        let all = [make_identity(), make_identity(), make_identity()];
        let text = seal(&[("a", "1")], &[&all[0], &all[1], &all[2], &all[0]]);
        assert_eq!(text.matches("recipient: ").count(), 3, "a recipient given twice counts once");
        for identity in &all {
            assert_eq!(decrypt(&text, identity).unwrap(), [("a".to_owned(), b"1".to_vec())]);
        }
        assert!(decrypt(&text, &make_identity()).is_err());
    }

    #[test]
    fn the_file_is_bound_together() {
        let me = make_identity();
        let text = seal(&[("a", "1"), ("b", "2")], &[&me]);
        let renamed = text.replace("  a: ENC", "  c: ENC");
        assert!(renamed != text && decrypt(&renamed, &me).is_err(), "a value cannot move");
        let later = text.replace("lastmodified: \"2026", "lastmodified: \"2027");
        assert!(later != text && decrypt(&later, &me).is_err(), "the time is part of the digest");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("  b: ENC")).collect();
        assert_eq!(decrypt(&lines.join("\n"), &me), Err("MAC mismatch".to_owned()));
        let labelled = text.replace("\"no\"", "\"on\"");
        assert!(labelled != text && decrypt(&labelled, &me).is_ok(), "labels are free");
    }

    #[test]
    fn the_metadata_is_as_readers_want_it() {
        let text = seal(&[("a", "1")], &[&make_identity()]);
        for line in [
            "  lastmodified: \"2026-11-23T10:39:00Z\"",
            "  mac_only_encrypted: true",
            "  version: \"3.13.2\"",
            "  encrypted_regex: ^(data|stringData)$",
        ] {
            assert!(text.lines().any(|l| l.replace('\'', "\"") == line), "{line} in:\n{text}");
        }
        assert!(!text.contains('#'));
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_207_200, "9999-12-30T22:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds).unwrap(), date);
        }
        assert_eq!(rfc3339(-1), None);
        assert_eq!(rfc3339(253_402_300_800), None);
    }

    #[test]
    fn what_would_not_decrypt_or_leak_is_refused() {
        let to = [make_identity().recipient];
        let with = |patch: Value| {
            let mut all = plain();
            all.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            encrypt_secret(&all, &data(&[("a", "1")]), &to, 0).unwrap_err()
        };
        let holds = |key: &str| SealError::PlainHoldsData(key.to_owned());
        assert_eq!(with(json!({"data": {"a": "aGk="}})), holds("data"));
        assert_eq!(with(json!({"stringData": {}})), holds("stringData"));
        assert_eq!(with(json!({"sops": {}})), holds("sops"));
        assert_eq!(with(json!({"metadata": {"name": "x", "labels": {"data": "1"}}})), holds("data"));
        assert!(matches!(with(json!({"kind": "ConfigMap"})), SealError::NotSecret(_)));
        assert!(matches!(with(json!({"metadata": {}})), SealError::NotSecret(_)));
        for bad in ["", "a:b", "a b", "..", "ñ", &"x".repeat(254)] {
            let error = encrypt_secret(&plain(), &data(&[(bad, "1")]), &to, 0).unwrap_err();
            assert_eq!(error, SealError::BadKey(bad.to_owned()));
        }
        assert_eq!(encrypt_secret(&plain(), &Values::new(), &[], 0), Err(SealError::NoRecipient));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_names_and_values_come_back(
            values in prop::collection::btree_map("[-._a-zA-Z0-9]{2,40}", prop_oneof![
                "(?s).{0,80}".prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..80),
            ], 0..6),
        ) {
            prop_assume!(!values.contains_key(".."));
            let me = make_identity();
            let pairs: Vec<(&str, &[u8])> = values.iter().map(|(k, v)| (k.as_str(), v.as_slice())).collect();
            let got: BTreeMap<_, _> = decrypt(&seal(&pairs, &[&me]), &me).unwrap().into_iter().collect();
            prop_assert_eq!(got, values);
        }
    }
}
