//! The app and environment that a run is about, as far as its secrets go: what stands in the repository, and which
//! secrets its `.cupaas` names.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Failure, Source};
use crate::layout::Folders;
use crate::load::app_file::AppFile;
use crate::load::app_folder::{self, AppFolder};
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::NamedApp;
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::load::secret_entry::SecretEntry;
use crate::load::{inputs, known_apps};
use crate::resolve::secrets::secret_file;
use crate::run::secrets::asked;
use crate::run::secrets::lost::recipes;
use crate::run::spec::{RunSpec, Selection};
use crate::tree::RepoPath;
use crate::yaml::document::{self, Document};

/// One app in one environment.
#[derive(Debug)]
pub(super) struct AppSecrets {
    pub(super) app: String,
    pub(super) environment: String,
    pub(super) platform: Arc<Document<PlatformFile>>,
    pub(super) current: Current,
    /// What is deployed, where it is.
    pub(super) deployed: Option<ReleaseFile>,
    /// The secrets that the deployed `.cupaas` names.
    pub(super) deployed_names: Vec<SecretEntry>,
    /// Those that the folder's names, where it is at hand.
    pub(super) folder_names: Vec<SecretEntry>,
    /// Recipes of all services that either names, by the services' names.
    pub(super) services: BTreeMap<String, String>,
}

/// The app's folder; without it only a name is known.
fn folder(spec: &RunSpec) -> Result<Option<AppFolder>, Failure> {
    let read = || app_folder::read(&spec.query.folder, spec.query.called.as_deref());
    match (&spec.selection, &spec.query.app) {
        (_, None) => read().map(Some),
        // The name may come from the environment, where no folder was meant.
        (Selection::Folder, Some(_)) if spec.query.folder == Path::new(".") => Ok(read().ok()),
        (Selection::Folder, Some(_)) => read().map(Some),
        _ => Ok(None),
    }
}

impl AppSecrets {
    /// Reads what there is. A folder speaks for its own app alone, whoever names an app means it.
    ///
    /// # Errors
    /// No app or environment that is meant, a platform that is wrong, or another app's owner.
    pub(super) fn read(spec: &RunSpec, gitops: &mut Gitops) -> Result<Self, Failure> {
        let NamedApp { app, environment, cluster, platform } = inputs::named(&spec.query, gitops)?;
        let current = Current::read(gitops, &cluster, &environment, &app)?;
        let (mut folder_names, mut services) = (Vec::new(), BTreeMap::new());
        if let Some(folder) = folder(spec)? {
            let file = document::read::<AppFile>(&folder.app_file).map_err(Failure::invalid)?;
            services = recipes(&file.value);
            folder_names = asked::secrets(&app, file.value, &spec.query, gitops)?;
            if spec.query.app.is_none() {
                crate::run::decide::owned(spec, &current, None)?;
            }
        } else if current.previous.is_none()
            && current.release_files.is_empty()
            && !known_apps::is_known(&app, gitops)?
        {
            // What is written for an app that nobody knows would wait for ever.
            return Err(known_apps::unknown(&app, gitops));
        }
        let deployed = current.previous.clone().filter(|release| !release.removed);
        let record = deployed.as_ref().and_then(|release| release.files.get(".cupaas"));
        let deployed_names = match record {
            Some(text) => {
                let name = format!("{}/release.yaml#.cupaas", current.folders.release);
                let read = document::read::<AppFile>(&Source::new(name, text.clone()));
                let file = read.map_err(Failure::invalid)?.value;
                services.extend(recipes(&file));
                asked::secrets(&app, file, &spec.query, gitops)?
            }
            None => Vec::new(),
        };
        Ok(Self { app, environment, platform, current, deployed, deployed_names, folder_names, services })
    }

    /// `tasks in production`.
    pub(super) fn title(&self) -> String {
        format!("{} in {}", self.app, self.environment)
    }

    /// Where a secret of the app's own is kept.
    pub(super) fn place(&self, name: &str) -> Result<RepoPath, Failure> {
        Folders::below(&self.current.folders.release, &secret_file(name))
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.place(name).is_ok_and(|place| self.current.release_files.contains_key(&place))
    }

    /// Names of the app's own secrets that are set, whoever names them.
    pub(super) fn set(&self) -> Vec<String> {
        let folder = format!("{}/secrets/", self.current.folders.release);
        let files = self.current.release_files.keys().filter_map(|path| path.as_str().strip_prefix(&folder));
        files.filter_map(|file| file.strip_suffix(".yaml")).map(str::to_owned).collect()
    }

    /// All that either `.cupaas` names; the folder's word comes first, since it is the next deploy's.
    pub(super) fn named(&self) -> impl Iterator<Item = &SecretEntry> {
        let before = |name: &str| self.folder_names.iter().any(|entry| entry.name == name);
        self.folder_names.iter().chain(self.deployed_names.iter().filter(move |entry| !before(&entry.name)))
    }
}
