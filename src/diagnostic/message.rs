//! What a person reads. Nothing else may depend on it, so nothing can look into it.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A sentence for people: it can be shown and put into another one, and that is all. It is no `str` and compares with
/// none, so that behaviour that would hang on its words does not compile; what a program decides by is a
/// [`Code`](crate::diagnostic::Code).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(description = "A sentence for people; its words may change in any release.")]
pub struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<Message> for String {
    fn from(message: Message) -> Self {
        message.0
    }
}
