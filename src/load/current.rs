//! What the GitOps repository says of one app in one environment: what it owns there, and what the last deploy was
//! made from.

use crate::diagnostic::{Code, Failure};
use crate::layout::Folders;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::load::task_file;
use crate::tree::{Files, RepoPath};
use crate::yaml::node;

/// What stands in the repository.
#[derive(Debug)]
pub struct Current {
    /// The app's folders, on the cluster of the last deploy where there was one.
    pub folders: Folders,
    /// What the last deploy was made from.
    pub previous: Option<ReleaseFile>,
    /// What a pull request would make it.
    pub proposed: Option<ReleaseFile>,
    /// Everything below `releases/<env>/<app>/`.
    pub release_files: Files,
    /// Manifests and entry points: what a plan compares.
    pub manifests: Files,
    /// Where tasks are kept that nobody needs any more.
    pub over: Vec<RepoPath>,
}

impl Current {
    /// Reads what stands there.
    ///
    /// # Errors
    /// When the folder has files that cupaas did not write (kind `Forbidden`), or the GitOps repository cannot be read.
    pub fn read(gitops: &mut Gitops, cluster: &str, environment: &str, app: &str) -> Result<Self, Failure> {
        let folders = Folders::new(cluster, environment, app)?;
        let wanted = [folders.release.clone(), folders.deploy.clone(), folders.cluster.clone()];
        let mut files = gitops.read(&wanted)?;
        let kept: Files = files.iter().filter(|(path, _)| path.is_in(&folders.release)).map(clone).collect();
        let previous =
            crate::load::release_file::previous(&kept, &Folders::below(&folders.release, "release.yaml")?)?;
        files.retain(|path, _| !path.is_in(&folders.release));
        let Some(previous) = previous else {
            if let Some(path) = files.keys().next() {
                let message = format!("{path} exists but was not written by cupaas");
                return Err(Failure::new(Code::FolderNotOwned, message)
                    .hint(format!("move it away, or give the app a `name` other than {app:?}")));
            }
            return Ok(Self {
                folders,
                previous: None,
                proposed: None,
                release_files: kept,
                manifests: files,
                over: Vec::new(),
            });
        };
        let old = Folders::new(&previous.cluster, environment, app)?;
        let mut more: Vec<RepoPath> =
            previous.hosts.iter().filter_map(|host| crate::layout::host_file(host)).collect();
        if old.cluster != folders.cluster {
            more.push(old.cluster.clone());
        }
        files.extend(gitops.read(&more)?);
        Ok(Self {
            folders: old,
            previous: Some(previous),
            proposed: None,
            release_files: kept,
            manifests: files,
            over: Vec::new(),
        })
    }

    /// Parts with the tasks that nobody needs at `now`, in seconds since 1970; with all of them where the app goes to another
    /// `cluster`, which would run them again.
    ///
    /// # Errors
    /// What is wrong with a task's record.
    pub fn part_with_tasks(&mut self, cluster: &str, now: i64) -> Result<(), Failure> {
        let moves = self.previous.as_ref().is_some_and(|previous| previous.cluster != cluster);
        self.over = task_file::take_over(&mut self.release_files, if moves { i64::MAX } else { now })?;
        Ok(())
    }

    /// Whether a release is made from the same things as the last one, whatever its commit.
    pub fn same_inputs(&self, release: &ReleaseFile) -> bool {
        self.previous.as_ref().is_some_and(|previous| Self::same(previous, release))
    }

    /// Whether two releases are made from the same things, whatever their commits.
    pub fn same(previous: &ReleaseFile, release: &ReleaseFile) -> bool {
        let without_source = |file: &ReleaseFile| {
            let mut file = file.clone();
            file.source.commit = None;
            file.source.branch = None;
            file.source.time = None;
            file.rollout = None;
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
    node::parse(&source).map_or_else(|_| text.to_owned(), |node| node.to_json().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_layout_does_not_count() {
        assert_eq!(meaning("a: 1 # x\nb: [2]\n"), meaning("a: 1\nb:\n- 2\n"));
        assert_ne!(meaning("a: 1\n"), meaning("a: 2\n"));
    }
}
