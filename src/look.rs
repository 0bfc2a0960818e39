//! What the GitOps repository knows of its apps, for `app list`, `app show` and `env list`. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diagnostic::{Failure, Kind};
use crate::load::app_name::app_of;
use crate::load::gitops::Gitops;
use crate::load::inputs::path;
use crate::load::known;
use crate::load::registered::{self, Registered};
use crate::load::release_file::ReleaseFile;
use crate::load::released::{self, Scope};
use crate::load::requires::read_platform;
use crate::publish::without_credentials;
use crate::report::Report;
use crate::request::{Look, Step};
use crate::resolve;
use crate::resolve::variables::{Layer, Layered, Layers, layers};

/// One app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AppFacts {
    /// Its name.
    pub name: String,
    /// Whether it has a registration.
    pub registered: bool,
    /// Address of its repository.
    pub repository: Option<String>,
    /// Its folder in it.
    pub path: String,
    /// Branch → environment, as registered.
    pub branches: BTreeMap<String, String>,
    /// Environment → image that it is pinned to.
    pub pins: BTreeMap<String, String>,
    /// Names of registered variables, by environment; those for all of them under the empty name.
    pub variables: BTreeMap<String, Vec<String>>,
    /// Where it is deployed.
    pub releases: Vec<Deployment>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deployment {
    /// The environment.
    pub environment: String,
    /// The image.
    pub image: String,
    /// The commit, where it is known.
    pub commit: Option<String>,
    /// Its host names.
    pub hosts: Vec<String>,
    /// Whether it was removed, and its data waits.
    pub removed: bool,
}

/// The variables of one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variables {
    /// The app.
    pub app: String,
    /// By environment.
    pub environments: BTreeMap<String, Vec<Variable>>,
    /// Whether each origin is shown.
    pub origin: bool,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; nothing where a Secret holds it.
    pub value: Option<String>,
    /// The place that decides it.
    pub origin: String,
    /// What other layers set it to, the highest first: none of it counts.
    pub over: Vec<Set>,
}

/// A value that one layer gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Set {
    /// The value; nothing where a Secret holds it.
    pub value: Option<String>,
    /// Where it stands.
    pub origin: String,
}

/// What is to be shown.
///
/// Errors: an app that nobody knows, files that are wrong, or the repository's own.
pub fn at(step: &Step, look: Look, gitops: &mut Gitops) -> Result<Report, Failure> {
    match look {
        Look::Apps => apps(step, gitops).map(Report::Apps),
        Look::App => app(step, gitops).map(|app| Report::Apps(vec![app])),
        Look::Variables { origin } => variables(step, origin, gitops).map(Report::Variables),
    }
}

fn apps(step: &Step, gitops: &mut Gitops) -> Result<Vec<AppFacts>, Failure> {
    let (registered, problems) = registered::all(gitops, step.asked.ci)?;
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let releases = released::records(gitops)?;
    let names: BTreeSet<&str> = registered
        .iter()
        .map(|app| app.name.as_str())
        .chain(releases.iter().map(|one| one.app.as_str()))
        .collect();
    let of = |name: &str| {
        let releases: Vec<&ReleaseFile> = releases.iter().filter(|release| release.app == name).collect();
        facts(name, registered.iter().find(|app| app.name == name), &releases)
    };
    Ok(names.into_iter().map(of).collect())
}

fn app(step: &Step, gitops: &mut Gitops) -> Result<AppFacts, Failure> {
    let name = app_of(&step.asked, gitops)?;
    let all = apps(step, gitops)?;
    let found = all.into_iter().find(|app| app.name == name);
    found.ok_or_else(|| known::unknown(&name, gitops))
}

fn facts(name: &str, registered: Option<&Registered>, releases: &[&ReleaseFile]) -> AppFacts {
    let source = releases.first().map(|release| &release.source);
    let of_release = || source.and_then(|source| source.repository.as_deref()).map(without_credentials);
    let file = registered.map(|app| &app.file.value);
    let branches =
        file.iter().flat_map(|file| &file.branches).map(|(branch, to)| (branch.clone(), to.0.clone()));
    let environments = || file.iter().flat_map(|file| &file.environments);
    let pins = environments().filter_map(|(name, entry)| Some((name.clone(), entry.image.clone()?)));
    let for_all = file.map(|file| (String::new(), file.env.keys().cloned().collect::<Vec<_>>()));
    let for_some = environments().map(|(name, entry)| (name.clone(), entry.env.keys().cloned().collect()));
    let deployment = |release: &&ReleaseFile| Deployment {
        environment: release.environment.clone(),
        image: release.image.clone(),
        commit: release.source.commit.clone(),
        hosts: release.hosts.clone(),
        removed: release.removed,
    };
    AppFacts {
        name: name.to_owned(),
        registered: registered.is_some(),
        repository: file.and_then(|file| file.repository.clone()).or_else(of_release),
        path: match registered {
            Some(app) => app.path().to_owned(),
            None => source.map(|source| source.path.clone()).unwrap_or_default(),
        },
        branches: branches.collect(),
        pins: pins.collect(),
        variables: for_all.into_iter().chain(for_some).filter(|(_, names)| !names.is_empty()).collect(),
        releases: releases.iter().map(deployment).collect(),
    }
}

/// The layers of each environment that the app is deployed in or that is asked for; of an app that is nowhere yet, of
/// all that the platform has.
fn variables(step: &Step, origin: bool, gitops: &mut Gitops) -> Result<Variables, Failure> {
    let name = app_of(&step.asked, gitops)?;
    let mut places = registered::paths_of(&name)?.to_vec();
    places.push(path("cupaas.yaml")?);
    let files = gitops.read(&places)?;
    let platform = read_platform(&files).map_err(Failure::invalid)?;
    let (registration, problems) = registered::of(&name, &files, step.asked.ci)?;
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let releases = released::find(&Scope::of(&name, None), gitops)?;
    if registration.is_none() && releases.is_empty() {
        return Err(known::unknown(&name, gitops));
    }
    let there: Vec<&String> = platform.value.environments.keys().collect();
    let deployed: Vec<&String> = releases.iter().map(|release| &release.environment).collect();
    let wanted = match &step.asked.environment {
        Some(asked) if !there.contains(&asked) => {
            let names: Vec<&str> = there.iter().map(|name| name.as_str()).collect();
            return Err(Failure::new(Kind::Usage, format!("there is no environment {asked:?}"))
                .hint(format!("cupaas.yaml has: {}", names.join(", "))));
        }
        Some(asked) => vec![asked],
        None if deployed.is_empty() => there,
        None => deployed,
    };
    let mut environments = BTreeMap::new();
    for environment in wanted {
        let release = releases.iter().find(|release| release.environment == *environment);
        let variables = match release {
            Some(release) => given(step, release, gitops)?,
            None => {
                let files = Layered { platform: &platform, app: None, registration: registration.as_ref() };
                let (layers, problems) = layers(files, environment, &BTreeMap::new());
                if !problems.is_empty() {
                    return Err(Failure::invalid(problems));
                }
                listed(layers)
            }
        };
        environments.insert(environment.clone(), variables);
    }
    Ok(Variables { app: name, environments, origin })
}

fn listed(layers: Layers) -> Vec<Variable> {
    let set = |layer: Layer| Set { value: layer.value, origin: layer.origin.to_string() };
    let one = |(name, mut layers): (String, Vec<Layer>)| {
        let Set { value, origin } = set(layers.pop()?);
        Some(Variable { name, value, origin, over: layers.into_iter().rev().map(set).collect() })
    };
    layers.into_iter().filter_map(one).collect()
}

/// The variables of a release as it would be rendered now.
fn given(step: &Step, record: &ReleaseFile, gitops: &mut Gitops) -> Result<Vec<Variable>, Failure> {
    let inputs = released::load(record, &step.asked, gitops)?;
    let environment = resolve::environment::choose(&inputs)?;
    let release = resolve::resolve(&inputs, environment, Some(record))?;
    let mut all = listed(release.layers);
    // One that is a file is no variable.
    let entries = inputs.app.value.secrets.iter().enumerate().filter(|(_, secret)| secret.file.is_none());
    all.extend(entries.map(|(index, secret)| Variable {
        name: secret.name.clone(),
        value: None,
        origin: inputs.app.at(&["secrets", &index.to_string()]).to_string(),
        over: Vec::new(),
    }));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}
