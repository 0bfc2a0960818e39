//! An image's name -> where its registry is. Pure.

use std::net::IpAddr;

use crate::image_name::ImageName;

/// An image that is named by a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The registry's host as people write it, with its port where it has one.
    pub registry: String,
    /// The repository in it.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

/// docker's own registry, and where it really is.
const HUB: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

impl Reference {
    /// Nothing for a name without a tag, or with a digest. A name without a host is Docker Hub's.
    pub fn parse(text: &str) -> Option<Self> {
        let ImageName { host, path, tag: Some(tag), digest: None } = ImageName::parse(text)? else {
            return None;
        };
        let registry = host.filter(|host| !HUB.contains(host)).unwrap_or(HUB[0]);
        let official = registry == HUB[0] && !path.contains('/');
        let repository = if official { format!("library/{path}") } else { path.to_owned() };
        Some(Self { registry: registry.to_owned(), repository, tag: tag.to_owned() })
    }

    /// Host and port that answer for the registry.
    pub fn host(&self) -> &str {
        if self.registry == HUB[0] { HUB[2] } else { &self.registry }
    }

    /// Whether the registry is on this machine, where docker speaks HTTP too.
    pub fn is_loopback(&self) -> bool {
        let host = match self.registry.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &self.registry,
        };
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Names under which docker's configuration file may know the registry.
    pub fn keys(&self) -> Vec<String> {
        let names = if self.registry == HUB[0] { HUB.to_vec() } else { vec![self.registry.as_str()] };
        let urls = |name: &&str| {
            [format!("https://{name}"), format!("https://{name}/v1/"), format!("http://{name}")]
        };
        names.iter().map(|name| (*name).to_owned()).chain(names.iter().flat_map(urls)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_docker_reads_it() {
        let read =
            |text: &str| Reference::parse(text).map(|r| format!("{} {} {}", r.host(), r.repository, r.tag));
        for (text, want) in [
            ("git.example.cu/me/shop:abc", Some("git.example.cu me/shop abc")),
            ("localhost:5000/shop:abc", Some("localhost:5000 shop abc")),
            ("localhost/shop:abc", Some("localhost shop abc")),
            ("me/shop:abc", Some("registry-1.docker.io me/shop abc")),
            ("shop:abc", Some("registry-1.docker.io library/shop abc")),
            ("docker.io/me/shop:abc", Some("registry-1.docker.io me/shop abc")),
            ("localhost:5000/shop", None),
            ("a.example/shop@sha256:00", None),
            ("a.example/shop:1@sha256:00", None),
        ] {
            assert_eq!(read(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is = |text: &str| Reference::parse(text).unwrap().is_loopback();
        assert!(is("localhost:5000/a:1") && is("127.0.0.1:5000/a:1") && is("[::1]:5000/a:1"));
        assert!(!is("localhost.example:5000/a:1") && !is("10.0.0.1:5000/a:1") && !is("me/a:1"));
    }
}
