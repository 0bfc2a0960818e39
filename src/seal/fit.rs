//! Whether an encrypted file is the one that is needed: what rendering refuses, and `secret check` says beforehand.

use serde_json::Value;

use crate::seal::{inspect, plain_part, sealed};

/// The Secret that a file has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpectedSecret<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whether a file may say another name, which is put right: its key tells which one it is.
    pub any_name: bool,
    /// Keys that it must have.
    pub keys: &'a [&'a str],
}

/// Why a file is not the one that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// Where in the file, as a path of keys.
    pub at: Vec<String>,
    /// What is wrong; never a value.
    pub message: String,
    /// What to do.
    pub hint: String,
}

const ENCRYPT: &str = "encrypt it with sops, and treat its values as leaked";

/// Everything that is wrong with the file `text`, which stands at `place`, as the Secret `wanted`; no key is needed.
pub(crate) fn misfits(text: &str, wanted: &ExpectedSecret<'_>, place: &str) -> Vec<Misfit> {
    let misfit = |at: &[&str], message: String, hint: String| Misfit { at: path(at), message, hint };
    let (file, plain) = match (inspect(text), plain_part(text)) {
        (Ok(file), Ok(plain)) => (file, plain),
        (Err(error), _) | (_, Err(error)) => {
            return vec![misfit(&["sops"], error.to_string(), ENCRYPT.to_owned())];
        }
    };
    let mut found = Vec::new();
    for key in &file.clear {
        let message = format!("the value of {key} is not encrypted");
        found.push(Misfit { at: of_value(text, key), message, hint: ENCRYPT.to_owned() });
    }
    for recipient in &file.broken {
        let message =
            format!("the `enc` of {recipient} is not an age file, so the recipient cannot decrypt it");
        found.push(misfit(&["sops", "age"], message, earlier(place)));
    }
    for key in wanted.keys.iter().filter(|key| !file.keys.iter().any(|has| has == *key)) {
        let message = format!("missing key {key} in Secret {}", wanted.name);
        let at = of_value(text, key);
        found.push(Misfit { at, message, hint: format!("add it with `sops edit {place}`") });
    }
    found.extend(misnamed(&plain, wanted, sealed::mac_covers_all(text), place));
    found
}

fn path(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Where a value stands, or would stand.
pub(crate) fn of_value(text: &str, key: &str) -> Vec<String> {
    let document = crate::seal::yaml::read(text).unwrap_or_default();
    let holds = |part: &&&str| document[**part].get(key).is_some();
    let is_there = |part: &&&str| document[**part].is_object();
    let parts = crate::seal::sops::ENCRYPTED_KEYS;
    let part = parts.iter().find(holds).or_else(|| parts.iter().find(is_there));
    path(&[part.copied().unwrap_or("kind"), key])
}

/// A name in a file is a mark of where it was made: another secret's file decrypts as well as its own, into other
/// values. Where the MAC covers the labels too, nothing may be left out either, since nobody here can add it.
fn misnamed(plain: &Value, wanted: &ExpectedSecret<'_>, bound: bool, place: &str) -> Option<Misfit> {
    let part = |key: &str| plain["metadata"][key].as_str();
    let fits = |is: Option<&str>, needed: &str| is.map_or(!bound, |is| is == needed);
    let named = (wanted.any_name && !bound) || fits(part("name"), wanted.name);
    if named && fits(part("namespace"), wanted.namespace) {
        return None;
    }
    let of = |key: &str| part(key).unwrap_or("(none)");
    let is = format!("{}/{}", of("namespace"), of("name"));
    let needed = format!("{}/{}", wanted.namespace, wanted.name);
    let at = path(&["metadata", if named { "namespace" } else { "name" }]);
    Some(if bound {
        Misfit {
            at,
            message: format!("expected Secret {needed}, found {is}; the MAC also covers the name"),
            hint: format!("change it with `sops edit {place}`, or encrypt it with `mac_only_encrypted`"),
        }
    } else {
        let message = format!("expected Secret {needed}, found {is}");
        Misfit { at, message, hint: earlier(place) }
    })
}

/// Where a file comes back from that was changed or replaced.
pub(crate) fn earlier(place: &str) -> String {
    format!("restore it from git: `git log -- {place}`, then `git checkout COMMIT -- {place}`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use zeroize::Zeroizing;

    use super::super::{Values, encrypt_secret, make_identity};
    use super::*;

    fn said(text: &str, wanted: &ExpectedSecret<'_>) -> Vec<String> {
        misfits(text, wanted, "f").into_iter().map(|misfit| misfit.message).collect()
    }

    #[test]
    fn a_file_is_that_of_its_secret_alone() {
        let metadata = json!({"name": "db", "namespace": "shop"});
        let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata});
        let values = Values::from([("a".to_owned(), Zeroizing::new(b"1".to_vec()))]);
        let text = encrypt_secret(&plain, &values, &[make_identity().recipient], 0).unwrap();
        let of = |name, namespace, keys| ExpectedSecret { namespace, name, any_name: false, keys };
        let right = of("db", "shop", &["a"]);
        assert_eq!(said(&text, &right), [""; 0]);
        assert_eq!(said(&text, &of("db", "shop", &["b"])).len(), 1);
        assert_eq!(said(&text, &of("db", "other", &["a"])).len(), 1);
        assert_eq!(said(&text, &of("x", "shop", &["a"])).len(), 1);
        assert_eq!(said(&text, &ExpectedSecret { any_name: true, ..of("x", "shop", &["a"]) }), [""; 0]);
        assert_eq!(said(&text, &ExpectedSecret { any_name: true, ..of("db", "other", &["a"]) }).len(), 1);
        let damaged = text.replace("BEGIN AGE", "BEGIN AGF");
        assert!(said(&damaged, &right)[0].contains("not an age file"));
        let short = text.replace("-----END AGE ENCRYPTED FILE-----", "");
        assert!(said(&short, &right)[0].contains("not an age file"));
        let unnamed = text.replace("  namespace: shop\n", "");
        assert_eq!(said(&unnamed, &right), [""; 0], "the namespace is added");
        let bound = unnamed.replace("mac_only_encrypted: true", "mac_only_encrypted: false");
        assert!(said(&bound, &right)[0].contains("MAC also covers the name"));
        assert_eq!(said("a: 1", &right).len(), 1);
    }
}
