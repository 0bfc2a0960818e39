//! What the GitOps repository knows of its apps, for `app list`, `app show` and `env list`. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::diagnostic::{Failure, Kind, Source};
use crate::load::app_file::AppFile;
use crate::load::document::{self, Document};
use crate::load::gitops::Gitops;
use crate::load::inputs::{app_of, path};
use crate::load::platform::RegistrationFile;
use crate::load::registered::{self, Registered};
use crate::load::release_file::ReleaseFile;
use crate::load::released::{self, Scope};
use crate::load::requires::read_platform;
use crate::publish::without_credentials;
use crate::report::Report;
use crate::request::{Look, Step};
use crate::resolve;
use crate::resolve::variables::{Layered, layers};

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
    let close = crate::schema::suggest(&name, all.iter().map(|app| app.name.as_str())).map(str::to_owned);
    all.into_iter().find(|app| app.name == name).ok_or_else(|| unknown(&name, close))
}

fn unknown(name: &str, close: Option<String>) -> Failure {
    let failure = Failure::new(Kind::Usage, format!("{name:?} is neither registered nor deployed"));
    match close {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None => failure.hint("`cupaas app list` shows all apps"),
    }
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
    let place = registered::file_of(&name)?;
    let files = gitops.read(&[path("cupaas.yaml")?, place.clone()])?;
    let platform = read_platform(&files).map_err(Failure::invalid)?;
    let registration: Option<Document<RegistrationFile>> = match files.get(&place) {
        Some(text) => {
            Some(document::read(&Source::new(place.as_str(), text.clone())).map_err(Failure::invalid)?)
        }
        None => None,
    };
    let releases = released::find(&Scope::of(&name, None), gitops)?;
    if registration.is_none() && releases.is_empty() {
        return Err(unknown(&name, None));
    }
    let known: Vec<&String> = platform.value.environments.keys().collect();
    let deployed: Vec<&String> = releases.iter().map(|release| &release.environment).collect();
    let wanted = match &step.asked.environment {
        Some(asked) if !known.contains(&asked) => {
            let names: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
            return Err(Failure::new(Kind::Usage, format!("there is no environment {asked:?}"))
                .hint(format!("cupaas.yaml has: {}", names.join(", "))));
        }
        Some(asked) => vec![asked],
        None if deployed.is_empty() => known,
        None => deployed,
    };
    let mut environments = BTreeMap::new();
    for environment in wanted {
        let release = releases.iter().find(|release| release.environment == *environment);
        let app = release.and_then(app_file);
        let none = BTreeMap::new();
        let line = release.map_or(&none, |release| &release.set);
        let files = Layered { platform: &platform, app: app.as_ref(), registration: registration.as_ref() };
        let (decided, problems) = layers(files, environment, line);
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        let mut all: BTreeMap<String, Variable> = match release {
            Some(release) => {
                given(step, release, gitops)?.into_iter().map(|one| (one.name.clone(), one)).collect()
            }
            None => BTreeMap::new(),
        };
        let decided =
            decided.into_iter().map(|(name, (value, origin))| Variable { name, value: Some(value), origin });
        all.extend(decided.map(|one| (one.name.clone(), one)));
        environments.insert(environment.clone(), all.into_values().collect());
    }
    Ok(Variables { app: name, environments, origin })
}

/// The lowest layer, what services give, and what Secrets hold, of a release as it would be rendered now.
fn given(step: &Step, record: &ReleaseFile, gitops: &mut Gitops) -> Result<Vec<Variable>, Failure> {
    let inputs = released::load(record, &step.asked, gitops)?;
    let environment = resolve::environment::choose(&inputs)?;
    let release = resolve::resolve(&inputs, environment, Some(record))?;
    let of_service = |name: &str| {
        let service = release.services.iter().find(|service| {
            name.strip_prefix(service.prefix.as_str()).is_some_and(|rest| rest.starts_with('_'))
        });
        service.map_or_else(String::new, |service| {
            format!("recipe {}, service {}", service.recipe, service.name)
        })
    };
    let given = release.variables.iter().map(|variable| Variable {
        name: variable.name.clone(),
        value: variable.value.clone(),
        origin: of_service(&variable.name),
    });
    // One that is a file is no variable.
    let entries = inputs.app.value.secrets.iter().enumerate().filter(|(_, secret)| secret.file.is_none());
    let secrets = entries.map(|(index, secret)| Variable {
        name: secret.name.clone(),
        value: None,
        origin: inputs.app.at(&["secrets", &index.to_string()]).to_string(),
    });
    Ok(given.chain(secrets).collect())
}

fn app_file(release: &ReleaseFile) -> Option<Document<AppFile>> {
    let text = release.files.get(".cupaas")?;
    let name = format!("releases/{}/{}/release.yaml#.cupaas", release.environment, release.app);
    document::read(&Source::new(name, text.clone())).ok()
}
