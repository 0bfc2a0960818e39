//! Addresses of repositories: how they are shown, and whether two are the same repository's.

use crate::token::in_address;

/// Two addresses of one repository: by https and by ssh, with `.git` and without.
pub(crate) fn same_repository(one: &str, other: &str) -> bool {
    one == other || plain_address(one) == plain_address(other)
}

/// What all addresses of one repository have in common: host and path, without scheme, login and `.git`.
pub(crate) fn plain_address(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    rest.trim_end_matches('/').trim_end_matches(".git").replacen(':', "/", 1).to_lowercase()
}

/// The first characters of a commit.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// An address without the credentials that it may hold.
pub(crate) fn without_credentials(address: &str) -> String {
    in_address::shown(address)
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
}
