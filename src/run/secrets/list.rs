//! `secret list`: what an app has by way of secrets, and where each is kept.

use crate::diagnostic::Failure;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::gitops::Gitops;
use crate::load::platform::SecretsProvider;
use crate::outcome::secrets::{Listed, Listing};
use crate::resolve::secrets::{credentials_secret, remote_key};
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::secrets::lost;
use crate::run::spec::RunSpec;
use crate::seal;

pub(super) fn list(spec: &RunSpec, gitops: &mut Gitops) -> Result<Listing, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    let provider = subject.platform.value.secrets.provider;
    let mut secrets: Vec<Listed> =
        subject.named().map(|entry| one(&subject, &entry.name, entry.file.clone())).collect();
    for (path, text) in &subject.current.release_files {
        let parts: Vec<&str> = path.as_str().split('/').collect();
        let [.., folder @ ("secrets" | "credentials"), file] = parts.as_slice() else { continue };
        let name = file.trim_end_matches(".yaml");
        let service = *folder == "credentials";
        let sealed = seal::inspect(text).ok();
        let keys = sealed.map(|sealed| sealed.keys).unwrap_or_default();
        match secrets.iter_mut().find(|known| known.name == name && !service) {
            Some(known) => (known.keys, known.changed) = (keys, seal::changed_at(text)),
            None => secrets.push(Listed {
                name: name.to_owned(),
                service,
                keys,
                set: Some(true),
                named: service,
                file: None,
                place: path.to_string(),
                changed: seal::changed_at(text),
            }),
        }
    }
    secrets.extend(match provider {
        SecretsProvider::Sops => gone(&subject, gitops)?,
        SecretsProvider::ExternalSecrets | SecretsProvider::Existing => elsewhere(&subject, gitops)?,
    });
    secrets.sort_by(|a, b| (a.service, &a.name).cmp(&(b.service, &b.name)));
    Ok(Listing { app: subject.app, environment: subject.environment, provider, secrets })
}

/// Credentials that were made, and whose file is gone.
fn gone(subject: &AppSecrets, gitops: &mut Gitops) -> Result<Vec<Listed>, Failure> {
    let Some(record) = &subject.current.previous else { return Ok(Vec::new()) };
    let catalog = Catalog::new(gitops.read(&[crate::layout::path("catalog")?])?);
    let mut files = subject.current.manifests.clone();
    files.extend(subject.current.release_files.clone());
    let all = lost::credentials(record, &files, &catalog)?.into_iter();
    let listed = all.filter(|one| one.lost).map(|one| Listed {
        name: one.service,
        service: true,
        keys: Vec::new(),
        set: Some(false),
        named: true,
        file: None,
        place: one.place.to_string(),
        changed: None,
    });
    Ok(listed.collect())
}

/// Credentials of services that another provider keeps.
fn elsewhere(subject: &AppSecrets, gitops: &mut Gitops) -> Result<Vec<Listed>, Failure> {
    let catalog = Catalog::new(gitops.read(&[crate::layout::path("catalog")?])?);
    let settings = &subject.platform.value.secrets;
    let by = match settings.provider {
        SecretsProvider::ExternalSecrets => "made once by External Secrets",
        _ => "which the platform's people put there",
    };
    let one = |(name, recipe): (&String, &String)| {
        let recipe = catalog.get(RecipeKind::Service, recipe).ok().flatten()?;
        let rules = &recipe.description.value.credentials;
        let secret = credentials_secret(settings, &subject.app, &subject.environment, name);
        (!rules.is_empty()).then(|| Listed {
            name: name.clone(),
            service: true,
            keys: rules.iter().filter(|rule| rule.when.is_none()).map(|rule| rule.key.clone()).collect(),
            set: None,
            named: true,
            file: None,
            place: format!("Secret {secret}, {by}"),
            changed: None,
        })
    };
    Ok(subject.services.iter().filter_map(one).collect())
}

/// A secret that `.cupaas` names.
fn one(subject: &AppSecrets, name: &str, file: Option<String>) -> Listed {
    let settings = &subject.platform.value.secrets;
    let (set, place) = match settings.provider {
        SecretsProvider::Sops => {
            (Some(subject.is_set(name)), subject.place(name).map(|path| path.to_string()).unwrap_or_default())
        }
        SecretsProvider::ExternalSecrets => {
            let pattern = settings.store.as_ref().and_then(|store| store.key.as_deref());
            let key = remote_key(pattern, &subject.app, &subject.environment, name);
            let property = key.property.map(|name| format!(", property {name}")).unwrap_or_default();
            let store = settings.store.as_ref().map_or("no store", |store| &store.name.0);
            (None, format!("{store}: key {}{property}", key.key))
        }
        SecretsProvider::Existing => {
            let pattern = settings.name.as_deref().unwrap_or("app-secrets");
            let secret = pattern.replace("{app}", &subject.app).replace("{env}", &subject.environment);
            (None, format!("Secret {}, key {name}", secret.replace("{service}", "app")))
        }
    };
    Listed {
        name: name.to_owned(),
        service: false,
        keys: Vec::new(),
        set,
        named: true,
        file,
        place,
        changed: None,
    }
}
