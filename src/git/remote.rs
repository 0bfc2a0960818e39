//! Repositories of apps, seen from outside: where their branches stand, and an app's files. Read-only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crate::diagnostic::{Code, Failure};
use crate::git::address::{BranchName, RepositoryUrl};
use crate::git::checkout::{Checkout, Picks};
use crate::git::command::{Git, origin};
use crate::git::on_disk;
use crate::git::snapshot::Snapshot;
use crate::git::temporary::{self, TemporaryFolder};
use crate::token::Secret;
use crate::tree::RepoPath;

/// A fetch may take so many times as long as a repository may be silent.
const FETCH: u32 = 10;

/// A token for apps' repositories, and where it may go.
#[derive(Debug, Clone)]
pub struct SourceToken {
    secret: Secret,
    /// Scheme and host, in lower case, without the scheme's own port.
    origins: BTreeSet<String>,
}

impl SourceToken {
    /// A token for `hosts`: `git.example.cu`, `git.example.cu:3000` (both by https), or with their scheme. Without
    /// any, for the host of the GitOps repository: by its own scheme, and by https where that is ssh.
    ///
    /// # Errors
    /// `Usage` where a host is none.
    pub fn new(secret: Secret, hosts: &[String], gitops: Option<&RepositoryUrl>) -> Result<Self, Failure> {
        let own = gitops.filter(|_| hosts.is_empty()).and_then(own_origin);
        let mut origins: BTreeSet<String> = own.into_iter().collect();
        for host in hosts {
            let url = if host.contains("://") { host.clone() } else { format!("https://{host}") };
            let odd = || {
                // Somebody may have written a login before it.
                let shown = if host.contains('@') { "***" } else { host };
                Failure::new(Code::InvalidSourceHost, format!("CUPAAS_SOURCE_HOSTS: {shown:?} is not a host"))
                    .hint("write hosts such as git.example.cu or git.example.cu:3000, separated by commas")
            };
            let address = RepositoryUrl::parse(&format!("{url}/x"), Path::new("/")).map_err(|_| odd())?;
            if !address.is_http() || origin(address.as_str()) != url.trim_end_matches('/') {
                return Err(odd());
            }
            origins.insert(plain_origin(address.as_str()));
        }
        Ok(Self { secret, origins })
    }

    /// The token, where it may be sent to this address.
    pub(crate) fn for_address(&self, address: &RepositoryUrl) -> Option<&Secret> {
        (address.is_http() && self.origins.contains(&plain_origin(address.as_str()))).then_some(&self.secret)
    }
}

/// Scheme and host as two addresses of one server have it in common.
fn plain_origin(url: &str) -> String {
    let origin = origin(url).to_lowercase();
    let without = |port: &str, scheme: &str| {
        origin.strip_suffix(port).filter(|rest| rest.starts_with(scheme)).map(str::to_owned)
    };
    without(":443", "https://").or_else(|| without(":80", "http://")).unwrap_or(origin)
}

/// Where the forge of a GitOps repository is reached with a token.
fn own_origin(gitops: &RepositoryUrl) -> Option<String> {
    if gitops.is_http() {
        return Some(plain_origin(gitops.as_str()));
    }
    let text = gitops.is_ssh().then(|| gitops.as_str())?;
    let rest = text.strip_prefix("ssh://").unwrap_or(text);
    let authority = rest.split('/').next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).split(':').next()?;
    Some(format!("https://{}", host.to_lowercase()))
}

/// Where a repository's branches stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heads {
    /// The branch that the repository calls its own.
    pub default: Option<String>,
    /// Commits by branch: of those that were asked for, and of the default one.
    pub branches: BTreeMap<String, String>,
}

/// How apps' repositories are reached.
#[derive(Debug)]
pub struct Remotes {
    token: Option<SourceToken>,
    timeout: Duration,
    /// An empty folder to be in: git needs none of a repository, and must find none.
    folder: TemporaryFolder,
}

impl Remotes {
    /// `timeout`: how long one may take to say where its branches stand.
    ///
    /// # Errors
    /// `Internal` where the system's temporary folder cannot be written.
    pub fn new(token: Option<SourceToken>, timeout: Duration) -> Result<Self, Failure> {
        Ok(Self { token, timeout, folder: temporary::folder()? })
    }

    /// Where `branches` and the repository's own branch stand: one `git ls-remote`. Branches that are not there are
    /// not in the answer.
    ///
    /// # Errors
    /// `Unavailable` where it does not answer in time, `Forbidden` where it does not let us read.
    pub fn heads(&self, address: &RepositoryUrl, branches: &BTreeSet<BranchName>) -> Result<Heads, Failure> {
        on_disk::check(address)?;
        let token = self.token.as_ref().and_then(|token| token.for_address(address));
        let git = Git::new(address, token, self.timeout, self.folder.path());
        let git = git.of_app().within(Some(self.timeout));
        let references: Vec<String> = branches.iter().map(BranchName::reference).collect();
        let mut args = vec!["ls-remote", "--symref", "--", git.url(), "HEAD"];
        args.extend(references.iter().map(String::as_str));
        let answer = git.run(&args, Vec::new())?;
        if !answer.good {
            return Err(git.unreadable(&answer.words));
        }
        Ok(read(&String::from_utf8_lossy(&answer.stdout), branches))
    }

    /// The files of an app's folder (the root without one) in a branch's newest commit. Tells too whether `deployed`,
    /// a commit and its time, led to it, where that can be known.
    ///
    /// # Errors
    /// `Invalid` where the branch or the folder is not there, or a file of the app's own is a link; else as
    /// [`Remotes::heads`].
    pub fn checkout(
        &self,
        address: &RepositoryUrl,
        branch: &BranchName,
        folder: Option<&RepoPath>,
        picks: &Picks<'_>,
        deployed: Option<(&str, i64)>,
    ) -> Result<(Checkout, Option<bool>), Failure> {
        let token = self.token.as_ref().and_then(|token| token.for_address(address));
        let limits = (self.timeout, self.timeout.saturating_mul(FETCH));
        let mut snapshot = Snapshot::open_source(address, branch, token, limits)?;
        let files = snapshot.checkout(folder, picks)?;
        let follows = deployed.and_then(|(commit, time)| {
            // A branch that was moved back has nothing that is as young.
            if time > files.time { Some(false) } else { snapshot.follows(commit, time) }
        });
        Ok((files, follows))
    }
}

/// What `ls-remote --symref` printed.
fn read(text: &str, asked: &BTreeSet<BranchName>) -> Heads {
    let mut heads = Heads::default();
    let mut own = None;
    for line in text.lines() {
        let Some((what, name)) = line.split_once('\t') else { continue };
        if let Some(reference) = what.strip_prefix("ref: ").filter(|_| name == "HEAD") {
            heads.default = reference.strip_prefix("refs/heads/").map(str::to_owned);
        } else if name == "HEAD" {
            own = Some(what.to_owned());
        } else if let Some(branch) = name.strip_prefix("refs/heads/")
            // A pattern also finds what ends like it.
            && asked.iter().any(|asked| asked.as_str() == branch)
        {
            heads.branches.insert(branch.to_owned(), what.to_owned());
        }
    }
    if let (Some(branch), Some(commit)) = (&heads.default, own) {
        heads.branches.entry(branch.clone()).or_insert(commit);
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> RepositoryUrl {
        RepositoryUrl::parse(text, Path::new("/")).unwrap()
    }

    fn goes(hosts: &[&str], gitops: &str, to: &str) -> bool {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let token = SourceToken::new(Secret::new("t0ken"), &hosts, Some(&address(gitops))).unwrap();
        token.for_address(&address(to)).is_some()
    }

    #[test]
    fn a_token_goes_where_it_was_meant_to_go() {
        let gitops = "https://git.example.cu/me/gitops.git";
        assert!(goes(&[], gitops, "https://Git.example.cu:443/me/shop"));
        assert!(goes(&[], "ssh://git@git.example.cu:2222/me/g", "https://git.example.cu/me/shop"));
        assert!(goes(&[], "git@git.example.cu:me/g", "https://git.example.cu/me/shop"));
        assert!(goes(&[], "http://10.0.0.2:3000/me/g", "http://10.0.0.2:3000/me/shop"));
        assert!(goes(&["other.example:3000"], gitops, "https://other.example:3000/shop"));
        for elsewhere in [
            "http://git.example.cu/me/shop",
            "https://git.example.cu.evil.example/me/shop",
            "https://git.example.cu:8443/me/shop",
            "https://other.example/me/shop",
            "git@git.example.cu:me/shop",
        ] {
            assert!(!goes(&[], gitops, elsewhere), "{elsewhere}");
        }
        assert!(!goes(&["other.example"], gitops, "https://git.example.cu/me/shop"));
        assert!(!goes(&["other.example"], gitops, "http://other.example/me/shop"));
        for odd in ["", "a/b", "ssh://a", "a@b", "https://a/b"] {
            assert!(SourceToken::new(Secret::new("t"), &[odd.to_owned()], None).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn branches_are_read_by_their_whole_names() {
        let asked = ["main", "next"].map(|name| BranchName::parse(name).unwrap()).into();
        let text = "ref: refs/heads/trunk\tHEAD\naaa\tHEAD\nbbb\trefs/heads/next\nccc\trefs/heads/x/refs/heads/main\n";
        let heads = read(text, &asked);
        assert_eq!(heads.default.as_deref(), Some("trunk"));
        let want = [("next", "bbb"), ("trunk", "aaa")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(heads.branches, want.into());
    }
}
