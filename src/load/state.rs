//! What the GitOps repository says of one app in one environment: what it owns there, and what the last deploy was
//! made from.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::load::app_name;
use crate::load::gitops::Gitops;
use crate::load::inputs::{self, Inputs};
use crate::load::platform::RegistrationFile;
use crate::load::registered;
use crate::load::release_file::{ReleaseFile, SourceFacts};
use crate::load::yaml;
use crate::publish::{self, without_credentials};
use crate::render::Folders;
use crate::resolve::release::Release;
use crate::resolve::routes;
use crate::tree::{Files, RepoPath};

/// What stands in the repository.
#[derive(Debug)]
pub struct State {
    /// The app's folders, on the cluster of the last deploy where there was one.
    pub folders: Folders,
    /// What the last deploy was made from.
    pub previous: Option<ReleaseFile>,
    /// What a pull request would make it.
    pub proposed: Option<ReleaseFile>,
    /// Everything below `releases/<env>/<app>/`.
    pub kept: Files,
    /// Manifests and entry points: what a plan compares.
    pub before: Files,
}

impl State {
    /// Reads what stands there.
    ///
    /// Errors: a folder that cupaas does not own (kind `Forbidden`), or the repository's own.
    pub fn read(gitops: &mut Gitops, cluster: &str, environment: &str, app: &str) -> Result<Self, Failure> {
        let folders = Folders::new(cluster, environment, app)?;
        let wanted = [folders.release.clone(), folders.deploy.clone(), folders.cluster.clone()];
        let mut files = gitops.read(&wanted)?;
        let kept: Files = files.iter().filter(|(path, _)| path.is_in(&folders.release)).map(clone).collect();
        let previous = inputs::previous(&kept, &Folders::below(&folders.release, "release.yaml")?)?;
        files.retain(|path, _| !path.is_in(&folders.release));
        let Some(previous) = previous else {
            if let Some(path) = files.keys().next() {
                let message = format!("{path} is there, but cupaas did not write it");
                return Err(Failure::new(Kind::Forbidden, message)
                    .hint(format!("move it away, or give the app another `name` than {app:?}")));
            }
            return Ok(Self { folders, previous: None, proposed: None, kept, before: files });
        };
        let old = Folders::new(&previous.cluster, environment, app)?;
        let mut more: Vec<RepoPath> =
            previous.hosts.iter().filter_map(|host| routes::host_file(host)).collect();
        if old.cluster != folders.cluster {
            more.push(old.cluster.clone());
        }
        files.extend(gitops.read(&more)?);
        Ok(Self { folders: old, previous: Some(previous), proposed: None, kept, before: files })
    }

    /// Whether a release is made from the same things as the last one, whatever its commit.
    pub fn same_inputs(&self, release: &ReleaseFile) -> bool {
        self.previous.as_ref().is_some_and(|previous| Self::same(previous, release))
    }

    /// Lets a release that is made from the same things as the one that is proposed keep that one's commit: a new
    /// commit with the same manifests is nothing, for a pull request too.
    pub fn same_as_proposed(&self, release: &mut Release) {
        let Some(proposed) = &self.proposed else { return };
        let time = |file: &ReleaseFile| file.source.time;
        let newer = self.previous.as_ref().is_none_or(|previous| time(previous) <= time(proposed));
        if newer && Self::same(proposed, &crate::render::release_file(release)) {
            release.source = proposed.source.clone();
        }
    }

    fn same(previous: &ReleaseFile, release: &ReleaseFile) -> bool {
        let without_source = |file: &ReleaseFile| {
            let mut file = file.clone();
            file.source.commit = None;
            file.source.branch = None;
            file.source.time = None;
            file.files = file.files.into_iter().map(|(name, text)| (name, meaning(&text))).collect();
            file
        };
        without_source(previous) == without_source(release)
    }
}

fn clone((path, text): (&RepoPath, &String)) -> (RepoPath, String) {
    (path.clone(), text.clone())
}

/// A YAML file's meaning, so that its comments and layout do not count; any other text as it is.
fn meaning(text: &str) -> String {
    let source = crate::diagnostic::Source::new("", text);
    yaml::parse(&source).map_or_else(|_| text.to_owned(), |node| node.to_json().to_string())
}

/// Why this run may not touch that app: what is deployed, or registered, comes from elsewhere.
pub fn other_owner(
    state: &State,
    source: &SourceFacts,
    registration: Option<&RegistrationFile>,
) -> Option<Failure> {
    let place = |repository: Option<&str>, path: &str| match (repository, path) {
        (Some(repository), "") => without_credentials(repository),
        (Some(repository), path) => format!("{} ({path})", without_credentials(repository)),
        (None, _) => "a folder without a repository".to_owned(),
    };
    let is = place(source.repository.as_deref(), &source.path);
    let hint = "give this app another `name`; say where it comes from with --source-repository";
    if let Some(file) = registration
        && let (Some(owner), Some(ours)) = (&file.repository, &source.repository)
        && (!same_repository(owner, ours) || registered::folder(file) != source.path)
    {
        let owner = place(Some(owner), registered::folder(file));
        let message = format!("this name is registered for {owner}, this is {is}");
        return Some(Failure::new(Kind::Forbidden, message).hint(hint));
    }
    let previous = state.previous.as_ref()?;
    let same = match (&previous.source.repository, &source.repository) {
        (Some(was), Some(is)) => same_repository(was, is) && previous.source.path == source.path,
        (None, None) => true,
        _ => false,
    };
    if same {
        return None;
    }
    let was = place(previous.source.repository.as_deref(), &previous.source.path);
    let message = format!("{} in {} comes from {was}, this is {is}", previous.app, previous.environment);
    let file = &state.folders.release;
    let moved = format!("where the repository has moved, edit `source` in {file}/release.yaml");
    Some(Failure::new(Kind::Forbidden, message).hint(hint).hint(moved))
}

/// A name is frozen with the first deploy: one that is written later would make a second app, without its data.
///
/// That is the problem of an app that is deployed under the name that it had before its file said one.
///
/// Errors: the repository's own.
pub fn renamed(
    gitops: &mut Gitops,
    inputs: &Inputs,
    environment: &str,
) -> Result<Option<Diagnostic>, Failure> {
    let Some(before) = app_name::default_name(&inputs.asked).filter(|name| *name != inputs.name) else {
        return Ok(None);
    };
    let (None, Some(_)) = (&inputs.asked.app, &inputs.app.value.name) else { return Ok(None) };
    let folders = Folders::new("any", environment, &before)?;
    let record = Folders::below(&folders.release, "release.yaml")?;
    let deployed = inputs::previous(&gitops.read(std::slice::from_ref(&record))?, &record)?;
    let source = &inputs.asked.source;
    let ours = |release: &ReleaseFile| {
        let both = release.source.repository.as_ref().zip(source.repository.as_ref());
        !release.removed
            && release.source.path == source.path
            && both.is_some_and(|(was, is)| same_repository(was, is))
    };
    if !deployed.is_some_and(|release| ours(&release)) {
        return Ok(None);
    }
    let message = format!(
        "this app is deployed in {environment} as {before:?}, and a name is frozen with the first deploy"
    );
    let problem = Diagnostic::error(inputs.app.at(&["name"]), message)
        .hint(format!("write `name: {before}`; or first `cupaas remove --app {before} --env {environment}`"));
    Ok(Some(problem))
}

/// Two addresses of one repository: by https and by ssh, with `.git` and without.
pub fn same_repository(one: &str, other: &str) -> bool {
    one == other || plain_address(one) == plain_address(other)
}

/// What all addresses of one repository have in common: host and path, without scheme, login and `.git`.
pub fn plain_address(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    rest.trim_end_matches('/').trim_end_matches(".git").replacen(':', "/", 1).to_lowercase()
}

/// Why a newer commit stands already, where one does.
///
/// By descent where the history is at hand; else a commit of the same branch with a later committer time.
pub fn superseded(state: &State, inputs: &Inputs) -> Option<String> {
    newer(state.previous.as_ref()?, inputs, "deployed")
}

/// The same, of what a pull request would make it.
pub fn superseded_by_proposal(state: &State, inputs: &Inputs) -> Option<String> {
    newer(state.proposed.as_ref()?, inputs, "proposed")
}

fn newer(release: &ReleaseFile, inputs: &Inputs, word: &str) -> Option<String> {
    let (was, is) = (&release.source, &inputs.asked.source);
    let (old, new) = (was.commit.as_deref()?, is.commit.as_deref()?);
    if old == new || release.removed {
        return None;
    }
    match publish::is_descendant(&inputs.asked.folder, old, new) {
        Some(true) => Some(format!("{} is {word} already, which follows {}", short(old), short(new))),
        Some(false) => None,
        None => {
            let same_branch = was.branch.is_some() && was.branch == is.branch;
            let later = was.time.zip(is.time).is_some_and(|(was, is)| was > is);
            (same_branch && later)
                .then(|| format!("{} is {word} already, which is newer than {}", short(old), short(new)))
        }
    }
}

/// The first characters of a commit.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// Hosts that were held and are not any more.
pub fn released_hosts(state: &State, release: &Release) -> BTreeSet<RepoPath> {
    let held: BTreeSet<&String> = release.route.iter().flat_map(|route| &route.hosts).collect();
    let before = state.previous.iter().flat_map(|previous| &previous.hosts);
    before.filter(|host| !held.contains(host)).filter_map(|host| routes::host_file(host)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_addresses() {
        assert!(same_repository("https://git.example.cu/me/tasks.git", "git@git.example.cu:me/tasks"));
        assert!(same_repository("https://git.example.cu/me/tasks", "ssh://git@git.example.cu/me/tasks.git"));
        assert!(!same_repository("https://git.example.cu/me/tasks", "https://git.example.cu/you/tasks"));
    }

    #[test]
    fn a_files_layout_does_not_count() {
        assert_eq!(meaning("a: 1 # x\nb: [2]\n"), meaning("a: 1\nb:\n- 2\n"));
        assert_ne!(meaning("a: 1\n"), meaning("a: 2\n"));
    }
}
