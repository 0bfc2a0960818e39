//! `apps/` → what the platform says of its apps: where each comes from, and which branch goes where.

use crate::diagnostic::Code;
use crate::load::records;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Failure, Source, Span};
use crate::git::{BranchName, RepositoryUrl};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::platform::RegistrationFile;
use crate::load::records::Scope;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::scalars::{Name, VariableName};
use crate::load::variable::refused;
use crate::repository::{same_repository, without_credentials};
use crate::tree::{Files, RepoPath};
use crate::yaml::document::{self, Document};
use crate::yaml::node::{self, Node, NodeKind};

/// One registered app.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    /// Its name: the file's.
    pub name: String,
    /// Its file.
    pub file: Document<RegistrationFile>,
}

impl Registered {
    /// The app's folder in its repository; empty for the root.
    pub(crate) fn path(&self) -> &str {
        folder(&self.file.value)
    }

    /// Whether it is registered for this folder of this repository.
    pub(crate) fn is_from(&self, url: &str, path: &str) -> bool {
        let theirs = self.file.value.repository.as_deref();
        theirs.is_some_and(|theirs| same_repository(theirs, url)) && self.path() == path
    }
}

/// The folder that a registration names; empty for the root.
pub(crate) fn folder(file: &RegistrationFile) -> &str {
    plain(file.path.as_deref().unwrap_or_default())
}

/// A folder as a person writes it, without what says nothing: `./a/` is `a`, and `.` is the root.
pub(crate) fn plain(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path).trim_end_matches('/');
    if path == "." { "" } else { path }
}

/// `apps/<name>.yaml`.
///
/// # Errors
/// When the name cannot be a file name.
pub(crate) fn file_of(name: &str) -> Result<RepoPath, Failure> {
    path(&format!("apps/{name}.yaml"))
}

/// The paths under which an app's registration may stand: the one that is read, and one that would be overlooked.
///
/// # Errors
/// The same as [`file_of`].
pub(crate) fn paths_of(name: &str) -> Result<[RepoPath; 2], Failure> {
    Ok([file_of(name)?, path(&format!("apps/{name}.yml"))?])
}

/// The registration of `name` among `files`, as much of it as can be read, and everything that is wrong with it.
///
/// # Errors
/// The same as [`file_of`].
pub(crate) fn of(
    name: &str,
    files: &Files,
    ci: bool,
) -> Result<(Option<Document<RegistrationFile>>, Vec<Diagnostic>), Failure> {
    let [place, _] = paths_of(name)?;
    let (file, mut problems) = match files.get(&place) {
        Some(text) => read(&Source::new(place.as_str(), text.clone()), ci),
        None => (None, Vec::new()),
    };
    problems.extend(overlooked(name, files)?);
    Ok((file, problems))
}

/// The problem of a registration that nobody reads.
///
/// # Errors
/// The same as [`file_of`].
pub(crate) fn overlooked(name: &str, files: &Files) -> Result<Option<Diagnostic>, Failure> {
    let [place, overlooked] = paths_of(name)?;
    if !files.contains_key(&overlooked) {
        return Ok(None);
    }
    let span = Span::file(&Source::new(overlooked.as_str(), ""));
    let problem =
        Diagnostic::error(Code::MisplacedFile, span, "this file is ignored: a registration ends in .yaml");
    Ok(Some(problem.hint(match files.contains_key(&place) {
        true => format!("move its content to {place} and delete it"),
        false => format!("rename it: `git mv {overlooked} {place}`"),
    })))
}

/// All registrations with which nothing is wrong, in the order of their names, and what is wrong with the others. `ci`:
/// whether the run's machine is not the one that a local folder would be on.
///
/// # Errors
/// When the GitOps repository cannot be read.
pub(crate) fn all(gitops: &mut Gitops, ci: bool) -> Result<(Vec<Registered>, Vec<Diagnostic>), Failure> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for one in by_name(gitops, ci)?.into_values() {
        match one {
            Ok(app) => found.push(app),
            Err(wrong) => problems.extend(wrong),
        }
    }
    Ok((found, problems))
}

/// Each registration by its app's name, or what is wrong with it. `ci` as for [`all`].
///
/// # Errors
/// The repository's own.
pub(crate) fn by_name(
    gitops: &mut Gitops,
    ci: bool,
) -> Result<BTreeMap<String, Result<Registered, Vec<Diagnostic>>>, Failure> {
    let mut all = BTreeMap::new();
    let files = gitops.read(&[path("apps")?])?;
    let named = |path: &RepoPath| {
        let name = path.as_str().strip_prefix("apps/")?;
        // People may keep notes beside them.
        let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
        (!name.contains('/')).then(|| (name.to_owned(), path.clone()))
    };
    for (name, path) in files.keys().filter_map(named).collect::<BTreeMap<_, _>>() {
        let one = if Name::fits(&name) {
            match of(&name, &files, ci)? {
                (Some(file), wrong) if wrong.is_empty() => Ok(Registered { name: name.clone(), file }),
                (_, wrong) => Err(wrong),
            }
        } else {
            let span = Span::file(&Source::new(path.as_str(), ""));
            let problem = Diagnostic::error(
                Code::InvalidRegistrationName,
                span,
                format!("{name:?} is not a valid app name"),
            );
            Err(vec![problem.hint(format!("rename the file: {}", Name::HINT))])
        };
        all.insert(name, one);
    }
    Ok(all)
}

/// Files in folders below `apps/` that look like registrations: nobody reads them.
///
/// # Errors
/// The repository's own.
pub(crate) fn too_deep(gitops: &mut Gitops) -> Result<Vec<Diagnostic>, Failure> {
    let files = gitops.read(&[path("apps")?])?;
    let deep = files.iter().filter_map(|(path, text)| {
        let (_, name) = path.as_str().strip_prefix("apps/")?.rsplit_once('/')?;
        let root = node::parse(&Source::new(path.as_str(), text.clone())).ok()?;
        let looks_like_one = [".yaml", ".yml"].iter().any(|end| name.ends_with(end))
            && ["repository", "branches", "environments"].iter().any(|key| root.get(key).is_some());
        let span = Span::file(&Source::new(path.as_str(), text.clone()));
        let message = "this file is ignored: registrations are in apps/ itself";
        let problem = Diagnostic::error(Code::MisplacedFile, span, message);
        looks_like_one
            .then(|| problem.hint(format!("move it to apps/{}.yaml", name.split('.').next().unwrap_or(name))))
    });
    Ok(deep.collect())
}

/// The name under which a source is registered: that which it would have by itself, where it is; else whatever name it
/// has among all.
///
/// # Errors
/// When the GitOps repository cannot be read. A registration that is invalid matches no source.
pub(crate) fn name_of(
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
    let releases = records::find(&Scope::of(&app.name, None), gitops)?;
    let names_itself = |release: &ReleaseFile| {
        let text = release.files.get(".cupaas").cloned().unwrap_or_default();
        node::parse(&Source::new("", text)).is_ok_and(|root| root.get("name").is_some())
    };
    Ok(Some(app.name).filter(|_| !releases.iter().any(names_itself)))
}

/// Reads a registration: as much of the document as can be read, and everything that is wrong with it, what the schema
/// says and what it does not, in the order of the file.
pub(crate) fn read(source: &Arc<Source>, ci: bool) -> (Option<Document<RegistrationFile>>, Vec<Diagnostic>) {
    let (file, mut problems) = document::read_leniently::<RegistrationFile>(source);
    // Of a newer format no more can be said.
    let Some(mut file) = file else { return (None, problems) };
    let tree = Document::new(Arc::clone(source), file.root.clone(), ());
    problems.extend(wrong(&tree, ci));
    problems.sort_by_key(|problem| problem.span.range.start);
    if let Some(address) = tree.root.get("repository").filter(|node| node.text().is_some_and(is_secret)) {
        // What is wrong beside it may stand on the same line.
        let masked = Span::new(source, address.range.clone()).masked().source;
        let shown = problems.iter_mut().filter(|problem| Arc::ptr_eq(&problem.span.source, source));
        shown.for_each(|problem| problem.span.source = Arc::clone(&masked));
        // So may what deciding finds later.
        file.source = masked;
    }
    (Some(file), problems)
}

/// Whether an address says more than a message may.
fn is_secret(address: &str) -> bool {
    without_credentials(address) != address
}

/// What is wrong beside what the schema says.
fn wrong(file: &Document<()>, ci: bool) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if let Some(address) = file.root.get("repository").and_then(Node::text)
        && let Err((message, hint)) = address_problem(address, ci)
    {
        problems
            .push(Diagnostic::error(Code::InvalidRepositoryUrl, hidden(file, address), message).hint(hint));
    }
    if let Some(path) = file.root.get("path").and_then(Node::text)
        && !plain(path).is_empty()
        && RepoPath::new(plain(path)).is_err()
    {
        let problem =
            Diagnostic::error(Code::InvalidValue, file.at(&["path"]), "not a folder inside the repository");
        problems.push(
            problem.hint("write a relative path such as services/tasks; omit it for the repository's root"),
        );
    }
    for branch in keys(file.root.get("branches")).filter(|branch| BranchName::parse(branch).is_err()) {
        let problem =
            Diagnostic::error(Code::InvalidValue, file.key(&["branches", branch]), "not a valid branch name");
        problems.push(problem.hint("map a branch to an environment, such as main: production"));
    }
    problems.extend(variables(file, &["env"]));
    for environment in keys(file.root.get("environments")) {
        problems.extend(variables(file, &["environments", environment, "env"]));
    }
    problems
}

/// Variables that cannot be given to a container.
fn variables(file: &Document<()>, layer: &[&str]) -> Vec<Diagnostic> {
    let map = layer.iter().try_fold(&file.root, |node, key| node.get(key));
    let one = |name: &str| {
        let (message, hint) = refused(name, map?.get(name)?.text()?)?;
        Some(
            Diagnostic::error(Code::InvalidVariable, file.at(&[layer, &[name]].concat()), message).hint(hint),
        )
    };
    // A name that is none is the schema's matter.
    keys(map).filter(|name| VariableName::fits(name)).filter_map(one).collect()
}

fn keys(map: Option<&Node>) -> impl Iterator<Item = &str> {
    let entries = map.map(|node| match &node.kind {
        NodeKind::Map(entries) => entries.as_slice(),
        _ => &[],
    });
    entries.unwrap_or_default().iter().filter_map(|(key, _)| key.text())
}

/// The place of an address, in a text that does not hold its password.
fn hidden(file: &Document<()>, address: &str) -> Span {
    let span = file.at(&["repository"]);
    let shown = span.source.text.replace(address, &without_credentials(address));
    let source: Arc<Source> = Source::new(span.source.name.clone(), shown);
    Span::new(&source, span.range.start..span.range.start + without_credentials(address).len())
}

/// Why an address cannot be an app's, and what to do. The address itself is not repeated: it may hold a password.
///
/// # Errors
/// The message and the hint.
pub(crate) fn address_problem(address: &str, ci: bool) -> Result<RepositoryUrl, (String, String)> {
    const ALLOWED: &str = "use https://, ssh:// or user@host:path";
    let parsed = RepositoryUrl::read(address, Path::new("/")).map_err(|error| {
        let hint = if error.credentials {
            "remove them and rotate them, since many people can read this file; give git the token through a credential helper"
        } else {
            ALLOWED
        };
        (error.message("the app's repository"), hint.to_owned())
    })?;
    if parsed.local().is_some() && !address.starts_with('/') {
        let message = "the app's repository is a relative path";
        return Err((message.to_owned(), "write an absolute path, or ".to_owned() + ALLOWED));
    }
    let local = parsed.local().is_some() || parsed.as_str().starts_with("file:");
    if local && ci {
        let message = "the app's repository is a local folder, which would be lost with this CI job";
        return Err((message.to_owned(), ALLOWED.to_owned()));
    }
    Ok(parsed)
}
