//! What is known of an app, and an edit of its files.

use crate::diagnostic::{Failure, Source};
use crate::layout::path;
use crate::load::app_name::app_of;
use crate::load::gitops::Gitops;
use crate::load::hold::Hold;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::records::{self, Scope};
use crate::load::release_file::ReleaseFile;
use crate::load::requires::read_platform;
use crate::load::{environments, known_apps, registered};
use crate::resolve::image::Pinned;
use crate::run::spec::RunSpec;
use crate::tree::Edits;
use crate::yaml::document::{self, Document};
use crate::yaml::edit::{YamlEdit, edit};

/// A change of people's files, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    /// New texts.
    pub files: Edits,
    /// The app that it is about, where it is one.
    pub app: Option<String>,
    /// The releases that are rendered again.
    pub scope: Option<Scope>,
    /// The commit's first line; nothing where releases are only rendered again.
    pub subject: Option<String>,
    /// What else a person has to know, or do.
    pub notes: Vec<String>,
    /// The pin that it sets.
    pub pin: Option<Pinned>,
    /// The hold that it sets.
    pub hold: Option<Hold>,
}

/// What is known of one app: its registration's text, read and checked, and its releases.
pub(super) struct RegisteredApp {
    pub(super) name: String,
    pub(super) file: Document<RegistrationFile>,
    /// Whether the file is there.
    pub(super) registered: bool,
    pub(super) platform: Document<PlatformFile>,
    pub(super) releases: Vec<ReleaseFile>,
}

impl RegisteredApp {
    /// Reads what is known of `name`; an app that is not registered yet has an empty file.
    pub(super) fn read(spec: &RunSpec, name: &str, gitops: &mut Gitops) -> Result<Self, Failure> {
        let mut places = registered::paths_of(name)?.to_vec();
        places.push(path("cupaas.yaml")?);
        let files = gitops.read(&places)?;
        let mut problems = Vec::new();
        let platform = read_platform(&files).map_err(|wrong| problems.extend(wrong)).ok();
        let (file, wrong) = registered::of(name, &files, spec.query.ci)?;
        problems.extend(wrong);
        let (Some(platform), true) = (platform, problems.is_empty()) else {
            return Err(Failure::invalid(problems));
        };
        let registered = file.is_some();
        let file = match file {
            Some(file) => file,
            None => {
                let empty = Source::new(registered::file_of(name)?.as_str(), "");
                document::read(&empty).map_err(Failure::invalid)?
            }
        };
        let releases = records::find(&Scope::of(name, None), gitops)?;
        Ok(Self { name: name.to_owned(), registered, file, platform, releases })
    }

    /// The same, of an app that must be there: registered or deployed.
    pub(super) fn existing(spec: &RunSpec, gitops: &mut Gitops) -> Result<Self, Failure> {
        let name = app_of(&spec.query, gitops)?;
        let known = Self::read(spec, &name, gitops)?;
        if known.registered || !known.releases.is_empty() {
            return Ok(known);
        }
        Err(known_apps::unknown(&known.name, gitops))
    }

    /// The environment that was asked for, where one was.
    ///
    /// # Errors
    /// One that the platform does not have.
    pub(super) fn environment(&self, spec: &RunSpec) -> Result<Option<String>, Failure> {
        let Some(asked) = &spec.query.environment else { return Ok(None) };
        environments::known(asked, &self.platform.value)?;
        Ok(Some(asked.clone()))
    }

    /// The file's new text; where there was no file, what is known of the app's source is written into it first.
    ///
    /// # Errors
    /// A file whose layout only a person can change, with its place; or what its schema says of the new text.
    pub(super) fn changed(&self, changes: &[YamlEdit]) -> Result<Edits, Failure> {
        let mut all = Vec::new();
        if !self.registered {
            let set = |key: &str, value: &str| YamlEdit::Set(vec![key.to_owned()], value.to_owned());
            let sources = self.releases.iter().map(|release| &release.source);
            let mut from =
                sources.filter_map(|source| Some((source.repository.as_deref()?, source.path.as_str())));
            if let Some((url, path)) = from.next() {
                all.push(set("repository", url));
                all.extend((!path.is_empty()).then(|| set("path", path)));
            }
        }
        all.extend(changes.iter().cloned());
        let begun = match self.registered {
            true => std::sync::Arc::clone(&self.file.source),
            false => Source::new(self.file.source.name.clone(), "format: 1\n"),
        };
        let new = edit(&begun, &all).map_err(Failure::invalid)?;
        document::read::<RegistrationFile>(&new).map_err(Failure::invalid)?;
        if self.registered && new.text == self.file.source.text {
            return Ok(Edits::new());
        }
        Ok([(registered::file_of(&self.name)?, Some(new.text.clone()))].into())
    }
}
