//! One object before and after → what its change does to the cluster. The rules are those of Kubernetes'
//! controllers: what replaces pods, what only counts at the next run, what nobody notices.

use crate::plan::volumes::deleted;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::plan::model::Effect;
use crate::plan::object::Object;
use crate::plan::{immutable, pod, volumes};

/// The effects, in the order in which a person would want to hear of them.
pub(super) fn of(before: Option<&Object>, after: Option<&Object>) -> Vec<Effect> {
    let Some(object) = after.or(before) else { return Vec::new() };
    let mut effects = match object.kind() {
        "Deployment" | "StatefulSet" | "DaemonSet" => before.zip(after).map(|(old, new)| workload(old, new)),
        "Job" => job(before, after),
        "CronJob" => Some(schedule(before, after)),
        "Ingress" | "HTTPRoute" | "GRPCRoute" | "TLSRoute" => Some(reroute(before, after)),
        "PersistentVolumeClaim" => volumes::effects(before, after),
        "Namespace" => deleted(before, after),
        _ => None,
    }
    .unwrap_or_default();
    if before.is_some() && after.is_some() && effects.is_empty() {
        effects.push(Effect::NoRestart);
    }
    effects
}

fn workload(old: &Object, new: &Object) -> Vec<Effect> {
    let (before, after) = (&old.value["spec"], &new.value["spec"]);
    let process = new.process();
    let mut effects = Vec::new();
    let replaced = new.is_forced() && immutable::is_refused(old, new);
    // OnDelete: the controller waits until somebody deletes the pods.
    let waits = after["updateStrategy"]["type"] == "OnDelete";
    // Where no pod runs before or after, none is replaced: that some come or go is said of their number.
    let stopped = [before, after].iter().any(|spec| spec["replicas"] == 0);
    if !stopped && (replaced || (before["template"] != after["template"] && !waits)) {
        let rolling = !replaced && is_rolling(new);
        let why = pod::reasons(&before["template"], &after["template"]);
        effects.push(Effect::Restart { process: process.clone(), rolling, why });
        if !rolling {
            effects.push(Effect::Recreate { process: process.clone() });
        }
    }
    let (from, to) = (before["replicas"].as_i64(), after["replicas"].as_i64());
    // What is not written begins as one.
    if from.unwrap_or(1) != to.unwrap_or(1) {
        effects.push(Effect::Scale { process, from, to });
    }
    effects
}

/// Whether pods serve all the while that they are replaced.
fn is_rolling(object: &Object) -> bool {
    let spec = &object.value["spec"];
    let several = spec["replicas"].as_i64().is_none_or(|count| count > 1);
    match object.kind() {
        // A single pod of a StatefulSet is stopped before the new one is started.
        "StatefulSet" => spec["replicas"].as_i64().unwrap_or(1) > 1,
        "Deployment" if spec["strategy"]["type"] == "Recreate" => false,
        // With maxUnavailable 1 and one pod, that one may go before the new one is ready.
        "Deployment" => several || keeps_serving(&spec["strategy"]["rollingUpdate"]["maxUnavailable"]),
        _ => true,
    }
}

/// The default is 25 %, rounded down: 0 of one pod.
fn keeps_serving(max_unavailable: &Value) -> bool {
    match max_unavailable {
        Value::Null => true,
        Value::Number(count) => count.as_i64() == Some(0),
        Value::String(text) => {
            text.strip_suffix('%').and_then(|n| n.parse().ok()).is_some_and(|n: u32| n < 100)
        }
        _ => false,
    }
}

fn job(before: Option<&Object>, after: Option<&Object>) -> Option<Vec<Effect>> {
    let new =
        after.filter(|new| before.is_none_or(|old| new.is_forced() && immutable::is_refused(old, new)))?;
    Some(vec![Effect::RunsJob { name: new.id.name.clone() }])
}

fn schedule(before: Option<&Object>, after: Option<&Object>) -> Vec<Effect> {
    let of = |object: Option<&Object>| {
        let spec = &object?.value["spec"];
        let zone = spec["timeZone"].as_str().map(|zone| format!(" {zone}")).unwrap_or_default();
        let paused = if spec["suspend"] == true { " (suspended)" } else { "" };
        Some(format!("{}{zone}{paused}", spec["schedule"].as_str().unwrap_or("")))
    };
    let (from, to) = (of(before), of(after));
    let Some(process) = after.or(before).map(Object::process).filter(|_| from != to) else {
        return Vec::new();
    };
    vec![Effect::Schedule { process, from, to }]
}

fn reroute(before: Option<&Object>, after: Option<&Object>) -> Vec<Effect> {
    let differ = |of: fn(&Object) -> BTreeSet<String>| {
        let (old, new) = (before.map(of).unwrap_or_default(), after.map(of).unwrap_or_default());
        let without =
            |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        (without(&new, &old), without(&old, &new))
    };
    let mut effects = Vec::new();
    let (added, removed) = differ(hosts);
    if !(added.is_empty() && removed.is_empty()) {
        effects.push(Effect::Reroute { added, removed });
    }
    let (to, from) = differ(backends);
    if !(to.is_empty() || from.is_empty()) {
        effects.push(Effect::Redirect { from, to });
    }
    effects
}

/// The Services that a route leads to.
fn backends(object: &Object) -> BTreeSet<String> {
    let rules = object.value["spec"]["rules"].as_array().into_iter().flatten();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let names = rules.flat_map(|rule| {
        let of_ingress =
            list(&rule["http"]["paths"]).into_iter().map(|path| path["backend"]["service"].clone());
        of_ingress.chain(list(&rule["backendRefs"])).collect::<Vec<_>>()
    });
    names.filter_map(|service| service["name"].as_str().map(str::to_owned)).collect()
}

/// The host names of a route; `*` for a rule without one.
fn hosts(object: &Object) -> BTreeSet<String> {
    let spec = &object.value["spec"];
    let text = |value: &Value| value.as_str().unwrap_or("*").to_owned();
    let rules = spec["rules"].as_array().into_iter().flatten();
    match object.kind() {
        "Ingress" => rules.map(|rule| text(&rule["host"])).collect(),
        _ => spec["hostnames"].as_array().into_iter().flatten().map(text).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Reason;
    use super::super::test_support::{DISABLED, edit, plan, tree};
    use super::*;
    use crate::tree::Files;

    fn workload(kind: &str, spec: &str, image: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: x, namespace: ns, \
             labels: {{app.kubernetes.io/component: web}}}}\nspec: {{{spec}, template: {{spec: {{containers: \
             [{{name: web, image: '{image}'}}]}}}}}}\n"
        )
    }

    fn restart(kind: &str, spec: &str) -> Option<(bool, bool)> {
        let plan = edit(&workload(kind, spec, "r/a:1"), &workload(kind, spec, "r/a:2"));
        let effects = &plan.changes[0].effects;
        let outage = effects.contains(&Effect::Recreate { process: "web".into() });
        effects.iter().find_map(|effect| match effect {
            Effect::Restart { process, rolling, why } => {
                assert_eq!(process, "web");
                let image =
                    Reason::Image { container: "web".into(), from: "r/a:1".into(), to: "r/a:2".into() };
                assert_eq!(*why, [image]);
                Some((*rolling, outage))
            }
            _ => None,
        })
    }

    #[test]
    fn a_new_template_restarts_and_may_mean_an_outage() {
        for (kind, spec, expected) in [
            ("Deployment", "replicas: 1", Some((true, false))),
            ("Deployment", "replicas: 1, strategy: {type: Recreate}", Some((false, true))),
            (
                "Deployment",
                "replicas: 1, strategy: {rollingUpdate: {maxUnavailable: 0}}",
                Some((true, false)),
            ),
            (
                "Deployment",
                "replicas: 1, strategy: {rollingUpdate: {maxUnavailable: 1}}",
                Some((false, true)),
            ),
            (
                "Deployment",
                "replicas: 1, strategy: {rollingUpdate: {maxUnavailable: '50%'}}",
                Some((true, false)),
            ),
            (
                "Deployment",
                "replicas: 3, strategy: {rollingUpdate: {maxUnavailable: 1}}",
                Some((true, false)),
            ),
            ("Deployment", "replicas: 0", None),
            ("StatefulSet", "serviceName: s", Some((false, true))),
            ("StatefulSet", "replicas: 1", Some((false, true))),
            ("StatefulSet", "replicas: 3", Some((true, false))),
            ("StatefulSet", "replicas: 3, updateStrategy: {type: OnDelete}", None),
            ("DaemonSet", "minReadySeconds: 1", Some((true, false))),
        ] {
            assert_eq!(restart(kind, spec), expected, "{kind} {spec}");
        }
    }

    #[test]
    fn scaling_is_no_restart() {
        let scale =
            |from: Option<i64>, to: Option<i64>| vec![Effect::Scale { process: "web".into(), from, to }];
        for (from, to, expected) in [
            ("replicas: 1", "replicas: 3", scale(Some(1), Some(3))),
            ("replicas: 3", "a: 1", scale(Some(3), None)),
            ("a: 1", "replicas: 3", scale(None, Some(3))),
            ("a: 1", "replicas: 1", vec![Effect::NoRestart]),
            ("a: 1", "a: 2", vec![Effect::NoRestart]),
        ] {
            let plan = edit(&workload("Deployment", from, "i"), &workload("Deployment", to, "i"));
            assert_eq!(plan.changes[0].effects, expected, "{from} -> {to}");
        }
    }

    #[test]
    fn what_does_not_run_is_not_restarted() {
        for (from, to) in [("replicas: 0", "replicas: 2"), ("replicas: 2", "replicas: 0")] {
            let plan = edit(&workload("Deployment", from, "i:1"), &workload("Deployment", to, "i:2"));
            let effects = &plan.changes[0].effects;
            assert!(matches!(effects.as_slice(), [Effect::Scale { .. }]), "{from} -> {to}: {effects:?}");
        }
    }

    fn told(before: Option<&str>, after: Option<&str>) -> Vec<Effect> {
        let tree =
            |text: Option<&str>| text.map_or_else(Files::new, |text| tree([("deploy/p/t/app/x.yaml", text)]));
        plan(&tree(before), &tree(after)).changes.remove(0).effects
    }

    #[test]
    fn jobs_run_when_they_are_new() {
        let job = |name| format!("apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec: {{}}\n");
        assert_eq!(told(None, Some(&job("a"))), [Effect::RunsJob { name: "a".into() }]);
        assert_eq!(told(Some(&job("a")), None), []);
        let changed = job("a").replace("{}", "{backoffLimit: 1}");
        assert_eq!(told(Some(&job("a")), Some(&changed)), [Effect::NoRestart]);
    }

    #[test]
    fn schedules_are_told_with_their_zone() {
        let cron =
            |spec| format!("apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{{spec}}}\n");
        let schedule = |from: Option<&str>, to: Option<&str>| {
            [Effect::Schedule { process: "a".into(), from: from.map(Into::into), to: to.map(Into::into) }]
        };
        let (one, two) =
            (cron("schedule: '0 3 * * *'"), cron("schedule: '0 3 * * *', timeZone: America/Havana"));
        let paused = cron("schedule: '0 3 * * *', suspend: true");
        assert_eq!(told(None, Some(&one)), schedule(None, Some("0 3 * * *")));
        assert_eq!(told(Some(&one), None), schedule(Some("0 3 * * *"), None));
        assert_eq!(
            told(Some(&one), Some(&two)),
            schedule(Some("0 3 * * *"), Some("0 3 * * * America/Havana"))
        );
        assert_eq!(
            told(Some(&one), Some(&paused)),
            schedule(Some("0 3 * * *"), Some("0 3 * * * (suspended)"))
        );
        assert_eq!(told(Some(&one), Some(&cron("schedule: '0 3 * * *', a: 1"))), [Effect::NoRestart]);
    }

    #[test]
    fn routes_tell_hosts() {
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n\
                       spec: {rules: [{host: a.cu}, {host: b.cu}]}\n";
        let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n\
                     spec: {hostnames: [a.cu, b.cu]}\n";
        let reroute = |added: &[&str], removed: &[&str]| {
            let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
            [Effect::Reroute { added: texts(added), removed: texts(removed) }]
        };
        for text in [ingress, route] {
            assert_eq!(told(None, Some(text)), reroute(&["a.cu", "b.cu"], &[]));
            assert_eq!(told(Some(text), None), reroute(&[], &["a.cu", "b.cu"]));
            assert_eq!(told(Some(text), Some(&text.replace("b.cu", "c.cu"))), reroute(&["c.cu"], &["b.cu"]));
            assert_eq!(
                told(Some(text), Some(&text.replace("spec: {", "spec: {x: 1, "))),
                [Effect::NoRestart]
            );
        }
    }

    #[test]
    fn routes_tell_where_requests_go() {
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec: {rules: [{host: a.cu, \
                       http: {paths: [{path: /, backend: {service: {name: web}}}]}}]}\n";
        let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\n\
                     spec: {hostnames: [a.cu], rules: [{backendRefs: [{name: web}]}]}\n";
        for text in [ingress, route] {
            let other = text.replace("name: web", "name: page");
            let redirect = Effect::Redirect { from: vec!["web".into()], to: vec!["page".into()] };
            assert_eq!(told(Some(text), Some(&other)), std::slice::from_ref(&redirect));
            assert_eq!(redirect.to_string(), "requests go to page, no longer to web");
            let hosts = Effect::Reroute { added: vec!["b.cu".into()], removed: vec!["a.cu".into()] };
            assert_eq!(told(Some(text), Some(&other.replace("a.cu", "b.cu"))), [hosts, redirect]);
            let hosts = Effect::Reroute { added: vec!["a.cu".into()], removed: vec![] };
            assert_eq!(told(None, Some(text)), [hosts], "where a new route leads is no change");
        }
    }

    #[test]
    fn data_goes_with_what_is_not_protected() {
        for kind in ["PersistentVolumeClaim", "Namespace"] {
            let bare = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n");
            let safe = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a, {DISABLED}}}\n");
            assert_eq!(told(Some(&bare), None), [Effect::DataLoss { name: "a".into() }]);
            assert_eq!(told(Some(&safe), None), []);
        }
    }
}
