//! `secret rotate SERVICE`: new credentials for a service. cupaas makes and encrypts them; what has to happen in the
//! cluster, and in which order, is the recipe's word.

use crate::diagnostic::Code;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::clock::now;
use crate::diagnostic::{Diagnostic, Failure};
use crate::layout::Folders;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::inputs::Inputs;
use crate::load::known_apps;
use crate::load::platform::{Delivery, SecretsProvider};
use crate::load::records::{self, Scope};
use crate::plan::credentials::CredentialHistory;
use crate::render::Renderer;
use crate::resolve::release::{Credential, Piece, Release, Service};
use crate::resolve::secrets::credentials_file;
use crate::run::edit::Edit;
use crate::run::recorded::decided;
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::spec::RunSpec;
use crate::tree::Edits;
use crate::{expression, seal};

pub(super) fn edit(spec: &RunSpec, name: &str, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    let scope = Scope::of(&subject.app, Some(&subject.environment));
    let records = records::find(&scope, gitops)?;
    let Some(record) = records.last() else {
        return Err(known_apps::no_release(&subject.app, &scope, gitops));
    };
    let (inputs, current, release) = decided(spec, record, gitops, &BTreeSet::new())?;
    let draft = Draft { inputs, current, release };
    let service = service(&subject, &draft, name)?;
    let steps = steps(&draft, service)?;
    if draft.release.platform.secrets_provider != SecretsProvider::Sops {
        return Err(by_hand(&draft, service, &steps));
    }
    let place = Folders::below(&subject.current.folders.release, &credentials_file(name))?;
    let failed = |error: seal::SealError| Failure::new(Code::InternalError, format!("{place}: {error}"));
    let recipients = crate::publish::credentials::recipients(&subject.platform)?;
    let values = crate::publish::credentials::credentials(service).map_err(failed)?;
    let plain = match subject.current.release_files.get(&place) {
        Some(kept) => seal::plain_part(kept).map_err(failed)?,
        None => gone(&draft, name)?,
    };
    let text = seal::encrypt_secret(&plain, &values, &recipients, now()).map_err(failed)?;
    let applied = format!("wait until the cluster has the new Secret:\n     {}", reconcile(&draft.release));
    Ok(Edit {
        files: Edits::from([(place, Some(text))]),
        app: Some(subject.app.clone()),
        scope: Some(scope),
        subject: Some(format!("secret({}/{}): rotate {name}", subject.app, subject.environment)),
        notes: in_order(std::iter::once(applied).chain(steps)),
        ..Edit::default()
    })
}

/// A release that was decided.
struct Draft {
    inputs: Inputs,
    current: Current,
    release: Release,
}

/// The plain part of credentials whose file is gone.
///
/// # Errors
/// Credentials that were never made.
fn gone(draft: &Draft, name: &str) -> Result<Value, Failure> {
    let elsewhere = draft
        .current
        .previous
        .as_ref()
        .map(|release| release.external_credentials.clone())
        .unwrap_or_default();
    let versions = &draft.release.versions;
    let history = CredentialHistory { before: &draft.current.manifests, versions, external: &elsewhere };
    let tree = Renderer::default().render(&draft.release, &draft.inputs, &draft.current.release_files)?;
    let missing = tree.missing_secrets.iter().find(|one| one.service == name);
    match missing.filter(|one| history.had(name, &one.applied)) {
        Some(missing) => Ok(missing.object.clone()),
        None => {
            let message = format!("{name} has no credentials yet");
            Err(Failure::new(Code::CredentialsNotMade, message).hint("the next deploy makes them"))
        }
    }
}

fn service<'a>(subject: &AppSecrets, draft: &'a Draft, name: &str) -> Result<&'a Service, Failure> {
    let known: Vec<&Service> = draft.release.services.iter().filter(|s| s.secret.is_some()).collect();
    if let Some(found) = known.iter().find(|service| service.name == name) {
        return Ok(found);
    }
    let message = format!("{} has no service {name:?} with credentials", subject.title());
    let failure = Failure::new(Code::UnknownService, message);
    if subject.named().any(|entry| entry.name == name) {
        return Err(failure
            .hint(format!("{name} is one of the app's own secrets: `cupaas secret set {name}` changes it")));
    }
    let names: Vec<&str> = known.iter().map(|service| service.name.as_str()).collect();
    Err(match names.as_slice() {
        [] => failure,
        names => failure.hint(format!("services with credentials: {}", names.join(", "))),
    })
}

/// What the recipe says, filled in.
fn steps(draft: &Draft, service: &Service) -> Result<Vec<String>, Failure> {
    let Some(recipe) = draft.inputs.services.get(&service.recipe) else { return Ok(Vec::new()) };
    let document = &recipe.description;
    if document.value.rotation.is_empty() {
        let message = format!("the recipe {} has no steps for rotating its credentials", service.recipe);
        let problem = Diagnostic::error(Code::RecipeInvalid, document.key(&["credentials"]), message);
        let hint = "add `rotation`: what a person does, in order";
        return Err(Failure::recipes(vec![problem.hint(hint)]));
    }
    let release = &draft.release;
    let scope: Value = json!({"app": release.app, "environment": release.environment, "namespace": release.namespace,
        "name": service.name, "secret": service.secret});
    let one = |(index, step): (usize, &crate::load::service_recipe::RotationStep)| {
        let text = |template: &str, key: &str| {
            expression::text(template, &scope).map_err(|message| {
                Failure::recipe(document.at(&["rotation", &index.to_string(), key]), message)
            })
        };
        let run = step.run.as_deref().map(|run| text(run, "run")).transpose()?;
        let run = run.map(|run| format!(":\n     {}", run.trim())).unwrap_or_default();
        Ok(format!("{}{run}", text(&step.say, "say")?.trim()))
    };
    document.value.rotation.iter().enumerate().map(one).collect()
}

fn in_order(steps: impl Iterator<Item = String>) -> Vec<String> {
    let numbered = steps.enumerate().map(|(index, step)| format!("{}. {step}", index + 1));
    std::iter::once("Next steps, in this order:".to_owned()).chain(numbered).collect()
}

/// The command that makes the engine look now.
fn reconcile(release: &Release) -> String {
    match release.platform.delivery {
        Delivery::Flux => format!("flux reconcile kustomization {} --with-source", release.flux_base),
        Delivery::Argocd => format!(
            "kubectl -n {} annotate application {} argocd.argoproj.io/refresh=normal --overwrite",
            release.platform.argocd_namespace, release.namespace
        ),
    }
}

/// What a person has to make, where that is not a password like all others.
fn shapes(service: &Service) -> String {
    let one = |credential: &Credential| {
        let words = match (&credential.shape, credential.pieces.as_slice()) {
            (Some(shape), _) => shape.making().ok()?.words(),
            (None, []) => return None,
            (None, pieces) => pieces.iter().fold(String::new(), |text, piece| match piece {
                Piece::Text(part) => text + part,
                Piece::Key(key) => format!("{text}<{key}>"),
            }),
        };
        Some(format!("\n     {}: {words}", credential.key))
    };
    let all: String = service.credentials.iter().filter_map(one).collect();
    if all.is_empty() { all } else { format!(":{all}") }
}

/// Credentials that are not kept here: nothing is changed, but the order is the same.
fn by_hand(draft: &Draft, service: &Service, steps: &[String]) -> Failure {
    let release = &draft.release;
    let (namespace, secret) = (&release.namespace, service.secret.as_deref().unwrap_or_default());
    let first = match release.platform.secrets_provider {
        SecretsProvider::ExternalSecrets => vec![
            format!(
                "delete the old ones, which cannot be changed: `kubectl -n {namespace} delete externalsecret,secret {secret}`"
            ),
            format!("let new ones be made: `{}`", reconcile(release)),
        ],
        _ => vec![format!(
            "change the Secret {secret} in the namespace {namespace}, where your platform keeps it{}",
            shapes(service)
        )],
    };
    let restart = format!(
        "restart the processes, which read them when they start: `kubectl -n {namespace} rollout restart deployment --field-manager=me`"
    );
    let (told, rest) = steps.split_at(steps.len().min(1));
    let order = first.into_iter().chain(told.to_vec()).chain([restart]).chain(rest.to_vec());
    let message = format!(
        "the credentials of {} are kept outside the GitOps repository, nothing was changed",
        service.name
    );
    in_order(order).into_iter().fold(Failure::new(Code::CredentialsManagedExternally, message), Failure::hint)
}
