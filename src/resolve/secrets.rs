//! The app's own secrets: where the value of each is kept and how it gets to the processes. Never the value.

use crate::diagnostic::{Code, Span};
use crate::load::variable::MAX_VARIABLE;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::load::current::Current;
use crate::load::inputs::Inputs;
use crate::load::platform::{Secrets, SecretsProvider};
use crate::load::secret_entry::SecretEntry;
use crate::resolve::decisions::Notes;
use crate::resolve::layers::{Layer, Layers};
use crate::resolve::release::{AppSecret, Release, RemoteKey, SecretRef};
use crate::tree::Files;
use crate::{names, seal};

pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    variables: &Layers,
    notes: &mut Notes,
) -> Vec<AppSecret> {
    let mut secrets: Vec<AppSecret> = Vec::new();
    for (index, entry) in inputs.app.value.secrets.iter().enumerate() {
        let SecretEntry { name, file, .. } = entry;
        let place = inputs.app.at(&entry.path(index).each_ref().map(String::as_str));
        if secrets.iter().any(|other| other.variable == *name) {
            let message = format!("duplicate secret {name}");
            notes.problem(Code::NameConflict, place.clone(), message, "keep one of them");
        } else if name == "PORT" {
            let hint = "give the secret another name";
            notes.problem(Code::InvalidVariable, place.clone(), "PORT is set by cupaas", hint);
        }
        match file {
            None => also_plain(name, &place, variables, notes),
            Some(path) if inputs.app.is_sound(&["secrets", &index.to_string(), name, "file"]) => {
                mountable(inputs, path, &place, &secrets, notes);
            }
            // What is wrong with the path has been said.
            Some(_) => {}
        }
        let secret = SecretRef { name: object(inputs, environment, name), key: name.clone() };
        let by = file.as_ref().map(|path| format!(", as the file {path}")).unwrap_or_default();
        notes.decided(
            format!("secrets.{name}"),
            format!("key {name} of Secret {}{by}", secret.name),
            place.clone(),
        );
        secrets.push(AppSecret {
            variable: name.clone(),
            volume: secret_object(name),
            file: file.clone(),
            given: false,
            remote: remote(inputs, environment, name, place, notes),
            secret,
        });
    }
    secrets
}

/// Says where a secret has a plain value as well.
fn also_plain(name: &str, place: &Span, variables: &Layers, notes: &mut Notes) {
    for span in variables.get(name).into_iter().flatten().filter_map(Layer::place) {
        let message = format!("{name} is listed as a secret ({place}), but has a plain value here");
        let hint = "remove it here, and set the value with `cupaas secret set`";
        notes.problem(Code::SecretAsVariable, span.masked(), message, hint);
    }
}

/// Says why a secret cannot be mounted at `path`, beside the `others`.
fn mountable(inputs: &Inputs, path: &str, place: &Span, others: &[AppSecret], notes: &mut Notes) {
    let other = others.iter().find(|other| other.file.as_deref() == Some(path));
    let (message, hint) = match (no_file(inputs, path), other) {
        (Some(message), _) => (message, "use a file of its own, such as /app/keys/signing.pem"),
        (None, Some(other)) => {
            (format!("{} is already mounted there", other.variable), "give each secret its own file")
        }
        (None, None) => return,
    };
    notes.problem(Code::InvalidMount, place.clone(), message, hint);
}

/// Why nothing can be mounted there as a file.
fn no_file(inputs: &Inputs, path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let odd = parts.iter().any(|part| matches!(*part, "" | "." | ".."));
    if odd || matches!(parts[0], "proc" | "sys" | "dev") || parts.len() < 2 {
        return Some(format!("cannot mount a file at {path:?}"));
    }
    let volumes = &inputs.app.value.volumes;
    let at = |volume: &str| volume.trim_end_matches('/') == path;
    volumes
        .iter()
        .find(|(_, volume)| at(&volume.path.0))
        .map(|(name, _)| format!("{name} is already mounted there"))
}

/// The Secret that holds it.
fn object(inputs: &Inputs, environment: &str, name: &str) -> String {
    let settings = &inputs.platform.value.secrets;
    match (settings.provider, &settings.name) {
        (SecretsProvider::Existing, Some(pattern)) => {
            pattern.replace("{app}", &inputs.name).replace("{env}", environment).replace("{service}", "app")
        }
        (SecretsProvider::Existing, None) => "app-secrets".to_owned(),
        (SecretsProvider::Sops | SecretsProvider::ExternalSecrets, _) => secret_object(name),
    }
}

/// Where the platform's store has it.
fn remote(
    inputs: &Inputs,
    environment: &str,
    name: &str,
    place: Span,
    notes: &mut Notes,
) -> Option<RemoteKey> {
    let settings = &inputs.platform.value.secrets;
    if settings.provider != SecretsProvider::ExternalSecrets {
        return None;
    }
    let Some(store) = &settings.store else {
        if !inputs.platform.is_sound(&["secrets", "store"]) {
            return None;
        }
        let message = format!("no secret store is configured for {name}");
        notes.problem(Code::MissingKey, place, message, "set `secrets.store: {name: …}` in cupaas.yaml");
        return None;
    };
    Some(remote_key(store.key.as_deref(), &inputs.name, environment, name))
}

/// The key by the platform's pattern; where that does not say the secret's name, it is a property of the key.
pub(crate) fn remote_key(pattern: Option<&str>, app: &str, environment: &str, name: &str) -> RemoteKey {
    let pattern = pattern.unwrap_or("{app}-{env}");
    let key = pattern.replace("{app}", app).replace("{env}", environment).replace("{name}", name);
    RemoteKey { key, property: (!pattern.contains("{name}")).then(|| name.to_owned()) }
}

/// The file below `releases/<env>/<app>/` that holds one secret of the app.
pub(crate) fn secret_file(variable: &str) -> String {
    format!("secrets/{variable}.yaml")
}

/// The file below `releases/<env>/<app>/` that holds the credentials of a service.
pub(crate) fn credentials_file(service: &str) -> String {
    format!("credentials/{service}.yaml")
}

/// The Secret object that holds the credentials of a service, where cupaas makes it.
pub(crate) fn credentials_object(service: &str) -> String {
    format!("{service}-credentials")
}

/// The Secret that a service's credentials are read from, whoever makes it.
pub(crate) fn credentials_secret(settings: &Secrets, app: &str, environment: &str, service: &str) -> String {
    match (settings.provider, &settings.name) {
        (SecretsProvider::Existing, Some(pattern)) => {
            pattern.replace("{app}", app).replace("{env}", environment).replace("{service}", service)
        }
        _ => credentials_object(service),
    }
}

/// The Secret object that holds one secret of the app.
pub fn secret_object(variable: &str) -> String {
    let lower = variable.to_lowercase().replace('_', "-");
    names::fit(&format!("secret-{}-{}", lower.trim_matches('-'), names::hash(variable, 6)), 63)
}

/// Secrets of the app that nobody has set, or that were set to what no variable can hold: `kept` are the files that
/// wait for it.
pub fn unset(inputs: &Inputs, environment: &str, kept: &Files) -> Vec<Diagnostic> {
    let provider = inputs.platform.value.secrets.provider;
    if provider != SecretsProvider::Sops || !inputs.platform.is_sound(&["secrets", "provider"]) {
        return Vec::new();
    }
    // Only its folder tells of an app that is not there yet.
    let is_known = inputs.registration.is_some() || inputs.recorded.is_some() || !kept.is_empty();
    let folder = if is_known { String::new() } else { format!(" {}", shown(&inputs.query.folder)) };
    let one = |(index, entry): (usize, &SecretEntry)| {
        let SecretEntry { name, file, service } = entry;
        let place = format!("releases/{environment}/{}/{}", inputs.name, secret_file(name));
        let span = inputs.app.at(&entry.path(index).each_ref().map(String::as_str));
        let command = format!("`cupaas secret set {name} --app {} --env {environment}{folder}`", inputs.name);
        match kept.iter().find(|(path, _)| path.as_str() == place) {
            None => {
                let message = match service {
                    Some(_) => format!("{name} of an external service is not set"),
                    None => format!("secret {name} is not set"),
                };
                let hint = match service {
                    Some(_) => {
                        format!("{command}; or, where it is no secret, a value under `env` in .cupaas")
                    }
                    None => command,
                };
                Some(Diagnostic::error(Code::SecretNotSet, span, message).hint(hint))
            }
            Some((_, text)) if file.is_none() && seal::is_only_a_file(text) => {
                let message = format!("the value of {name} cannot be an environment variable");
                let hint = format!(
                    "mount it as a file: `{name}: {{file: /app/…}}`; or set another value: {command}"
                );
                Some(Diagnostic::error(Code::SecretNeedsFile, span, message).hint(hint))
            }
            Some(_) => None,
        }
    };
    let entries = &inputs.app.value.secrets;
    let first = |(index, entry): &(usize, &SecretEntry)| {
        !entries.iter().take(*index).any(|other| other.name == entry.name)
    };
    entries.iter().enumerate().filter(first).filter_map(one).collect()
}

/// Services whose credentials another has kept until now, so that new ones are made which their data does not know.
pub(crate) fn changed_hands(release: &Release, inputs: &Inputs, current: &Current) -> Vec<Diagnostic> {
    let before = current.previous.iter().flat_map(|previous| &previous.external_credentials);
    let one = |service: &String| {
        let place = format!("{}/{}", current.folders.release, credentials_file(service));
        if release.external_credentials.contains(service)
            || current.release_files.keys().any(|path| path.as_str() == place)
        {
            return None;
        }
        release.services.iter().find(|one| one.name == *service)?;
        let message =
            format!("credentials of {service} were managed by another provider; new ones would be generated");
        let hint = format!("to keep its data, encrypt the present credentials with sops as {place} first");
        Some(
            Diagnostic::warning(Code::CredentialsRegenerated, inputs.platform.key(&["secrets"]), message)
                .hint(hint),
        )
    };
    before.filter_map(one).collect()
}

/// A folder as a shell takes it.
fn shown(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+@,:".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// Why a value cannot become the environment variable `name`.
///
/// The kernel ends a value at NUL and bounds its length; the kubelet hands it on as a protocol buffer's string, which
/// is UTF-8. `$(X)` in it is left alone: only values that stand in a manifest are expanded.
pub(crate) fn no_variable(name: &str, value: &[u8]) -> Option<String> {
    let size = name.len() + 1 + value.len();
    if size > MAX_VARIABLE {
        return Some(format!("{size} bytes with its name; Linux allows at most {MAX_VARIABLE}"));
    }
    match std::str::from_utf8(value) {
        Err(_) => Some("bytes that are not UTF-8".to_owned()),
        Ok(text) if text.contains('\0') => Some("a NUL character".to_owned()),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_has_a_secret_under_a_key_or_as_its_property() {
        let key = |pattern| {
            let RemoteKey { key, property } = remote_key(pattern, "shop", "staging", "TOKEN");
            (key, property)
        };
        assert_eq!(key(None), ("shop-staging".to_owned(), Some("TOKEN".to_owned())));
        assert_eq!(key(Some("{env}/{app}/{name}")), ("staging/shop/TOKEN".to_owned(), None));
    }

    #[test]
    fn only_what_a_process_can_be_given_becomes_a_variable() {
        for good in ["", "é$(X)\n\u{85}", &"x".repeat(MAX_VARIABLE - 2)] {
            assert_eq!(no_variable("A", good.as_bytes()), None);
        }
        for bad in [&b"a\0"[..], b"\xff", &vec![b'x'; MAX_VARIABLE - 1]] {
            assert!(no_variable("A", bad).is_some());
        }
    }

    #[test]
    fn names_of_secrets_are_frozen() {
        assert_eq!(secret_object("SECRET_KEY"), "secret-secret-key-73ef2a");
        assert_ne!(secret_object("A_B"), secret_object("a_b"));
        assert!(secret_object(&"X".repeat(253)).len() <= 63);
    }
}
