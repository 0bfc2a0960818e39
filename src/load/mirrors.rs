//! Where images of other people's registries are pulled from in their place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::image_name::{ImageName, REGISTRY};
use crate::load::scalars::Named;

/// The registry of images that name none.
pub(crate) const DOCKER_HUB: &str = "docker.io";
/// Other names of Docker Hub, under which no image is known.
pub(crate) const OF_DOCKER_HUB: [&str; 4] =
    ["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"];

/// A registry's host, as images are named with it.
pub(super) struct RegistryHost;

impl JsonSchema for RegistryHost {
    fn schema_name() -> Cow<'static, str> {
        "RegistryHost".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\.[a-z0-9]([-a-z0-9]*[a-z0-9])?|localhost)(:[0-9]{1,5})?$",
            "x-hint": "a registry's host, such as docker.io, quay.io or ghcr.io",
        })
    }
}

/// A registry's host and path.
pub(super) struct Mirror;

impl JsonSchema for Mirror {
    fn schema_name() -> Cow<'static, str> {
        "Mirror".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": REGISTRY,
            "x-hint": "a registry's host and path, without https://, such as mirror.example.cu/quay",
        })
    }
}

/// A platform's mirrors, by registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mirrors(BTreeMap<String, String>);

impl Mirrors {
    /// Those that a platform names: `mirrors`, and `mirror` for Docker Hub.
    pub(crate) fn of(hub: Option<&String>, mirrors: &Named<String>) -> Self {
        let hub = hub.map(|mirror| (DOCKER_HUB, mirror));
        let all = mirrors.iter().map(|(host, mirror)| (host.as_str(), mirror)).chain(hub);
        Self(all.map(|(host, mirror)| (host.to_owned(), mirror.trim_end_matches('/').to_owned())).collect())
    }

    /// That of Docker Hub.
    pub(crate) fn docker_hub(&self) -> Option<&str> {
        self.0.get(DOCKER_HUB).map(String::as_str)
    }

    /// An image as it is reached. One that names no registry is left as it is: nobody has said where it is from.
    pub(crate) fn image(&self, name: &str) -> String {
        let host = ImageName::parse(name).and_then(|image| image.host);
        match host.and_then(|host| Some((self.0.get(host)?, name.strip_prefix(host)?))) {
            Some((mirror, rest)) => format!("{mirror}{rest}"),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_goes_through_the_mirror_of_its_own_registry() {
        let mirrors = [("quay.io", "mirror.cu/quay/"), ("localhost:5000", "cache.cu:443")];
        let mirrors = mirrors.map(|(host, mirror)| (host.to_owned(), mirror.to_owned())).into();
        let mirrors = Mirrors::of(Some(&"mirror.cu/hub".to_owned()), &mirrors);
        for (name, reached) in [
            ("docker.io/library/redis:7", "mirror.cu/hub/library/redis:7"),
            ("quay.io/minio/minio:1", "mirror.cu/quay/minio/minio:1"),
            ("localhost:5000/a", "cache.cu:443/a"),
            ("quay.io.example.cu/a", "quay.io.example.cu/a"),
            ("ghcr.io/a/b@sha256:1", "ghcr.io/a/b@sha256:1"),
            ("redis:7", "redis:7"),
        ] {
            assert_eq!(mirrors.image(name), reached);
        }
        assert_eq!(mirrors.docker_hub(), Some("mirror.cu/hub"));
    }
}
