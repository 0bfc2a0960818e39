//! What a command changes in files that people write → their new texts, the releases that it touches, and the words for
//! the commit. Reads through [`Gitops`]; writes nothing.

mod app;
mod comments;
mod image;
mod scalar;
mod variables;
pub mod yaml;

#[cfg(test)]
mod tests;

use crate::diagnostic::{Diagnostic, Failure, Kind, Source, Span};
use crate::load::app_name::app_of;
use crate::load::document::{self, Document};
use crate::load::gitops::{Edits, Gitops};
use crate::load::inputs::{Inputs, path};
use crate::load::known;
use crate::load::platform::{PlatformFile, RegistrationFile, Unregistered};
use crate::load::registered;
use crate::load::release_file::ReleaseFile;
use crate::load::released::{self, Scope};
use crate::load::requires::read_platform;
use crate::request::{GitopsPlace, Step, Subject};
use crate::resolve::image::Pinned;
use yaml::Change;

pub use app::{AddApp, first_deploy};
pub use variables::EnvChange;

/// What a command is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// `app add`.
    AddApp(AddApp),
    /// `env set` and `env unset`.
    Env(EnvChange),
    /// `pin`, to an image or to what runs now.
    Pin,
    /// `unpin`.
    Unpin,
}

/// A change of people's files, and what follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
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
}

/// What the step's deed changes in what stands there now.
///
/// Errors: what is wrong with the wish, or with the files as people wrote them; nothing was changed then.
pub fn of(step: &Step, gitops: &mut Gitops) -> Result<Edit, Failure> {
    match &step.subject {
        Subject::Folder => Ok(Edit::default()),
        Subject::Released(scope) => {
            Ok(Edit { app: scope.app.clone(), scope: Some(scope.clone()), ..Edit::default() })
        }
        Subject::Edited(Deed::AddApp(add)) => app::add(step, add, gitops),
        Subject::Edited(Deed::Env(change)) => variables::change(step, change, gitops),
        Subject::Edited(Deed::Pin) => image::pin(step, gitops),
        Subject::Edited(Deed::Unpin) => image::unpin(step, gitops),
    }
}

/// Whether an app that is not registered may be deployed.
///
/// Errors: kind `Forbidden`, where the platform asks for a registration first. On one's own machine all is one's own.
pub fn admitted(step: &Step, inputs: &Inputs) -> Result<(), Failure> {
    // One that is wrong is said with everything else that is.
    let registered =
        inputs.registration.is_some() || inputs.problems.iter().any(|problem| is_registration(&problem.span));
    let own = matches!(step.gitops, GitopsPlace::Embedded(_)) || registered;
    if own || inputs.platform.value.unregistered == Unregistered::Register {
        return Ok(());
    }
    let place = inputs.platform.at(&["unregistered"]);
    let url = inputs.asked.source.repository.clone().unwrap_or_else(|| "URL".to_owned());
    Err(Failure::new(Kind::Forbidden, format!("{} is not registered, which {place} asks for", inputs.name))
        .hint(format!(
            "someone who may write to the GitOps repository: `cupaas app add {url} --name {}`",
            inputs.name
        )))
}

fn is_registration(span: &Span) -> bool {
    span.source.name.starts_with("apps/")
}

/// What is known of one app: its registration's text, read and checked, and its releases.
struct Known {
    name: String,
    file: Document<RegistrationFile>,
    /// Whether the file is there.
    registered: bool,
    platform: Document<PlatformFile>,
    releases: Vec<ReleaseFile>,
}

impl Known {
    /// Reads what is known of `name`; an app that is not registered yet has an empty file.
    fn read(step: &Step, name: &str, gitops: &mut Gitops) -> Result<Self, Failure> {
        let mut places = registered::paths_of(name)?.to_vec();
        places.push(path("cupaas.yaml")?);
        let files = gitops.read(&places)?;
        let mut problems = Vec::new();
        let platform = read_platform(&files).map_err(|wrong| problems.extend(wrong)).ok();
        let (file, wrong) = registered::of(name, &files, step.asked.ci)?;
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
        let releases = released::find(&Scope::of(name, None), gitops)?;
        Ok(Self { name: name.to_owned(), registered, file, platform, releases })
    }

    /// The same, of an app that must be there: registered or deployed.
    fn existing(step: &Step, gitops: &mut Gitops) -> Result<Self, Failure> {
        let name = app_of(&step.asked, gitops)?;
        let known = Self::read(step, &name, gitops)?;
        if known.registered || !known.releases.is_empty() {
            return Ok(known);
        }
        Err(known::unknown(&known.name, gitops))
    }

    /// The environment that was asked for, where one was.
    ///
    /// Errors: one that the platform does not have.
    fn environment(&self, step: &Step) -> Result<Option<String>, Failure> {
        let Some(asked) = &step.asked.environment else { return Ok(None) };
        let known = &self.platform.value.environments;
        if known.contains_key(asked) {
            return Ok(Some(asked.clone()));
        }
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        Err(Failure::new(Kind::Usage, format!("there is no environment {asked:?}"))
            .hint(format!("cupaas.yaml has: {}", names.join(", "))))
    }

    /// The file's new text; where there was no file, what is known of the app's source is written into it first.
    ///
    /// Errors: a file whose layout only a person can change, with its place; or what its schema says of the new text.
    fn changed(&self, changes: &[Change]) -> Result<Edits, Failure> {
        let mut all = Vec::new();
        if !self.registered {
            let set = |key: &str, value: &str| Change::Set(vec![key.to_owned()], value.to_owned());
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
        let new = yaml::edit(&begun, &all).map_err(Failure::invalid)?;
        document::read::<RegistrationFile>(&new).map_err(Failure::invalid)?;
        if self.registered && new.text == self.file.source.text {
            return Ok(Edits::new());
        }
        Ok([(registered::file_of(&self.name)?, Some(new.text.clone()))].into())
    }
}

/// A mistake in what was typed: it has its place there.
pub fn typed(what: &str, text: &str, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    let source = Source::new(what, text);
    let span = Span::new(&source, 0..text.len());
    let diagnostics = vec![Diagnostic::error(span, message).hint(hint)];
    Failure { diagnostics, ..Failure::new(Kind::Usage, "the command line is wrong, nothing was written") }
}
