//! Inputs → [`release::Release`]: layers, names, bindings; nothing optional is left. Pure: the same inputs give the
//! same release, and all problems are found in one run.

pub(crate) mod amounts;
mod checks;
pub(crate) mod command;
pub(crate) mod decisions;
mod ended;
mod entries;
pub(crate) mod environment;
mod fact_search;
mod fact_text;
pub(crate) mod fact_values;
mod fact_work;
mod facts;
pub(crate) mod freeze;
pub(crate) mod image;
mod labels;
pub(crate) mod layers;
mod line_bound;
mod maintenance;
mod mirrors;
mod misnamed;
mod mounts;
mod operation;
pub(crate) mod other_runtime;
mod own_dockerfile;
mod params;
mod platform;
mod pod_rules;
mod processes;
pub(crate) mod release;
mod rollout;
mod route;
pub(crate) mod routes;
pub(crate) mod runtime;
mod runtime_params;
mod runtime_version;
mod runtime_wheels;
pub(crate) mod secrets;
pub(crate) mod service;
pub(crate) mod services;
mod shell;
mod sizes;
mod start;
pub(crate) mod suggest;
pub(crate) mod task;
mod uncommitted;
pub(crate) mod unlike;
mod unused;
pub(crate) mod uses;
pub(crate) mod variables;
mod version;

use crate::names;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::inputs::Inputs;
use crate::load::platform::SecretsProvider;
use crate::load::recipe_name::{MAINTENANCE_PAGE, OF_EVERY_APP};
use crate::load::release_file::ReleaseFile;

use decisions::Notes;
use labels::Part;
use layers::Layers;
use release::{Release, Volume};

/// Decides everything about one app in one environment.
///
/// # Errors
///
/// All mistakes in the files that people wrote, each with its place.
pub fn resolve(
    inputs: &Inputs,
    environment: (String, String),
    previous: Option<&ReleaseFile>,
) -> Result<Release, Failure> {
    without_problems(resolve_leniently(inputs, environment, previous))
}

/// Decides everything about one app in one environment, and says all mistakes in the files that people wrote, each with
/// its place. With a mistake the release is only good to look for more of them.
pub(crate) fn resolve_leniently(
    inputs: &Inputs,
    (environment, origin): (String, String),
    previous: Option<&ReleaseFile>,
) -> (Release, Vec<Diagnostic>) {
    let mut notes = begin(inputs, &environment, origin);
    let runtime = runtime::resolve(inputs, previous, &mut notes);
    let (processes, release, operation) = operation::resolve(inputs, &environment, &runtime, &mut notes);
    let mut services = services::resolve(inputs, &environment, previous, &mut notes);
    let mut layers = variables::resolve(inputs, &environment, &mut notes);
    let mut secrets = secrets::resolve(inputs, &environment, &layers, &mut notes);
    let (mut config, variables) = services::all(inputs, &mut services, &mut secrets, &mut layers, &mut notes);
    let route = routes::resolve(inputs, &environment, &processes, &operation, &mut notes);
    let others = (processes.as_slice(), route.as_ref(), variables.as_slice(), secrets.as_slice());
    pod_rules::variables(inputs, &runtime, others, (&mut layers, &mut config), &mut notes);
    let (volumes, writable) = folders(inputs, &environment, &runtime, &mut notes);
    let image = image::resolve(inputs, &environment, previous, &mut notes);
    let (platform, rollout) = platform::resolve(inputs, previous, &mut notes);
    check(inputs, &environment, (&processes, &services, &volumes), (route.as_ref(), &layers), &mut notes);
    let release = Release {
        namespace: names::namespace(&inputs.name, &environment),
        flux_base: names::kustomization(&inputs.name, &environment, "base"),
        flux_app: names::kustomization(&inputs.name, &environment, "app"),
        labels: labels::of(inputs, &environment, &inputs.name, Part::App),
        config_hash: config_hash(&config),
        app: inputs.name.clone(),
        source: inputs.query.source.clone(),
        hold: previous.filter(|release| !release.removed).and_then(|release| release.hold.clone()),
        facts: runtime.facts,
        params: runtime.params,
        uses: runtime.uses,
        files: files(inputs),
        layers,
        decisions: notes.decisions,
        warnings: notes.warnings,
        cluster: cluster(inputs, &environment),
        versions: versions(previous, &services),
        claims: claims(previous, &services, &volumes),
        external_credentials: elsewhere(inputs, previous, &services),
        environment,
        image,
        processes,
        release,
        task: None,
        operation,
        services,
        config,
        variables,
        secrets,
        volumes,
        writable,
        route,
        rollout,
        platform,
        set: inputs.query.variables.clone(),
        dockerfile: inputs.dockerfile.is_some(),
        runtime: as_written(runtime.name, &runtime.version),
    };
    (release, notes.problems)
}

/// What does not go together, once all of it is decided.
fn check(
    inputs: &Inputs,
    environment: &str,
    (processes, services, volumes): (&[release::Process], &[release::Service], &[Volume]),
    (route, layers): (Option<&release::Route>, &Layers),
    notes: &mut Notes,
) {
    own_dockerfile::check(inputs, processes, notes);
    misnamed::check(inputs, notes);
    entries::check(inputs, processes, notes);
    unused::check(inputs, processes, notes);
    shared_disks(inputs, processes, volumes, notes);
    clashes(inputs, environment, processes, services, notes);
    routes::clashes(inputs, services, route, notes);
    uncommitted::check(inputs, notes);
    variables::hide(inputs, layers, notes);
}

/// The release, where nothing is wrong.
///
/// # Errors
///
/// The problems, and what there is to warn of beside them.
pub(crate) fn without_problems(
    (release, mut problems): (Release, Vec<Diagnostic>),
) -> Result<Release, Failure> {
    if problems.is_empty() {
        return Ok(release);
    }
    // A recipe's templates are nobody's who deploys an app.
    let of_recipes = problems.iter().all(|problem| problem.code == Code::RecipeInvalid);
    problems.extend(release.warnings);
    Err(if of_recipes { Failure::recipes(problems) } else { Failure::invalid(problems) })
}

fn as_written(recipe: String, version: &str) -> String {
    if version.is_empty() { recipe } else { format!("{recipe}:{version}") }
}

/// What is decided before anything else, and the problems that reading has found.
fn begin(inputs: &Inputs, environment: &str, origin: String) -> Notes {
    let mut warnings = inputs.files.warnings.clone();
    let recipes = inputs.runtime.iter().chain(inputs.services.values());
    warnings.extend(recipes.flat_map(|recipe| recipe.warnings.clone()));
    let found = inputs.problems.iter().cloned();
    let (problems, harmless): (Vec<_>, Vec<_>) = found.partition(Diagnostic::is_error);
    warnings.extend(harmless);
    let mut notes = Notes { problems, warnings, ..Notes::default() };
    notes.decided("app", &inputs.name, name_origin(inputs));
    notes.decided("environment", environment, origin);
    notes
}

fn cluster(inputs: &Inputs, environment: &str) -> String {
    let settings = inputs.platform.value.environments.get(environment);
    settings.map(|settings| settings.cluster.0.clone()).unwrap_or_default()
}

fn name_origin(inputs: &Inputs) -> String {
    if let Some(recorded) = &inputs.recorded {
        return recorded.place.clone();
    }
    match (&inputs.query.app, &inputs.app.value.name) {
        (Some(_), _) => "--app".to_owned(),
        (None, Some(_)) => inputs.app.at(&["name"]).to_string(),
        (None, None) if inputs.registration.as_ref().is_some_and(|file| file.value.repository.is_some()) => {
            format!("apps/{}.yaml", inputs.name)
        }
        (None, None) => "the name of its repository or folder".to_owned(),
    }
}

/// Changes exactly when the configuration does.
fn config_hash(config: &BTreeMap<String, String>) -> String {
    let text: String = config.iter().map(|(k, v)| format!("{}:{k}{}:{v}", k.len(), v.len())).collect();
    names::hash(&text, 16)
}

/// A path without empty parts and single dots.
fn normal(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    format!("/{}", parts.join("/"))
}

/// Folders of the app's pods that can be written to: those that stay, and those that do not.
fn folders(
    inputs: &Inputs,
    environment: &str,
    runtime: &runtime::Runtime,
    notes: &mut Notes,
) -> (Vec<Volume>, Vec<release::Writable>) {
    (volumes(inputs, environment, notes), pod_rules::writable(inputs, runtime, notes))
}

fn volumes(inputs: &Inputs, environment: &str, notes: &mut Notes) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = Vec::new();
    for (name, entry) in &inputs.app.value.volumes {
        notes.decided(
            format!("volumes.{name}"),
            format!("{} at {}", entry.storage, entry.path),
            inputs.app.key(&["volumes", name]),
        );
        let place = || inputs.app.at(&["volumes", name, "path"]);
        let path = normal(&entry.path.0);
        if !inputs.app.is_sound(&["volumes", name, "path"]) {
            continue;
        }
        let hides = mounts::is_the_systems(&path) || mounts::is_reserved(inputs, &path);
        if hides || entry.path.0.split('/').any(|part| part == "..") {
            let message = format!("cannot mount a volume at {:?}", entry.path.0);
            let hint = "use a folder of the app, such as /app/uploads";
            notes.problem(Code::InvalidMount, place(), message, hint);
        } else if let Some(other) = volumes.iter().find(|volume| volume.path == path) {
            let message = format!("{} is already mounted there", other.name);
            notes.problem(Code::InvalidMount, place(), message, "give each volume its own folder");
        }
        volumes.push(Volume {
            name: name.clone(),
            labels: labels::of(inputs, environment, name, Part::Volume),
            path,
            size: entry.storage.0.clone(),
        });
    }
    volumes
}

/// A disk is mounted on one node at a time: several pods that mount it must find room on the same one.
fn shared_disks(inputs: &Inputs, processes: &[release::Process], volumes: &[Volume], notes: &mut Notes) {
    let pods: u32 = processes
        .iter()
        .map(|process| process.autoscale.map_or(process.min_replicas, |scale| scale.max))
        .sum();
    let counted = inputs.app.is_sound(&["processes"]);
    if let (Some(volume), true) = (volumes.first(), pods > 1 && counted) {
        let span = inputs.app.key(&["volumes", &volume.name]);
        let message = format!("up to {pods} pods mount this ReadWriteOnce volume; all must run on one node");
        let hint = "fine on a single-node cluster; otherwise keep to one process with scale 1";
        notes.warning(Code::VolumeShared, span, message, hint);
    }
}

/// Processes and services stand beside each other in one namespace, so their names must differ.
fn clashes(
    inputs: &Inputs,
    environment: &str,
    processes: &[release::Process],
    services: &[release::Service],
    notes: &mut Notes,
) {
    for service in services {
        let name = &service.name;
        let written = inputs.app.value.services.iter().position(|entry| entry.name() == name);
        let span = match written.map(|index| index.to_string()) {
            Some(index) => inputs.app.at(&["services", &index]),
            None => inputs.app.key(&["services"]),
        };
        let hint = format!("give the service a name: {{{0}: {{name: {0}-db}}}}", service.recipe);
        if processes.iter().any(|process| process.name == *name) {
            let message = format!("a process and a service are both named {name:?}");
            notes.problem(Code::NameConflict, span, message, hint);
        } else if OF_EVERY_APP.contains(&name.as_str()) {
            notes.problem(Code::ReservedName, span, format!("the service name {name:?} is reserved"), hint);
        }
    }
    for volume in inputs.app.value.volumes.keys() {
        if services.iter().any(|service| service.has_claim(volume)) {
            let message = format!("a volume and a service's disk are both named {volume:?}");
            let span = inputs.app.key(&["volumes", volume]);
            notes.problem(Code::NameConflict, span, message, "give the volume another name");
        }
    }
    reserved(inputs, environment, processes, notes);
}

/// Names that the cluster or cupaas itself uses.
fn reserved(inputs: &Inputs, environment: &str, processes: &[release::Process], notes: &mut Notes) {
    let namespace = names::namespace(&inputs.name, environment);
    if namespace.starts_with("kube-")
        || namespace == "default"
        || namespace == platform::engines_namespace(inputs)
    {
        let message = format!("the namespace {namespace:?} is reserved");
        let span = inputs.app.at(&["name"]);
        notes.problem(Code::ReservedName, span, message, "give the app another `name`");
    }
    for (name, hint) in [
        ("release", "a command that runs before each release is set by the key `release`"),
        (MAINTENANCE_PAGE, "what answers while `cupaas maintenance` is on is called so; take another name"),
    ] {
        if processes.iter().any(|process| process.name == name) {
            let span = inputs.app.key(&["processes", name]);
            notes.problem(Code::ReservedName, span, format!("the process name {name:?} is reserved"), hint);
        }
    }
}

/// Versions of the services, over those that were recorded: data that waits remembers its own.
fn versions(previous: Option<&ReleaseFile>, services: &[release::Service]) -> BTreeMap<String, String> {
    let mut versions = previous.map(|release| release.versions.clone()).unwrap_or_default();
    versions.extend(services.iter().map(|service| (service.name.clone(), service.version.clone())));
    versions
}

/// Services whose credentials another keeps: of those that are there, as the platform says; of the others, as it was
/// recorded.
fn elsewhere(
    inputs: &Inputs,
    previous: Option<&ReleaseFile>,
    services: &[release::Service],
) -> BTreeSet<String> {
    let mut elsewhere = previous.map(|release| release.external_credentials.clone()).unwrap_or_default();
    elsewhere.retain(|name| !services.iter().any(|service| service.name == *name));
    if inputs.platform.value.secrets.provider != SecretsProvider::Sops {
        let with_some = services.iter().filter(|service| service.secret.is_some());
        elsewhere.extend(with_some.map(|service| service.name.clone()));
    }
    elsewhere
}

/// Sizes of claims, over those that were recorded.
fn claims(
    previous: Option<&ReleaseFile>,
    services: &[release::Service],
    volumes: &[Volume],
) -> BTreeMap<String, String> {
    let mut claims = previous.map(|release| release.claims.clone()).unwrap_or_default();
    let of_services =
        services.iter().filter_map(|s| Some((s.name.clone(), s.storage.as_ref()?.size.clone())));
    claims.extend(of_services);
    claims.extend(services.iter().flat_map(|s| &s.disks).map(|disk| (disk.claim.clone(), disk.size.clone())));
    claims.extend(volumes.iter().map(|volume| (volume.name.clone(), volume.size.clone())));
    claims
}

/// The app's own files, as read: enough to render again without its repository.
fn files(inputs: &Inputs) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    files.insert(".cupaas".to_owned(), inputs.app.source.text.clone());
    if let Some(procfile) = &inputs.procfile {
        files.insert("Procfile".to_owned(), procfile.text.clone());
    }
    files
}
