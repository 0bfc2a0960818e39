//! What there is in an app's namespace.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::stand_in::{Event, What};
use cupaas_cluster_tests::wait::Seen;
use serde_json::Value;

use crate::app::App;

impl App {
    /// An object of the app, such as `apis/apps/v1 deployments/web`; nothing where it is not there.
    pub(crate) async fn object(&self, group: &str, object: &str) -> Result<Option<Value>> {
        let answer = self.world.server.read(&self.path(group, object)).await?;
        ensure!(answer.taken() || answer.status == 404, "{object}: {}", answer.message());
        Ok(answer.taken().then_some(answer.body))
    }

    /// The path of an object in the API.
    pub(crate) fn path(&self, group: &str, object: &str) -> String {
        format!("/{group}/namespaces/{}/{object}", self.namespace())
    }

    /// All of a kind.
    pub(crate) async fn all(&self, group: &str, plural: &str) -> Result<Vec<Value>> {
        let mut list = self.world.server.read(&self.path(group, plural)).await?;
        ensure!(list.taken(), "{plural}: {}", list.message());
        Ok(serde_json::from_value(list.body["items"].take())?)
    }

    /// Waits until a process runs as this version says, and no other version of it does.
    pub(crate) async fn serves(&self, process: &str, version: &str) -> Result<()> {
        let image = self.image(version);
        self.wait(&format!("{process} of {} is at {image}", self.namespace()), async || {
            let Some(object) = self.object("apis/apps/v1", &format!("deployments/{process}")).await? else {
                return Ok(Seen::NotYet("it is not there".into()));
            };
            let (spec, status) = (&object["spec"], &object["status"]);
            let is = spec["template"]["spec"]["containers"][0]["image"] == image.as_str()
                && status["observedGeneration"] == object["metadata"]["generation"]
                && ["replicas", "updatedReplicas", "availableReplicas"]
                    .iter()
                    .all(|field| status[field] == spec["replicas"]);
            Ok(if is {
                Seen::Yes(())
            } else {
                Seen::NotYet(format!("{} {status}", spec["template"]["spec"]["containers"][0]["image"]))
            })
        })
        .await
    }

    /// The pods that answer behind a Service, by their images: what its EndpointSlices say is ready.
    pub(crate) async fn answering(&self, service: &str) -> Result<Vec<String>> {
        let pods = self.all("api/v1", "pods").await?;
        let images: BTreeMap<_, _> =
            pods.iter().map(|pod| (pod["metadata"]["uid"].clone().to_string(), pod)).collect();
        let mut answering = Vec::new();
        for slice in self.all("apis/discovery.k8s.io/v1", "endpointslices").await? {
            if slice["metadata"]["labels"]["kubernetes.io/service-name"] != service {
                continue;
            }
            for endpoint in slice["endpoints"].as_array().into_iter().flatten() {
                if endpoint["conditions"]["ready"] != true {
                    continue;
                }
                let pod = images.get(&endpoint["targetRef"]["uid"].to_string());
                let image = pod.map(|pod| &pod["spec"]["containers"][0]["image"]);
                answering.extend(image.and_then(Value::as_str).map(str::to_owned));
            }
        }
        answering.sort();
        Ok(answering)
    }

    /// Waits until this version answers behind a Service, and no other.
    pub(crate) async fn answers(&self, service: &str, version: &str) -> Result<()> {
        let image = self.image(version);
        self.wait(&format!("{image} answers behind Service {service} of {}", self.namespace()), async || {
            let answering = self.answering(service).await?;
            let is = !answering.is_empty() && answering.iter().all(|one| *one == image);
            Ok(if is { Seen::Yes(()) } else { Seen::NotYet(format!("{answering:?} answer")) })
        })
        .await
    }

    /// The uid of an object: another one of the same name has another.
    pub(crate) async fn uid(&self, group: &str, object: &str) -> Result<String> {
        let found = self.object(group, object).await?;
        let uid = found.as_ref().and_then(|found| found["metadata"]["uid"].as_str());
        ensure!(uid.is_some(), "{object} of {} is not there", self.namespace());
        Ok(uid.unwrap_or_default().to_owned())
    }

    /// Waits until an object is there.
    pub(crate) async fn there(&self, group: &str, object: &str) -> Result<()> {
        self.wait(&format!("{object} of {} is there", self.namespace()), async || {
            let found = self.object(group, object).await?;
            Ok(if found.is_some() { Seen::Yes(()) } else { Seen::NotYet("it is not".into()) })
        })
        .await
    }

    /// Waits until an object is no longer there.
    pub(crate) async fn gone(&self, group: &str, object: &str) -> Result<()> {
        self.wait(&format!("{object} of {} is gone", self.namespace()), async || {
            let found = self.object(group, object).await?;
            Ok(found.map_or(Seen::Yes(()), |found| Seen::NotYet(found["metadata"].to_string())))
        })
        .await
    }

    /// What has started of a process, service or release command, in its order.
    pub(crate) fn started(&self, instance: &str) -> Vec<Event> {
        self.diary(instance, What::Started)
    }

    /// What has happened of that kind.
    pub(crate) fn diary(&self, instance: &str, what: What) -> Vec<Event> {
        let diary = self.world.stand_in.diary(&self.namespace()).into_iter();
        diary.filter(|event| event.what == what && event.instance == instance).collect()
    }

    /// Waits until the node has noted that of an image.
    pub(crate) async fn noted(&self, instance: &str, what: What, version: &str) -> Result<()> {
        let image = self.image(version);
        self.wait(&format!("{instance} of {}: {what:?} {image}", self.namespace()), async || {
            let events = self.diary(instance, what);
            let is = events.iter().any(|event| event.image == image);
            Ok(if is { Seen::Yes(()) } else { Seen::NotYet(format!("{} others", events.len())) })
        })
        .await
    }

    /// Waits until the node has noted that so often of a process.
    pub(crate) async fn noted_times(&self, instance: &str, what: What, times: usize) -> Result<()> {
        self.wait(&format!("{instance} of {}: {times} {what:?}", self.namespace()), async || {
            let events = self.diary(instance, what);
            let seen = format!("{events:?}");
            Ok(if events.len() == times { Seen::Yes(()) } else { Seen::NotYet(seen) })
        })
        .await
    }
}
