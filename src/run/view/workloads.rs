//! The manifests that were deployed last → what runs of an app, under the names that the cluster knows it by.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Code, Failure};
use crate::plan::documents;
use crate::tree::Files;

/// The labels that say which process or service an object is.
const PROCESS: &str = "cupaas.dev/process";
const SERVICE: &str = "cupaas.dev/service";
/// The labels that select its pods; frozen.
const SELECTS: [&str; 2] = ["app.kubernetes.io/instance", "app.kubernetes.io/name"];
/// What has pods, and where their template stands.
const KINDS: [(&str, &str); 4] = [
    ("Deployment", "/spec/template"),
    ("StatefulSet", "/spec/template"),
    ("Job", "/spec/template"),
    ("CronJob", "/spec/jobTemplate/spec/template"),
];

/// One process or service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Workload {
    /// As the app calls it.
    pub(super) part: String,
    pub(super) is_service: bool,
    /// `deployment/web`, as kubectl takes it.
    pub(super) object: String,
    pub(super) namespace: String,
    /// The first container, which is the program's own.
    pub(super) container: String,
    /// The labels of its pods.
    pub(super) selector: String,
    /// Whether it has pods that stay.
    pub(super) lasting: bool,
    /// Whether it is told to have none.
    pub(super) stopped: bool,
}

/// All of them, processes first.
///
/// # Errors
/// A manifest with a name that is none of Kubernetes'.
pub(super) fn workloads(files: &Files) -> Result<Vec<Workload>, Failure> {
    let mut all = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.as_str().ends_with(".yaml")) {
        let objects = documents(text)
            .ok_or_else(|| Failure::new(Code::ManifestInvalid, format!("{path} cannot be read as YAML")))?;
        for object in objects {
            if let Some(found) = read(&object) {
                let names = [&found.part, &found.namespace, &found.container];
                if !names.into_iter().all(|name| is_name(name)) || !found.object.split('/').all(is_name) {
                    let message = format!("{path} has a name that no object of a cluster can have");
                    return Err(Failure::new(Code::ManifestInvalid, message));
                }
                all.push(found);
            }
        }
    }
    all.sort_by(|one: &Workload, other| (one.is_service, &one.part).cmp(&(other.is_service, &other.part)));
    Ok(all)
}

/// Whether a word is a name, and nothing that a program could take for a flag or a terminal for a command.
fn is_name(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    word.bytes().next().is_some_and(plain) && word.bytes().all(|byte| plain(byte) || b"-._".contains(&byte))
}

fn read(object: &Value) -> Option<Workload> {
    let kind = object["kind"].as_str()?;
    let (_, template) = KINDS.iter().find(|(known, _)| *known == kind)?;
    let template = object.pointer(template)?;
    let labels: BTreeMap<&str, &str> = template["metadata"]["labels"]
        .as_object()?
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect();
    let (part, is_service) = match (labels.get(PROCESS), labels.get(SERVICE)) {
        (Some(process), _) => (*process, false),
        (None, Some(service)) => (*service, true),
        (None, None) => return None,
    };
    let selects =
        SELECTS.iter().map(|key| Some(format!("{key}={}", labels.get(key).filter(|v| is_name(v))?)));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Workload {
        part: part.to_owned(),
        is_service,
        object: format!("{}/{}", kind.to_lowercase(), object["metadata"]["name"].as_str()?),
        namespace: text(&object["metadata"]["namespace"])?,
        container: text(&template["spec"]["containers"][0]["name"])?,
        selector: selects.collect::<Option<Vec<_>>>()?.join(","),
        lasting: matches!(kind, "Deployment" | "StatefulSet"),
        stopped: object["spec"]["replicas"] == 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_flag_and_no_command() {
        for name in ["web", "mongodb-0", "a.b", "1"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "-n", "--all", "a b", "a\u{1b}[2J", "a;b", "\u{202e}web", "a/b"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
