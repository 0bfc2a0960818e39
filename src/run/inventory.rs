//! What the GitOps repository knows of its apps, for `app list`, `app show`, `env list` and `history`. Changes nothing.

use crate::load::records;
use crate::outcome::inventory::{AppFacts, Deployment, OverriddenValue, Variable, Variables};
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Failure;
use crate::layout::path;
use crate::load::app_name::app_of;
use crate::load::gitops::Gitops;
use crate::load::records::Scope;
use crate::load::registered::{self, Registered};
use crate::load::release_file::ReleaseFile;
use crate::load::{environments, known_apps, released};
use crate::outcome::{Outcome, Report};
use crate::repository::without_credentials;
use crate::resolve;
use crate::resolve::layers::{Layer, Layers};
use crate::resolve::variables::{Layered, layers};
use crate::run::context::Context;
use crate::run::spec::{RunSpec, View};
use crate::run::{compare, history, open, view};

/// What is to be shown.
///
/// # Errors
/// An app that nobody knows, files that are wrong, or the repository's own.
pub(crate) fn run(context: Context<'_>, look: &View, spec: &RunSpec) -> Result<Outcome, Failure> {
    let gitops = &mut open::open(&context, spec)?;
    let report = match look {
        View::Apps => Report::Apps(apps(spec, gitops)?),
        View::App => Report::Apps(vec![app(spec, gitops)?]),
        View::History { limit } => Report::History(history::history(spec, *limit, gitops)?),
        View::Between { from, to } => {
            Report::Between(Box::new(view::between(spec, from, to.as_ref(), gitops)?))
        }
        View::Compared { to, all } => Report::Compared(compare::compare(spec, to, *all, gitops)?),
        View::Variables { origin } => Report::Variables(variables(spec, *origin, gitops)?),
    };
    Ok(report.into())
}

fn apps(spec: &RunSpec, gitops: &mut Gitops) -> Result<Vec<AppFacts>, Failure> {
    let (registered, problems) = registered::all(gitops, spec.query.ci)?;
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let releases = records::records(gitops)?;
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

fn app(spec: &RunSpec, gitops: &mut Gitops) -> Result<AppFacts, Failure> {
    let name = app_of(&spec.query, gitops)?;
    let all = apps(spec, gitops)?;
    let found = all.into_iter().find(|app| app.name == name);
    found.ok_or_else(|| known_apps::unknown(&name, gitops))
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
fn variables(spec: &RunSpec, origin: bool, gitops: &mut Gitops) -> Result<Variables, Failure> {
    let name = app_of(&spec.query, gitops)?;
    let mut places = registered::paths_of(&name)?.to_vec();
    places.push(path("cupaas.yaml")?);
    let files = gitops.read(&places)?;
    let platform = gitops.platform()?;
    let (registration, problems) = registered::of(&name, &files, spec.query.ci)?;
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    let releases = records::find(&Scope::of(&name, None), gitops)?;
    if registration.is_none() && releases.is_empty() {
        return Err(known_apps::unknown(&name, gitops));
    }
    let there: Vec<&String> = platform.value.environments.keys().collect();
    let deployed: Vec<&String> = releases.iter().map(|release| &release.environment).collect();
    let wanted = match &spec.query.environment {
        Some(asked) if !there.contains(&asked) => return Err(environments::unknown(asked, &platform.value)),
        Some(asked) => vec![asked],
        None if deployed.is_empty() => there,
        None => deployed,
    };
    let mut environments = BTreeMap::new();
    for environment in wanted {
        let release = releases.iter().find(|release| release.environment == *environment);
        let variables = match release {
            Some(release) => given(spec, release, gitops)?,
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
    let set = |layer: Layer| OverriddenValue { value: layer.value, origin: layer.origin.to_string() };
    let one = |(name, mut layers): (String, Vec<Layer>)| {
        let OverriddenValue { value, origin } = set(layers.pop()?);
        Some(Variable { name, value, origin, over: layers.into_iter().rev().map(set).collect() })
    };
    layers.into_iter().filter_map(one).collect()
}

/// The variables of a release as it would be rendered now.
fn given(spec: &RunSpec, record: &ReleaseFile, gitops: &mut Gitops) -> Result<Vec<Variable>, Failure> {
    let inputs = released::load(record, &spec.query, gitops)?;
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
