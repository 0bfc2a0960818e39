//! The app's own checkout -> where it was cloned from, and the login that the job's checkout has left in its
//! configuration: in `origin`'s address as GitLab's runner does it, or as a header as `actions/checkout` does.

use std::path::Path;

use base64::Engine as _;
use git2::ConfigLevel;
use zeroize::Zeroizing;

use crate::git::address::RepositoryUrl;
use crate::git::history::AppRemote;
use crate::git::source;
use crate::token::Secret;

/// `origin` of the checkout around `folder`, where it has one that can be read.
pub(crate) fn origin_of(folder: &Path) -> Option<AppRemote> {
    let repository = source::objects(folder)?;
    let root = repository.workdir()?;
    let config = repository.config().ok()?.snapshot().ok()?;
    let written = Zeroizing::new(config.get_str("remote.origin.url").ok()?.to_owned());
    let (address, in_address) = without_login(&written);
    let address = RepositoryUrl::read(&address, root).ok()?;
    let token = in_address.or_else(|| header(&config, address.as_str()));
    Some(AppRemote { address, token })
}

/// An `http(s)` address without its login, and the login.
fn without_login(written: &str) -> (String, Option<Secret>) {
    let plain = || (written.to_owned(), None);
    let Some((scheme @ ("http" | "https"), rest)) = written.split_once("://") else { return plain() };
    let end = rest.find('/').unwrap_or(rest.len());
    let Some((login, host)) = rest[..end].rsplit_once('@') else { return plain() };
    let login = percent_encoding::percent_decode_str(login).decode_utf8_lossy();
    (format!("{scheme}://{host}{}", &rest[end..]), Some(Secret::new(login.into_owned())))
}

/// The header that the checkout's own configuration sends to `address`.
fn header(config: &git2::Config, address: &str) -> Option<Secret> {
    let mut entries = config.entries(Some("^http\\..*\\.extraheader$")).ok()?;
    while let Some(Ok(entry)) = entries.next() {
        if !matches!(entry.level(), ConfigLevel::Local | ConfigLevel::Worktree) {
            continue;
        }
        let (Ok(name), Ok(value)) = (entry.name(), entry.value()) else { continue };
        let Some(of) = name.strip_prefix("http.").and_then(|rest| rest.strip_suffix(".extraheader")) else {
            continue;
        };
        let below = address.strip_prefix(of);
        if below.is_some_and(|rest| rest.is_empty() || of.ends_with('/') || rest.starts_with('/')) {
            return basic(value);
        }
    }
    None
}

/// The login of `Authorization: Basic …`.
fn basic(header: &str) -> Option<Secret> {
    let (name, value) = header.split_once(':')?;
    let (scheme, encoded) = value.trim().split_once(' ')?;
    if !name.trim().eq_ignore_ascii_case("authorization") || !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let login = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    String::from_utf8(login).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(secret: Option<Secret>) -> Option<String> {
        secret.map(|secret| {
            let (user, password) = secret.user_and_password();
            format!("{user} {password}")
        })
    }

    fn configured(text: &str) -> Option<(String, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let repository = git2::Repository::init(folder.path()).unwrap();
        let mut config = repository.config().unwrap();
        for line in text.lines() {
            let (name, value) = line.split_once(" = ").unwrap();
            config.set_str(name, value).unwrap();
        }
        let found = origin_of(folder.path())?;
        Some((found.address.to_string(), login(found.token)))
    }

    #[test]
    fn the_jobs_login_is_the_one_that_its_checkout_has_left() {
        let origin = "remote.origin.url = https://git.example.cu/me/shop";
        let is = |login: Option<&str>| {
            Some(("https://git.example.cu/me/shop".to_owned(), login.map(str::to_owned)))
        };
        assert_eq!(configured(origin), is(None));
        let with = origin.replace("//", "//gitlab-ci-token:t%40ken@");
        assert_eq!(configured(&with), is(Some("gitlab-ci-token t@ken")));
        let basic = "AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=";
        let header = |of: &str| configured(&format!("{origin}\nhttp.{of}.extraheader = {basic}"));
        assert_eq!(header("https://git.example.cu/"), is(Some("x-access-token t0ken")));
        assert_eq!(header("https://git.example.cu"), is(Some("x-access-token t0ken")));
        for other in ["https://git.example.cu/me/sho", "https://git.example", "https://other.example/"] {
            assert_eq!(header(other), is(None), "{other}");
        }
        assert_eq!(configured("remote.origin.url = ext::sh -c x"), None);
    }
}
