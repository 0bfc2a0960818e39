//! `apps/` → what the platform says of its apps: where each comes from, and which branch goes where.

use std::path::Path;
use std::sync::Arc;

use super::document::{self, Document};
use super::gitops::Gitops;
use super::inputs::{keep, path};
use super::platform::RegistrationFile;
use super::release_file::{ReleaseFile, SourceFacts};
use super::released::{self, Scope};
use super::state::same_repository;
use super::words::Name;
use super::yaml;
use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::publish::{BranchName, GitopsAddress, without_credentials};
use crate::tree::RepoPath;

/// One registered app.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its name: the file's.
    pub name: String,
    /// Its file.
    pub file: Document<RegistrationFile>,
}

impl Registered {
    /// The app's folder in its repository; empty for the root.
    pub fn path(&self) -> &str {
        folder(&self.file.value)
    }

    /// Whether it is registered for this folder of this repository.
    pub fn is_from(&self, url: &str, path: &str) -> bool {
        let theirs = self.file.value.repository.as_deref();
        theirs.is_some_and(|theirs| same_repository(theirs, url)) && self.path() == path
    }
}

/// The folder that a registration names; empty for the root.
pub fn folder(file: &RegistrationFile) -> &str {
    plain(file.path.as_deref().unwrap_or_default())
}

/// A folder as a person writes it, without what says nothing: `./a/` is `a`, and `.` is the root.
pub fn plain(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// `apps/<name>.yaml`.
///
/// Errors: a name that no file can have.
pub fn file_of(name: &str) -> Result<RepoPath, Failure> {
    path(&format!("apps/{name}.yaml"))
}

/// All registrations that can be read, in the order of their names, and what is wrong with the others. `ci`: whether
/// the run's machine is not the one that a local folder would be on.
///
/// Errors: the repository's own.
pub fn all(gitops: &mut Gitops, ci: bool) -> Result<(Vec<Registered>, Vec<Diagnostic>), Failure> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for (path, text) in gitops.read(&[path("apps")?])? {
        let source = Source::new(path.as_str(), text);
        let name = path.as_str().trim_start_matches("apps/");
        let Some(name) = name.strip_suffix(".yaml").filter(|name| !name.contains('/')) else {
            // People may keep notes beside them; a registration under another ending would be overlooked.
            if name.ends_with(".yml") {
                let problem =
                    Diagnostic::error(Span::file(&source), "is not read: a registration ends with .yaml");
                problems.push(problem.hint("rename it"));
            }
            continue;
        };
        if !Name::fits(name) {
            let problem = Diagnostic::error(Span::file(&source), format!("{name:?} cannot be an app's name"));
            problems.push(problem.hint(format!("rename the file: {}", Name::HINT)));
            continue;
        }
        let Some(file) = keep(document::read::<RegistrationFile>(&source), &mut problems) else { continue };
        let wrong = wrong(&file, ci);
        if wrong.is_empty() {
            found.push(Registered { name: name.to_owned(), file });
        }
        problems.extend(wrong);
    }
    Ok((found, problems))
}

/// The name under which a source is registered: that which it would have by itself, where it is; else whatever name it
/// has among all.
///
/// Errors: the repository's own. A registration that cannot be read is no one's.
pub fn name_of(
    source: &SourceFacts,
    by_itself: Option<&str>,
    gitops: &mut Gitops,
) -> Result<Option<String>, Failure> {
    let Some(url) = &source.repository else { return Ok(None) };
    if let Some(name) = by_itself {
        let place = file_of(name)?;
        let text = gitops.read(std::slice::from_ref(&place))?.remove(&place);
        let read = text.and_then(|text| document::read(&Source::new(place.as_str(), text)).ok());
        let app = read.map(|file| Registered { name: name.to_owned(), file });
        if app.is_some_and(|app| app.file.value.repository.is_none() || app.is_from(url, &source.path)) {
            return Ok(Some(name.to_owned()));
        }
    }
    let (all, _) = all(gitops, false)?;
    let Some(app) = all.into_iter().find(|app| app.is_from(url, &source.path)) else { return Ok(None) };
    // One whose own file names it is not the one that has no name.
    let releases = released::find(&Scope::of(&app.name, None), gitops)?;
    let names_itself = |release: &ReleaseFile| {
        let text = release.files.get(".cupaas").cloned().unwrap_or_default();
        yaml::parse(&Source::new("", text)).is_ok_and(|root| root.get("name").is_some())
    };
    Ok(Some(app.name).filter(|_| !releases.iter().any(names_itself)))
}

/// What is wrong with a registration, beside what its schema says.
pub fn wrong(file: &Document<RegistrationFile>, ci: bool) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if let Some(address) = &file.value.repository
        && let Err((message, hint)) = address_problem(address, ci)
    {
        problems.push(Diagnostic::error(hidden(file, address), message).hint(hint));
    }
    if let Some(path) = &file.value.path
        && !folder(&file.value).is_empty()
        && RepoPath::new(plain(path)).is_err()
    {
        let problem = Diagnostic::error(file.at(&["path"]), "is not a folder inside the repository");
        problems.push(problem.hint("such as services/tasks; leave it out for the repository's root"));
    }
    for branch in file.value.branches.keys().filter(|branch| BranchName::parse(branch).is_err()) {
        let problem = Diagnostic::error(file.key(&["branches", branch]), "is not the name of a branch");
        problems.push(problem.hint("such as main: production"));
    }
    problems
}

/// The place of an address, in a text that does not hold its password.
fn hidden(file: &Document<RegistrationFile>, address: &str) -> Span {
    let span = file.at(&["repository"]);
    let shown = span.source.text.replace(address, &without_credentials(address));
    let source: Arc<Source> = Source::new(span.source.name.clone(), shown);
    Span::new(&source, span.range.start..span.range.start + without_credentials(address).len())
}

/// Why an address cannot be an app's, and what to do. The address itself is not repeated: it may hold a password.
///
/// Errors: message and hint.
pub fn address_problem(address: &str, ci: bool) -> Result<GitopsAddress, (String, String)> {
    const ALLOWED: &str = "use https://, ssh:// or user@host:path";
    let parsed = GitopsAddress::parse(address, Path::new("/")).map_err(|failure| {
        let hint = if failure.message.contains("credentials") {
            "leave them out, and change them, since this file is read by many; give git the token by a credential helper"
        } else {
            ALLOWED
        };
        (failure.message.replace("the GitOps repository", "the app's repository"), hint.to_owned())
    })?;
    if parsed.local().is_some() && !address.starts_with('/') {
        let message = "the address of the app's repository is a folder without its whole path";
        return Err((message.to_owned(), "begin it with /, or ".to_owned() + ALLOWED));
    }
    let local = parsed.local().is_some() || parsed.as_str().starts_with("file:");
    if local && ci {
        let message =
            "the address of the app's repository is a folder of this machine, which CI does not keep";
        return Err((message.to_owned(), ALLOWED.to_owned()));
    }
    Ok(parsed)
}
