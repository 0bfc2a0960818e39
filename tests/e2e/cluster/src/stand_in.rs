//! A node without a kubelet: what a scheduler, a kubelet and a provisioner of volumes would say of pods and claims.
//!
//! No container runs. A pod is bound once the claims that it mounts are; it starts once the ConfigMaps and Secrets
//! that its containers read are there; it becomes ready, or its Job ends, as its image is told to ([`Conduct`]). Claims
//! wait for their first consumer. All else is done by the real controllers, and so is what follows from it.

mod environment;
mod faults;
mod volumes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::server::{Mode, Server};

const NAME: &str = "node";
const PACE: Duration = Duration::from_millis(250);

/// How an image behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Conduct {
    /// Processes become ready, Jobs succeed.
    #[default]
    Works,
    /// Processes never become ready.
    NeverReady,
    /// Its image cannot be pulled: nothing ever starts.
    NoImage,
    /// Processes end by themselves, again and again, before they are ready.
    Crashes,
    /// Jobs fail.
    Fails,
    /// Jobs go on until the image is told otherwise.
    GoesOn,
}

impl Conduct {
    fn is_ready(self) -> bool {
        !matches!(self, Self::NeverReady | Self::Crashes | Self::NoImage)
    }
}

/// What happened to a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its containers started.
    Started,
    /// They ended by themselves and well.
    Succeeded,
    /// They ended by themselves and badly.
    Failed,
    /// They were told to end.
    Stopped,
}

/// One line of the node's diary.
#[derive(Debug, Clone)]
pub struct Event {
    /// What happened.
    pub what: What,
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's `app.kubernetes.io/instance`: a process, a service, or `release`.
    pub instance: String,
    /// The pod's uid.
    pub pod: String,
    /// The first container's image.
    pub image: String,
    /// The first container's variables as it saw them when it started.
    pub environment: BTreeMap<String, String>,
}

#[derive(Default)]
struct State {
    conduct: BTreeMap<String, Conduct>,
    diary: Vec<Event>,
}

/// The node. It works as long as one of its copies is there.
#[derive(Clone)]
pub struct StandIn {
    server: Server,
    state: Arc<Mutex<State>>,
}

impl StandIn {
    /// Registers the node and the default class of volumes, and begins to work.
    pub async fn start(server: Server) -> Result<Self> {
        let node = Self { server, state: Arc::default() };
        let object = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NAME}});
        for object in [object.clone(), volumes::class()] {
            let answer = node.server.apply(&object, Mode::Store).await?;
            ensure!(answer.taken(), "{}", answer.message());
        }
        let ready = json!({"conditions": [{"type": "Ready", "status": "True", "reason": "Posing"}]});
        node.server.set_status(&object, ready).await?;
        let (server, state) = (node.server.clone(), Arc::downgrade(&node.state));
        tokio::spawn(async move {
            let mut round = 0_u64;
            while let Some(state) = state.upgrade() {
                // An object may change or go while it is looked at; the next round sees it as it is then.
                if let Err(error) = (Self { server: server.clone(), state }).round(round).await {
                    eprintln!("node: {error:#}");
                }
                round += 1;
                tokio::time::sleep(PACE).await;
            }
        });
        Ok(node)
    }

    /// Says how the pods of an image behave from now on.
    pub fn conduct(&self, image: &str, conduct: Conduct) {
        self.lock().conduct.insert(image.to_owned(), conduct);
    }

    /// What has happened in a namespace, in its order.
    pub fn diary(&self, namespace: &str) -> Vec<Event> {
        self.lock().diary.iter().filter(|event| event.namespace == namespace).cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn round(&self, round: u64) -> Result<()> {
        // The node lifecycle controller gives a node up after 40 s without a sign of life.
        if round.is_multiple_of(20) {
            self.sign_of_life().await?;
        }
        let pods = self.server.read("/api/v1/pods?resourceVersion=0").await?;
        for pod in pods.body["items"].as_array().into_iter().flatten() {
            self.look_at(pod).await?;
        }
        Ok(())
    }

    async fn sign_of_life(&self) -> Result<()> {
        let path = format!("/api/v1/nodes/{NAME}/status");
        let now = k8s_openapi::jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let ready = json!({"type": "Ready", "status": "True", "reason": "Posing", "lastHeartbeatTime": now});
        let answer = self.server.patch(&path, NAME, &json!({"status": {"conditions": [ready]}})).await?;
        ensure!(answer.taken(), "{}", answer.message());
        Ok(())
    }

    async fn look_at(&self, pod: &Value) -> Result<()> {
        let phase = pod["status"]["phase"].as_str().unwrap_or_default();
        let over = matches!(phase, "Succeeded" | "Failed");
        if pod["metadata"]["deletionTimestamp"].is_string() {
            return self.end(pod, over).await;
        }
        if over {
            return Ok(());
        }
        if pod["spec"]["nodeName"].is_null() {
            return self.bind(pod).await;
        }
        if phase != "Running" && self.conduct_of(pod) == Conduct::NoImage {
            let known = pod["status"]["containerStatuses"].is_array();
            return if known { Ok(()) } else { self.say(pod, faults::unpulled(pod)).await };
        }
        if phase != "Running" {
            return match self.environment_of(pod).await? {
                Some(environment) => self.run(pod, environment).await,
                // As a kubelet does: CreateContainerConfigError, and again later.
                None => Ok(()),
            };
        }
        self.go_on(pod).await
    }

    async fn bind(&self, pod: &Value) -> Result<()> {
        if !volumes::ready(&self.server, pod).await? {
            return Ok(());
        }
        let target = json!({"apiVersion": "v1", "kind": "Node", "name": NAME});
        let binding = json!({"metadata": {"name": pod["metadata"]["name"]}, "target": target});
        self.server.post(&format!("{}/binding", path(pod)), &binding).await.map(drop)
    }

    async fn run(&self, pod: &Value, environment: BTreeMap<String, String>) -> Result<()> {
        self.note(What::Started, pod, environment);
        let ready = self.conduct_of(pod).is_ready();
        self.say(pod, running(pod, ready, self.address())).await
    }

    /// A Job's pod may end; a process may become ready, or no longer be.
    async fn go_on(&self, pod: &Value) -> Result<()> {
        let conduct = self.conduct_of(pod);
        if pod["metadata"]["ownerReferences"][0]["kind"] == "Job" {
            let (what, phase) = match conduct {
                Conduct::GoesOn => return Ok(()),
                Conduct::Fails => (What::Failed, "Failed"),
                Conduct::Works | Conduct::NeverReady | Conduct::NoImage | Conduct::Crashes => {
                    (What::Succeeded, "Succeeded")
                }
            };
            self.note(what, pod, BTreeMap::new());
            return self.say(pod, json!({"phase": phase})).await;
        }
        let restarts = &pod["status"]["containerStatuses"][0]["restartCount"];
        if conduct == Conduct::Crashes && *restarts == 0 {
            return self.say(pod, faults::crashed(pod)).await;
        }
        let ready = conduct.is_ready();
        let said = pod["status"]["conditions"].as_array().into_iter().flatten();
        let said = said.filter(|one| one["type"] == "Ready").any(|one| one["status"] == "True");
        if ready == said {
            return Ok(());
        }
        let address = pod["status"]["podIP"].as_str().unwrap_or_default().to_owned();
        self.say(pod, running(pod, ready, address)).await
    }

    async fn end(&self, pod: &Value, over: bool) -> Result<()> {
        if !over && pod["status"]["phase"] == "Running" {
            self.note(What::Stopped, pod, BTreeMap::new());
        }
        // A Job's controller counts a pod only once it is over.
        if !over && pod["spec"]["restartPolicy"] == "Never" {
            self.say(pod, json!({"phase": "Failed"})).await?;
        }
        self.server.delete(&path(pod), Some(0)).await.map(drop)
    }

    async fn say(&self, pod: &Value, status: Value) -> Result<()> {
        self.server.patch(&format!("{}/status", path(pod)), NAME, &json!({"status": status})).await.map(drop)
    }

    fn conduct_of(&self, pod: &Value) -> Conduct {
        self.lock().conduct.get(image(pod)).copied().unwrap_or_default()
    }

    /// Each pod has an address of its own: endpoints are told apart by it.
    fn address(&self) -> String {
        let number = self.lock().diary.len();
        format!("10.244.{}.{}", number / 250, 1 + number % 250)
    }

    fn note(&self, what: What, pod: &Value, environment: BTreeMap<String, String>) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &pod["metadata"];
        let event = Event {
            what,
            namespace: text(&metadata["namespace"]),
            instance: text(&metadata["labels"]["app.kubernetes.io/instance"]),
            pod: text(&metadata["uid"]),
            image: image(pod).to_owned(),
            environment,
        };
        let mut state = self.lock();
        // What could not be said to the server is tried again, and noted once.
        if !state.diary.iter().any(|known| known.pod == event.pod && known.what == what) {
            state.diary.push(event);
        }
    }
}

fn image(pod: &Value) -> &str {
    pod["spec"]["containers"][0]["image"].as_str().unwrap_or_default()
}

fn path(pod: &Value) -> String {
    let text = |name: &str| pod["metadata"][name].as_str().unwrap_or_default().to_owned();
    format!("/api/v1/namespaces/{}/pods/{}", text("namespace"), text("name"))
}

/// The status of a pod whose containers run.
fn running(pod: &Value, ready: bool, address: String) -> Value {
    let is = |yes: bool| if yes { "True" } else { "False" };
    let conditions: Vec<_> =
        [("PodScheduled", true), ("Initialized", true), ("ContainersReady", ready), ("Ready", ready)]
            .map(|(kind, yes)| json!({"type": kind, "status": is(yes)}))
            .into();
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    let containers = containers.map(|one| {
        json!({"name": one["name"], "image": one["image"], "imageID": one["image"], "ready": ready,
               "restartCount": 0, "started": true, "state": {"running": {}}})
    });
    let containers: Vec<_> = containers.collect();
    json!({"phase": "Running", "conditions": conditions, "podIP": address, "podIPs": [{"ip": address}],
           "containerStatuses": containers})
}
