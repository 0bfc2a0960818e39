//! Requests to one forge's API: bounded in time, in tries and in size. A token goes to that API alone: a redirect to
//! another host is not followed, and the next page is asked for at our own address.

use std::cell::Cell;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{HeaderMap, Request, Response};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::backoff::Backoff;
use crate::clock::{self, Retry};
use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::answers::Refusal;
use crate::forge::kind::Forge;
use crate::forge::limits::{Said, Verdict};
use crate::forge::rights::Right;
use crate::forge::texts;
use crate::http;
use crate::token::Secret;

/// The longest answer that is read: a hundred comments of the longest kind.
const LONGEST: u64 = 32 << 20;
/// As much of a server's message as helps.
const MESSAGE: usize = 300;
/// How often one request is sent.
const TRIES: u32 = 5;
/// How long limits are waited for, all together.
const WAIT: Duration = Duration::from_secs(60);
/// How many redirects within the API's own host are followed: of a repository that was renamed.
const REDIRECTS: u32 = 3;
/// The most pages of one list.
const PAGES: usize = 100;

/// One forge's API, and who we are for it.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    forge: Forge,
    /// Without `/` at its end.
    api: String,
    token: Option<Secret>,
    timeout: Duration,
    /// What the server's own clock said last.
    time: Cell<Option<i64>>,
}

/// One request.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    /// Below the API's address, with its query; or a whole address of the same host.
    pub(super) path: &'a str,
    pub(super) body: Option<&'a Value>,
    pub(super) right: Right,
    /// Whether sending it twice does no more than sending it once.
    pub(super) repeatable: bool,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    body: Value,
    /// The query of the next page.
    next: Option<String>,
    /// How many there are on all pages.
    total: Option<usize>,
    /// The rights that the server says it asks for.
    accepted: Option<String>,
}

impl Answer {
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What it says, where it is a good one of this type.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.body).ok().filter(|_| self.is_good())
    }

    /// What it says is wrong.
    pub(super) fn refusal(&self) -> Refusal {
        Refusal::deserialize(&self.body).unwrap_or_default()
    }
}

impl Client {
    pub(super) fn new(forge: Forge, api: &str, token: Option<Secret>, timeout: Duration) -> Self {
        let config = http::AgentConfig { timeout, secure: api.starts_with("https://"), redirects: 0 };
        Self { agent: http::agent(config), forge, api: api.to_owned(), token, timeout, time: Cell::new(None) }
    }

    pub(super) fn forge(&self) -> Forge {
        self.forge
    }

    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn api(&self) -> &str {
        &self.api
    }

    /// What the server's own clock said last, in seconds since 1970.
    pub(super) fn server_time(&self) -> Option<i64> {
        self.time.get()
    }

    /// The pauses between tries.
    pub(super) fn retry(&self) -> Retry {
        let (first, longest) = (Duration::from_millis(200), self.timeout.min(Duration::from_secs(5)));
        Retry::within(Backoff::new(first, longest, self.timeout.saturating_mul(2)))
    }

    /// Sends it until there is an answer, which may be that something is wrong: see [`Client::good`].
    ///
    /// # Errors
    /// `Unavailable` where there is none in time, or the server's limits last too long; `Forbidden` where it
    /// sends us to another host.
    pub(super) fn send(&self, call: Call<'_>) -> Result<Answer, Failure> {
        let mut retry = self.retry();
        let mut waited = Duration::ZERO;
        loop {
            let failure = match self.once(call) {
                Ok((said, answer)) => match said.judge(clock::now()) {
                    Verdict::Take => return Ok(answer),
                    Verdict::Limited(time) => {
                        waited = waited.saturating_add(time);
                        if waited > WAIT {
                            return Err(self.limited(call, time));
                        }
                        clock::wait(time);
                        continue;
                    }
                    Verdict::Failed => self.refused(call, &answer),
                },
                Err(failure) => failure,
            };
            let last = !call.repeatable || failure.kind() != Kind::Unavailable || retry.tries() + 1 >= TRIES;
            if last || !retry.pause() {
                return Err(failure);
            }
        }
    }

    /// As [`Client::send`], and the answer is a good one.
    ///
    /// # Errors
    /// As [`Client::send`]; `Forbidden` with the missing right where the forge refuses; `Unavailable` where it
    /// says something else than its API promises.
    pub(super) fn good<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Failure> {
        let answer = self.send(call)?;
        if answer.is_good() { self.typed(call, &answer) } else { Err(self.refused(call, &answer)) }
    }

    /// A good answer's body.
    ///
    /// # Errors
    /// `Unavailable` where it is something else.
    pub(super) fn typed<T: DeserializeOwned>(&self, call: Call<'_>, answer: &Answer) -> Result<T, Failure> {
        let odd = |error| {
            let what = format!("unexpected answer: {error}");
            self.failure(Code::ForgeAnswerInvalid, call, &self.clean(&what))
        };
        T::deserialize(&answer.body).map_err(odd)
    }

    /// Reads a list page by page until `found` has seen what it looks for, and says so.
    ///
    /// # Errors
    /// As [`Client::good`].
    pub(super) fn pages<T: DeserializeOwned>(
        &self,
        path: &str,
        right: Right,
        mut found: impl FnMut(Vec<T>) -> bool,
    ) -> Result<(), Failure> {
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let size = if self.forge == Forge::Github { "per_page=100" } else { "limit=50" };
        let join = if query.is_empty() { "" } else { "&" };
        let first = format!("{query}{join}{size}");
        let mut query = first.clone();
        let mut seen = 0;
        for page in 2..=PAGES + 1 {
            let path = format!("{bare}?{query}");
            let call = Call { method: "GET", path: &path, body: None, right, repeatable: true };
            let answer = self.send(call)?;
            if !answer.is_good() {
                return Err(self.refused(call, &answer));
            }
            let items: Vec<T> = self.typed(call, &answer)?;
            seen += items.len();
            if items.is_empty() || found(items) {
                return Ok(());
            }
            query = match (answer.next, answer.total) {
                // Its address is the one that the server knows itself by; only what it asks for is taken.
                (Some(next), _) => next,
                (None, Some(total)) if seen < total => format!("{first}&page={page}"),
                _ => return Ok(()),
            };
        }
        Err(self.odd(bare, &format!("the list has more than {PAGES} pages")))
    }

    fn once(&self, call: Call<'_>) -> Result<(Said, Answer), Failure> {
        let mut url = if call.path.starts_with("http") {
            call.path.to_owned()
        } else {
            format!("{}{}", self.api, call.path)
        };
        for _ in 0..=REDIRECTS {
            let mut response = self.ask(call, &url)?;
            let status = response.status().as_u16();
            let to =
                header(response.headers(), "location").filter(|_| matches!(status, 301 | 302 | 307 | 308));
            let Some(to) = to else { return self.read(call, &mut response) };
            url = match (to.starts_with('/') && !to.starts_with("//"), origin(&to) == origin(&self.api)) {
                (true, _) => format!("{}{to}", origin(&self.api)),
                (false, true) => to,
                (false, false) => return Err(self.elsewhere(call, &to)),
            };
        }
        Err(self.failure(Code::ForgeRedirected, call, "redirects in a loop"))
    }

    fn ask(&self, call: Call<'_>, url: &str) -> Result<Response<Body>, Failure> {
        let (accept, version) = match self.forge {
            Forge::Github => ("application/vnd.github+json", Some("2022-11-28")),
            Forge::Gitea | Forge::Forgejo => ("application/json", None),
        };
        let mut request = Request::builder().method(call.method).uri(url).header("Accept", accept);
        if let Some(version) = version {
            request = request.header("X-GitHub-Api-Version", version);
        }
        if let Some(authorization) = self.authorization() {
            request = request.header("Authorization", authorization.as_str());
        }
        let odd = |error: ureq::http::Error| {
            self.failure(Code::InvalidApiAddress, call, &format!("invalid request: {error}"))
        };
        let answer = match call.body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string()).map_err(odd)?)
            }
            None => self.agent.run(request.body(()).map_err(odd)?),
        };
        answer.map_err(|error| self.failure(Code::ForgeUnavailable, call, &self.clean(&error.to_string())))
    }

    fn read(&self, call: Call<'_>, response: &mut Response<Body>) -> Result<(Said, Answer), Failure> {
        let status = response.status().as_u16();
        let bytes = response.body_mut().with_config().limit(LONGEST).read_to_vec();
        let bytes = bytes
            .map_err(|error| self.failure(Code::ForgeUnavailable, call, &self.clean(&error.to_string())))?;
        let body: Value = match serde_json::from_slice(&bytes) {
            Ok(body) => body,
            Err(_) if bytes.is_empty() || status >= 300 => Value::Null,
            Err(_) => {
                let failure = self.failure(Code::NotAnApi, call, "the answer is not JSON");
                return Err(failure.hint(format!(
                    "check that {} is the address of its API: --gitops-api, --ci-api",
                    self.api
                )));
            }
        };
        let headers = response.headers();
        let said = Said {
            status,
            retry_after: header(headers, "retry-after"),
            remaining: header(headers, "x-ratelimit-remaining"),
            reset: header(headers, "x-ratelimit-reset"),
            date: header(headers, "date"),
            message: Refusal::deserialize(&body).unwrap_or_default().message,
        };
        self.time.set(said.time());
        let answer = Answer {
            status,
            next: header(headers, "link").as_deref().and_then(next_query),
            total: header(headers, "x-total-count").and_then(|text| text.trim().parse().ok()),
            accepted: header(headers, "x-accepted-github-permissions"),
            body,
        };
        Ok((said, answer))
    }

    /// A token stands alone; `user:password` is basic authentication, as it is for git.
    fn authorization(&self) -> Option<Zeroizing<String>> {
        let token = self.token.as_ref()?;
        Some(match self.forge {
            _ if token.has_user() => token.basic(),
            Forge::Github => token.prefixed("Bearer "),
            Forge::Gitea | Forge::Forgejo => token.prefixed("token "),
        })
    }

    /// The failure that an answer which is not a good one stands for.
    pub(super) fn refused(&self, call: Call<'_>, answer: &Answer) -> Failure {
        let why = self.clean(&answer.refusal().whole());
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        let said = format!("HTTP {}{why}", answer.status);
        let code = match answer.status {
            500.. => Code::ForgeUnavailable,
            401 => Code::ForgeTokenRejected,
            403 | 404 => Code::ForgeAccessDenied,
            _ => Code::ForgeRequestRejected,
        };
        let mut failure = self.failure(code, call, &said);
        if answer.status == 401 {
            failure = failure.hint(texts::refused(self.token.as_ref()));
        }
        if matches!(answer.status, 401 | 403 | 404) {
            let hint = call.right.hint(self.forge, call.method != "GET");
            failure.hints.extend(hint.map(Into::into));
            let accepted = answer.accepted.as_ref().filter(|text| !text.is_empty());
            failure
                .hints
                .extend(accepted.map(|text| format!("the server asks for: {}", self.clean(text)).into()));
        }
        if answer.status == 404 {
            failure = failure.hint("forges also answer 404 when a permission is missing");
        }
        failure
    }

    fn limited(&self, call: Call<'_>, time: Duration) -> Failure {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let until = crate::clock::rfc3339(clock::now().saturating_add(seconds)).unwrap_or_default();
        let said = format!("rate limit reached; retry after {until} (in {seconds} s)");
        self.failure(Code::ForgeRateLimited, call, &said)
            .hint("retry then, or use a token that has a rate limit of its own")
    }

    fn elsewhere(&self, call: Call<'_>, to: &str) -> Failure {
        let said = format!("redirects to {}; the token is not sent there", self.clean(origin(to)));
        self.failure(Code::ForgeRedirected, call, &said)
            .hint("pass the API's own address: --gitops-api, --ci-api")
    }

    fn odd(&self, path: &str, what: &str) -> Failure {
        let call = Call { method: "GET", path, body: None, right: Right::Nothing, repeatable: true };
        self.failure(Code::ForgeAnswerInvalid, call, what)
    }

    fn failure(&self, code: Code, call: Call<'_>, what: &str) -> Failure {
        let path = call.path.split('?').next().unwrap_or_default();
        let whole = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.api) };
        Failure::new(code, format!("{} {}: {what}", call.method, self.clean(&whole)))
    }

    /// An address that the forge has given, for people.
    pub(super) fn link(&self, url: &str) -> String {
        texts::link(&self.clean(url))
    }

    /// A text of the server's without our token and control characters, cut.
    fn clean(&self, text: &str) -> String {
        let mut text = texts::plain(text);
        if let Some(token) = &self.token {
            text = token.scrubbed(&text);
        }
        match text.char_indices().nth(MESSAGE) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Scheme and host of an address, as written.
pub(super) fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |at| start + at);
    &url[..end]
}

/// The query of the page that a `Link` header calls the next one (RFC 8288).
fn next_query(link: &str) -> Option<String> {
    link.split('<').skip(1).find_map(|part| {
        let (url, words) = part.split_once('>')?;
        let next = words.trim_end_matches([',', ' ']).split(';').any(|word| {
            let word: String = word.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
            word.eq_ignore_ascii_case("rel=next")
        });
        next.then(|| url.split_once('?').map(|(_, query)| query.to_owned()))?
    })
}

#[cfg(test)]
mod tests;
