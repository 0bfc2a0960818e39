//! ConfigMaps and Secrets: their keys, their size, and the keys that a Secret's type asks for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

const MOST_BYTES: usize = 1024 * 1024;

/// A ConfigMap.
pub(crate) fn config_map(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let mut size = 0;
    for list in ["data", "binaryData"] {
        for (key, value) in root.get(list).iter().flat_map(Cursor::entries) {
            out.extend(Syntax::ConfigKey.violation(&value, key).map(Violation::at_key));
            let bytes = value.text().map_or(0, str::len);
            size += if list == "data" { bytes } else { bytes / 4 * 3 };
            if list == "binaryData" && root.get("data").is_some_and(|data| data.has(key)) {
                out.push(value.says("is also a key of data").at_key());
            }
        }
    }
    if size > MOST_BYTES {
        out.push(root.says(format!("has {size} bytes, at most {MOST_BYTES} are allowed")));
    }
}

/// A Secret, in clear or encrypted.
pub(crate) fn secret(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let mut size = 0;
    for list in ["data", "stringData"] {
        for (key, value) in root.get(list).iter().flat_map(Cursor::entries) {
            out.extend(Syntax::ConfigKey.violation(&value, key).map(Violation::at_key));
            let bytes = value.text().map_or(0, str::len);
            size += if list == "data" { bytes / 4 * 3 } else { bytes };
        }
    }
    if size > MOST_BYTES {
        out.push(root.says(format!("has {size} bytes, at most {MOST_BYTES} are allowed")));
    }
    if let Some(kind) = root.text_of("type") {
        wanted_keys(root, kind, out);
    }
}

fn wanted_keys(root: &Cursor<'_>, kind: &str, out: &mut Vec<Violation>) {
    let has =
        |key: &str| ["data", "stringData"].iter().any(|list| root.get(list).is_some_and(|at| at.has(key)));
    let (wanted, any): (&[&str], bool) = match kind {
        "kubernetes.io/dockerconfigjson" => (&[".dockerconfigjson"], false),
        "kubernetes.io/dockercfg" => (&[".dockercfg"], false),
        "kubernetes.io/tls" => (&["tls.crt", "tls.key"], false),
        "kubernetes.io/ssh-auth" => (&["ssh-privatekey"], false),
        "kubernetes.io/basic-auth" => (&["username", "password"], true),
        _ => return,
    };
    if any && !wanted.iter().any(|key| has(key)) {
        out.push(root.says(format!("a Secret of type {kind} needs one of the keys {}", wanted.join(", "))));
    }
    for key in wanted.iter().filter(|key| !any && !has(key)) {
        out.push(root.says(format!("a Secret of type {kind} needs the key {key}")));
    }
    if kind == "kubernetes.io/dockerconfigjson" {
        docker_config(root, out);
    }
}

fn docker_config(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let encrypted = root.get("sops").is_some();
    let decoded = root.find(&["data", ".dockerconfigjson"]).and_then(|at| {
        let bytes = STANDARD.decode(at.text()?.replace(['\n', '\r'], "")).ok()?;
        Some((at, String::from_utf8(bytes).unwrap_or_default()))
    });
    let plain = root.find(&["stringData", ".dockerconfigjson"]).and_then(|at| {
        let text = at.text()?.to_owned();
        Some((at, text))
    });
    for (at, text) in decoded.into_iter().chain(plain) {
        if !encrypted && serde_json::from_str::<serde_json::Value>(&text).is_err() {
            out.push(at.says("is not JSON"));
        }
    }
}
