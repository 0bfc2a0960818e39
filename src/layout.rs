//! Where everything stands in the GitOps repository.

use crate::diagnostic::{Code, Failure};
use crate::tree::RepoPath;

/// A path of the GitOps repository.
///
/// # Errors
/// When it would leave the repository (kind `Usage`).
pub(crate) fn path(text: &str) -> Result<RepoPath, Failure> {
    RepoPath::new(text).map_err(|error| Failure::new(Code::PathOutsideRepository, error.to_string()))
}

/// The folder of the registrations.
pub(crate) const APPS: &str = "apps";

/// The app that a file registers, where it registers one.
pub(crate) fn registered(file: &str) -> Option<&str> {
    let name = file.strip_prefix(APPS)?.strip_prefix('/')?;
    let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// The file that says who holds a host name.
pub(crate) fn host_file(host: &str) -> Option<RepoPath> {
    RepoPath::new(format!("hosts/{host}")).ok()
}

/// What a host's file says where this app holds it in this environment.
pub(crate) fn owner(app: &str, environment: &str) -> String {
    format!("app: {app}\nenvironment: {environment}\n")
}

/// The folders of one app in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `releases/<env>/<app>`.
    pub release: RepoPath,
    /// `deploy/<env>/<app>`.
    pub deploy: RepoPath,
    /// `clusters/<cluster>/<env>/<app>.yaml`.
    pub cluster: RepoPath,
}

impl Folders {
    /// The folders of `app` in `environment` on `cluster`.
    ///
    /// # Errors
    /// When a name cannot be a folder name (kind `Usage`).
    pub fn new(cluster: &str, environment: &str, app: &str) -> Result<Self, Failure> {
        let path = |text: String| {
            RepoPath::new(text).map_err(|e| Failure::new(Code::PathOutsideRepository, e.to_string()))
        };
        Ok(Self {
            release: path(format!("releases/{environment}/{app}"))?,
            deploy: path(format!("deploy/{environment}/{app}"))?,
            cluster: path(format!("clusters/{cluster}/{environment}/{app}.yaml"))?,
        })
    }

    /// A path below one of the folders.
    pub fn below(folder: &RepoPath, rest: &str) -> Result<RepoPath, Failure> {
        folder.join(rest).map_err(|error| Failure::new(Code::InternalError, error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_stands_in_its_folder_and_in_none_below() {
        assert_eq!(registered("apps/shop.yaml"), Some("shop"));
        assert_eq!(registered("apps/shop.yml"), Some("shop"));
        for other in
            ["apps/shop", "apps/a/b.yaml", "apps/.yaml", "appsx/a.yaml", "other/apps/a.yaml", "cupaas.yaml"]
        {
            assert_eq!(registered(other), None, "{other}");
        }
    }
}
