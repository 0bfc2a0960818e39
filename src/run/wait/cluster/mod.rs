//! `--via cluster`: one's own `kubectl` is asked what became of a release, which then says why, in the engine's own words.
//! For a person at their own machine: no job needs a way into a cluster.

mod flux;
mod heard;
mod pods;
#[cfg(test)]
mod tests;
mod workloads;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::clock::{self, Stopwatch};
use crate::diagnostic::{Code, Failure};
use crate::kubectl::Kubectl;
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::platform::Delivery;
use crate::load::release_file::ReleaseFile;
use crate::load::release_log;
use crate::load::task_file::RUNS;
use crate::names;
use crate::outcome::rollout::RolledOut;
use crate::plan::documents;
use crate::repository::short;
use crate::run::context::Context;
use crate::run::spec::RunSpec;
use crate::run::wait::follow::{Ended, Sight, follow};
use crate::run::wait::judge::{Half, Judge, Verdict};
use crate::run::wait::look::{FLUX, Wanted, holds, other, standing};
use crate::run::wait::words;
use crate::tree::RepoPath;

use heard::{Broken, Heard, State};

/// The release that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Release {
    /// The app's commit, where it has one.
    commit: Option<String>,
    /// Its own id: the one that it is reported by, else the commit that has made it in the GitOps repository.
    id: String,
    /// Flux's namespace.
    flux: String,
}

/// Who looks.
struct Watcher<'a> {
    spec: &'a RunSpec,
    gitops: &'a mut Gitops,
    kubectl: &'a Kubectl,
    app: &'a str,
    environment: &'a str,
    commit: Option<String>,
    /// The first look sees what was read already.
    fresh: bool,
    /// The GitOps repository's commits since the release, which all hold it; of its newest one.
    ours: Option<(String, BTreeSet<String>)>,
}

/// Waits until the cluster itself says that a release is healthy, or a later one that holds it.
///
/// # Errors
/// As [`super::of`]; kubectl's own.
pub(super) fn of(
    context: &Context<'_>,
    spec: &RunSpec,
    gitops: &mut Gitops,
    wanted: Wanted<'_>,
    kubectl: &Kubectl,
    time: Duration,
) -> Result<RolledOut, Failure> {
    context.progress("asking the cluster");
    let Wanted { app, environment, commit } = wanted;
    let mut watcher = Watcher { spec, gitops, kubectl, app, environment, commit, fresh: true, ours: None };
    let mut first = None;
    let look = || {
        let sight = watcher.look()?;
        if let Sight::Stands(release, _) = &sight {
            first.get_or_insert_with(|| release.id.clone());
        }
        Ok(sight)
    };
    match follow(look, &mut Stopwatch::begin(), time)? {
        Ended::Healthy(release) => Ok(RolledOut {
            app: app.to_owned(),
            environment: environment.to_owned(),
            later: first.as_ref() != Some(&release.id)
                || watcher.commit.is_some_and(|asked| {
                    release.commit.as_ref().is_some_and(|commit| !commit.starts_with(&asked))
                }),
            source_commit: release.commit.unwrap_or_default(),
            release: release.id,
            task: None,
            contexts: Vec::new(),
        }),
        Ended::Failed(release, broken) => Err(watcher.failed(&release, &broken)),
        Ended::Silent(release, heard) => Err(watcher.silent(&release, &heard, time)),
        Ended::Replaced(why) => Err(words::replaced(&why)),
    }
}

impl Watcher<'_> {
    fn look(&mut self) -> Result<Sight<Release, Heard>, Failure> {
        if !std::mem::take(&mut self.fresh) {
            self.gitops.refresh()?;
        }
        let (app, environment) = (self.app, self.environment);
        let Some(record) = standing(self.gitops, app, environment)? else {
            return Ok(Sight::Replaced(format!("{app} is not deployed in {environment}")));
        };
        let commit = record.source.commit.clone();
        if self.commit.is_none() {
            self.commit.clone_from(&commit);
        }
        match (&self.commit, &commit) {
            (Some(wanted), Some(stands)) if !holds(self.spec, None, wanted, stands)? => {
                return Ok(Sight::Replaced(other(wanted, stands, app, environment)));
            }
            (Some(wanted), None) => {
                let wanted = short(wanted);
                return Ok(Sight::Replaced(format!(
                    "{wanted} of {app} in {environment} is not what stands there: that was deployed without a commit"
                )));
            }
            _ => {}
        }
        let platform = self.gitops.platform()?;
        let flux = platform.value.flux.namespace.as_ref().map(|name| name.0.clone());
        let heard = match platform.value.delivery {
            Delivery::Flux => self.flux(flux.as_deref().unwrap_or(FLUX))?,
            Delivery::Argocd => self.workloads()?,
        };
        let id = match record.rollout_id() {
            Some(reported) => reported.id,
            None => self.made_by(&record)?,
        };
        let flux = flux.unwrap_or_else(|| FLUX.to_owned());
        Ok(Sight::Stands(Release { commit, id, flux }, heard))
    }

    /// What Flux's Kustomizations say.
    fn flux(&mut self, namespace: &str) -> Result<Heard, Failure> {
        let names = Half::BOTH.map(|half| names::kustomization(self.app, self.environment, half.name()));
        let kind = "kustomizations.kustomize.toolkit.fluxcd.io";
        let objects = self.kubectl.get(namespace, &[kind, &names[0], &names[1]])?;
        let heard = flux::heard(&objects, &names, self.ours()?, clock::now());
        match heard.judge() {
            Verdict::Healthy => Ok(heard),
            _ => Ok(heard.with_failed_of(self.workloads()?)),
        }
    }

    /// What the Deployments, StatefulSets and Jobs that were rendered say.
    fn workloads(&mut self) -> Result<Heard, Failure> {
        let folder = path(&format!("deploy/{}/{}", self.environment, self.app))?;
        let files = self.gitops.read(std::slice::from_ref(&folder))?;
        // A task that somebody has run says nothing of the release.
        let tasks =
            folder.join(RUNS).map_err(|error| Failure::new(Code::InternalError, error.to_string()))?;
        let of_release = |path: &RepoPath| path.as_str().ends_with(".yaml") && !path.is_in(&tasks);
        let yaml = files.iter().filter(|(path, _)| of_release(path));
        let rendered: Vec<_> = yaml.filter_map(|(_, text)| documents(text)).flatten().collect();
        let kinds = workloads::KINDS.map(str::to_lowercase).join(",");
        let objects = self.of_app(&kinds)?;
        Ok(workloads::heard(&rendered, &objects, clock::now()))
    }

    fn of_app(&self, kinds: &str) -> Result<Vec<serde_json::Value>, Failure> {
        let namespace = names::namespace(self.app, self.environment);
        self.kubectl.get(&namespace, &[kinds, &format!("--selector=cupaas.dev/app={}", self.app)])
    }

    /// The commits of the GitOps repository that hold the release: it, and all that came since.
    fn ours(&mut self) -> Result<&BTreeSet<String>, Failure> {
        let head = self.gitops.head().unwrap_or_default();
        if self.ours.as_ref().is_none_or(|(known, _)| *known != head) {
            let (mut since, mut landed) = (Vec::new(), None);
            let one = (self.environment.to_owned(), self.app.to_owned());
            release_log::commits(self.gitops, |commit, made| {
                since.push((commit.landed, commit.id.clone()));
                if !made.contains(&one) {
                    return ControlFlow::Continue(());
                }
                landed = Some(commit.landed);
                ControlFlow::Break(())
            })?;
            // A commit that the branch had before a release was merged to it is newer than that, and does not hold it.
            let holds = |time: i64| landed.is_some_and(|landed| time >= landed);
            let ours = since.into_iter().filter(|(time, _)| holds(*time)).map(|(_, id)| id).collect();
            self.ours = Some((head, ours));
        }
        Ok(self.ours.as_ref().map_or(const { &BTreeSet::new() }, |(_, ours)| ours))
    }

    /// The commit of the GitOps repository that has made a release of which nobody else tells.
    fn made_by(&mut self, record: &ReleaseFile) -> Result<String, Failure> {
        let mut id = String::new();
        release_log::walk(self.gitops, |one| {
            if (&one.app, &one.environment) != (&record.app, &record.environment) {
                return ControlFlow::Continue(());
            }
            short(&one.commit.id).clone_into(&mut id);
            ControlFlow::Break(())
        })?;
        Ok(id)
    }

    /// The failure of a release that has failed, with what its newest pods say.
    fn failed(&self, release: &Release, broken: &Broken) -> Failure {
        let what = release.commit.as_deref().map_or(release.id.as_str(), short);
        let message = format!(
            "{what} of {} in {} did not come up: {} says {:?}",
            self.app, self.environment, broken.what, broken.message
        );
        self.with_pods(Failure::new(Code::RolloutFailed, message)).hint(words::BETTER)
    }

    /// The failure of a wait at whose end it was not known.
    fn silent(&self, release: &Release, heard: &Heard, time: Duration) -> Failure {
        let what = release.commit.as_deref().map_or(release.id.as_str(), short);
        let said = heard.parts.iter().filter_map(|part| match &part.state {
            State::Open(words) => Some(format!("{} says {words:?}", part.what)),
            State::Failed { message, .. } => Some(format!("{} says {message:?}", part.what)),
            State::Healthy => None,
        });
        let message = format!(
            "within {} s nothing says what became of {what} of {} in {}: {}",
            time.as_secs(),
            self.app,
            self.environment,
            said.collect::<Vec<_>>().join(", ")
        );
        self.with_pods(Failure::new(Code::RolloutUnreported, message)).hint(format!(
            "where Flux has not seen the commit: flux -n {} reconcile kustomization {} --with-source",
            release.flux,
            names::kustomization(self.app, self.environment, Half::App.name())
        ))
    }

    /// One that cannot be asked about its pods is told all the same.
    fn with_pods(&self, failure: Failure) -> Failure {
        let pods = self.of_app("pods").unwrap_or_default();
        pods::unwell(&pods).into_iter().fold(failure, |failure, pod| failure.hint(format!("pod {pod}")))
    }
}
