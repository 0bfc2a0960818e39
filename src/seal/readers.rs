//! Gives a SOPS file to other recipients: its data key is opened with a private key at hand and encrypted for those
//! that are new. No ciphertext of a value changes, so nothing that reads it restarts.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::seal::cipher::DataKey;
use crate::seal::{Recipient, SealError, drift, yaml};

/// Private age keys; wiped when dropped, as the crate has it.
#[derive(Default)]
pub struct PrivateKeys(Vec<age::x25519::Identity>);

impl std::fmt::Debug for PrivateKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKeys({})", self.0.len())
    }
}

impl PrivateKeys {
    /// Adds the keys of a key file's text, one a line; how many there were.
    pub fn add(&mut self, text: &str) -> usize {
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let keys: Vec<age::x25519::Identity> = lines.filter_map(|line| line.parse().ok()).collect();
        let count = keys.len();
        self.0.extend(keys);
        count
    }

    /// A recipient whose private key is among these, and does not open what the file has for it.
    pub(super) fn fails(&self, stanzas: &[Value]) -> Option<String> {
        let of = |stanza: &Value| {
            let recipient = stanza["recipient"].as_str()?;
            let key = self.0.iter().find(|key| key.to_public().to_string() == recipient)?;
            let opened = age::decrypt(key, stanza["enc"].as_str().unwrap_or_default().as_bytes());
            let data_key = opened.ok().map(Zeroizing::new).and_then(|bytes| DataKey::from_bytes(&bytes));
            data_key.is_none().then(|| recipient.to_owned())
        };
        stanzas.iter().find_map(of)
    }

    /// The data key of a file, where one of these can open it.
    pub(super) fn open(&self, stanzas: &[Value]) -> Option<DataKey> {
        let texts = stanzas.iter().filter_map(|stanza| stanza["enc"].as_str());
        let all = texts.flat_map(|text| self.0.iter().map(move |key| (text, key)));
        all.filter_map(|(text, key)| age::decrypt(key, text.as_bytes()).ok())
            .find_map(|bytes| DataKey::from_bytes(&Zeroizing::new(bytes)))
    }
}

/// The file `text` for exactly `recipients`; nothing where it is for them already. Recipients that stay keep their
/// bytes. Taking one away needs no key, but does not unmake what it has read.
///
/// # Errors
/// When there is a new recipient and no key that decrypts the file, or the file is not encrypted by age alone.
pub fn give_to(
    text: &str,
    recipients: &[Recipient],
    keys: &PrivateKeys,
) -> Result<Option<String>, SealError> {
    let Some(change) = drift(text, recipients)? else { return Ok(None) };
    if text.contains("#ENC[") {
        return Err(SealError::NotSealed("it has encrypted comments"));
    }
    let mut document = yaml::read(text)?;
    if document["sops"]["key_groups"].as_array().is_some_and(|groups| !groups.is_empty()) {
        return Err(SealError::NotSealed("it uses key groups; change its recipients with `sops updatekeys`"));
    }
    let stanzas = document["sops"]["age"].as_array().cloned().unwrap_or_default();
    let key = match change.missing.as_slice() {
        [] => None,
        _ => Some(keys.open(&stanzas).ok_or(SealError::NoKey)?),
    };
    let mut age: Vec<Value> = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        let name = recipient.to_string();
        if recipients[..index].contains(recipient) {
            continue;
        }
        match (stanzas.iter().find(|stanza| stanza["recipient"] == name), &key) {
            (Some(kept), _) => age.push(kept.clone()),
            (None, Some(key)) => age.push(json!({"recipient": name, "enc": key.wrap_for(recipient)?})),
            (None, None) => return Err(SealError::NoKey),
        }
    }
    document["sops"]["age"] = Value::Array(age);
    yaml::write(&document).map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::test_support::decrypt;
    use super::super::{AgeIdentity, Values, encrypt_secret, fingerprint, make_identity};
    use super::*;

    fn sealed(to: &[&AgeIdentity]) -> String {
        let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}});
        let values = Values::from([
            ("a".to_owned(), Zeroizing::new(b"1".to_vec())),
            ("b".to_owned(), Zeroizing::new(vec![0xff])),
        ]);
        encrypt_secret(&plain, &values, &public(to), 0).unwrap()
    }

    fn public(of: &[&AgeIdentity]) -> Vec<Recipient> {
        of.iter().map(|identity| identity.recipient.clone()).collect()
    }

    fn keys(of: &[&AgeIdentity]) -> PrivateKeys {
        let mut keys = PrivateKeys::default();
        of.iter().for_each(|identity| assert_eq!(keys.add(&identity.key_file()), 1));
        keys
    }

    #[test]
    fn a_new_recipient_reads_the_same_ciphertext() {
        let (one, two, three) = (make_identity(), make_identity(), make_identity());
        let before = sealed(&[&one, &two]);
        let wanted = public(&[&two, &three]);
        let after = give_to(&before, &wanted, &keys(&[&three, &one])).unwrap().unwrap();
        assert_eq!(fingerprint(&after), fingerprint(&before), "no value was encrypted anew");
        for reader in [&two, &three] {
            assert_eq!(decrypt(&after, reader), decrypt(&before, &one));
        }
        assert!(decrypt(&after, &one).is_err());
        assert_eq!(give_to(&after, &wanted, &PrivateKeys::default()), Ok(None), "twice changes nothing");
        let stanza = |text: &str| yaml::read(text).unwrap()["sops"]["age"].as_array().unwrap().clone();
        assert_eq!(stanza(&after)[0], stanza(&before)[1], "who stays keeps its bytes");
    }

    #[test]
    fn without_a_key_a_recipient_can_go_but_none_can_come() {
        let (one, two) = (make_identity(), make_identity());
        let text = sealed(&[&one, &two]);
        let none = PrivateKeys::default();
        let fewer = give_to(&text, &public(&[&one]), &none).unwrap().unwrap();
        assert!(decrypt(&fewer, &one).is_ok() && decrypt(&fewer, &two).is_err());
        let more = public(&[&one, &two]);
        assert_eq!(give_to(&fewer, &more, &none), Err(SealError::NoKey));
        assert_eq!(give_to(&fewer, &more, &keys(&[&two])), Err(SealError::NoKey), "a key of another file");
        assert!(give_to(&fewer, &more, &keys(&[&one])).unwrap().is_some());
    }
}
