//! Decrypts a SOPS file in memory as a cluster would, with a private key at hand, and says whether it would succeed.
//! The values are wiped at once and go nowhere.

use serde_json::Value;
use zeroize::Zeroizing;

use crate::seal::cipher::{DataKey, Digest};
use crate::seal::{PrivateKeys, SealError, yaml};

/// Whether one of `keys` opens the file; then its values and its MAC are right.
///
/// # Errors
/// When a private key does not decrypt the `enc` that is for it, or a value or the MAC was changed.
pub fn verify(text: &str, keys: &PrivateKeys) -> Result<bool, SealError> {
    let document = yaml::read(text)?;
    let sops = &document["sops"];
    let stanzas = sops["age"].as_array().cloned().unwrap_or_default();
    if let Some(closed) = keys.fails(&stanzas) {
        return Err(SealError::NotOpened(closed));
    }
    let Some(key) = keys.open(&stanzas) else { return Ok(false) };
    let only_encrypted = sops["mac_only_encrypted"] == true;
    let mut walk = Walk { key: &key, digest: Digest::begin(only_encrypted), only_encrypted };
    for (name, value) in document.as_object().into_iter().flatten().filter(|(name, _)| *name != "sops") {
        walk.value(value, &format!("{name}:"))?;
    }
    let time = sops["lastmodified"].as_str().unwrap_or_default();
    let mac = sops["mac"].as_str().and_then(|mac| key.open(mac, time)).ok_or(SealError::Mac)?;
    if *mac == *walk.digest.end().as_bytes() { Ok(true) } else { Err(SealError::Mac) }
}

/// All values in the order of the file, by SOPS's rules (`sops.go`, `Tree.Decrypt`).
struct Walk<'a> {
    key: &'a DataKey,
    digest: Digest,
    only_encrypted: bool,
}

impl Walk<'_> {
    /// `path` is that of the value, each part with a colon behind it; items of a list have that of the list.
    fn value(&mut self, value: &Value, path: &str) -> Result<(), SealError> {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.value(value, &format!("{path}{name}:"))?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.value(item, path)?;
                }
            }
            Value::String(text) if text.starts_with("ENC[") => {
                let plain = self.key.open(text, path);
                let plain: Zeroizing<Vec<u8>> =
                    plain.ok_or_else(|| SealError::Value(path.trim_end_matches(':').replace(':', ".")))?;
                self.digest.add(&plain);
            }
            Value::Null => {}
            _ if self.only_encrypted => {}
            Value::String(text) => self.digest.add(text.as_bytes()),
            Value::Bool(true) => self.digest.add(b"True"),
            Value::Bool(false) => self.digest.add(b"False"),
            Value::Number(number) => self.digest.add(number.to_string().as_bytes()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{AgeIdentity, Values, encrypt_secret, make_identity};
    use super::*;

    fn sealed(to: &AgeIdentity) -> String {
        let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}});
        let values = [("a", b"1".to_vec()), ("b", vec![0xff]), ("c", b"2".to_vec())];
        let values: Values =
            values.into_iter().map(|(key, value)| (key.to_owned(), Zeroizing::new(value))).collect();
        encrypt_secret(&plain, &values, std::slice::from_ref(&to.recipient), 0).unwrap()
    }

    #[test]
    fn what_a_cluster_could_not_decrypt_is_seen() {
        let me = make_identity();
        let mut keys = PrivateKeys::default();
        keys.add(&me.key_file());
        let text = sealed(&me);
        let with = |from: &str, to: &str| {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            verify(&changed, &keys)
        };
        assert_eq!(verify(&text, &keys), Ok(true));
        assert_eq!(verify(&sealed(&make_identity()), &keys), Ok(false), "for somebody else");
        assert_eq!(with("  a: ENC", "  d: ENC"), Err(SealError::Value("stringData.d".to_owned())));
        assert_eq!(with("mac: ENC[AES256_GCM,data:", "mac: ENC[AES256_GCM,data:AAAA"), Err(SealError::Mac));
        assert_eq!(with("mac_only_encrypted: true", "mac_only_encrypted: false"), Err(SealError::Mac));
        assert_eq!(with("lastmodified: \"1970", "lastmodified: \"1971"), Err(SealError::Mac));
        assert_eq!(with("name: db", "name: other"), Ok(true), "labels are free");
        let start = text.find("  c: ENC").unwrap();
        let line = &text[start..=start + text[start..].find('\n').unwrap()];
        assert_eq!(with(line, ""), Err(SealError::Mac), "a value is gone");
        let theirs = make_identity();
        let as_mine = sealed(&theirs).replace(&theirs.recipient.to_string(), &me.recipient.to_string());
        assert_eq!(verify(&as_mine, &keys), Err(SealError::NotOpened(me.recipient.to_string())));
    }
}
