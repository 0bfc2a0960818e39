//! What a container sees: variables from ConfigMaps and Secrets, as they are when it starts.

use std::collections::BTreeMap;

use anyhow::Result;
use k8s_openapi::ByteString;
use serde_json::Value;

use super::StandIn;

impl StandIn {
    /// The variables of the pod's first container; nothing where a container reads what is not there.
    pub(super) async fn environment_of(&self, pod: &Value) -> Result<Option<BTreeMap<String, String>>> {
        let namespace = pod["metadata"]["namespace"].as_str().unwrap_or_default();
        let mut first = None;
        for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
            let Some(environment) = self.of_container(namespace, container).await? else { return Ok(None) };
            first.get_or_insert(environment);
        }
        Ok(Some(first.unwrap_or_default()))
    }

    async fn of_container(
        &self,
        namespace: &str,
        container: &Value,
    ) -> Result<Option<BTreeMap<String, String>>> {
        let mut environment = BTreeMap::new();
        for from in container["envFrom"].as_array().into_iter().flatten() {
            for (field, plural) in [("configMapRef", "configmaps"), ("secretRef", "secrets")] {
                let Some(name) = from[field]["name"].as_str() else { continue };
                match self.data(namespace, plural, name).await? {
                    Some(data) => environment.extend(data),
                    None if from[field]["optional"] == true => {}
                    None => return Ok(None),
                }
            }
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            let name = variable["name"].as_str().unwrap_or_default().to_owned();
            let source = &variable["valueFrom"];
            for (field, plural) in [("configMapKeyRef", "configmaps"), ("secretKeyRef", "secrets")] {
                let Some(object) = source[field]["name"].as_str() else { continue };
                let key = source[field]["key"].as_str().unwrap_or_default();
                let value = self.data(namespace, plural, object).await?.and_then(|mut data| data.remove(key));
                match value {
                    Some(value) => drop(environment.insert(name.clone(), value)),
                    None if source[field]["optional"] == true => {}
                    None => return Ok(None),
                }
            }
            if let Some(value) = variable["value"].as_str() {
                let value = expanded(value, &environment);
                environment.insert(name, value);
            }
        }
        Ok(Some(environment))
    }

    async fn data(
        &self,
        namespace: &str,
        plural: &str,
        name: &str,
    ) -> Result<Option<BTreeMap<String, String>>> {
        let answer = self.server.read(&format!("/api/v1/namespaces/{namespace}/{plural}/{name}")).await?;
        if !answer.taken() {
            return Ok(None);
        }
        let entries = answer.body["data"].as_object().cloned().unwrap_or_default();
        let text = |value: Value| -> Result<String> {
            if plural == "configmaps" {
                return Ok(serde_json::from_value(value)?);
            }
            let bytes: ByteString = serde_json::from_value(value)?;
            Ok(String::from_utf8_lossy(&bytes.0).into_owned())
        };
        entries.into_iter().map(|(key, value)| Ok((key, text(value)?))).collect::<Result<_>>().map(Some)
    }
}

/// `$(NAME)` of a variable that came before; `$$` is one `$`, and what is not known stays as it is.
fn expanded(text: &str, known: &BTreeMap<String, String>) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        match name {
            _ if rest.starts_with('$') => {
                result.push('$');
                rest = &rest[1..];
            }
            Some((name, after)) if known.contains_key(name) => {
                result.push_str(&known[name]);
                rest = after;
            }
            _ => result.push('$'),
        }
    }
    result + rest
}
