//! `recipe.yaml` as it is written: what a runtime or a service is, as data. Rust has this one type and knows no
//! recipe's name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::load::credential_shape::Shape;
use crate::load::file_rule::FileRule;
use crate::load::key_path::KeyPath;
use crate::load::pod_rules::{BuildRule, EnvRule, ProcessDefaults, WritableRule};
use crate::load::recipe_uses::UseRule;
use crate::load::scalars::{Amount, ContainerPath, Date, Name, Named, Text, UpperName, keyed};
use crate::load::service_files::{ConfigRule, DiskRule};
use crate::load::service_recipe::{Ping, RotationStep, ServiceResources, UpgradeRule};
use crate::load::start_rule::{StartRule, SystemRule};
use crate::load::suggest_rules::SuggestRules;
use crate::version_range::Scheme;

/// A `recipe.yaml`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeFile {
    /// The format of this file; 1.
    pub format: Option<u32>,
    /// One line that says what it is.
    #[schemars(extend("x-missing" = "one line that says what it is: `summary: a key-value store`"))]
    pub summary: String,
    /// The versions that it works with, newest last.
    #[serde(default)]
    pub versions: Versions,
    /// The image of a service, a template with `version` in it; of what every app is made of, that of the maintenance page.
    pub image: Option<String>,
    /// The port that it listens on.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Files (patterns), of an app's folder or of a folder in it, whose presence says that an app is of this runtime.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 200)))]
    pub markers: Vec<String>,
    /// The same of files that apps of other runtimes have too: they count where no runtime's `markers` are there.
    #[serde(default, rename = "weakMarkers")]
    #[schemars(length(max = 100), inner(length(max = 200)))]
    pub weak_markers: Vec<String>,
    /// Names (patterns) of files and folders that facts do not look at, wherever they stand in the app.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 200)))]
    pub skip: Vec<String>,
    /// What is read from an app's files, rule by rule; the first that finds a fact decides it.
    #[serde(default)]
    #[schemars(length(max = 300))]
    pub facts: Vec<FactRule>,
    /// Facts that several rules must not find differently, and what to tell a person whose app does that.
    #[serde(default)]
    pub exclusive: Named<String>,
    /// What is to be said of an app whose files this recipe cannot do justice to.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub checks: Vec<CheckRule>,
    /// How the app is started, where neither `.cupaas` nor a Procfile says it; the first that fits.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub start: Vec<StartRule>,
    /// What people are told that an app with certain facts may want as well; nothing of it is done unasked.
    #[serde(default)]
    pub suggests: SuggestRules,
    /// Packages of the system that the image needs; all rules that fit count.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub system: Vec<SystemRule>,
    /// Names of files and folders of the app that never belong into its image.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(max = 200)))]
    pub ignore: Vec<String>,
    /// Folders of the image, beside the app's own, that no volume may cover: what runs stands there.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub reserved: Vec<ContainerPath>,
    /// The Dockerfile that this runtime stands for, a template beside this file.
    pub dockerfile: Option<String>,
    /// Lists of words that expressions and templates see by name, as `words.<name>`.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 50))]
    pub words: Named<Vec<String>>,
    /// Other runtimes that apps are built with as well: their parts come into this one's Dockerfile.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 5))]
    pub uses: Named<UseRule>,
    /// What this runtime gives to recipes that use it: templates beside this file, by name.
    #[serde(default)]
    #[schemars(extend("maxProperties" = 20))]
    pub parts: Named<String>,
    /// Variables that the app wants where it runs, below all that a person sets.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub env: Vec<EnvRule>,
    /// Folders that the app writes into while it runs, empty in each new pod.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub writable: Vec<WritableRule>,
    /// What holds for the app's processes where it says nothing.
    #[serde(default)]
    pub defaults: ProcessDefaults,
    /// The words that every command of a process begins with: a program that passes signals on, for those that cannot be
    /// the first process of a container.
    #[serde(default)]
    #[schemars(length(max = 10), inner(length(min = 1, max = 200)))]
    pub init: Vec<String>,
    /// What the app is built with, beside its files.
    #[serde(default)]
    pub build: BuildRule,
    /// How much a service gets of memory and CPU.
    #[serde(default)]
    pub resources: ServiceResources,
    /// The beginning of a service's variables where the app says no other with `as`; default: the service's name.
    pub prefix: Option<UpperName>,
    /// What an app may set on this runtime, beside `version`, or on this service, beside what every service has.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<ParameterName, Parameter>")]
    pub params: Named<Parameter>,
    /// The service's disk.
    pub storage: Option<ServiceStorage>,
    /// Its further disks, by name.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, DiskRule>")]
    pub disks: Named<DiskRule>,
    /// Files beside this one that the service's program reads.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub config: Vec<ConfigRule>,
    /// Keys of the service's Secret.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub credentials: Vec<CredentialRule>,
    /// What a person does, in this order, once the cluster has new credentials; without it they cannot be rotated.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub rotation: Vec<RotationStep>,
    /// The variables that the app gets, in the order in which they build on each other.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub provides: Vec<ProvidedVariable>,
    /// How it is known that the service answers.
    pub ping: Option<Ping>,
    /// The service's own shell, program and arguments, as they are: it is run in the service's container, with its variables.
    #[serde(default)]
    #[schemars(length(max = 20), inner(length(min = 1, max = 2000)))]
    pub console: Vec<String>,
    /// Whether an app may ask for a host name of the service's own (`public: true`): its port speaks HTTP, and lets nobody in
    /// who has no credentials.
    #[serde(default)]
    pub route: bool,
    /// What is special about a service's program, for the shared parts: a template beside this file.
    pub workload: Option<String>,
    /// The manifests.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub files: Vec<FileRule>,
}

/// A parameter's name, in camel case as Kubernetes writes them.
struct ParameterName;

impl JsonSchema for ParameterName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ParameterName".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[a-z][A-Za-z0-9]*$"})
    }
}

/// The versions that a recipe works with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Versions {
    /// The one that a new app gets.
    pub default: Option<String>,
    /// All of them, oldest first. `8` stands for the newest `8.x`, and `8.0.4` is fine where `8.0` is listed.
    #[serde(default)]
    pub supported: Vec<String>,
    /// How many parts of a version make its major version, whose change touches data; default 1.
    #[schemars(range(min = 1, max = 10))]
    pub major_parts: Option<usize>,
    /// The day on which a version gets its last fix, by version: `"14": 2026-11-12`.
    #[serde(default)]
    pub ends: Named<Date>,
    /// What a change from one version of a service to another means for its data, where that is not what every change of
    /// a major version means.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub upgrades: Vec<UpgradeRule>,
}

/// How one fact about an app is found.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactRule {
    /// The fact's name.
    #[schemars(extend("x-missing" = "the fact's name: `fact: main`"))]
    pub fact: String,
    /// Its value: `{1}` is what the pattern's first group matched, `{slug}` the same in small letters with single
    /// dashes, `{path}` the same as a path from the file's folder; `{value}` the value at `key`, `{key}` its own name;
    /// `{file}` the file's path, `{*}` what the first `*` of its pattern stands for, `{module}` the path as a dotted name,
    /// `{folder}` its folder, and `{top}` the first folder of the path.
    #[schemars(extend("x-missing" = "what the fact is, such as `is: \"{file}\"`, or `is: \"{1}\"` for the first group of `match`"))]
    pub is: String,
    /// Patterns of the files that are looked at, in this order; `*` is any part of a name, `**` any folders.
    #[schemars(length(max = 50), inner(length(max = 200)), extend("x-missing" = "patterns of the files to look at: `files: [main.txt]`"))]
    pub files: Vec<String>,
    /// A value in a file with keys, by the names on the way to it, with dots between them or as a list; `*` is any name
    /// or item. Of a list each item is meant.
    pub key: Option<KeyPath>,
    /// What the file is written in, where its name does not say it.
    pub format: Option<KeyedFormat>,
    /// A regular expression that must match the file's text, or the value at `key`; without it, the file or the value
    /// need only be there.
    #[serde(rename = "match")]
    #[schemars(length(max = 2000))]
    pub pattern: Option<String>,
    /// A regular expression for the parts of the text that `match` looks at: its first group, else all of it.
    #[schemars(length(max = 2000))]
    pub within: Option<String>,
    /// Only where this expression over the facts of the rules above is true.
    pub when: Option<String>,
    /// Only files for which this expression over `file`, `folder`, `top`, `module` and the facts above is true.
    #[serde(rename = "where")]
    pub of_file: Option<String>,
    /// A fact that is a folder: only files in it count, and `{module}` begins there.
    pub below: Option<String>,
    /// A path, with `{folder}` or `{top}`, at which there must be no file.
    pub without: Option<String>,
    /// The file is looked at to its end, however long it is: behind its first MiB line by line.
    #[serde(default)]
    pub whole: bool,
    /// Everything that is found counts, not the first alone: the fact is a list.
    #[serde(default)]
    pub all: bool,
    /// Only checks and rules further down read the fact: it is neither shown nor recorded.
    #[serde(default)]
    pub passing: bool,
    /// What this rule finds is stronger than what the rules below it find: that they differ is no mistake.
    #[serde(default)]
    pub decides: bool,
    /// Whose words the value is a range of versions in; for the fact `version`.
    pub range: Option<Scheme>,
}

/// The fact that decides which of the runtime's versions an app gets.
pub(crate) const VERSION: &str = "version";

impl FactRule {
    /// Whether all that a file says counts, and not what it says first.
    pub(crate) fn takes_all(&self) -> bool {
        self.all || self.range == Some(Scheme::WheelTags)
    }

    /// Whether the fact is a list. The version never is, however many finds decide it.
    pub(crate) fn is_list(&self) -> bool {
        self.all && self.fact != VERSION
    }

    /// Whether it looks at a file's text, and at no more than `match` in it.
    pub(crate) fn is_of_lines(&self) -> bool {
        self.pattern.is_some() && self.key.is_none() && self.within.is_none()
    }
}

/// What a file with keys is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyedFormat {
    /// JSON, with comments.
    Json,
    /// Java's properties.
    Properties,
    /// XML.
    Xml,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// Sections of `key = value`, as Python's configparser reads them.
    Ini,
}

/// What is said of an app with certain facts.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRule {
    /// An expression over the facts.
    #[schemars(extend("x-missing" = "of which apps it is said, an expression over the facts: `when: not main`"))]
    pub when: String,
    /// What is wrong, a template with the facts in it: such an app is refused.
    pub error: Option<String>,
    /// The same of an app that is not refused.
    pub warning: Option<String>,
    /// What to do, a template with the facts in it.
    #[schemars(extend("x-missing" = "what to do: `hint: add a main.txt`"))]
    pub hint: String,
    /// The fact in whose file the problem is; without it, it is `runtime` in `.cupaas`.
    pub at: Option<String>,
    /// It counts where another recipe uses this one, too.
    #[serde(default)]
    pub used: bool,
}

/// What an app may set on a service.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// What may be written.
    #[serde(rename = "type")]
    #[schemars(extend("x-missing" = "one of boolean, integer, text, list, amount, duration: `type: integer`"))]
    pub kind: ParameterKind,
    /// What holds where nothing is written.
    #[schemars(extend("x-missing" = "what holds where an app says nothing: `default: 64`"))]
    pub default: Value,
    /// One line about it.
    #[schemars(extend("x-missing" = "one line about it, which `catalog show` prints: `doc: \"connections at once\"`"))]
    pub doc: String,
    /// The only values that are allowed; of a list, the only items.
    #[serde(default)]
    pub choices: Vec<Value>,
    /// The least, of an integer, an amount or a duration.
    pub minimum: Option<Value>,
    /// The most, of the same.
    pub maximum: Option<Value>,
    /// A regular expression that must match a text, or each item of a list, whole.
    #[schemars(length(max = 1000))]
    pub pattern: Option<String>,
}

/// What may be written for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A text.
    Text,
    /// Texts.
    List,
    /// An amount of memory or storage, such as `512Mi`.
    Amount,
    /// A time, such as `30s` or `7d`.
    Duration,
}

/// A service's disk.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceStorage {
    /// How much it holds where the app says nothing.
    pub default: Amount,
    /// Where the image keeps its data.
    pub path: ContainerPath,
    /// Only where this expression over the service's parameters is true; else it has no disk.
    pub when: Option<String>,
}

/// One key of a service's Secret.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialRule {
    /// The key.
    #[schemars(extend("x-missing" = "its key in the Secret: `key: password`"))]
    pub key: String,
    /// A value that is not made at random, a template with `app` and, in `credentials`, those further up in it.
    pub value: Option<String>,
    /// What a random one looks like; 32 letters and digits where nothing is said.
    pub shape: Option<Shape>,
    /// Only where this expression over the service is true; what it depends on is frozen with the first deploy.
    pub when: Option<String>,
}

/// One variable that a service gives to the app; its name stands behind the service's prefix and `_`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProvidedVariable {
    /// The name's last part: `URL` becomes `MONGODB_URL`.
    pub name: UpperName,
    /// Full names that the same is given under as well, unless the app has chosen another prefix with `as`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub also: Vec<UpperName>,
    /// A template; `$(PREFIX_NAME)` in it is expanded in the container from the variables above.
    pub value: Option<Text>,
    /// A key of the service's Secret.
    pub secret: Option<String>,
    /// Its text where somebody else runs the service, a template as `value` is.
    pub external: Option<Text>,
}
