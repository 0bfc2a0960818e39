//! The variables that git does not need, and so is not given: secrets that others are for. Hooks of a local repository, ssh and
//! whatever they start would see them.

use git2::Config;

/// Families of variables: cupaas's own, those of `sops`, and what a runner hands to a step of its own.
const FAMILIES: &[&str] = &["CUPAAS_", "SOPS_", "INPUT_", "ACTIONS_"];

/// Logins of registries.
const OTHERS: &[&str] = &["DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "REGISTRY_PASSWORD"];

/// Tokens of forges. A credential helper may want one, as that of `gh` does.
const FORGES: &[&str] = &[
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GITEA_TOKEN",
    "FORGEJO_TOKEN",
    "GITLAB_TOKEN",
    "CI_JOB_TOKEN",
];

/// Whether git must not inherit a variable; `helped`: a credential helper is asked for this address.
pub(super) fn is_withheld(name: &str, helped: bool) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family))
        || OTHERS.contains(&name)
        || (!helped && FORGES.contains(&name))
}

/// Whether git's files name a credential helper.
pub(super) fn has_helper() -> bool {
    let Ok(config) = Config::open_default() else { return false };
    let Ok(mut entries) = config.entries(Some("^credential\\..*helper$")) else { return false };
    entries.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_is_not_given_what_others_are_for() {
        for name in ["SOPS_AGE_KEY", "CUPAAS_REGISTRY_PASSWORD", "CUPAAS_FORGE_TOKEN", "INPUT_TOKEN"] {
            assert!(is_withheld(name, false) && is_withheld(name, true), "{name}");
        }
        assert!(is_withheld("GITHUB_TOKEN", false) && !is_withheld("GITHUB_TOKEN", true));
        for name in ["PATH", "HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "AWS_PROFILE", "GIT_SSH_COMMAND"] {
            assert!(!is_withheld(name, false), "{name}");
        }
    }
}
