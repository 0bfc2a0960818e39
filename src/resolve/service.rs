//! A backing service as it was decided, and the variables that containers get of it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::load::credential_shape::Shape;
use crate::load::service_recipe::UpgradeRule;
use crate::resolve::route::Route;

/// Labels of an object, by key.
pub(crate) type Labels = BTreeMap<String, String>;

/// One backing service.
#[derive(Debug, Clone, Serialize)]
pub struct Service {
    /// Its name, that of its objects and its host; frozen.
    pub name: String,
    /// The recipe's name.
    pub recipe: String,
    /// Its version.
    pub version: String,
    /// How many parts of the version are its major version.
    pub major_parts: usize,
    /// What changes to this version mean, where the recipe says it.
    #[serde(skip)]
    pub upgrades: Vec<UpgradeRule>,
    /// Whether somebody else runs it: nothing but its variables is given.
    #[serde(skip)]
    pub external: bool,
    /// Where it stands in the app's `services`.
    #[serde(skip)]
    pub index: usize,
    /// Whether the app chose the beginning of its variables.
    #[serde(skip)]
    pub renamed: bool,
    /// Memory that is set aside, and the most, where the recipe lets it be set.
    pub memory: Option<String>,
    /// The same in whole MiB.
    pub memory_mib: Option<u64>,
    /// CPU that is set aside, where the recipe lets it be set.
    pub cpu: Option<String>,
    /// Its image.
    pub image: String,
    /// The port that it listens on.
    pub port: u16,
    /// Beginning of its variables.
    pub prefix: String,
    /// Labels of its objects.
    pub labels: Labels,
    /// Labels of what runs it: the same with its version, which a plan compares.
    pub workload_labels: Labels,
    /// Labels that select its pods; frozen.
    pub selector: Labels,
    /// Its disk.
    pub storage: Option<ServiceDisk>,
    /// Its further disks.
    pub disks: Vec<Disk>,
    /// Files of its configuration.
    pub config: Vec<ServiceFile>,
    /// Changes exactly when they do.
    pub config_hash: Option<String>,
    /// The recipe's own parameters, all of them.
    pub params: Map<String, Value>,
    /// The Secret that holds its credentials.
    pub secret: Option<String>,
    /// Keys of that Secret, where cupaas makes it.
    pub credentials: Vec<Credential>,
    /// What External Secrets makes them with, where it does.
    #[serde(skip)]
    pub generators: Vec<Generator>,
    /// How it is reached from outside, where the app asks for that.
    pub route: Option<Route>,
    /// Succeeds once the service answers.
    pub ping: Option<ServicePing>,
}

impl Service {
    /// The names of its disks' claims.
    pub(crate) fn claims(&self) -> Vec<&str> {
        let first = self.storage.as_ref().map(|_| self.name.as_str());
        first.into_iter().chain(self.disks.iter().map(|disk| disk.claim.as_str())).collect()
    }

    /// Whether one of its disks is this claim.
    pub(crate) fn has_claim(&self, name: &str) -> bool {
        self.claims().contains(&name)
    }
}

/// How it is known that a service answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServicePing {
    /// Program and arguments, which succeed then.
    pub command: Vec<String>,
    /// The image that has the program.
    pub image: String,
    /// The most memory that it takes.
    pub memory: String,
    /// Its variables.
    pub env: Vec<PodVariable>,
}

/// A service's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceDisk {
    /// How much it holds.
    pub size: String,
    /// Where it is mounted.
    pub path: String,
}

/// A disk of a service beside its first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disk {
    /// Its name.
    pub name: String,
    /// The claim's name.
    pub claim: String,
    /// The claim's labels.
    pub labels: Labels,
    /// How much it holds.
    pub size: String,
    /// Where it is mounted.
    pub path: String,
}

/// A file of a service's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceFile {
    /// Its key in the ConfigMap.
    pub key: String,
    /// Where the program finds it.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// One key of a Secret that cupaas makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// The key.
    pub key: String,
    /// A value that is no secret; without it, one that is made at random or put together of others.
    pub value: Option<String>,
    /// What a random one looks like.
    #[serde(skip)]
    pub(crate) shape: Option<Shape>,
    /// What it is put together of, where it is.
    #[serde(skip)]
    pub(crate) pieces: Vec<Piece>,
    /// The same in the words of External Secrets.
    pub composed: Option<String>,
    /// What External Secrets makes it with, where it does.
    pub generator: Option<String>,
}

/// A part of a credential that is put together of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// What is no secret.
    Text(String),
    /// The value of another key.
    Key(String),
}

/// What External Secrets makes random values with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// Its name.
    pub name: String,
    /// Labels of its object.
    pub labels: Labels,
    /// How many characters, before they are encoded.
    pub length: usize,
    /// How many of them are digits.
    pub digits: usize,
    /// How many of them are signs.
    pub symbols: usize,
    /// Which signs.
    pub symbol_characters: Option<String>,
    /// Whether there are no capital letters.
    pub no_upper: bool,
    /// How they are written.
    pub encoding: Option<&'static str>,
}

/// A variable of a container that is not in the ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PodVariable {
    /// Its name.
    pub name: String,
    /// Its text; the container's variables above it are expanded in it.
    pub value: Option<String>,
    /// Where its value is kept.
    pub secret: Option<SecretRef>,
}

/// A key of a Secret: where a value is, never the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SecretRef {
    /// The Secret.
    pub name: String,
    /// The key in it.
    pub key: String,
}
