//! The decided form: one app × one environment × one image, nothing optional that a template would have to guess
//! about. It is what templates see, under the names that stand here.

use crate::resolve::decisions::Decision;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Failure, typed};
use crate::load::hold::Hold;
use crate::load::platform::{Delivery, Egress, SecretsProvider, StoreKind};
use crate::load::release_file::SourceFacts;
use crate::resolve::layers::Layers;
pub(crate) use crate::resolve::rollout::Rollout;
pub(crate) use crate::resolve::route::{Gateway, MaintenancePage, Route, Via};
pub(crate) use crate::resolve::service::{
    Credential, Disk, Generator, Labels, Piece, PodVariable, SecretRef, Service, ServiceDisk, ServiceFile,
    ServicePing,
};
use crate::resolve::uses::Used;
use crate::schema::suggest;

/// One app × one environment × one image.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The app's name.
    pub app: String,
    /// The environment's name.
    pub environment: String,
    /// The namespace that everything stands in.
    pub namespace: String,
    /// Name of the Flux Kustomization over `base/`.
    pub flux_base: String,
    /// Name of the Flux Kustomization over `app/`.
    pub flux_app: String,
    /// The cluster's name.
    pub cluster: String,
    /// Labels of what belongs to the app as a whole.
    pub labels: Labels,
    /// The image, and how sure it names one thing.
    pub image: Image,
    /// What runs.
    pub processes: Vec<Process>,
    /// What runs before the processes of each new release.
    pub release: Option<ReleaseCommand>,
    /// What is to run once, beside it.
    pub task: Option<Task>,
    /// How the processes are operated.
    pub operation: Operation,
    /// Backing services.
    pub services: Vec<Service>,
    /// The app's plain environment variables.
    pub config: BTreeMap<String, String>,
    /// A hash of `config`: a change of it restarts the processes.
    pub config_hash: String,
    /// Variables that are not plain, in the order in which they build on each other.
    pub variables: Vec<PodVariable>,
    /// The app's own secrets.
    pub secrets: Vec<AppSecret>,
    /// Disks of the app.
    pub volumes: Vec<Volume>,
    /// Folders that are empty in each new pod.
    pub writable: Vec<Writable>,
    /// How requests reach the app.
    pub route: Option<Route>,
    /// Whom the cluster tells what becomes of it; nothing where nobody asks for it.
    pub rollout: Option<Rollout>,
    /// What the platform says.
    pub platform: PlatformFacts,
    /// Where the app's files came from.
    #[serde(skip)]
    pub source: SourceFacts,
    /// What keeps it although other commits come.
    #[serde(skip)]
    pub hold: Option<Hold>,
    /// What was found in the app's files.
    #[serde(skip)]
    pub facts: BTreeMap<String, String>,
    /// What the app sets on its runtime.
    #[serde(skip)]
    pub params: Map<String, Value>,
    /// What the recipes found that the runtime's uses.
    #[serde(skip)]
    pub uses: BTreeMap<String, Used>,
    /// The runtime with its version.
    #[serde(skip)]
    pub runtime: String,
    /// Versions by service, with those of services that are gone and whose data waits.
    #[serde(skip)]
    pub versions: BTreeMap<String, String>,
    /// Sizes by claim, with those that wait.
    #[serde(skip)]
    pub claims: BTreeMap<String, String>,
    /// Services whose credentials another keeps, with those that wait.
    #[serde(skip)]
    pub external_credentials: BTreeSet<String>,
    /// Variables of the command line.
    #[serde(skip)]
    pub set: BTreeMap<String, String>,
    /// Whether the app has a Dockerfile of its own.
    #[serde(skip)]
    pub dockerfile: bool,
    /// The app's own files as read.
    #[serde(skip)]
    pub files: BTreeMap<String, String>,
    /// Every variable with all layers that set it, but for the app's own secrets.
    #[serde(skip)]
    pub layers: Layers,
    /// Every decided value and where it came from.
    #[serde(skip)]
    pub decisions: Vec<Decision>,
    /// What is said, and gone on.
    #[serde(skip)]
    pub warnings: Vec<Diagnostic>,
}

/// What is said of all processes at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Whether nothing is to run.
    pub stopped: bool,
    /// Whether a page answers in the app's place, and nothing is to start by its schedule.
    pub maintenance: bool,
    /// When processes were last told to start anew; another text starts them anew.
    pub restart: Option<String>,
}

/// The image of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Image {
    /// What stands in the manifests.
    pub reference: String,
    /// Whether it is named by digest, so that it can never be another one.
    pub by_digest: bool,
}

/// What a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProcessKind {
    /// Listens on a port.
    Web,
    /// Runs on its own.
    Worker,
    /// Runs at times, and ends.
    Scheduled,
}

/// One process.
#[derive(Debug, Clone, Serialize)]
pub struct Process {
    /// Its name, and that of its objects.
    pub name: String,
    /// What it is.
    pub kind: ProcessKind,
    /// Labels of its objects.
    pub labels: Labels,
    /// Labels that select its pods; frozen.
    pub selector: Labels,
    /// Program and arguments; nothing where the image's own command runs.
    pub command: Option<Vec<String>>,
    /// The port that it listens on.
    pub port: Option<u16>,
    /// A path that answers when it is ready.
    pub health: Option<String>,
    /// CPU that is set aside.
    pub cpu: String,
    /// Memory that is set aside, and the most.
    pub memory: String,
    /// How many; nothing where it scales by itself.
    pub replicas: Option<u32>,
    /// Bounds where it scales by itself.
    pub autoscale: Option<Autoscale>,
    /// The fewest pods at any time.
    pub min_replicas: u32,
    /// Cron fields.
    pub schedule: Option<String>,
    /// How many seconds it has to end.
    pub grace_period: u32,
    /// How many seconds it may take until it listens.
    pub startup_time: u32,
}

/// Bounds of a process that scales by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Autoscale {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
    /// Per cent of the requested CPU.
    pub cpu: u32,
}

impl Display for Autoscale {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { min, max, cpu } = self;
        write!(f, "{min} to {max}, at {cpu} % of the CPU")
    }
}

/// What runs before the processes of a release.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseCommand {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Labels of its Job.
    pub labels: Labels,
    /// CPU that is set aside.
    pub cpu: String,
    /// Memory that is set aside, and the most.
    pub memory: String,
}

/// A command that is run once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// What tells it from any other.
    pub id: String,
    /// Its Job's name.
    pub name: String,
    /// Program and arguments, as the kubelet gets them.
    pub command: Vec<String>,
    /// When it was asked for.
    pub asked: String,
    /// How many seconds it may run.
    pub time_limit: u32,
    /// Labels of its Job.
    pub labels: Labels,
    /// CPU that is set aside.
    pub cpu: String,
    /// Memory that is set aside, and the most.
    pub memory: String,
    /// Program and arguments, as they were typed.
    #[serde(skip)]
    pub words: Vec<String>,
}

/// A secret of the app's own, which someone must have set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppSecret {
    /// Its name, and that of the variable where it is no file.
    pub variable: String,
    /// Where its value is.
    pub secret: SecretRef,
    /// The file that it is mounted as, in the place of a variable.
    pub file: Option<String>,
    /// The name of that file's volume.
    pub volume: String,
    /// Whether it stands among the variables of services, which build on it.
    pub given: bool,
    /// Where the platform's store has it.
    pub remote: Option<RemoteKey>,
}

/// A value in the platform's store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteKey {
    /// The key.
    pub key: String,
    /// The property of what the key holds; nothing where it is all of it.
    pub property: Option<String>,
}

/// The platform's store of secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: StoreKind,
}

/// A disk of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Labels of its claim.
    pub labels: Labels,
    /// Where it is mounted.
    pub path: String,
    /// How much it holds.
    pub size: String,
}

/// A folder that is empty in each new pod, and may be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Writable {
    /// The name of the pod's volume.
    pub name: String,
    /// Where it is mounted.
    pub path: String,
}

impl Release {
    /// All host names that it is reached by.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &String> {
        let services = self.services.iter().filter_map(|service| service.route.as_ref());
        self.route.iter().chain(services).flat_map(|route| &route.hosts)
    }

    /// The process of that name, which was given as `argument`.
    ///
    /// # Errors
    /// Kind `Usage`: the app does not have it.
    pub(crate) fn process(&self, name: &str, argument: &'static str) -> Result<&Process, Failure> {
        self.processes.iter().find(|process| process.name == name).ok_or_else(|| {
            let names = self.processes.iter().map(|process| process.name.as_str());
            let hint = match suggest(name, names.clone()) {
                Some(close) => format!("did you mean {close:?}?"),
                None => format!("its processes: {}", names.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("{} has no process {name:?}", self.app);
            typed(Code::InvalidArgument, argument, name, message, hint)
        })
    }
}

/// What the platform says, all defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlatformFacts {
    /// Kubernetes' major and minor version.
    #[serde(skip)]
    pub kubernetes: (u32, u32),
    /// The StorageClass.
    pub storage_class: Option<String>,
    /// Whether its disks can grow.
    pub expandable: bool,
    /// The Secret that images are pulled with.
    pub pull_secret: Option<String>,
    /// The namespace that requests come from.
    pub router_namespace: Option<String>,
    /// What apps may reach.
    pub egress: Egress,
    /// Ports of services that somebody else runs, which they may reach in any case.
    pub egress_ports: BTreeSet<u16>,
    /// Who keeps passwords.
    pub secrets_provider: SecretsProvider,
    /// age public keys.
    #[serde(skip)]
    pub recipients: Vec<String>,
    /// Who rolls out.
    pub delivery: Delivery,
    /// The store that External Secrets reads.
    pub secret_store: Option<Store>,
    /// The namespace of Flux's objects.
    pub flux_namespace: String,
    /// Kind of the Flux source that holds the GitOps repository.
    pub source_kind: String,
    /// Name of that source.
    pub source_name: String,
    /// The Secret that holds the age identity.
    pub decryption_secret: String,
    /// The namespace of Argo CD's objects.
    pub argocd_namespace: String,
    /// The AppProject of the apps.
    pub argocd_project: String,
    /// Address of the GitOps repository, as Argo CD reads it.
    pub source_url: Option<String>,
    /// Its branch.
    pub source_revision: String,
}
