//! Whether a NetworkPolicy lets an app's pods reach its service. One that selects the service's pods and lets nobody in is
//! worse than none: the service starts, and never answers.

use serde_json::Value as Json;

use crate::resolve::release::{Labels, Release};

/// The pods that are to be let in, and where they are.
pub(super) struct Callers<'a> {
    pods: Vec<&'a Labels>,
    namespace: &'a str,
}

impl<'a> Callers<'a> {
    /// All pods of an app: those of its processes, and of its release command, which asks whether the service answers.
    pub(super) fn of(release: &'a Release) -> Self {
        let processes = release.processes.iter().map(|process| &process.labels);
        let pods = processes.chain(release.release.iter().map(|command| &command.labels)).collect();
        Self { pods, namespace: &release.namespace }
    }

    /// Whether a rule of the policy lets one of them in, to a port for which `listens` is true, or one of those from one number
    /// to another for which `between` is.
    pub(super) fn are_let_in(
        &self,
        policy: &Json,
        listens: impl Fn(&Json) -> bool,
        between: impl Fn(u64, u64) -> bool,
    ) -> bool {
        let spec = &policy["spec"];
        let is_for_others =
            spec["policyTypes"].as_array().is_some_and(|types| !types.iter().any(|one| one == "Ingress"));
        let mut rules = spec["ingress"].as_array().into_iter().flatten();
        !is_for_others
            && rules.any(|rule| {
                any_of(&rule["from"], |peer| self.is_one(peer))
                    && any_of(&rule["ports"], |port| to(port, &listens, &between))
            })
    }

    /// Whether one of the pods is meant. What addresses pods have nobody knows.
    fn is_one(&self, peer: &Json) -> bool {
        let elsewhere = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"].as_str();
        let here = elsewhere.is_none_or(|name| name == self.namespace);
        let selector = &peer["podSelector"];
        peer["ipBlock"].is_object()
            || (here
                && (self.pods.is_empty()
                    || self.pods.iter().any(|pod| selects(selector, |key| pod.get(key).map(String::as_str)))))
    }
}

/// Whether a rule of the policy lets pods of another namespace in, as those of the platform's router are.
pub(super) fn lets_others_in(policy: &Json, listens: impl Fn(&Json) -> bool) -> bool {
    let is_elsewhere = |peer: &Json| peer["namespaceSelector"].is_object() || peer["ipBlock"].is_object();
    let mut rules = policy["spec"]["ingress"].as_array().into_iter().flatten();
    rules.any(|rule| {
        any_of(&rule["from"], is_elsewhere) && any_of(&rule["ports"], |port| to(port, &listens, |_, _| true))
    })
}

/// Whether something is true of one of a list's items; a list that is not there or empty stands for all there is.
fn any_of(list: &Json, mut is_true: impl FnMut(&Json) -> bool) -> bool {
    list.as_array().is_none_or(|items| items.is_empty() || items.iter().any(&mut is_true))
}

fn to(port: &Json, listens: impl Fn(&Json) -> bool, between: impl Fn(u64, u64) -> bool) -> bool {
    match port["endPort"].as_u64().zip(port["port"].as_u64()) {
        Some((last, first)) => between(first, last),
        None => port.get("port").is_none_or(listens),
    }
}

/// Whether a selector means whoever has these labels. An empty one means everybody.
pub(super) fn selects<'l>(selector: &Json, label: impl Fn(&str) -> Option<&'l str>) -> bool {
    let value = |key: &Json| key.as_str().and_then(&label);
    let mut plain = selector["matchLabels"].as_object().into_iter().flatten();
    let mut expressions = selector["matchExpressions"].as_array().into_iter().flatten();
    plain.all(|(key, is)| label(key) == is.as_str())
        && expressions.all(|one| {
            let is = value(&one["key"]);
            let among = one["values"]
                .as_array()
                .is_some_and(|all| is.is_some_and(|is| all.iter().any(|one| one == is)));
            match one["operator"].as_str() {
                Some("In") => among,
                Some("NotIn") => !among,
                Some("Exists") => is.is_some(),
                Some("DoesNotExist") => is.is_none(),
                _ => true,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Whether the policy lets in the web process of the app `tasks`, of which a container listens on 80, called `http`.
    fn lets_in(spec: Json) -> bool {
        let labels = [("cupaas.dev/app", "tasks"), ("cupaas.dev/process", "web")];
        let labels: Labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let callers = Callers { pods: vec![&labels], namespace: "tasks-production" };
        callers.are_let_in(
            &json!({"spec": spec}),
            |port| *port == 80 || *port == "http",
            |first, last| (first..=last).contains(&80),
        )
    }

    #[test]
    fn whoever_is_selected_is_let_in() {
        for rule in [
            json!({}),
            json!({"from": [], "ports": []}),
            json!({"from": [{"podSelector": {}}]}),
            json!({"from": [{"podSelector": {"matchLabels": {"a": "b"}}}, {"podSelector": {"matchLabels": {"cupaas.dev/app": "tasks"}}}]}),
            json!({"from": [{"podSelector": {"matchExpressions": [{"key": "cupaas.dev/process", "operator": "In", "values": ["web"]}]}}]}),
            json!({"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "tasks-production"}}}]}),
            json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": "http"}]}),
            json!({"ports": [{"port": 81}, {"port": 80}]}),
            json!({"ports": [{"port": 1, "endPort": 100}]}),
            json!({"ports": [{"protocol": "TCP"}]}),
        ] {
            assert!(lets_in(json!({"ingress": [rule]})), "{rule}");
        }
        assert!(lets_in(json!({"policyTypes": ["Egress", "Ingress"], "ingress": [{}]})));
    }

    #[test]
    fn a_policy_that_lets_nobody_in_is_none() {
        for rule in [
            json!({"from": [{"podSelector": {"matchLabels": {"app": "tasks"}}}]}),
            json!({"from": [{"podSelector": {"matchExpressions": [{"key": "x", "operator": "Exists"}]}}]}),
            json!({"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}, "podSelector": {}}]}),
            json!({"ports": [{"port": 81}]}),
            json!({"ports": [{"port": 81, "endPort": 90}]}),
        ] {
            assert!(!lets_in(json!({"ingress": [rule]})), "{rule}");
        }
        assert!(!lets_in(json!({"policyTypes": ["Ingress"]})));
        assert!(!lets_in(json!({"policyTypes": ["Egress"], "ingress": [{}]})));
    }
}
