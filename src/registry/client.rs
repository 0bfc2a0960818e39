//! Requests to one registry. A login goes to that registry, or to the token server that it names, by TLS wherever the
//! registry itself has it; no redirect takes it along.

use sha2::{Digest as _, Sha256};
use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::challenge::{self, Challenge};
use super::credentials::{self, Login};
use super::{Access, Reference};
use crate::diagnostic::{Failure, Kind};
use crate::http;

/// Manifests and indexes, of the OCI and of docker.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
/// The longest manifest that registries must take (distribution specification).
const LONGEST: u64 = 4 << 20;
/// The longest answer of a token server that is read.
const TOKEN: u64 = 1 << 20;

/// One registry, and who we are for it.
pub(super) struct Client<'a> {
    image: &'a Reference,
    login: Option<Login>,
    agent: Agent,
    base: String,
    secure: bool,
}

impl<'a> Client<'a> {
    /// Finds out by which scheme the registry is spoken to: by TLS, unless it is on this machine or is named as one
    /// without it, and has none.
    pub(super) fn new(image: &'a Reference, access: &Access) -> Self {
        let login = credentials::find(image, access);
        let plain = image.is_loopback() || access.insecure.contains(&image.registry);
        let host = image.host();
        let client = |scheme: &str| {
            let secure = scheme == "https";
            Self {
                image,
                login: login.clone(),
                agent: http::agent(http::Manner { patience: access.patience, secure, redirects: 5 }),
                base: format!("{scheme}://{host}/v2/"),
                secure,
            }
        };
        let secure = client("https");
        if plain && secure.agent.get(&secure.base).call().is_err() {
            return client("http");
        }
        secure
    }

    /// The digest of what the tag names.
    pub(super) fn digest(&self) -> Result<Option<String>, Failure> {
        let url = format!("{}{}/manifests/{}", self.base, self.image.repository, self.image.tag);
        let mut authorization = None;
        let mut answer = self.ask("HEAD", &url, None)?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            authorization = self.meet(answer.headers())?;
            if authorization.is_some() {
                answer = self.ask("HEAD", &url, authorization.as_deref().map(String::as_str))?;
            }
        }
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(self.denied(answer.status())),
            // Some answer to GET alone.
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {}
            status => return Err(self.unavailable(&format!("answers {status}"))),
        }
        let named = answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        if let Some(digest) = named.filter(|digest| answer.status() == StatusCode::OK && is_digest(digest)) {
            return Ok(Some(digest.to_owned()));
        }
        let mut whole = self.ask("GET", &url, authorization.as_deref().map(String::as_str))?;
        match whole.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(self.denied(whole.status())),
            status => return Err(self.unavailable(&format!("answers {status}"))),
        }
        let bytes = whole.body_mut().with_config().limit(LONGEST).read_to_vec();
        let bytes = bytes.map_err(|error| self.unavailable(&error.to_string()))?;
        let hex: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(format!("sha256:{hex}")))
    }

    fn ask(&self, method: &str, url: &str, authorization: Option<&str>) -> Result<Response<Body>, Failure> {
        let mut request = if method == "HEAD" { self.agent.head(url) } else { self.agent.get(url) };
        request = request.header("Accept", ACCEPT);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        request.call().map_err(|error| self.unavailable(&error.to_string()))
    }

    /// The `Authorization` that the registry asks for; nothing where we have none to give.
    fn meet(&self, headers: &HeaderMap) -> Result<Option<Zeroizing<String>>, Failure> {
        let offered = headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
        match challenge::read(offered) {
            None => Ok(None),
            Some(Challenge::Basic) => Ok(self.login.as_ref().map(basic)),
            Some(Challenge::Bearer { realm, service, scope }) => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.image.repository));
                self.token(&realm, service.as_deref(), &scope).map(Some)
            }
        }
    }

    /// A token from the server that the registry names; without a login, the one that everybody gets.
    fn token(&self, realm: &str, service: Option<&str>, scope: &str) -> Result<Zeroizing<String>, Failure> {
        if !realm.starts_with("https://") && (self.secure || !realm.starts_with("http://")) {
            let message = format!("{} sends to a token server without TLS", self.image.registry);
            return Err(Failure::new(Kind::Forbidden, message));
        }
        let mut request = self.agent.get(realm).query("scope", scope);
        if let Some(service) = service {
            request = request.query("service", service);
        }
        if let Some(login) = &self.login {
            request = request.header("Authorization", basic(login).as_str());
        }
        let mut answer = request.call().map_err(|error| self.unavailable(&error.to_string()))?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_client_error() => return Err(self.denied(status)),
            status => return Err(self.unavailable(&format!("its token server answers {status}"))),
        }
        let text = answer.body_mut().with_config().limit(TOKEN).read_to_string().map(Zeroizing::new);
        let text = text.map_err(|error| self.unavailable(&error.to_string()))?;
        let read: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let token = ["token", "access_token"].iter().find_map(|key| read.get(key)?.as_str());
        match token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())) {
            Some(token) => Ok(Zeroizing::new(format!("Bearer {token}"))),
            None => Err(self.unavailable("its token server gives no token")),
        }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.image.registry, self.image.repository)
    }

    fn denied(&self, status: StatusCode) -> Failure {
        let failure =
            Failure::new(Kind::Forbidden, format!("{}: the registry answers {status}", self.name()));
        match self.login {
            Some(_) => failure.hint("may this user pull that image?"),
            None => failure
                .hint("set CUPAAS_REGISTRY_USER and CUPAAS_REGISTRY_PASSWORD, or log in with docker")
                .hint("a helper program that docker's configuration names is not asked"),
        }
    }

    fn unavailable(&self, why: &str) -> Failure {
        Failure::new(Kind::Unavailable, format!("{}: the registry {why}", self.name()))
    }
}

fn basic(login: &Login) -> Zeroizing<String> {
    login.password.basic_for(&login.user)
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
