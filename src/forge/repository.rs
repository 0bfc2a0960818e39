//! A repository on a forge: what every request to it shares.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::client::{Answer, Call, Client};
use crate::forge::kind::Forge;
use crate::forge::rights::Right;
use crate::http::percent_encoded;

/// One repository on a forge.
#[derive(Debug)]
pub struct Repository {
    pub(super) client: Client,
    /// `owner/name`.
    pub(super) path: String,
}

impl Repository {
    pub(super) fn forge(&self) -> Forge {
        self.client.forge()
    }

    pub(crate) fn has_token(&self) -> bool {
        self.client.has_token()
    }

    pub(super) fn owner(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// A path of the API below this repository.
    pub(super) fn at(&self, below: &str) -> String {
        let (owner, name) = self.path.split_once('/').unwrap_or((&self.path, ""));
        format!("/repos/{}/{}{below}", percent_encoded(owner), percent_encoded(name))
    }

    pub(super) fn get<T: DeserializeOwned>(&self, below: &str, right: Right) -> Result<T, Failure> {
        let call = Call { method: "GET", path: &self.at(below), body: None, right, repeatable: true };
        self.client.good(call)
    }

    /// Sends something that may be sent twice.
    pub(super) fn send(
        &self,
        method: &str,
        below: &str,
        body: &Value,
        right: Right,
    ) -> Result<Answer, Failure> {
        let body = Some(body).filter(|body| !body.is_null());
        self.client.send(Call { method, path: &self.at(below), body, right, repeatable: true })
    }

    /// The same, and it must be taken.
    pub(super) fn put<T: DeserializeOwned>(
        &self,
        method: &str,
        below: &str,
        body: &Value,
        right: Right,
    ) -> Result<T, Failure> {
        let call = Call { method, path: &self.at(below), body: Some(body), right, repeatable: true };
        self.client.good(call)
    }

    /// Makes something that must not be made twice: after a request of which nobody knows whether it was heard, `there`
    /// looks for what it may have made.
    pub(super) fn make<T: DeserializeOwned>(
        &self,
        below: &str,
        body: &Value,
        right: Right,
        there: impl Fn() -> Result<Option<T>, Failure>,
    ) -> Result<Made<T>, Failure> {
        let path = self.at(below);
        let call = Call { method: "POST", path: &path, body: Some(body), right, repeatable: false };
        let mut retry = self.client.retry();
        loop {
            let failure = match self.client.send(call) {
                Ok(answer) if answer.is_good() => return self.client.typed(call, &answer).map(Made::There),
                Ok(answer) => return Ok(Made::Refused(self.client.refused(call, &answer), answer.status)),
                Err(failure) => failure,
            };
            // A forge that names a time has not heard it, and wants no more of them until then.
            if failure.kind() != Kind::Unavailable || failure.code == Code::ForgeRateLimited {
                return Err(failure);
            }
            if let Some(found) = there()? {
                return Ok(Made::There(found));
            }
            if !retry.pause() {
                return Err(failure);
            }
        }
    }

    pub(super) fn refused(&self, method: &str, below: &str, right: Right, answer: &Answer) -> Failure {
        let call = Call { method, path: &self.at(below), body: None, right, repeatable: true };
        self.client.refused(call, answer)
    }
}

/// What became of something that was to be made.
pub(super) enum Made<T> {
    /// It is there, by this request or by one before it that seemed to fail.
    There(T),
    /// The forge refuses, with this status.
    Refused(Failure, u16),
}
