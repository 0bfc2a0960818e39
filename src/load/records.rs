//! `releases/<env>/<app>/release.yaml`: which releases stand there, and what they were made from.

use crate::diagnostic::{Code, Diagnostic, Failure, Source};
use crate::layout::path;
use crate::load::app_file::AppFile;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::tree::{Files, RepoPath};
use crate::yaml::document::{self, Document};
use std::collections::BTreeSet;

/// So many are read sooner by one thread than by two.
const FEW: usize = 64;

/// Which of the releases that stand there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Those of this app; else of every app.
    pub app: Option<String>,
    /// Those in this environment; else in every one.
    pub environment: Option<String>,
    /// Left out by name: `app`, or `env/app`.
    pub without: BTreeSet<String>,
}

impl Scope {
    /// The releases of one app, in one environment or all.
    pub fn of(app: &str, environment: Option<&str>) -> Self {
        Self {
            app: Some(app.to_owned()),
            environment: environment.map(str::to_owned),
            without: BTreeSet::new(),
        }
    }

    fn holds(&self, release: &ReleaseFile) -> bool {
        let fits = |wanted: &Option<String>, is: &String| wanted.as_ref().is_none_or(|wanted| wanted == is);
        fits(&self.app, &release.app)
            && fits(&self.environment, &release.environment)
            && !self.without.contains(&release.app)
            && !self.without.contains(&format!("{}/{}", release.environment, release.app))
    }
}

/// What the releases in `scope` were made from, in the order of their folders; removed ones are not among them.
///
/// # Errors
/// All problems of all records; names in `without` that match no release; or when the GitOps repository cannot be read.
pub(crate) fn find(scope: &Scope, gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    let mut wanted = vec![path("cupaas.yaml")?];
    match &scope.app {
        // Everything that rendering all of them reads, in one go.
        None => {
            for folder in ["apps", "catalog", "releases", "deploy", "clusters", "hosts"] {
                wanted.push(path(folder)?);
            }
        }
        Some(app) => wanted.extend(places(app, scope, gitops)?),
    }
    let files = gitops.read(&wanted)?;
    // What is wrong with it is said once, and not for each release.
    gitops.platform()?;
    let mut found = read(&files)?;
    let known = |name: &&String| {
        found.iter().any(|r| **name == r.app || **name == format!("{}/{}", r.environment, r.app))
    };
    if let Some(unknown) = scope.without.iter().find(|name| !known(name)) {
        return Err(Failure::new(
            Code::NotDeployed,
            format!("--without names {unknown:?}, which is not deployed"),
        )
        .hint("--without takes an app name, or ENV/APP"));
    }
    found.retain(|release| !release.removed && scope.holds(release));
    Ok(found)
}

/// Where an app has come from in each environment of the platform, also where it was removed and its data waits.
///
/// # Errors
/// The same as [`find`].
pub(crate) fn of_app(app: &str, gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    let places = places(app, &Scope::default(), gitops)?;
    read(&gitops.read(&places)?)
}

/// The `.cupaas` that a release was made from, where it can still be read.
pub(crate) fn app_file(release: &ReleaseFile) -> Option<Document<AppFile>> {
    let text = release.files.get(".cupaas")?;
    let name = format!("releases/{}/{}/release.yaml#.cupaas", release.environment, release.app);
    document::read(&Source::new(name, text.clone())).ok()
}

/// All records, of removed apps too, in the order of their folders.
///
/// # Errors
/// The same as [`find`].
pub(crate) fn records(gitops: &mut Gitops) -> Result<Vec<ReleaseFile>, Failure> {
    read(&gitops.read(&[path("releases")?])?)
}

fn read(files: &Files) -> Result<Vec<ReleaseFile>, Failure> {
    let records: Vec<_> = files.iter().filter(|(path, _)| is_record(path)).collect();
    let (mut problems, mut found) = (Vec::new(), Vec::with_capacity(records.len()));
    for read in each(&records) {
        match read {
            Ok(document) => found.push(document.value),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(Failure::invalid(problems)) }
}

type Read = Result<Document<ReleaseFile>, Vec<Diagnostic>>;

/// Reads each, in their order. A platform has one or two of an app, and takes a second to read twenty thousand: every
/// processor reads its part.
fn each(records: &[(&RepoPath, &String)]) -> Vec<Read> {
    let read = |(path, text): &(&RepoPath, &String)| {
        document::read::<ReleaseFile>(&Source::new(path.as_str(), (*text).clone()))
    };
    if records.len() <= FEW {
        return records.iter().map(read).collect();
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let part = records.len().div_ceil(processors);
    std::thread::scope(|scope| {
        let parts =
            records.chunks(part).map(|part| scope.spawn(|| part.iter().map(read).collect::<Vec<_>>()));
        let parts: Vec<_> = parts.collect();
        let joined = parts.into_iter().map(|part| part.join());
        joined.flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Where one app's records may stand: in the environments of `cupaas.yaml`, and in the one that was asked for.
fn places(app: &str, scope: &Scope, gitops: &mut Gitops) -> Result<Vec<RepoPath>, Failure> {
    let platform = gitops.platform()?;
    let environments = platform.value.environments.keys().chain(&scope.environment);
    let record = |environment: &String| path(&format!("releases/{environment}/{app}/release.yaml"));
    environments.map(record).collect::<Result<BTreeSet<_>, _>>().map(|places| places.into_iter().collect())
}

/// Whether a path is `releases/<env>/<app>/release.yaml`.
fn is_record(path: &RepoPath) -> bool {
    let parts: Vec<&str> = path.as_str().split('/').collect();
    matches!(parts.as_slice(), ["releases", _, _, "release.yaml"])
}

/// The failure of a run that finds no release of the app that it names.
pub(crate) fn none(app: &str, scope: &Scope) -> Failure {
    let place = scope.environment.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
    Failure::new(Code::NotDeployed, format!("{app} is not deployed{place}")).hint(with_folder(app))
}

/// What whoever names an app and stands in its folder has meant.
pub(crate) fn with_folder(app: &str) -> String {
    format!("to deploy a folder under this name, pass it too: `cupaas deploy . --app {app}`")
}
