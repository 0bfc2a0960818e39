//! References by name from one object to another of the same namespace.

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::tree::item::{Item, Names};
use crate::schema::rules::workloads;
use crate::schema::suggest;
use crate::schema::violation::Violation;

/// All references that `item` makes.
pub(super) fn check(item: &Item<'_>, names: &Names<'_>, out: &mut Vec<Violation>) {
    let mut seek = Seek { item, names, out };
    if let Some(template) = workloads::template(&item.root, item.group, item.kind) {
        if let Some(spec) = template.spec() {
            seek.pod(&spec);
        }
        for container in template.containers() {
            seek.container(&container);
        }
    }
    match (item.group, item.kind) {
        ("apps", "StatefulSet") => seek.key(item.root.get("spec"), "serviceName", "Service"),
        ("networking.k8s.io", "Ingress") => seek.ingress(),
        ("gateway.networking.k8s.io", "HTTPRoute") => seek.http_route(),
        ("autoscaling", "HorizontalPodAutoscaler") => seek.scaler(),
        ("", "ServiceAccount") => {
            for secret in item.root.list("imagePullSecrets") {
                seek.key(Some(secret), "name", "Secret");
            }
        }
        _ => {}
    }
}

struct Seek<'s, 'a> {
    item: &'s Item<'a>,
    names: &'s Names<'s>,
    out: &'s mut Vec<Violation>,
}

impl Seek<'_, '_> {
    /// The name under `key` must be that of an object of `kind`.
    fn key(&mut self, at: Option<Cursor<'_>>, key: &str, kind: &str) {
        let Some(at) = at.filter(|at| at.bool_of("optional") != Some(true)).and_then(|at| at.get(key)) else {
            return;
        };
        let Some(name) = at.text().filter(|name| !name.is_empty()) else { return };
        // What every namespace has.
        if matches!((kind, name), ("ServiceAccount", "default") | ("ConfigMap", "kube-root-ca.crt")) {
            return;
        }
        if let Some(hint) = self.names.missing(self.item.namespace, kind, name) {
            self.out.push(Violation { hint, ..at.says(format!("there is no {kind} {name:?}")) });
        }
    }

    /// The ConfigMap or Secret that `from` names, if it is in the tree, must hold the key that `from` names.
    fn entry(&mut self, from: &Cursor<'_>, kind: &str) {
        let object = from.text_of("name").and_then(|name| self.names.object(self.item.namespace, kind, name));
        let (Some(object), Some(key)) = (object, from.get("key")) else { return };
        let lists = ["data", "stringData", "binaryData"];
        let keys = lists
            .iter()
            .filter_map(|list| object.get(list))
            .flat_map(|list| list.entries().collect::<Vec<_>>());
        let keys: Vec<&str> = keys.map(|(key, _)| key).collect();
        let Some(wanted) = key.text().filter(|_| from.bool_of("optional") != Some(true)) else { return };
        if !keys.contains(&wanted) {
            let hint = suggest::suggestion(wanted, keys.into_iter());
            self.out.push(Violation { hint, ..key.says(format!("the {kind} does not have this key")) });
        }
    }

    /// The Service that a backend names, if it is in the tree, must have its port.
    fn port(&mut self, name: Option<&str>, port: Option<Cursor<'_>>) {
        let service = name.and_then(|name| self.names.object(self.item.namespace, "Service", name));
        let (Some(service), Some(port)) = (service, port) else { return };
        let ports = service.get("spec").map(|spec| spec.list("ports")).unwrap_or_default();
        let key = if port.value.is_string() { "name" } else { "port" };
        if !ports.iter().any(|one| one.value.get(key) == Some(port.value)) {
            self.out.push(port.says("is not a port of the Service"));
        }
    }

    fn pod(&mut self, spec: &Cursor<'_>) {
        self.key(Some(spec.clone()), "serviceAccountName", "ServiceAccount");
        for secret in spec.list("imagePullSecrets") {
            self.key(Some(secret), "name", "Secret");
        }
        for volume in spec.list("volumes") {
            self.key(volume.get("configMap"), "name", "ConfigMap");
            self.key(volume.get("secret"), "secretName", "Secret");
            self.key(volume.get("persistentVolumeClaim"), "claimName", "PersistentVolumeClaim");
            for source in volume.find(&["projected", "sources"]).iter().flat_map(Cursor::items) {
                self.key(source.get("configMap"), "name", "ConfigMap");
                self.key(source.get("secret"), "name", "Secret");
            }
        }
    }

    fn container(&mut self, container: &Cursor<'_>) {
        for variable in container.list("env") {
            for (from, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                if let Some(from) = variable.find(&["valueFrom", from]) {
                    self.key(Some(from.clone()), "name", kind);
                    self.entry(&from, kind);
                }
            }
        }
        for from in container.list("envFrom") {
            self.key(from.get("configMapRef"), "name", "ConfigMap");
            self.key(from.get("secretRef"), "name", "Secret");
        }
    }

    fn ingress(&mut self) {
        let Some(spec) = self.item.root.get("spec") else { return };
        let rules = spec.list("rules");
        let paths =
            rules.iter().filter_map(|rule| rule.find(&["http", "paths"])).flat_map(|paths| paths.items());
        let backends = paths.filter_map(|path| path.find(&["backend", "service"]));
        for service in spec.find(&["defaultBackend", "service"]).into_iter().chain(backends) {
            self.key(Some(service.clone()), "name", "Service");
            let port = service.get("port").and_then(|port| port.get("number").or_else(|| port.get("name")));
            self.port(service.text_of("name"), port);
        }
    }

    fn http_route(&mut self) {
        for rule in self.item.root.find(&["spec", "rules"]).iter().flat_map(Cursor::items) {
            for backend in rule.list("backendRefs") {
                let is_here = backend.text_of("namespace").is_none_or(|other| other == self.item.namespace);
                if is_here && matches!(backend.text_of("kind"), None | Some("Service")) {
                    self.key(Some(backend.clone()), "name", "Service");
                    self.port(backend.text_of("name"), backend.get("port"));
                }
            }
        }
    }

    fn scaler(&mut self) {
        let target = self.item.root.find(&["spec", "scaleTargetRef"]);
        let kind = target.as_ref().and_then(|target| target.text_of("kind"));
        if let Some(kind @ ("Deployment" | "StatefulSet" | "ReplicaSet")) = kind {
            self.key(target, "name", kind);
        }
    }
}
