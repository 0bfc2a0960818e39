//! What the platform says, with all defaults, and what does not go together in it.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::inputs::Inputs;
use crate::load::platform::{Delivery, SecretsProvider};
use crate::load::release_file::ReleaseFile;
use crate::load::scalars::Name;
use crate::resolve::decisions::Notes;
use crate::resolve::release::{PlatformFacts, Rollout, Store};
use crate::resolve::{mirrors, rollout};
use crate::schema::{DEFAULT, SUPPORTED, supported_version};
use crate::token::in_address::holds_credentials;

/// And whom the cluster tells what becomes of the release.
pub(super) fn resolve(
    inputs: &Inputs,
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> (PlatformFacts, Option<Rollout>) {
    let facts = facts(inputs, notes);
    (facts, rollout::resolve(inputs, previous, notes))
}

fn facts(inputs: &Inputs, notes: &mut Notes) -> PlatformFacts {
    let platform = &inputs.platform.value;
    let kubernetes = match &platform.kubernetes {
        None => Some(DEFAULT),
        Some(text) => supported_version(text),
    };
    if let (Some(text), None) = (&platform.kubernetes, kubernetes) {
        let ((major, oldest), (_, newest)) = SUPPORTED;
        let hint = format!("supported: {major}.{oldest} to {major}.{newest}");
        let span = inputs.platform.at(&["kubernetes"]);
        notes.problem(Code::UnknownVersion, span, format!("Kubernetes {text} is not supported"), hint);
    }
    delivery(inputs, notes);
    mirrors::check(inputs, notes);
    let or = |name: &Option<Name>, default: &str| name.as_ref().map_or(default, |name| &name.0).to_owned();
    let argocd = &platform.argocd;
    PlatformFacts {
        kubernetes: kubernetes.unwrap_or(DEFAULT),
        storage_class: platform.storage.class.as_ref().map(|class| class.0.clone()),
        expandable: platform.storage.expandable,
        pull_secret: platform.registry.pull_secret.as_ref().map(|name| name.0.clone()),
        router_namespace: platform.network.router_namespace.as_ref().map(|name| name.0.clone()),
        egress: platform.network.egress,
        egress_ports: egress_ports(inputs),
        secrets_provider: platform.secrets.provider,
        recipients: platform.secrets.recipients.clone(),
        secret_store: platform
            .secrets
            .store
            .as_ref()
            .map(|store| Store { name: store.name.0.clone(), kind: store.kind }),
        delivery: platform.delivery,
        flux_namespace: or(&platform.flux.namespace, "flux-system"),
        source_kind: platform.flux.source.kind.as_deref().unwrap_or("GitRepository").to_owned(),
        source_name: or(&platform.flux.source.name, "flux-system"),
        decryption_secret: or(&platform.flux.decryption_secret, "sops-age"),
        argocd_namespace: or(&argocd.namespace, "argocd"),
        argocd_project: argocd.project.as_ref().map_or("default", |name| &name.0).to_owned(),
        source_url: argocd.source.url.clone(),
        source_revision: argocd.source.revision.as_deref().unwrap_or("HEAD").to_owned(),
    }
}

/// The ports of external services: what the app or its registration says in plain, else the recipe.
fn egress_ports(inputs: &Inputs) -> BTreeSet<u16> {
    let app = &inputs.app.value;
    let said = |name: &str| {
        let registered = inputs.registration.iter().map(|file| &file.value);
        let registered =
            registered.flat_map(|file| file.environments.values().map(|one| &one.env).chain([&file.env]));
        let layers = app.environments.values().map(|one| &one.env).chain([&app.env]).chain(registered);
        layers.filter_map(|env| env.get(name)?.0.parse::<u16>().ok()).collect::<Vec<_>>()
    };
    let external = app.services.iter().filter(|entry| entry.is_external());
    let ports = external.filter_map(|entry| {
        let recipe = &inputs.services.get(&entry.recipe)?.description.value;
        let said = said(&format!("{}_PORT", entry.prefix(recipe)));
        Some(if said.is_empty() { recipe.port.into_iter().collect() } else { said })
    });
    ports.flatten().collect()
}

/// The namespace of the engine's own objects, which no app may have.
pub(super) fn engines_namespace(inputs: &Inputs) -> String {
    let platform = &inputs.platform.value;
    let (written, default) = match platform.delivery {
        Delivery::Flux => (&platform.flux.namespace, "flux-system"),
        Delivery::Argocd => (&platform.argocd.namespace, "argocd"),
    };
    written.as_ref().map_or(default, |name| &name.0).to_owned()
}

/// What Argo CD needs to be told, and what it cannot do.
fn delivery(inputs: &Inputs, notes: &mut Notes) {
    let platform = &inputs.platform;
    let how = platform.value.delivery;
    notes.decided(
        "delivery",
        how,
        match platform.holds(&["delivery"]) {
            true => platform.at(&["delivery"]).to_string(),
            false => "the default".to_owned(),
        },
    );
    if how != Delivery::Argocd {
        return;
    }
    let provider = ["secrets", "provider"];
    if platform.value.secrets.provider == SecretsProvider::Sops && platform.is_sound(&provider) {
        let span =
            if platform.holds(&provider) { platform.at(&provider) } else { platform.at(&["delivery"]) };
        notes.problem(
            Code::SopsWithArgocd,
            span,
            "Argo CD cannot decrypt SOPS files",
            "set `secrets: {provider: external-secrets}`, or `existing` and create the Secrets in each app's \
             namespace; or deliver with Flux",
        );
    }
    let url = ["argocd", "source", "url"];
    match &platform.value.argocd.source.url {
        None if !platform.is_sound(&url) => {}
        None => notes.problem(
            Code::MissingKey,
            platform.at(&["delivery"]),
            "Argo CD needs the URL of this repository",
            "add `argocd: {source: {url: https://…}}`, the URL that the cluster uses",
        ),
        Some(address) if holds_credentials(address) => {
            // The line is shown with the problem, so a text of the same length stands in for what it must not show.
            let key = platform.key(&url);
            let text = platform.source.text.replace(address.as_str(), &"*".repeat(address.len()));
            let source = Source::new(platform.source.name.clone(), text);
            let problem = Diagnostic::error(
                Code::CredentialsInUrl,
                Span::new(&source, key.range),
                "this URL contains a password",
            );
            notes.problems.push(problem.hint(
                "remove it, change the password, and give it to Argo CD in a Secret: see docs/argo-cd.md of cupaas",
            ));
        }
        Some(_) => {}
    }
}
