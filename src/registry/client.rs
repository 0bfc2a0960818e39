//! Requests to one registry. A login goes to that registry, or to the token server that it names, by TLS wherever the
//! registry itself has it; no redirect takes it along.

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use ureq::http::{HeaderMap, Response, StatusCode, Uri};
use ureq::{Agent, Body, ResponseExt as _};
use zeroize::Zeroizing;

use crate::diagnostic::{Code, Failure};
use crate::http;
use crate::registry::challenge::{self, Challenge};
use crate::registry::credentials::{self, Login};
use crate::registry::{Access, Lookup, Reference};

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
                agent: http::agent(http::AgentConfig { timeout: access.timeout, secure, redirects: 5 }),
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

    /// What the tag names.
    pub(super) fn digest(&self) -> Result<Lookup, Failure> {
        let url = format!("{}{}/manifests/{}", self.base, self.image.repository, self.image.tag);
        let (mut authorization, mut challenge) = (None, None);
        let mut answer = self.ask("HEAD", &url, None)?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            self.is_own(&answer, &url)?;
            challenge = asked(answer.headers());
            authorization = match self.meet(challenge.as_ref())? {
                Ok(authorization) => authorization,
                Err(status) => return self.denied(status, challenge.as_ref()),
            };
            if authorization.is_some() {
                answer = self.ask("HEAD", &url, authorization.as_deref().map(String::as_str))?;
            }
        }
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Lookup::Missing),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return self.denied(status, challenge.as_ref());
            }
            // Some answer to GET alone.
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {}
            status => return Err(self.unavailable(&format!("HTTP {status}"))),
        }
        let named = answer.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        if let Some(digest) = named.filter(|digest| answer.status() == StatusCode::OK && is_digest(digest)) {
            return Ok(Lookup::Digest(digest.to_owned()));
        }
        let mut whole = self.ask("GET", &url, authorization.as_deref().map(String::as_str))?;
        match whole.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Lookup::Missing),
            status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                return self.denied(status, challenge.as_ref());
            }
            status => return Err(self.unavailable(&format!("HTTP {status}"))),
        }
        let bytes = whole.body_mut().with_config().limit(LONGEST).read_to_vec();
        let bytes = bytes.map_err(|error| self.unavailable(&error.to_string()))?;
        let hex = base16ct::lower::encode_string(&Sha256::digest(&bytes));
        Ok(Lookup::Digest(format!("sha256:{hex}")))
    }

    /// Whether the registry itself has answered: whoever it has redirected us to is given no login, and names no token
    /// server.
    fn is_own(&self, answer: &Response<Body>, asked: &str) -> Result<(), Failure> {
        let from = answer.get_uri();
        if asked.parse::<Uri>().is_ok_and(|asked| asked == *from) {
            return Ok(());
        }
        let host = from.host().unwrap_or_default();
        let message = format!(
            "{}: the registry redirects to {host}, which wants a login; ours is not sent there",
            self.name()
        );
        Err(Failure::new(Code::RegistryLoginRejected, message)
            .hint("name the registry that holds the image: the login is for the one that is named"))
    }

    fn ask(&self, method: &str, url: &str, authorization: Option<&str>) -> Result<Response<Body>, Failure> {
        let mut request = if method == "HEAD" { self.agent.head(url) } else { self.agent.get(url) };
        request = request.header("Accept", ACCEPT);
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        request.call().map_err(|error| self.unavailable(&error.to_string()))
    }

    /// The `Authorization` that the registry asks for, nothing where we have none to give; or the token server's no.
    fn meet(&self, challenge: Option<&Challenge>) -> Result<Result<Authorization, StatusCode>, Failure> {
        match challenge {
            None => Ok(Ok(None)),
            Some(Challenge::Basic) => Ok(Ok(self.login.as_ref().map(basic))),
            Some(Challenge::Bearer { realm, service, scope }) => {
                let scope = scope.clone();
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", self.image.repository));
                Ok(self.token(realm, service.as_deref(), Some(&scope))?.map(Some))
            }
        }
    }

    /// Whether the registry takes our login, whatever it thinks of this image.
    fn knows_us(&self, challenge: Option<&Challenge>) -> Result<bool, Failure> {
        match (&self.login, challenge) {
            (Some(_), Some(Challenge::Bearer { realm, service, .. })) => {
                Ok(self.token(realm, service.as_deref(), None)?.is_ok())
            }
            (Some(login), Some(Challenge::Basic)) => {
                Ok(self.ask("GET", &self.base, Some(&basic(login)))?.status() == StatusCode::OK)
            }
            _ => Ok(false),
        }
    }

    /// A token from the server that the registry names; without a login, the one that everybody gets. Without a scope it
    /// is good for nothing but to know that there is one.
    fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Result<Zeroizing<String>, StatusCode>, Failure> {
        if !realm.starts_with("https://") && (self.secure || !realm.starts_with("http://")) {
            let message = format!(
                "{} names a token server without TLS; the login is not sent there",
                self.image.registry
            );
            return Err(Failure::new(Code::InsecureTokenServer, message));
        }
        let mut request = self.agent.get(realm);
        if let Some(scope) = scope {
            request = request.query("scope", scope);
        }
        if let Some(service) = service {
            request = request.query("service", service);
        }
        if let Some(login) = &self.login {
            request = request.header("Authorization", basic(login).as_str());
        }
        let mut answer = request.call().map_err(|error| self.unavailable(&error.to_string()))?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_client_error() => return Ok(Err(status)),
            status => return Err(self.unavailable(&format!("its token server answered {status}"))),
        }
        let text = answer.body_mut().with_config().limit(TOKEN).read_to_string().map(Zeroizing::new);
        let text = text.map_err(|error| self.unavailable(&error.to_string()))?;
        let read: TokenAnswer = serde_json::from_str(&text).unwrap_or_default();
        let token = read.token.or(read.access_token).map(Zeroizing::new);
        match token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())) {
            Some(token) => Ok(Ok(Zeroizing::new(format!("Bearer {}", *token)))),
            None => Err(self.unavailable("its token server sent no token")),
        }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.image.registry, self.image.repository)
    }

    /// What a no means: with a login that is taken, that there is nothing to see.
    fn denied(&self, status: StatusCode, challenge: Option<&Challenge>) -> Result<Lookup, Failure> {
        let said = format!("{}: the registry answered {status}", self.name());
        if self.knows_us(challenge)? {
            return Ok(Lookup::Hidden(format!(
                "{said}: nobody has pushed there yet, or this login may not pull it"
            )));
        }
        Err(match self.login {
            Some(_) => Failure::new(Code::RegistryLoginRejected, said)
                .hint("check the user and the password: the registry rejects this login"),
            None => Failure::new(Code::RegistryLoginMissing, said)
                .hint("set CUPAAS_REGISTRY_USER and CUPAAS_REGISTRY_PASSWORD, or log in with docker")
                .hint("docker credential helpers are not used")
                .hint("some registries answer this for missing images too; log in to tell"),
        })
    }

    fn unavailable(&self, why: &str) -> Failure {
        Failure::new(
            Code::RegistryUnavailable,
            format!("{}: the registry is unavailable: {why}", self.name()),
        )
    }
}

/// What a token server answers (distribution's token specification): the second name is OAuth's.
#[derive(Default, Deserialize)]
struct TokenAnswer {
    token: Option<String>,
    access_token: Option<String>,
}

/// What an `Authorization` header says, where one is sent.
type Authorization = Option<Zeroizing<String>>;

fn asked(headers: &HeaderMap) -> Option<Challenge> {
    let offered = headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
    challenge::read(offered)
}

fn basic(login: &Login) -> Zeroizing<String> {
    login.password.basic_for(&login.user)
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
