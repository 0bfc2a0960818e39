//! What can be known of, and done to, a SOPS file without its private key: the text of one in, its recipients
//! and names out, or the same ciphertext under new labels. Never makes or changes a ciphertext.

use serde_json::{Map, Value};

use crate::names;
use crate::seal::sops::{ENCRYPTED_KEYS, check_plain};
use crate::seal::{Recipient, SealError, recipient, yaml};

/// A SOPS file of one Secret, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Names of the encrypted values, in the order of the file.
    pub keys: Vec<String>,
    /// Names of values that stand there in clear, which nobody may commit.
    pub clear: Vec<String>,
    /// The age recipients as written.
    pub recipients: Vec<String>,
    /// Those of them whose `enc` is no age file.
    pub broken: Vec<String>,
    /// Other ways to the data key that the file offers (`pgp`, `kms`, `key_groups`, …).
    pub other_keys: Vec<String>,
}

/// How the recipients of a file differ from those that the platform names. Only somebody with a private key can
/// add one ([`crate::seal::give_to`]), so it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drift {
    /// Named by the platform; cannot read the file.
    pub missing: Vec<String>,
    /// Can read the file; not named by the platform.
    pub extra: Vec<String>,
}

/// Reads a SOPS file of one Secret.
pub fn inspect(text: &str) -> Result<Sealed, SealError> {
    let document = yaml::read(text)?;
    let sops = sops_of(&document)?;
    let mut sealed = Sealed::default();
    for (name, value) in values(&document) {
        sealed.keys.push(name.to_owned());
        if !is_encrypted(value) {
            sealed.clear.push(name.to_owned());
        }
    }
    for stanza in sops.get("age").and_then(Value::as_array).into_iter().flatten() {
        let Some(recipient) = stanza["recipient"].as_str() else { continue };
        sealed.recipients.push(recipient.to_owned());
        if !stanza["enc"].as_str().is_some_and(recipient::is_age_file) {
            sealed.broken.push(recipient.to_owned());
        }
    }
    for other in ["key_groups", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"] {
        if sops.get(other).and_then(Value::as_array).is_some_and(|keys| !keys.is_empty()) {
            sealed.other_keys.push(other.to_owned());
        }
    }
    Ok(sealed)
}

/// Changes exactly when a value is encrypted anew: a hash of the ciphertexts alone, which says nothing that the file
/// itself does not. Labels and recipients do not count.
pub fn fingerprint(text: &str) -> Result<String, SealError> {
    let document = yaml::read(text)?;
    sops_of(&document)?;
    let mut parts: Vec<String> = values(&document).map(|(name, value)| format!("{name}={value}")).collect();
    parts.sort();
    Ok(names::hash(&parts.join("\n"), 16))
}

/// What stands in clear: apiVersion, kind, metadata, type.
pub fn plain_part(text: &str) -> Result<Value, SealError> {
    let mut document = yaml::read(text)?;
    sops_of(&document)?;
    if let Some(fields) = document.as_object_mut() {
        fields.retain(|name, _| !ENCRYPTED_KEYS.contains(&name.as_str()) && name != "sops");
    }
    Ok(document)
}

/// The annotation of a value that no environment variable can hold: nobody can tell from its ciphertext.
pub(crate) const ONLY_A_FILE: &str = "cupaas.dev/only-as-file";

/// Whether the MAC of a file covers what stands in clear too, so that nobody may change it without the private key.
pub(super) fn mac_covers_all(text: &str) -> bool {
    yaml::read(text).is_ok_and(|document| document["sops"]["mac_only_encrypted"] != true)
}

/// Whether a file says that its value can only be mounted.
pub(crate) fn is_only_a_file(text: &str) -> bool {
    plain_part(text).is_ok_and(|plain| plain["metadata"]["annotations"][ONLY_A_FILE] == "true")
}

/// When a file's values were last encrypted, as the file says it (RFC 3339).
pub(crate) fn changed_at(text: &str) -> Option<String> {
    yaml::read(text).ok()?["sops"]["lastmodified"].as_str().map(str::to_owned)
}

/// Compares the recipients of a file with those `wanted`; nothing where they are the same.
pub(crate) fn drift(text: &str, wanted: &[Recipient]) -> Result<Option<Drift>, SealError> {
    let present = inspect(text)?.recipients;
    let wanted: Vec<String> = wanted.iter().map(Recipient::to_string).collect();
    let without = |from: &[String], what: &[String]| -> Vec<String> {
        from.iter().filter(|key| !what.contains(key)).cloned().collect()
    };
    let drift = Drift { missing: without(&wanted, &present), extra: without(&present, &wanted) };
    Ok((!drift.missing.is_empty() || !drift.extra.is_empty()).then_some(drift))
}

/// The file `text` with its plain part replaced by `plain`; every ciphertext and the `sops` block stay, byte for
/// byte.
///
/// # Errors
/// When that would break the file: its MAC covers all values, or something other than its data is encrypted.
pub fn reattach(text: &str, plain: &Value) -> Result<String, SealError> {
    let mut document = yaml::read(text)?;
    let sops = sops_of(&document)?;
    if sops.get("mac_only_encrypted") != Some(&Value::Bool(true)) {
        return Err(SealError::MacCoversAll);
    }
    // Encrypted comments are part of the MAC and would be lost.
    if text.contains("#ENC[") {
        return Err(SealError::NotSealed("it has encrypted comments"));
    }
    let mut kept = check_plain(plain)?.clone();
    let Some(fields) = document.as_object_mut() else {
        return Err(SealError::NotSealed("it is not a mapping"));
    };
    let mut ciphertext = Map::new();
    for (name, value) in std::mem::take(fields) {
        if ENCRYPTED_KEYS.contains(&name.as_str()) || name == "sops" {
            ciphertext.insert(name, value);
        } else if holds_ciphertext(&value) {
            return Err(SealError::NotSealed("something other than its data is encrypted"));
        }
    }
    // In the order of the file: the MAC was made over the values in that order.
    kept.append(&mut ciphertext);
    yaml::write(&Value::Object(kept))
}

fn sops_of(document: &Value) -> Result<&Map<String, Value>, SealError> {
    let sops = document["sops"].as_object().ok_or(SealError::NotSealed("it has no `sops` block"))?;
    if !sops.get("mac").is_some_and(is_encrypted) {
        return Err(SealError::NotSealed("its `sops` block has no `mac`"));
    }
    if document["kind"] != "Secret" {
        return Err(SealError::NotSealed("its kind is not `Secret`"));
    }
    Ok(sops)
}

fn values(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let fields = document.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| ENCRYPTED_KEYS.contains(&name.as_str()))
        .flat_map(|(_, data)| data.as_object().into_iter().flatten())
        .map(|(name, value)| (name.as_str(), value))
}

/// The empty string counts: SOPS leaves it as it is.
fn is_encrypted(value: &Value) -> bool {
    value.is_null()
        || value.as_str().is_some_and(|text| {
            text.is_empty() || (text.starts_with("ENC[AES256_GCM,") && text.ends_with(']'))
        })
}

fn holds_ciphertext(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with("ENC[AES256_GCM,"),
        Value::Array(items) => items.iter().any(holds_ciphertext),
        Value::Object(fields) => fields.values().any(holds_ciphertext),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use zeroize::Zeroizing;

    use super::super::test_support::decrypt;
    use super::super::{AgeIdentity, encrypt_secret, make_identity};
    use super::*;

    fn plain(label: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "labels": {"l": label}}})
    }

    fn sealed(to: &[&AgeIdentity]) -> String {
        let pairs = [("b", "2"), ("a", "1"), ("z", "")];
        let data: BTreeMap<_, _> =
            pairs.iter().map(|(k, v)| ((*k).to_owned(), Zeroizing::new(v.as_bytes().to_vec()))).collect();
        let recipients: Vec<Recipient> = to.iter().map(|identity| identity.recipient.clone()).collect();
        encrypt_secret(&plain("one"), &data, &recipients, 0).unwrap()
    }

    #[test]
    fn new_labels_keep_the_ciphertext() {
        let me = make_identity();
        let before = sealed(&[&me]);
        let after = reattach(&before, &plain("two")).unwrap();
        assert!(after.contains("l: two") && !after.contains("l: one"));
        assert_eq!(decrypt(&after, &me), decrypt(&before, &me));
        let rest = |text: &str| text[text.find("stringData:").unwrap()..].to_owned();
        assert_eq!(rest(&after), rest(&before), "every byte of the encrypted part stays");
        assert_eq!(reattach(&before, &plain("one")).unwrap(), before, "the same labels change nothing");
        assert_eq!(reattach(&after, &plain("one")).unwrap(), before);
    }

    #[test]
    fn a_fingerprint_is_of_the_ciphertext_alone() {
        let me = make_identity();
        let text = sealed(&[&me]);
        let of = |text: &str| fingerprint(text).unwrap();
        assert_eq!(of(&text), of(&reattach(&text, &plain("two")).unwrap()), "labels do not count");
        let readers = text.replace("recipient: age1", "recipient: age2");
        assert!(readers != text && of(&readers) == of(&text), "recipients do not count");
        assert_ne!(of(&text), of(&sealed(&[&me])), "the same values sealed again do");
        assert_eq!(plain_part(&text).unwrap(), plain("one"));
        assert!(fingerprint("a: 1").is_err() && plain_part("a: 1").is_err());
    }

    #[test]
    fn a_file_that_would_break_is_left_alone() {
        let text = sealed(&[&make_identity()]);
        let all = text.replace("mac_only_encrypted: true", "mac_only_encrypted: false");
        assert_eq!(reattach(&all, &plain("x")), Err(SealError::MacCoversAll));
        let comment = text.replace("stringData:\n", "stringData:\n  #ENC[AES256_GCM,data:x,type:comment]\n");
        assert!(matches!(reattach(&comment, &plain("x")), Err(SealError::NotSealed(_))));
        let more = text.replace("l: one", "l: ENC[AES256_GCM,data:x]");
        assert!(matches!(reattach(&more, &plain("x")), Err(SealError::NotSealed(_))));
        let holds = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": {}});
        assert_eq!(reattach(&text, &holds), Err(SealError::PlainHoldsData("data".to_owned())));
        for broken in ["", "a", "[]", "a: b", "a: b\n---\na: c\n", "sops: {mac: x}\nkind: Secret\n", "a: {"] {
            assert!(matches!(reattach(broken, &plain("x")), Err(SealError::NotSealed(_))), "{broken}");
        }
    }

    #[test]
    fn a_file_tells_its_names_and_recipients_and_what_stands_in_clear() {
        let (one, two) = (make_identity(), make_identity());
        let text = sealed(&[&one, &two]);
        let read = inspect(&text).unwrap();
        assert_eq!(read.keys, ["a", "b", "z"]);
        assert_eq!(read.recipients, [one.recipient.to_string(), two.recipient.to_string()]);
        assert!(read.clear.is_empty() && read.other_keys.is_empty());
        let text =
            text.replace("  z: \"\"\n", "  z: hunter2\n").replace("  age:\n", "  pgp: [{fp: x}]\n  age:\n");
        let read = inspect(&text).unwrap();
        assert_eq!((read.clear, read.other_keys), (vec!["z".to_owned()], vec!["pgp".to_owned()]));
    }

    #[test]
    fn other_recipients_than_wanted_are_told_apart() {
        let (one, two, three) = (make_identity(), make_identity(), make_identity());
        let text = sealed(&[&one, &two]);
        assert_eq!(drift(&text, &[two.recipient.clone(), one.recipient.clone()]).unwrap(), None);
        let found = drift(&text, &[one.recipient, three.recipient.clone()]).unwrap().unwrap();
        assert_eq!(found.missing, [three.recipient.to_string()]);
        assert_eq!(found.extra, [two.recipient.to_string()]);
    }
}
