//! An address as a person writes it → whether it may hold credentials, and what of it can be shown and kept. Pure. It need
//! not be a well-formed one: who forgets a slash has given the password all the same.

use percent_encoding::percent_decode_str;

/// Shown in the place of an address that cannot be.
const HIDDEN: &str = "***";

/// Whether an address may hold more than a name to log in with by ssh. Over HTTP a name alone may be a token, and so may
/// what a query says.
pub(crate) fn holds_credentials(address: &str) -> bool {
    let decoded = percent_decode_str(address).decode_utf8_lossy();
    written(address.trim()) || written(decoded.trim())
}

/// The address without its credentials; nothing where it is not certain where they end.
pub(crate) fn without_login(address: &str) -> Option<String> {
    if !holds_credentials(address) {
        return Some(address.to_owned());
    }
    let (scheme, rest) = address.split_once("://")?;
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(format!("{scheme}://{host}{path}")).filter(|left| !holds_credentials(left))
}

/// The same for a message.
pub(crate) fn shown(address: &str) -> String {
    without_login(address).unwrap_or_else(|| HIDDEN.to_owned())
}

fn written(text: &str) -> bool {
    match text.split_once("://") {
        Some((scheme, rest))
            if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte)) =>
        {
            in_url(&scheme.to_ascii_lowercase(), rest)
        }
        _ => in_text(text),
    }
}

fn in_url(scheme: &str, rest: &str) -> bool {
    let ssh = scheme.contains("ssh");
    if scheme == "file" {
        return !rest.starts_with('/') && rest.contains('@') || has_parameter(rest);
    }
    if rest.contains(['?', '#']) {
        return true;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    // What stands behind a host's colon is a number; else it is the beginning of a password with a slash in it.
    let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map(|(_, port)| port);
    let odd = port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit()));
    let behind = within_a_name(path) && (!ssh || port.is_some());
    user.is_some_and(|user| !ssh || user.contains(':')) || odd || behind
}

/// Whether an `@` stands in a path, other than as the first letter of a name.
fn within_a_name(path: &str) -> bool {
    path.split('/').any(|name| name.trim_start_matches('@').contains('@'))
}

/// Without a scheme: a folder, `user@host:path`, or a slip of the keyboard.
fn in_text(text: &str) -> bool {
    // With a password before it, even in a path: no folder is called so.
    let pair = |part: &str| part.rsplit_once('@').is_some_and(|(before, _)| before.contains(':'));
    let folder = text.starts_with("./")
        || text.starts_with("../")
        || (text.starts_with('/') && !text.starts_with("//"));
    if has_parameter(text) || text.split('/').any(pair) {
        return true;
    }
    let first = text.split('/').next().unwrap_or_default();
    let name = first.split_once('@').filter(|(_, host)| !host.contains(':')).map(|(name, _)| name);
    // `TOKEN@host/path`: a folder of such a name is written with ./ before it.
    let login = text.contains('/') && name.is_some_and(|name| name != "git");
    !folder && (pair(text) || login || (text.starts_with("//") && text.contains('@')))
}

/// `?name=value` and its like.
fn has_parameter(text: &str) -> bool {
    text.split(['?', '&', '#']).skip(1).any(|part| {
        let name = part.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_may_hold_credentials_is_seen() {
        for address in [
            "u:TOKEN@host:x",
            "u:TO/KEN@host:x",
            "me@example.cu:TOKEN@host/x",
            "https:/u:TOKEN@host/x",
            "https:u:TOKEN@host/x",
            "https:\\\\u:TOKEN@host/x",
            "https:/TOKEN@host/x",
            "//u:TOKEN@host/x",
            "//TOKEN@host/x",
            "/u:TOKEN@host/x",
            "TOKEN@host/x",
            "https://u:TO/KEN@host/x",
            "https://u:12/34@host/x",
            "https://TO/KEN@host/x",
            "https://u:TOKEN%40host/x",
            "https://u%3ATOKEN@host/x",
            "https://TOKEN@host/x",
            "HTTPS://TOKEN@host/x",
            "htps://TOKEN@host/x",
            "https ://u:TOKEN@host/x",
            " https://u:TOKEN@host/x",
            "ssh://u:TOKEN@host/x",
            "ssh://u:TO/KEN@host/x",
            "file://u:TOKEN@host/x",
            "https://host/x?token=TOKEN",
            "https://host/x#TOKEN",
            "host/x?private_token=TOKEN",
            "git@host:x?token=TOKEN",
            "/srv/x?token=TOKEN",
        ] {
            assert!(holds_credentials(address), "{address}");
            assert!(!shown(address).contains("TOKEN") && !shown(address).contains("KEN"), "{address}");
        }
    }

    #[test]
    fn what_holds_none_stays_as_it_is() {
        for address in [
            "https://git.example.cu/me/a.git",
            "https://git.example.cu:3000/@me/a",
            "https://[::1]:3000/o/r",
            "https://[::1]/o/r",
            "ssh://git@git.example.cu:2222/me/a.git",
            "ssh://git@git.example.cu/me/a@b",
            "git@git.example.cu:me/a.git",
            "git@git.example.cu:/me/a",
            "me@host:~/a",
            "host:a",
            "file:///srv/a@b.git",
            "/srv/git/what?.git",
            "/srv/a@b/c",
            "./a:b/c",
            "./me@home/gitops",
            "../gitops",
            "gitops@home",
            "git@github.com/me/a",
            "",
        ] {
            assert!(!holds_credentials(address), "{address}");
            assert_eq!(shown(address), address);
        }
    }

    #[test]
    fn a_login_is_taken_out_where_it_is_certain_where_it_ends() {
        for (address, left) in [
            ("https://ana:s3cr3t@git.example.cu/a.git", Some("https://git.example.cu/a.git")),
            ("https://ana:s3@cr3t@git.example.cu/a.git", Some("https://git.example.cu/a.git")),
            ("https://git.example.cu/a.git?private_token=s3cr3t", Some("https://git.example.cu/a.git")),
            ("ssh://ana:s3cr3t@git.example.cu/a.git", Some("ssh://git.example.cu/a.git")),
            ("https://ana:s3/cr3t@git.example.cu/a.git", None),
            ("https:/ana:s3cr3t@git.example.cu/a.git", None),
            ("ana:s3cr3t@git.example.cu:a.git", None),
        ] {
            assert_eq!(without_login(address).as_deref(), left, "{address}");
        }
    }
}
