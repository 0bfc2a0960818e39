//! What an API server refuses beyond its own schema: an object becomes violations. Each theme has its module;
//! a rule reads what has the right type and leaves the rest to the structural check, so that nothing is said
//! twice.

mod autoscaling;
mod claims;
mod config;
mod containers;
mod cron;
mod cursor;
mod env;
mod ids;
mod names;
mod network;
mod pods;
mod policy;
mod probes;
mod resources;
mod routes;
mod scheduling;
mod security;
mod selector;
mod syntax;
pub(crate) mod target;
pub(crate) mod tree;
mod volumes;
mod workloads;

use crate::schema::rules::target::ClusterTarget;
use serde_json::Value;

pub(super) use cron::problem as schedule_problem;

use crate::schema::violation::Violation;
use cursor::Cursor;

/// All rules over one object.
pub(crate) fn object(object: &Value, target: ClusterTarget, out: &mut Vec<Violation>) {
    let root = Cursor::root(object);
    let (Some(version), Some(kind)) = (root.text_of("apiVersion"), root.text_of("kind")) else { return };
    let (group, _) = version.rsplit_once('/').unwrap_or(("", version));
    // Files of a client, which no API server sees.
    if group == "kustomize.config.k8s.io" {
        return;
    }
    names::check(&root, group, kind, target, out);
    workloads::complete(&root, group, kind, out);
    if let Some(template) = workloads::template(&root, group, kind) {
        workloads::check(&root, kind, &template, out);
        pods::check(&template, kind, out);
        if target.restricted {
            security::check(&template, target.version, out);
        }
    }
    match (group, kind) {
        ("", "Service") => network::service(&root, out),
        ("", "ConfigMap") => config::config_map(&root, out),
        ("", "Secret") => config::secret(&root, out),
        ("", "PersistentVolumeClaim") => claims::check(&root, out),
        ("networking.k8s.io", "Ingress") => routes::ingress(&root, target, out),
        ("networking.k8s.io", "NetworkPolicy") => policy::network(&root, out),
        ("gateway.networking.k8s.io", "HTTPRoute") => routes::http_route(&root, out),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::scaler(&root, out),
        ("policy", "PodDisruptionBudget") => autoscaling::disruption_budget(&root, out),
        _ => {}
    }
}
