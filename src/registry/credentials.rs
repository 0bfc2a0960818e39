//! docker's configuration file -> user and password for one registry. A helper program that it names is not started.
#![allow(clippy::disallowed_methods)] // This is where that file is read.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::registry::{Access, Reference};
use crate::token::Secret;

/// What a registry may be told.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: Secret,
}

/// docker's `config.json`, as far as it is read.
#[derive(Deserialize)]
struct Config {
    auths: BTreeMap<String, Auth>,
}

/// The login of one registry: `auth` is user and password in base64.
#[derive(Deserialize)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
}

/// Who we are for the image's registry: what the environment says, else docker's file.
pub(super) fn find(image: &Reference, access: &Access) -> Option<Login> {
    if let Some((user, password)) = &access.login {
        return Some(Login { user: user.clone(), password: password.clone() });
    }
    access.docker_configs.iter().find(|path| path.is_file()).and_then(|path| read(path, image))
}

fn read(path: &Path, image: &Reference) -> Option<Login> {
    let text = Zeroizing::new(std::fs::read_to_string(path).ok()?);
    let config: Config = serde_json::from_str(&text).ok()?;
    image.keys().iter().find_map(|key| login(config.auths.get(key)?))
}

fn login(entry: &Auth) -> Option<Login> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let login = |user: &str, password: &str| Login { user: user.to_owned(), password: Secret::new(password) };
    if let Some(encoded) = given(&entry.auth) {
        let bytes = Zeroizing::new(base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?);
        let (user, password) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        return Some(login(user, password));
    }
    Some(login(&given(&entry.username)?, &given(&entry.password)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_found_under_each_name_of_the_registry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(
            &path,
            r#"{"auths": {"git.example.cu": {"auth": "YW5hOnMzY3I6M3Q="},
                "https://index.docker.io/v1/": {"username": "hub", "password": "x"}, "empty.example": {}}}"#,
        )
        .unwrap();
        let access = Access { docker_configs: vec![folder.path().join("none"), path], ..Access::default() };
        let user = |image: &str| find(&Reference::parse(image).unwrap(), &access).map(|login| login.user);
        assert_eq!(user("git.example.cu/a:1").as_deref(), Some("ana"));
        assert_eq!(user("me/a:1").as_deref(), Some("hub"));
        assert_eq!(user("empty.example/a:1"), None);
        assert_eq!(user("other.example/a:1"), None);
    }
}
