//! `secret set`: one value → its encrypted file, and where the app is deployed what that restarts.
//!
//! A value that is set again is encrypted again, equal or not: who has public keys alone cannot compare, and a digest
//! beside the ciphertext would give short values away. Nothing else ever changes a ciphertext.

use crate::diagnostic::Code;
use serde_json::json;

use crate::clock::now;
use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::load::platform::SecretsProvider;
use crate::load::records::Scope;
use crate::load::scalars::VariableName;
use crate::names;
use crate::resolve::secrets::{no_variable, remote_key, secret_object};
use crate::run::edit::Edit;
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::spec::RunSpec;
use crate::seal::{self, SealError, Values};
use crate::tree::Edits;
use zeroize::Zeroizing;

/// Whether a secret can have this name.
pub(super) fn possible(name: &str) -> Result<(), Failure> {
    if !VariableName::fits(name) {
        // Not repeated: whoever writes NAME=VALUE has given the value.
        let message = "not a valid secret name; a secret's value is never an argument";
        return Err(Failure::new(Code::ValueAsArgument, message).hint(VariableName::HINT));
    }
    if name == "PORT" {
        return Err(Failure::new(Code::InvalidArgument, "PORT is reserved; cupaas sets it")
            .hint("set `processes.web.port` in .cupaas instead"));
    }
    Ok(())
}

/// Whether an empty value is what a person wants: a variable that CI does not have, or Enter alone, looks the same.
pub(super) fn meant(name: &str, value: &[u8], allow_empty: bool) -> Result<(), Failure> {
    if !value.is_empty() || allow_empty {
        return Ok(());
    }
    Err(Failure::new(Code::EmptySecret, format!("the value of {name} is empty, nothing was written"))
        .hint("check the variable or file that it comes from")
        .hint("to set an empty value: --allow-empty"))
}

/// `value` gives the value, and is asked for it when all else is right.
pub(super) fn edit(
    spec: &RunSpec,
    name: &str,
    value: &dyn Fn() -> Result<Zeroizing<Vec<u8>>, Failure>,
    gitops: &mut Gitops,
) -> Result<Edit, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    if let Some(place) = external_place(&subject, name) {
        return Err(managed_externally(format!("set it there: {place}")));
    }
    let recipients = crate::publish::credentials::recipients(&subject.platform)?;
    let value = value()?;
    let unfit = no_variable(name, &value);
    let entry = subject.named().find(|entry| entry.name == name);
    if let (Some(why), Some(None)) = (&unfit, entry.map(|entry| &entry.file)) {
        let message = format!(
            "the value has {why}, so {name} cannot be an environment variable of {}",
            subject.title()
        );
        return Err(Failure::new(Code::UnfitSecretValue, message)
            .hint(format!("mount it as a file, in .cupaas: `secrets: [{{{name}: {{file: /app/…}}}}]`")));
    }
    let plain = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {
            "name": secret_object(name),
            "namespace": names::namespace(&subject.app, &subject.environment),
            "annotations": unfit.as_ref().map(|_| json!({seal::ONLY_A_FILE: "true"})),
        },
    });
    let values = Values::from([(name.to_owned(), value.clone())]);
    let text = seal::encrypt_secret(&without_null(plain), &values, &recipients, now())
        .map_err(|error| Failure::new(unsealable(&error), error.to_string()))?;
    let place = subject.place(name)?;
    let (scope, note) = reach(&subject, name);
    let mut notes: Vec<String> = note.into_iter().collect();
    if value.is_empty() {
        notes.push("the value is empty".to_owned());
    }
    if let (Some(why), None) = (&unfit, entry) {
        notes.push(format!(
            "the value has {why}, so it can only be mounted as a file: `secrets: [{{{name}: {{file: /app/…}}}}]`"
        ));
    }
    Ok(Edit {
        files: Edits::from([(place, Some(text))]),
        app: Some(subject.app.clone()),
        scope,
        subject: Some(format!("secret({}/{}): set {name}", subject.app, subject.environment)),
        notes,
        ..Edit::default()
    })
}

fn unsealable(error: &SealError) -> Code {
    match error {
        SealError::TooLarge(_) => Code::SecretTooLarge,
        _ => Code::InternalError,
    }
}

fn without_null(mut plain: serde_json::Value) -> serde_json::Value {
    if let Some(metadata) = plain["metadata"].as_object_mut() {
        metadata.retain(|_, value| !value.is_null());
    }
    plain
}

/// What is rendered again, and what to tell where nothing is.
fn reach(subject: &AppSecrets, name: &str) -> (Option<Scope>, Option<String>) {
    let names = |list: &[crate::load::secret_entry::SecretEntry]| list.iter().any(|entry| entry.name == name);
    if names(&subject.deployed_names) {
        let others = subject.deployed_names.iter().map(|entry| entry.name.as_str());
        let missing: Vec<&str> = others.filter(|other| *other != name && !subject.is_set(other)).collect();
        if !missing.is_empty() {
            let note = format!("nothing is rendered until these are set too: {}", missing.join(", "));
            return (None, Some(note));
        }
        return (Some(Scope::of(&subject.app, Some(&subject.environment))), None);
    }
    let note = if names(&subject.folder_names) {
        "the processes get it with the next deploy".to_owned()
    } else {
        format!("no process gets it until .cupaas lists it: `secrets: [{name}]`")
    };
    (None, Some(note))
}

/// Where another provider keeps a secret, where one does: `sops` alone keeps values in the repository.
pub(super) fn external_place(subject: &AppSecrets, name: &str) -> Option<String> {
    let namespace = names::namespace(&subject.app, &subject.environment);
    let settings = &subject.platform.value.secrets;
    match settings.provider {
        SecretsProvider::Sops => None,
        SecretsProvider::Existing => {
            let pattern = settings.name.as_deref().unwrap_or("app-secrets");
            let secret = pattern
                .replace("{app}", &subject.app)
                .replace("{env}", &subject.environment)
                .replace("{service}", "app");
            Some(format!("the key {name} of the Secret {secret} in the namespace {namespace}"))
        }
        SecretsProvider::ExternalSecrets => {
            let key = settings.store.as_ref().and_then(|store| store.key.as_deref());
            let key = remote_key(key, &subject.app, &subject.environment, name);
            let property = key.property.map(|name| format!(", property {name}")).unwrap_or_default();
            Some(format!("the key {}{property} of the platform's store", key.key))
        }
    }
}

/// The failure of a run that would change what another provider keeps.
pub(super) fn managed_externally(hint: String) -> Failure {
    let message = "this platform keeps secrets outside the GitOps repository";
    Failure::new(Code::SecretsManagedExternally, message).hint(hint)
}
