//! Asking the API server as a GitOps engine does: server-side apply with strict field validation.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::discovery::{Discovery, Scope};
use serde_json::Value;

/// Who applies: Flux's name, so that what it does is what is tried.
const MANAGER: &str = "kustomize-controller";

/// The API server and the kinds that it knows.
#[derive(Clone)]
pub struct Server {
    client: Client,
    /// `(apiVersion, kind)` → plural name, and whether its objects live in namespaces.
    kinds: BTreeMap<(String, String), (String, bool)>,
}

/// What the server said.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// `Warning` headers, which a person would see on a terminal.
    pub warnings: Vec<String>,
    /// The object, or the Status that says why not.
    pub body: Value,
}

impl Answer {
    /// Whether it was taken.
    pub fn taken(&self) -> bool {
        self.status < 300
    }

    /// Why it was refused.
    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

/// How an object is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is stored.
    Store,
    /// It goes through all checks and is not stored.
    DryRun,
}

impl Server {
    /// Learns the kinds that the server knows now.
    pub async fn discover(client: Client) -> Result<Self> {
        let mut kinds = BTreeMap::new();
        for group in Discovery::new(client.clone()).run().await?.groups() {
            for version in group.versions() {
                for (resource, capabilities) in group.versioned_resources(version) {
                    let namespaced = capabilities.scope == Scope::Namespaced;
                    kinds.insert((resource.api_version, resource.kind), (resource.plural, namespaced));
                }
            }
        }
        Ok(Self { client, kinds })
    }

    /// Server-side apply, by force and strict, as Flux and Argo CD do it.
    pub async fn apply(&self, object: &Value, mode: Mode) -> Result<Answer> {
        let path = self.path(object, true)?;
        let query = query(&[("fieldManager", MANAGER), ("force", "true")], mode);
        let kind = "application/apply-patch+yaml";
        let request = http::Request::patch(format!("{path}?{query}")).header("Content-Type", kind);
        self.send(request.body(serde_json::to_vec(object)?)?).await
    }

    /// Creates the object, strictly.
    pub async fn create(&self, object: &Value, mode: Mode) -> Result<Answer> {
        let path = self.path(object, false)?;
        let query = query(&[("fieldManager", MANAGER)], mode);
        let request =
            http::Request::post(format!("{path}?{query}")).header("Content-Type", "application/json");
        self.send(request.body(serde_json::to_vec(object)?)?).await
    }

    /// The object as it is stored.
    pub async fn get(&self, object: &Value) -> Result<Answer> {
        self.send(http::Request::get(self.path(object, true)?).body(Vec::new())?).await
    }

    /// Changes the object's status, as a controller would.
    pub async fn set_status(&self, object: &Value, status: Value) -> Result<Answer> {
        let path = format!("{}/status", self.path(object, true)?);
        let request = http::Request::patch(path).header("Content-Type", "application/merge-patch+json");
        self.send(request.body(serde_json::to_vec(&serde_json::json!({"status": status}))?)?).await
    }

    /// What is at a path of the API: an object, a list, or the Status that says why not.
    pub async fn read(&self, path: &str) -> Result<Answer> {
        self.send(http::Request::get(path).body(Vec::new())?).await
    }

    /// Changes what the merge patch names, as `kubectl patch` or another's controller would.
    pub async fn patch(&self, path: &str, manager: &str, patch: &Value) -> Result<Answer> {
        let request = http::Request::patch(format!("{path}?fieldManager={manager}"))
            .header("Content-Type", "application/merge-patch+json");
        self.send(request.body(serde_json::to_vec(patch)?)?).await
    }

    /// Creates what `body` says in the collection at `path`.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        let request = http::Request::post(path).header("Content-Type", "application/json");
        self.send(request.body(serde_json::to_vec(body)?)?).await
    }

    /// Deletes what is at a path, at once where `grace` is 0.
    pub async fn delete(&self, path: &str, grace: Option<u32>) -> Result<Answer> {
        let options = serde_json::json!({"gracePeriodSeconds": grace, "propagationPolicy": "Background"});
        let request = http::Request::delete(path).header("Content-Type", "application/json");
        self.send(request.body(serde_json::to_vec(&options)?)?).await
    }

    /// Whether the server knows the object's kind.
    pub fn knows(&self, object: &Value) -> bool {
        self.path(object, false).is_ok()
    }

    /// Any other request.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<Answer> {
        send(&self.client, request).await
    }

    /// The address of the object, or of the list that it belongs to.
    fn path(&self, object: &Value, with_name: bool) -> Result<String> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (version, kind) = (text("/apiVersion"), text("/kind"));
        let Some((plural, namespaced)) = self.kinds.get(&(version.to_owned(), kind.to_owned())) else {
            bail!("the server does not know {version} {kind}");
        };
        let root = if version.contains('/') { "apis" } else { "api" };
        let mut path = format!("/{root}/{version}");
        if *namespaced {
            path += &format!("/namespaces/{}", escaped(text("/metadata/namespace")));
        }
        path += &format!("/{plural}");
        if with_name {
            let name = object["metadata"]["name"].as_str().context("no name")?;
            path += &format!("/{}", escaped(name));
        }
        Ok(path)
    }
}

/// Sends a request whose answer is JSON, to whatever server the client is for.
pub async fn send(client: &Client, request: http::Request<Vec<u8>>) -> Result<Answer> {
    let response = client.send(request.map(kube::client::Body::from)).await?;
    let status = response.status().as_u16();
    let warnings = response.headers().get_all("Warning").iter();
    let warnings = warnings.filter_map(|text| text.to_str().ok().map(str::to_owned)).collect();
    let bytes = response.into_body().collect_bytes().await?;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answer { status, warnings, body })
}

fn query(pairs: &[(&str, &str)], mode: Mode) -> String {
    let dry: &[_] = if mode == Mode::DryRun { &[("dryRun", "All")] } else { &[] };
    let all = pairs.iter().chain(&[("fieldValidation", "Strict")]).chain(dry);
    all.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// Everything but letters, digits, `-`, `_` and `.` as %XX.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
