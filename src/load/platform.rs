//! `cupaas.yaml` and `apps/<app>.yaml` as they are written: the settings that all apps share, and what one app is
//! registered with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::image_name::REGISTRY;
use crate::load::gate::{Freeze, PromotionGates};
use crate::load::maintenance::{self, Maintenance};
use crate::load::mirrors::{Mirror, Mirrors, RegistryHost};
use crate::load::process_entry::Scale;
use crate::load::rollout_record::RolloutStatus;
use crate::load::scalars::{
    Amount, Cpu, EnvironmentName, Host, HostPattern, Name, Named, ObjectName, Stamp, Text, VariableName,
    keyed,
};

/// `cupaas.yaml`: the platform.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformFile {
    /// The format of this file; 1.
    pub format: Option<u32>,
    /// The cupaas versions that may work here, such as `">=0.3"`.
    pub requires: Option<String>,
    /// Who rolls out: Flux, or Argo CD.
    #[serde(default)]
    pub delivery: Delivery,
    /// The cluster's Kubernetes version, such as `"1.36"`.
    #[schemars(regex(pattern = r"^1\.[0-9]+$"), extend("x-hint" = "major and minor in quotes, such as \"1.36\""))]
    pub kubernetes: Option<String>,
    /// Where apps run.
    #[schemars(schema_with = "keyed::<EnvironmentName, EnvironmentSettings>")]
    pub environments: Named<EnvironmentSettings>,
    /// How requests reach an app; without it, an Ingress of the cluster's default class.
    #[serde(default)]
    pub routing: Routing,
    /// Where disks come from.
    #[serde(default)]
    pub storage: Storage,
    /// Where images are.
    #[serde(default)]
    pub registry: Registry,
    /// What may talk to what.
    #[serde(default)]
    pub network: Network,
    /// How passwords are kept.
    #[serde(default)]
    pub secrets: Secrets,
    /// Sizes of processes, beside `small`, `medium` and `large`.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, Size>")]
    pub sizes: Named<Size>,
    /// Environment variables of every app.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<VariableName, Text>")]
    pub env: Named<Text>,
    /// What becomes of the deploy of an app that has no `apps/<app>.yaml`.
    #[serde(default)]
    pub unregistered: Unregistered,
    /// What Flux's objects refer to.
    #[serde(default)]
    pub flux: Flux,
    /// What Argo CD's objects refer to.
    #[serde(default)]
    pub argocd: Argocd,
}

/// What becomes of the deploy of an app that is not registered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unregistered {
    /// Its first deploy registers it.
    #[default]
    Register,
    /// It is refused until `cupaas app add` has registered it.
    Refuse,
}

/// Who rolls out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// Flux's kustomize-controller.
    #[default]
    Flux,
    /// Argo CD.
    Argocd,
}

impl std::fmt::Display for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Flux => "Flux",
            Self::Argocd => "Argo CD",
        })
    }
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentSettings {
    /// Name of the cluster: the folder `clusters/<cluster>/` that its Flux or Argo CD watches.
    pub cluster: Name,
    /// Apps get a host name below it; without it they have no URL of their own.
    pub domain: Option<Host>,
    /// The branch of an app's repository that is deployed here.
    pub branch: Option<String>,
    /// What must be true of a release before `promote` brings it here; default: nothing.
    pub promotion: Option<PromotionGates>,
    /// When no new release comes here.
    #[serde(default)]
    pub freeze: Vec<Freeze>,
}

/// How requests reach an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// Through an Ingress.
    pub ingress: Option<IngressSettings>,
    /// Through a Gateway's HTTPRoute.
    pub gateway: Option<GatewaySettings>,
    /// Host names that apps may claim beside those of the environment's domain: `shop.example.com`, or
    /// `*.example.com`.
    #[serde(default)]
    pub domains: Vec<HostPattern>,
}

/// An Ingress.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IngressSettings {
    /// The IngressClass; default: the cluster's default class.
    pub class: Option<ObjectName>,
    /// TLS; without it, plain HTTP.
    pub tls: Option<IngressTls>,
}

/// Where an Ingress's certificate comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IngressTls {
    /// A cert-manager ClusterIssuer makes one for each app.
    pub issuer: Option<ObjectName>,
}

/// A Gateway of the platform's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewaySettings {
    /// The Gateway's name.
    pub name: Name,
    /// The Gateway's namespace.
    pub namespace: Name,
    /// The listener; default: every one that fits.
    pub section: Option<ObjectName>,
    /// Whether that listener speaks TLS.
    #[serde(default)]
    pub tls: bool,
}

/// Where disks come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// The StorageClass; default: the cluster's default class.
    pub class: Option<ObjectName>,
    /// Whether its disks can grow (`allowVolumeExpansion`).
    #[serde(default)]
    pub expandable: bool,
}

/// Where images are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Registry {
    /// An app's image is `<prefix>/<app>:<commit>` where none is named.
    #[schemars(regex(pattern = REGISTRY), extend("x-hint" = "a registry's host and path, without https://, such as git.example.cu/team"))]
    pub prefix: Option<String>,
    /// A mirror of Docker Hub that base images and services are pulled through.
    #[schemars(regex(pattern = REGISTRY), extend("x-hint" = "a registry's host and path, without https://, such as mirror.example.cu"))]
    pub mirror: Option<String>,
    /// Mirrors by the registry that each stands for: `{quay.io: mirror.example.cu/quay}`.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<RegistryHost, Mirror>", extend("maxProperties" = 50))]
    pub mirrors: Named<String>,
    /// The Secret (of type dockerconfigjson) in each app's namespace that images are pulled with.
    pub pull_secret: Option<ObjectName>,
}

impl Registry {
    /// The mirrors of all registries.
    pub(crate) fn all_mirrors(&self) -> Mirrors {
        Mirrors::of(self.mirror.as_ref(), &self.mirrors)
    }
}

/// What may talk to what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Network {
    /// The namespace of the Ingress controller or Gateway; default: any namespace.
    pub router_namespace: Option<Name>,
    /// What apps may reach outside their own parts.
    #[serde(default)]
    pub egress: Egress,
}

/// What apps may reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// Everything.
    #[default]
    Open,
    /// Their own parts and DNS.
    Closed,
}

/// How passwords are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Who keeps them.
    #[serde(default)]
    pub provider: SecretsProvider,
    /// age public keys that files are encrypted for; `sops` needs one.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// Name of the Secret that exists for a service, with `{app}`, `{env}` and `{service}` in it; for `existing`.
    #[schemars(regex(pattern = r"^([-a-z0-9.]|\{app\}|\{env\}|\{service\})+$"), extend("x-hint" = "such as {app}-{service}"))]
    pub name: Option<String>,
    /// The store of External Secrets that holds apps' own secrets; for `external-secrets`.
    pub store: Option<SecretStore>,
}

/// A store of External Secrets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretStore {
    /// Its name.
    pub name: ObjectName,
    /// Its kind; default `ClusterSecretStore`.
    #[serde(default)]
    pub kind: StoreKind,
    /// The key of a secret in the store, with `{app}`, `{env}` and `{name}` in it; default `{app}-{env}`. A key without
    /// `{name}` holds several: each is the property of its name.
    #[schemars(regex(pattern = r"^([-A-Za-z0-9_./]|\{app\}|\{env\}|\{name\})+$"), extend("x-hint" = "such as apps/{app}/{env}"))]
    pub key: Option<String>,
}

/// A kind of store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StoreKind {
    /// One for all namespaces.
    #[default]
    ClusterSecretStore,
    /// One in each app's namespace.
    SecretStore,
}

/// Who keeps passwords.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsProvider {
    /// Made once, and kept in this repository as SOPS files that only the cluster can read; for Flux alone.
    #[default]
    Sops,
    /// The External Secrets operator: it makes passwords once, and reads apps' own secrets from a store.
    ExternalSecrets,
    /// Secrets that the platform's people put into the cluster.
    Existing,
}

/// What a process of a size gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// CPU that is set aside for it.
    pub cpu: Cpu,
    /// Memory that is set aside for it, and the most it may use.
    pub memory: Amount,
}

/// What Flux's objects refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Flux {
    /// The namespace of Flux's objects; default `flux-system`.
    pub namespace: Option<Name>,
    /// The source that holds this repository.
    #[serde(default)]
    pub source: FluxSource,
    /// The Secret that holds the age identity; default `sops-age`.
    pub decryption_secret: Option<Name>,
    /// Whether the cluster says on an app's commit what became of its rollout, which `cupaas wait` reads; default: no.
    pub status: Option<RolloutStatus>,
}

/// A Flux source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FluxSource {
    /// Its kind; default `GitRepository`.
    #[schemars(regex(pattern = r"^(GitRepository|OCIRepository|Bucket|ExternalArtifact)$"), extend("x-hint" = "GitRepository, OCIRepository or Bucket"))]
    pub kind: Option<String>,
    /// Its name; default `flux-system`.
    pub name: Option<Name>,
}

/// What Argo CD's objects refer to. It runs on the cluster that it delivers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Argocd {
    /// The namespace of Argo CD and of its objects; default `argocd`.
    pub namespace: Option<Name>,
    /// The AppProject that the apps belong to; default `default`.
    pub project: Option<ObjectName>,
    /// This repository, as the cluster reaches it.
    #[serde(default)]
    pub source: ArgocdSource,
}

/// The repository that Argo CD reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArgocdSource {
    /// Its address; `delivery: argocd` needs it.
    #[schemars(regex(pattern = r"^\S+$"), extend("x-hint" = "an address such as https://git.example.cu/me/gitops.git"))]
    pub url: Option<String>,
    /// Its branch; default `HEAD`, the one that it calls its own.
    pub revision: Option<String>,
}

/// `apps/<app>.yaml`: what one app is registered with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrationFile {
    /// The format of this file; 1.
    pub format: Option<u32>,
    /// Address of the app's repository.
    pub repository: Option<String>,
    /// The app's folder in it.
    pub path: Option<String>,
    /// Branch → environment.
    #[serde(default)]
    pub branches: Named<EnvironmentName>,
    /// Environment variables, over those of `.cupaas`.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<VariableName, Text>")]
    pub env: Named<Text>,
    /// What is registered for one environment.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<EnvironmentName, RegisteredEnvironment>")]
    pub environments: Named<RegisteredEnvironment>,
}

/// What an app is registered with in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredEnvironment {
    /// Environment variables, over all others but the command line's.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<VariableName, Text>")]
    pub env: Named<Text>,
    /// The image that runs here until it is unpinned.
    pub image: Option<String>,
    /// How many of a process run, over what `.cupaas` says.
    #[serde(default)]
    #[schemars(schema_with = "keyed::<Name, Scale>")]
    pub scale: Named<Scale>,
    /// Whether no process runs, and none starts by its schedule.
    #[serde(default)]
    pub stopped: bool,
    /// Whether a page answers 503 in the app's place, and none of its processes starts by its schedule.
    #[serde(default, deserialize_with = "maintenance::read")]
    #[schemars(with = "maintenance::Written")]
    pub maintenance: Option<Maintenance>,
    /// When processes were last told to start anew; another text starts them anew.
    pub restart: Option<Stamp>,
}
