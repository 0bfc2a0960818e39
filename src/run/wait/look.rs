//! One look: which release stands in the GitOps repository, and what its commit's statuses say.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::diagnostic::{Code, Failure, Kind};
use crate::forge::{Compared, Repository};
use crate::git::{self, Order};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::platform::Delivery;
use crate::load::release_file::{ReleaseFile, previous};
use crate::load::release_log;
use crate::load::rollout_record::RolloutId;
use crate::repository::short;
use crate::resolve::release::Release;
use crate::run::spec::RunSpec;
use crate::run::wait::follow::Sight;
use crate::run::wait::judge::{Half, Said};

/// The fewest characters that name a commit.
const SHORTEST: usize = 7;

/// Flux's namespace where nothing else is said.
pub(super) const FLUX: &str = "flux-system";

/// What is waited for.
pub(crate) struct Wanted<'a> {
    /// The app.
    pub(crate) app: &'a str,
    /// Its environment.
    pub(crate) environment: &'a str,
    /// Its commit; nothing where it is the one that stands there.
    pub(crate) commit: Option<String>,
}

/// The release whose statuses are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Followed {
    pub(super) app: String,
    pub(super) environment: String,
    /// The app's commit.
    pub(super) commit: String,
    /// The release's own id.
    pub(super) id: String,
    /// The release before it.
    pub(super) before: Option<RolloutId>,
    /// The namespace of Flux's objects.
    pub(super) flux_namespace: String,
}

impl Followed {
    /// The context of one of its statuses.
    pub(super) fn context(&self, half: Half) -> String {
        self.context_of(half, &self.id)
    }

    /// The context of another release of the same app.
    pub(super) fn context_of(&self, half: Half, id: &str) -> String {
        format!("{}{}/{id}", self.prefix(), half.name())
    }

    /// What all contexts of the app begin with.
    fn prefix(&self) -> String {
        format!("cupaas/{}/{}/", self.environment, self.app)
    }
}

/// Who looks.
pub(super) struct Watcher<'a> {
    pub(super) spec: &'a RunSpec,
    pub(super) gitops: &'a mut Gitops,
    pub(super) app: String,
    pub(super) environment: String,
    /// The app's commit that must be in what stands there.
    pub(super) commit: Option<String>,
    /// The first look sees what was read already.
    pub(super) fresh: bool,
    pub(super) repositories: BTreeMap<String, Rc<Repository>>,
    /// When a release was committed, by its id.
    pub(super) times: BTreeMap<String, Option<i64>>,
}

impl Watcher<'_> {
    /// # Errors
    /// The repository's and the forge's own; that nobody reports the app.
    pub(super) fn look(&mut self) -> Result<Sight<Followed>, Failure> {
        if !std::mem::take(&mut self.fresh) {
            self.gitops.refresh()?;
        }
        let (app, environment) = (self.app.clone(), self.environment.clone());
        let Some(record) = standing(self.gitops, &app, &environment)? else {
            return Ok(Sight::Replaced(format!("{app} is not deployed in {environment}")));
        };
        let release = self.reported(&record)?;
        let address = record.source.repository.clone().unwrap_or_default();
        let repository = self.repository(&address)?;
        let wanted = self.commit.get_or_insert_with(|| release.commit.clone()).clone();
        if !holds(self.spec, Some(&repository), &wanted, &release.commit)? {
            return Ok(Sight::Replaced(other(&wanted, &release.commit, &app, &environment)));
        }
        let said = self.said(&release, &repository)?;
        Ok(Sight::Stands(release, said))
    }

    /// What is said of the release that stands there, as it is recorded.
    ///
    /// # Errors
    /// As [`Watcher::look`].
    pub(super) fn now(&mut self, record: &ReleaseFile) -> Result<Said, Failure> {
        let release = self.reported(record)?;
        let repository = self.repository(record.source.repository.as_deref().unwrap_or_default())?;
        self.said(&release, &repository)
    }

    /// The release as it is reported.
    ///
    /// # Errors
    /// That nobody reports it.
    fn reported(&mut self, record: &ReleaseFile) -> Result<Followed, Failure> {
        let platform = self.gitops.platform()?;
        let Some(RolloutId { commit, id }) = record.rollout_id() else {
            return Err(unreported(&self.app, &self.environment, platform.value.delivery));
        };
        let namespace = platform.value.flux.namespace.as_ref().map(|name| name.0.clone());
        Ok(Followed {
            app: self.app.clone(),
            environment: self.environment.clone(),
            commit,
            id,
            before: record.rollout.as_ref().and_then(|rollout| rollout.before.clone()),
            flux_namespace: namespace.unwrap_or_else(|| FLUX.to_owned()),
        })
    }

    /// Opens the app's repository on its forge, once.
    fn repository(&mut self, address: &str) -> Result<Rc<Repository>, Failure> {
        if let Some(known) = self.repositories.get(address) {
            return Ok(Rc::clone(known));
        }
        let options = &self.spec.forge;
        let place = options.of_repository(address);
        let opened = Rc::new(place.open(options.job.as_ref(), "the app's repository", options.timeout)?);
        self.repositories.insert(address.to_owned(), Rc::clone(&opened));
        Ok(opened)
    }

    fn said(&mut self, release: &Followed, repository: &Repository) -> Result<Said, Failure> {
        let mut all = repository.statuses(&release.commit, &release.prefix())?;
        let mut said = Said {
            base: all.remove(&release.context(Half::Base)),
            app: all.remove(&release.context(Half::App)),
            ..Said::default()
        };
        if let (None, Some(before)) = (&said.base, &release.before) {
            let context = release.context_of(Half::Base, &before.id);
            said.before = match before.commit == release.commit {
                true => all.remove(&context),
                false => repository.statuses(&before.commit, &context)?.remove(&context),
            };
        }
        if said.before.is_some() {
            said.since = self.committed(release)?;
        }
        Ok(said)
    }

    /// When the release was committed to the GitOps repository.
    fn committed(&mut self, release: &Followed) -> Result<Option<i64>, Failure> {
        if let Some(known) = self.times.get(&release.id) {
            return Ok(*known);
        }
        let mut time = None;
        release_log::walk(self.gitops, |one| {
            if (&one.app, &one.environment) != (&release.app, &release.environment) {
                return ControlFlow::Continue(());
            }
            time = Some(one.commit.time);
            ControlFlow::Break(())
        })?;
        self.times.insert(release.id.clone(), time);
        Ok(time)
    }
}

/// The release of an app that stands in the GitOps repository, unless it was removed.
///
/// # Errors
/// The repository's own.
pub(super) fn standing(
    gitops: &mut Gitops,
    app: &str,
    environment: &str,
) -> Result<Option<ReleaseFile>, Failure> {
    let place = path(&format!("releases/{environment}/{app}/release.yaml"))?;
    let files = gitops.read(std::slice::from_ref(&place))?;
    Ok(previous(&files, &place)?.filter(|record| !record.removed))
}

/// Whether the commit `later` holds `wanted`, as the checkout says, else the forge: nobody who cannot be asked says so.
///
/// # Errors
/// A forge that does not answer.
pub(super) fn holds(
    spec: &RunSpec,
    repository: Option<&Repository>,
    wanted: &str,
    later: &str,
) -> Result<bool, Failure> {
    // People write the beginning of a commit.
    if wanted.len() >= SHORTEST && later.starts_with(wanted) {
        return Ok(true);
    }
    match git::order(&spec.query.folder, wanted, later) {
        Order::Same | Order::Newer => return Ok(true),
        Order::Older | Order::Diverged => return Ok(false),
        Order::Unknown => {}
    }
    let Some(repository) = repository else { return Ok(false) };
    match repository.compare(wanted, later) {
        Ok(compared) => Ok(compared == Some(Compared::Ahead)),
        Err(failure) if failure.kind() == Kind::Unavailable => Err(failure),
        // A token that may read statuses alone.
        Err(_) => Ok(false),
    }
}

/// Why what stands there is not waited for.
pub(super) fn other(wanted: &str, stands: &str, app: &str, environment: &str) -> String {
    format!(
        "{} of {app} in {environment} is not what stands there: {} does, and nothing says that it contains it",
        short(wanted),
        short(stands)
    )
}

/// The failure of a wait for an app of which nobody says anything.
fn unreported(app: &str, environment: &str, delivery: Delivery) -> Failure {
    let message = format!("nobody reports what becomes of {app} in {environment}");
    with_remedy(Failure::new(Code::RolloutNotReported, message), app, environment, delivery)
}

/// The same of a release that is to be waited for: it is not deployed.
pub(crate) fn unreportable(release: &Release) -> Failure {
    let Release { app, environment, .. } = release;
    let message = format!("{app} was not deployed: nobody would report what becomes of it in {environment}");
    let failure = Failure::new(Code::RolloutNotReported, message)
        .hint("to deploy it without hearing how it goes, leave out `--wait`");
    with_remedy(failure, app, environment, release.platform.delivery)
}

pub(super) fn with_remedy(failure: Failure, app: &str, environment: &str, delivery: Delivery) -> Failure {
    match delivery {
        Delivery::Flux => failure
            .hint("set `flux.status` in cupaas.yaml, and deploy the app again, from a commit of a repository on a forge"),
        Delivery::Argocd => failure
            .hint("Argo CD delivers: its notifications name no release of cupaas, so that they are not supported")
            .hint(format!(
                "where you may log in to it: argocd app wait {} --sync --health",
                crate::names::namespace(app, environment)
            )),
    }
}
