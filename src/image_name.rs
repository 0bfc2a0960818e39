//! The name of a container image as people write it: `[host[:port]/]path[:tag][@digest]`.

use std::sync::OnceLock;

use regex_lite::Regex;

/// The parts of a name, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageName<'a> {
    /// The registry, with its port where it has one. Nothing where the name is Docker Hub's by default.
    pub(crate) host: Option<&'a str>,
    /// The repository in the registry.
    pub(crate) path: &'a str,
    /// The tag.
    pub(crate) tag: Option<&'a str>,
    /// The digest, with its algorithm.
    pub(crate) digest: Option<&'a str>,
}

/// Distribution's `reference` grammar, with the digests that OCI registers.
const SHAPE: &str = concat!(
    r"^((?:(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/)?",
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)",
    r"(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?$",
);

/// What a person writes where an image's name is asked for.
pub(crate) const EXAMPLE: &str = "expected one such as git.example.cu/team/tasks:v1 or …@sha256:…";

/// What images' names may begin with, as a setting says it: a host, with its port where it has one, and a path. No scheme:
/// `https://` is part of no image's name.
pub(crate) const REGISTRY: &str =
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*/?$";

impl<'a> ImageName<'a> {
    /// Nothing where `text` is no name that a registry would take. As docker has it, a first part without a dot and a
    /// colon that is not `localhost` is no host.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        static WHOLE: OnceLock<Option<Regex>> = OnceLock::new();
        let found = WHOLE.get_or_init(|| Regex::new(SHAPE).ok()).as_ref()?.captures(text)?;
        let part = |index| found.get(index).map(|part| part.as_str());
        let name = part(1)?;
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (host, path) = match name.split_once('/') {
            Some((first, rest)) if is_host(first) => (Some(first), rest),
            _ => (None, name),
        };
        // Else `Team/shop` would be a shop of the registry `Team`.
        let is_path = !path.contains(|c: char| c.is_ascii_uppercase());
        is_path.then_some(Self { host, path, tag: part(2), digest: part(3) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_falls_into_its_parts() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        let by_digest = format!("git.example.cu:5000/me/shop:v1@{digest}");
        for (text, host, path, tag) in [
            ("shop", None, "shop", None),
            ("me/shop:v1", None, "me/shop", Some("v1")),
            ("localhost/shop", Some("localhost"), "shop", None),
            ("Git.Example.cu/shop", Some("Git.Example.cu"), "shop", None),
            ("localhost:5000/shop", Some("localhost:5000"), "shop", None),
            ("[::1]:5000/a/b_c:V1.0-x", Some("[::1]:5000"), "a/b_c", Some("V1.0-x")),
            (by_digest.as_str(), Some("git.example.cu:5000"), "me/shop", Some("v1")),
        ] {
            let digest = text.contains('@').then_some(digest.as_str());
            assert_eq!(ImageName::parse(text), Some(ImageName { host, path, tag, digest }), "{text}");
        }
    }

    #[test]
    fn what_no_registry_takes_is_no_name() {
        let long = format!("a:{}", "x".repeat(129));
        for text in [
            "",
            "Shop",
            "Team/shop",
            "a b",
            "a/",
            "/a",
            "a//b",
            "a:",
            "a@",
            "a@sha256:00",
            "a:-x",
            "https://a.example/b",
            &long,
        ] {
            assert_eq!(ImageName::parse(text), None, "{text}");
        }
    }
}
