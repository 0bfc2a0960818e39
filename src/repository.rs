//! Addresses of repositories: how they are shown, and whether two are the same repository's.

use percent_encoding::percent_decode_str;

use crate::token::in_address;

/// Hosts whose repositories' names have no case by ssh either. Of any other host that is reached by ssh alone nobody
/// knows whether more than folders of a disk are there, whose names do.
const FORGES: &[&str] = &["bitbucket.org", "codeberg.org", "gitea.com", "github.com", "gitlab.com"];
/// Other names of those, for networks that let ssh through on port 443 alone.
const BY_443: &[(&str, &str)] = &[
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("ssh.github.com", "github.com"),
];

/// By which way a repository is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Disk,
    Http,
    Ssh,
    Git,
}

/// What an address says of a repository, without what may be written in several ways.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    way: Way,
    /// In lower case.
    host: String,
    /// Where it is not the way's own.
    port: Option<String>,
    /// Without `/` at its ends and one `.git`.
    path: String,
}

/// Two addresses of one repository: by https and by ssh, with `.git` and without.
///
/// Ports are those of a way: ssh's says nothing of that of the web. A name's case counts on a disk, and so where both are
/// ssh's, unless the host is a forge that all know.
pub(crate) fn same_repository(one: &str, other: &str) -> bool {
    let (one, other) = (Place::read(one), Place::read(other));
    let known = FORGES.contains(&one.host.as_str()) || one.host.ends_with(".ghe.com");
    let has_case = match (one.way, other.way) {
        (Way::Disk, _) | (_, Way::Disk) => true,
        (Way::Ssh, Way::Ssh) => !known,
        _ => false,
    };
    let same_path =
        one.path == other.path || (!has_case && one.path.to_lowercase() == other.path.to_lowercase());
    let disks = [one.way, other.way].iter().filter(|way| **way == Way::Disk).count();
    same_path && disks != 1 && one.host == other.host && (one.way != other.way || one.port == other.port)
}

/// What all addresses of one repository have in common, where it is not reached by ssh alone: host and path, without
/// scheme, login and `.git`.
pub(crate) fn plain_address(address: &str) -> String {
    let Place { way, host, port, path } = Place::read(address);
    match (way, port) {
        (Way::Disk, _) => format!("/{path}"),
        (Way::Http, Some(port)) => format!("{host}:{port}/{}", path.to_lowercase()),
        _ => format!("{host}/{}", path.to_lowercase()),
    }
}

impl Place {
    fn read(address: &str) -> Self {
        let Some((scheme, rest)) = address.split_once("://") else { return Self::plain(address) };
        let (way, own) = match scheme.to_ascii_lowercase().as_str() {
            "file" => {
                let path = rest.find('/').map_or("", |at| &rest[at..]);
                return Self::disk(&decoded(path));
            }
            "ssh" | "git+ssh" | "ssh+git" => (Way::Ssh, "22"),
            "git" => (Way::Git, "9418"),
            "http" => (Way::Http, "80"),
            "https" => (Way::Http, "443"),
            _ => return Self::disk(address),
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let server = authority.rsplit_once('@').map_or(authority, |(_, server)| server);
        // An address of IPv6 has colons of its own, within brackets.
        let port = server.rsplit_once(':').filter(|(host, port)| {
            port.chars().all(|c| c.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']'))
        });
        let (host, port) = port.map_or((server, None), |(host, port)| (host, Some(port)));
        let port = port.filter(|port| !port.is_empty() && *port != own).map(str::to_owned);
        Self::on(way, host, port, &decoded(path))
    }

    /// A folder, or `user@host:path`: as git has it, a colon before the first slash makes a host.
    fn plain(address: &str) -> Self {
        let bracket = address.find("]:").filter(|at| !address[..*at].contains('/')).map(|at| at + 1);
        let colon = bracket.or_else(|| address.find(':')).filter(|at| !address[..*at].contains('/'));
        let Some((server, path)) = colon.map(|at| (&address[..at], &address[at + 1..])) else {
            return Self::disk(address);
        };
        let host = server.rsplit_once('@').map_or(server, |(_, host)| host);
        Self::on(Way::Ssh, host, None, path)
    }

    fn disk(path: &str) -> Self {
        Self { way: Way::Disk, host: String::new(), port: None, path: trimmed(path) }
    }

    fn on(way: Way, host: &str, port: Option<String>, path: &str) -> Self {
        let host = host.to_lowercase();
        let host = host.strip_suffix('.').unwrap_or(&host);
        let by_443 = BY_443.iter().find(|(other, _)| way == Way::Ssh && *other == host);
        let (host, port) = by_443.map_or((host, port), |(_, host)| (*host, None));
        Self { way, host: host.to_owned(), port, path: trimmed(path) }
    }
}

/// A path in one way, without the one `.git` that git itself would add.
fn trimmed(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.pop() {
        Some(".git") | None => {}
        Some(last) => parts.push(last.strip_suffix(".git").unwrap_or(last)),
    }
    parts.join("/")
}

/// A path of a URL as it is meant. `%2F` is a character of a name, and no border between two.
fn decoded(path: &str) -> String {
    let path = path.replace("%2f", "%252F").replace("%2F", "%252F");
    percent_decode_str(&path).decode_utf8_lossy().into_owned()
}

/// The first characters of a commit.
pub(crate) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// An address without the credentials that it may hold. Whom ssh logs in as is none: another user is another account.
pub(crate) fn without_credentials(address: &str) -> String {
    in_address::shown(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_addresses() {
        for (one, other) in [
            ("https://git.example.cu/me/tasks.git", "git@git.example.cu:me/tasks"),
            ("https://git.example.cu/me/tasks", "ssh://git@git.example.cu/me/tasks.git"),
            ("https://git.example.cu/me/tasks", "HTTPS://ana@Git.Example.cu./Me/Tasks/"),
            ("https://git.example.cu/me/tasks", "http://git.example.cu:80/me/tasks"),
            ("https://git.example.cu/me/tasks", "https://git.example.cu:443/me/tasks.git"),
            ("https://git.example.cu/me/tasks", "https://git.example.cu//me/tasks?x=1"),
            ("https://git.example.cu/me/tasks", "ssh://git@git.example.cu:2222/me/tasks"),
            ("https://git.example.cu:8443/me/tasks", "ssh://git@git.example.cu:2222/me/tasks"),
            ("https://git.example.cu:8443/me/tasks", "git@git.example.cu:me/tasks.git"),
            ("https://git.example.cu/Me/Tasks", "git@git.example.cu:me/tasks.git"),
            ("git@git.example.cu:me/tasks", "git@git.example.cu:/me/tasks.git"),
            ("git@git.example.cu:me/tasks", "ssh://git@git.example.cu:22/me/tasks"),
            ("git@git.example.cu:/me/tasks", "git+ssh://git@git.example.cu/me/tasks"),
            ("git@[2001:db8::1]:me/tasks", "ssh://git@[2001:db8::1]:22/me/tasks"),
            ("ssh://[2001:db8::1]/me/tasks", "https://[2001:db8::1]:3000/me/tasks"),
            ("https://git.example.cu/me/mis%20tareas", "https://git.example.cu/me/mis tareas"),
            ("https://git.example.cu/me/%74asks", "git@git.example.cu:me/tasks"),
            ("https://git.example.cu/me/%C3%B1", "https://git.example.cu/me/%c3%b1"),
            ("git@github.com:Me/Tasks", "ssh://git@ssh.github.com:443/me/tasks.git"),
            ("/srv/git/tasks.git", "file:///srv/git/tasks"),
            ("/srv/git/tasks", "file://localhost/srv/git/tasks/.git/"),
        ] {
            assert!(same_repository(one, other) && same_repository(other, one), "{one} and {other}");
        }
    }

    #[test]
    fn what_looks_alike_may_be_another_repository() {
        for (one, other) in [
            ("https://git.example.cu/me/tasks", "https://git.example.cu/you/tasks"),
            ("https://git.example.cu/me/tasks", "https://evil.example/x@git.example.cu/me/tasks"),
            ("git@git.example.cu:me/tasks", "evil.example:x@git.example.cu/me/tasks"),
            ("https://git.example.cu/me/tasks", "https://git.example.cu@evil.example/me/tasks"),
            ("ssh://ana@git.example.cu/srv/Tasks", "ssh://ana@git.example.cu/srv/tasks"),
            ("git@git.example.cu:srv/Tasks", "git@git.example.cu:srv/tasks"),
            ("https://git.example.cu:8443/a", "https://git.example.cu/8443/a"),
            ("https://git.example.cu:8443/a", "git@git.example.cu:8443/a"),
            ("https://git.example.cu:8443/a", "https://git.example.cu/a"),
            ("ssh://git@git.example.cu:2222/a", "git@git.example.cu:a"),
            ("https://git.example.cu/me/tasks.git.git", "https://git.example.cu/me/tasks.git"),
            ("https://git.example.cu/me%2Ftasks", "https://git.example.cu/me/tasks"),
            ("/srv/git/Tasks", "/srv/git/tasks"),
            ("/git.example.cu/me/tasks", "https://git.example.cu/me/tasks"),
            ("/srv/git/a%20b", "/srv/git/a b"),
        ] {
            assert!(!same_repository(one, other) && !same_repository(other, one), "{one} and {other}");
        }
    }

    #[test]
    fn an_address_keeps_whom_ssh_logs_in_as_and_no_password() {
        for (address, kept) in [
            ("ssh://git@git.example.cu/me/x.git", "ssh://git@git.example.cu/me/x.git"),
            ("ssh://git@git.example.cu:2222/me/x.git", "ssh://git@git.example.cu:2222/me/x.git"),
            ("ssh://git:s3cr3t@git.example.cu/me/x.git", "ssh://git.example.cu/me/x.git"),
            ("https://ana@git.example.cu/me/x.git", "https://git.example.cu/me/x.git"),
            ("ssh://git.example.cu/me/x@y", "ssh://git.example.cu/me/x@y"),
        ] {
            assert_eq!(without_credentials(address), kept);
        }
    }
}
