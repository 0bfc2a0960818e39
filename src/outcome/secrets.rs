//! What may be known of an app's secrets; never a value.

use crate::load::platform::SecretsProvider;
use schemars::JsonSchema;
use serde::Serialize;

/// What was looked at, and is right.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// Whose secrets.
    #[serde(rename = "subject")]
    pub of: String,
    /// How many encrypted files.
    pub files: usize,
    /// How many of them a private key that is at hand has opened, and found whole.
    pub opened: usize,
    /// Who can read them.
    pub recipients: Vec<String>,
    /// Who keeps secrets.
    pub provider: SecretsProvider,
}

/// All secrets of one app in one environment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listing {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// Who keeps them.
    pub provider: SecretsProvider,
    /// Those of the app's own, by name, then the services' credentials.
    pub secrets: Vec<Listed>,
}

/// One secret, or the credentials of one service.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// The secret's name, or the service's.
    pub name: String,
    /// Whether these are the credentials of a service.
    pub service: bool,
    /// The keys that a file holds.
    pub keys: Vec<String>,
    /// Whether it is set; nothing where only the platform can tell.
    pub set: Option<bool>,
    /// Whether `.cupaas` names it, so that processes get it.
    pub named: bool,
    /// The file that it is mounted as.
    pub file: Option<String>,
    /// Where it is kept.
    pub place: String,
    /// When it was last encrypted.
    #[serde(rename = "encrypted_at")]
    pub changed: Option<String>,
}
