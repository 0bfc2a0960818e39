//! Decrypts SOPS files in tests the way the official program does, MAC included: text and a private key in,
//! values out. Only the crates' primitives are shared with the code under test.

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};

use super::AgeIdentity;

/// The values of the file in the order of their names, or what is wrong with it.
pub(super) fn decrypt(text: &str, identity: &AgeIdentity) -> Result<Vec<(String, Vec<u8>)>, String> {
    let document: Value = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    let key = data_key(&document["sops"], identity)?;
    let mut hash = Sha512::new();
    hash.update(Sha256::digest("sops"));
    let mut values = Vec::new();
    for (section, list) in document.as_object().ok_or("no mapping")? {
        for (name, value) in list.as_object().into_iter().flatten() {
            if !matches!(section.as_str(), "data" | "stringData") {
                continue;
            }
            let plain = open(value.as_str().ok_or("no text")?, &key, &format!("{section}:{name}:"))?;
            hash.update(&plain);
            let bytes = match section.as_str() {
                "data" => BASE64_STANDARD.decode(&plain).map_err(|e| e.to_string())?,
                _ => plain.into_bytes(),
            };
            values.push((name.clone(), bytes));
        }
    }
    values.sort();
    let time = document["sops"]["lastmodified"].as_str().ok_or("lastmodified is not a string")?;
    let mac = open(document["sops"]["mac"].as_str().ok_or("no mac")?, &key, time)?;
    let computed = base16ct::upper::encode_string(&hash.finalize());
    if mac == computed { Ok(values) } else { Err("MAC mismatch".to_owned()) }
}

fn data_key(sops: &Value, identity: &AgeIdentity) -> Result<Vec<u8>, String> {
    let identity: age::x25519::Identity = identity.secret.parse().map_err(|e: &str| e.to_owned())?;
    let stanzas = sops["age"].as_array().ok_or("no age")?;
    let mut opened =
        stanzas.iter().filter_map(|s| age::decrypt(&identity, s["enc"].as_str()?.as_bytes()).ok());
    opened.next().ok_or_else(|| "no stanza for this identity".to_owned())
}

fn open(text: &str, key: &[u8], place: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let body =
        text.strip_prefix("ENC[AES256_GCM,").and_then(|t| t.strip_suffix(",type:str]")).ok_or("form")?;
    let mut parts = Vec::new();
    for (part, name) in body.split(',').zip(["data:", "iv:", "tag:"]) {
        let encoded = part.strip_prefix(name).ok_or("order of parts")?;
        parts.push(BASE64_STANDARD.decode(encoded).map_err(|e| e.to_string())?);
    }
    let [data, iv, tag] = parts.as_slice() else { return Err("parts".to_owned()) };
    let msg = [data.as_slice(), tag].concat();
    let cipher = AesGcm::<Aes256, U32>::new_from_slice(key).map_err(|e| e.to_string())?;
    let payload = Payload { msg: &msg, aad: place.as_bytes() };
    let plain = cipher.decrypt(Nonce::<U32>::from_slice(iv), payload).map_err(|e| e.to_string())?;
    String::from_utf8(plain).map_err(|e| e.to_string())
}
