//! Which release a run is about, and whether it may be deployed: owned by this app, not pinned, not overtaken.

use crate::diagnostic::{Code, Span};
use crate::load::platform::Unregistered;
use crate::load::release_file::ReleaseFile;
use crate::render::release_file;
use std::collections::BTreeSet;

use crate::clock::now;
use crate::diagnostic::Failure;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::Inputs;
use crate::load::platform::RegistrationFile;
use crate::resolve::decisions::Decision;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::resolve::{environment, resolve_leniently, routes, secrets, suggest, without_problems};
use crate::run::orders::Orders;
use crate::run::overtaken::{self, Overtaken};
use crate::run::ownership;
use crate::run::spec::{GitopsPlace, RunSpec, Stage};

/// What is deployed there, and what is to be. `members` are the owners of hosts whose releases are decided in the same
/// run.
pub(crate) fn decide(
    spec: &RunSpec,
    inputs: &mut Inputs,
    gitops: &mut Gitops,
    members: &BTreeSet<String>,
) -> Result<(Current, Release), Failure> {
    let environment = match environment::choose(inputs) {
        Ok(chosen) if is_named(inputs) => chosen,
        Ok(chosen) => return Err(elsewhere(inputs, chosen.0, None)),
        Err(failure) => return Err(elsewhere(inputs, environment::stand_in(inputs), Some(failure))),
    };
    let settings = inputs.platform.value.environments.get(&environment.0);
    let cluster = settings.map(|settings| settings.cluster.0.as_str()).unwrap_or_default();
    // Of one that is wrong nothing is asked but what its folder would hold.
    let written = inputs.platform.is_sound(&["environments", &environment.0, "cluster"]);
    let cluster = if written { cluster } else { "unknown" };
    let mut current = Current::read(gitops, cluster, &environment.0, &inputs.name)?;
    current.part_with_tasks(cluster, spec.gates.now.unwrap_or_else(now))?;
    if inputs.recorded.is_none() {
        // One that is wrong names no owner; it is said with everything else that is.
        let sound = inputs.registration.as_ref().filter(|file| {
            !inputs.problems.iter().any(|problem| problem.span.source.name == file.source.name)
        });
        owned(spec, &current, sound.map(|file| &file.value))?;
        admitted(spec, inputs)?;
    }
    if current.previous.is_none() {
        let renamed = ownership::renamed(gitops, inputs, &environment.0)?;
        inputs.problems.extend(renamed);
    }
    if !matches!(spec.stage, Stage::Explain | Stage::Dockerfile) {
        let unset = secrets::unset(inputs, &environment.0, &current.release_files);
        inputs.problems.extend(unset);
    }
    let previous = as_recorded(inputs, current.previous.as_ref());
    let (mut release, mut problems) = resolve_leniently(inputs, environment, previous.as_ref());
    if spec.stage == Stage::Explain {
        suggest::explain(inputs, &mut release, &mut problems);
    }
    release.warnings.extend(secrets::changed_hands(&release, inputs, &current));
    if let Some(hold) = &release.hold {
        let origin = format!("{}/release.yaml", current.folders.release);
        release.decisions.push(Decision { what: "hold".to_owned(), value: hold.words(), origin });
    }
    let hosts: Vec<_> = release.hosts().filter_map(|host| crate::layout::host_file(host)).collect();
    let mut held = gitops.read(&hosts)?;
    held.retain(|_, owner| !members.contains(owner));
    problems.extend(routes::taken(&release, inputs, &held));
    Ok((current, without_problems((release, problems))?))
}

/// What stands there, with the runtime of the release that is decided again, where that is an older one.
fn as_recorded(inputs: &Inputs, previous: Option<&ReleaseFile>) -> Option<ReleaseFile> {
    let mut previous = previous?.clone();
    if let Some(recorded) = inputs.recorded.as_ref().filter(|recorded| !recorded.runtime.is_empty()) {
        previous.runtime = recorded.runtime.clone();
    }
    Some(previous)
}

/// Whether it is sure what the app is called.
fn is_named(inputs: &Inputs) -> bool {
    inputs.query.app.is_some() || inputs.recorded.is_some() || inputs.app.is_sound(&["name"])
}

/// Everything that is wrong with an app of which it is not known where it stands, and so nothing of what stands there. `failure` says why, where it is a mistake of its own.
fn elsewhere(inputs: &mut Inputs, environment: String, failure: Option<Failure>) -> Failure {
    if failure.is_some() {
        inputs.platform.doubt(&["environments", &environment]);
        inputs.registration.iter_mut().for_each(|file| file.doubt(&["environments"]));
    }
    let (release, mut problems) = resolve_leniently(inputs, (environment, String::new()), None);
    match failure {
        Some(failure) if problems.is_empty() => return failure,
        Some(failure) => problems.extend(environment::problems(inputs, failure)),
        None => {}
    }
    problems.extend(release.warnings);
    Failure::invalid(problems)
}

/// An app may be changed only from where it comes from. The local repository belongs to its user, who may give a folder a
/// repository later, and registers nothing there.
pub(crate) fn owned(
    spec: &RunSpec,
    current: &Current,
    registration: Option<&RegistrationFile>,
) -> Result<(), Failure> {
    let source = &spec.query.source;
    let other = match &spec.gitops {
        GitopsPlace::Embedded(_) => ownership::other_local_owner(current, source, &spec.query.folder),
        GitopsPlace::Address(_) | GitopsPlace::Folder(_) => {
            ownership::other_owner(current, source, registration)
        }
    };
    other.map_or(Ok(()), Err)
}

/// Where a pin holds an environment that a deploy would move.
pub(crate) fn pinned(spec: &RunSpec, current: &Current, inputs: &Inputs) -> Option<Pinned> {
    let deployed = current.previous.as_ref().filter(|previous| !previous.removed)?;
    if spec.stage < Stage::Diff { None } else { Pinned::of(inputs, &deployed.environment) }
}

/// Whether a newer commit stands already, or is proposed by a pull request that `is_open`.
///
/// # Errors
/// The repositories' own.
pub(crate) fn superseded(
    spec: &RunSpec,
    current: &Current,
    inputs: &Inputs,
    orders: &Orders,
    is_open: impl FnOnce() -> Result<bool, Failure>,
) -> Result<Overtaken, Failure> {
    match (&spec.followed, &inputs.query.source.commit) {
        _ if spec.allow_older || spec.stage != Stage::Deploy => Ok(Overtaken::default()),
        (Some(followed), Some(commit)) => {
            Ok(Overtaken { why: followed.superseded(current, commit)?, warning: None })
        }
        _ => {
            let deployed =
                overtaken::by(spec, current, current.previous.as_ref(), inputs, orders, "deployed")?;
            if deployed.why.is_some() {
                return Ok(deployed);
            }
            let proposed =
                overtaken::by(spec, current, current.proposed.as_ref(), inputs, orders, "proposed")?;
            let counts = proposed.why.is_none() || is_open()?;
            Ok(if counts && current.proposed.is_some() { proposed } else { deployed })
        }
    }
}

/// Whether an app that is not registered may be deployed.
///
/// # Errors
/// Kind `Forbidden`, where the platform asks for a registration first. The local repository is not checked.
pub(super) fn admitted(spec: &RunSpec, inputs: &Inputs) -> Result<(), Failure> {
    // One that is wrong is said with everything else that is.
    let registered =
        inputs.registration.is_some() || inputs.problems.iter().any(|problem| is_registration(&problem.span));
    let own = matches!(spec.gitops, GitopsPlace::Embedded(_)) || registered;
    if own || inputs.platform.value.unregistered == Unregistered::Register {
        return Ok(());
    }
    let place = inputs.platform.at(&["unregistered"]);
    let url = inputs.query.source.repository.clone().unwrap_or_else(|| "URL".to_owned());
    Err(Failure::new(
        Code::RegistrationRequired,
        format!("{} is not registered, and {place} requires it", inputs.name),
    )
    .hint(format!(
        "someone with write access to the GitOps repository: `cupaas app add {url} --name {}`",
        inputs.name
    )))
}

fn is_registration(span: &Span) -> bool {
    crate::layout::registered(&span.source.name).is_some()
}

/// Lets a release that is made from the same things as the one that is proposed keep that one's commit: a new commit with
/// the same manifests is nothing, for a pull request too.
pub(crate) fn keep_proposed_source(current: &Current, release: &mut Release) {
    let Some(proposed) = &current.proposed else { return };
    let time = |file: &ReleaseFile| file.source.time;
    let newer = current.previous.as_ref().is_none_or(|previous| time(previous) <= time(proposed));
    if newer && Current::same(proposed, &release_file(release)) {
        release.source = proposed.source.clone();
        if let (Some(rollout), Some(kept)) = (&mut release.rollout, proposed.rollout_id()) {
            (rollout.commit, rollout.id) = (kept.commit, kept.id);
        }
    }
}
