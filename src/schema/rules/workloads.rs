//! What makes pods: Deployment, StatefulSet, DaemonSet, Job, CronJob, and how each finds its own again.

use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::pods::Template;
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::{claims, cron, selector};
use crate::schema::violation::Violation;

/// Keys without which an object of its kind says nothing, though the schema calls some of them optional.
pub(crate) fn complete(root: &Cursor<'_>, group: &str, kind: &str, out: &mut Vec<Violation>) {
    let mut keys = way(group, kind).unwrap_or_default().to_vec();
    let others = ["Service", "Ingress", "PersistentVolumeClaim", "HorizontalPodAutoscaler"];
    if way(group, kind).is_some()
        || (others.contains(&kind) && matches!(group, "" | "networking.k8s.io" | "autoscaling"))
    {
        keys.push("spec");
    }
    if way(group, kind).is_some() {
        keys.push("containers");
    }
    // Nothing is said of what is there and is no mapping: its type is wrong, which the schema says.
    keys.dedup();
    let mut at = root.clone();
    for key in keys {
        match at.get(key) {
            Some(inner) => at = inner,
            None if at.value.is_object() => return out.push(at.says(format!("missing key {key:?}"))),
            None => return,
        }
    }
}

/// The way from an object to its pod template.
fn way(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    Some(match (group, kind) {
        ("", "Pod") => &[],
        ("", "PodTemplate") => &["template"],
        ("", "ReplicationController") => &["spec", "template"],
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") => &["spec", "template"],
        ("batch", "Job") => &["spec", "template"],
        ("batch", "CronJob") => &["spec", "jobTemplate", "spec", "template"],
        _ => return None,
    })
}

/// The pod template of an object, if its kind has one.
pub(crate) fn template<'a>(root: &Cursor<'a>, group: &str, kind: &str) -> Option<Template<'a>> {
    let keys = way(group, kind)?;
    let templates = root.find(&["spec", "volumeClaimTemplates"]);
    let name = |claim: &Cursor<'a>| claim.get("metadata").and_then(|metadata| metadata.text_of("name"));
    let claims = templates.iter().flat_map(Cursor::items).filter_map(|claim| name(&claim)).collect();
    Some(Template { at: root.find(keys)?, claims })
}

/// What stands around the template.
pub(crate) fn check(root: &Cursor<'_>, kind: &str, template: &Template<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    for key in
        ["replicas", "minReadySeconds", "revisionHistoryLimit", "backoffLimit", "parallelism", "completions"]
    {
        spec.range(key, 0, i64::from(i32::MAX), out);
    }
    spec.range("progressDeadlineSeconds", 1, i64::from(i32::MAX), out);
    match kind {
        "Deployment" => {
            own_pods(&spec, template, out);
            rollout(&spec, out);
        }
        "ReplicaSet" | "DaemonSet" => own_pods(&spec, template, out),
        "StatefulSet" => {
            own_pods(&spec, template, out);
            stateful(&spec, out);
        }
        "Job" => job(&spec, out),
        "CronJob" => cron_job(&spec, out),
        _ => {}
    }
}

fn own_pods(spec: &Cursor<'_>, template: &Template<'_>, out: &mut Vec<Violation>) {
    let Some(selector) = spec.get("selector").filter(|selector| selector.value.is_object()) else { return };
    selector::check(&selector, out);
    if selector::is_empty(&selector) {
        return out.push(selector.says("is empty; it must select the template's pods"));
    }
    let labels = template.at.find(&["metadata", "labels"]);
    if let Some(part) = selector::unmatched(&selector, labels.as_ref().map(|labels| labels.value)) {
        let hint = "selector and template.metadata.labels must agree";
        out.push(part.says("does not match the labels of the pod template").hint(hint));
    }
}

fn rollout(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(strategy) = spec.get("strategy") else { return };
    let Some(rolling) = strategy.get("rollingUpdate") else { return };
    if strategy.text_of("type") == Some("Recreate") {
        return out.push(rolling.says("cannot be combined with type Recreate").at_key());
    }
    let zero = |key: &str| {
        rolling
            .get(key)
            .is_some_and(|at| at.value.as_i64() == Some(0) || matches!(at.text(), Some("0%" | "0")))
    };
    if zero("maxSurge") && zero("maxUnavailable") {
        out.push(rolling.says("maxSurge and maxUnavailable cannot both be 0"));
    }
    percents(&rolling, &["maxSurge", "maxUnavailable"], out);
}

/// A number of at least 0, or a percentage.
pub(crate) fn percents(at: &Cursor<'_>, keys: &[&str], out: &mut Vec<Violation>) {
    for key in keys {
        at.range(key, 0, i64::from(i32::MAX), out);
        let Some(at) = at.get(key) else { continue };
        let good = |text: &str| {
            text.strip_suffix('%').is_some_and(|n| !n.is_empty() && n.bytes().all(|c| c.is_ascii_digit()))
        };
        if at.text().is_some_and(|text| !good(text)) {
            out.push(at.says("must be a number or a percentage such as 25%"));
        }
    }
}

fn stateful(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    // Without a name, or with an empty one, its pods just have no host names.
    if spec.text_of("serviceName") != Some("") {
        Syntax::Label.check_key(spec, "serviceName", out);
    }
    for claim in spec.list("volumeClaimTemplates") {
        if let Some(metadata) = claim.get("metadata") {
            Syntax::Label.check_key(&metadata, "name", out);
        }
        claims::check(&claim, out);
    }
}

fn job(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    spec.range("activeDeadlineSeconds", 0, i64::MAX, out);
    spec.range("ttlSecondsAfterFinished", 0, i64::from(i32::MAX), out);
    if let Some(selector) = spec.get("selector")
        && spec.bool_of("manualSelector") != Some(true)
    {
        out.push(selector.says("is set by the API server").at_key().hint("leave it out"));
    }
    if spec.text_of("completionMode") == Some("Indexed") && !spec.has("completions") {
        out.push(spec.says("completionMode Indexed needs completions"));
    }
}

/// The server looks the name up in its time zone database; here only its form can be seen.
fn is_time_zone(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '+' | '-');
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.len() <= 64
        && text.chars().all(inner)
        && !text.eq_ignore_ascii_case("local")
}

fn cron_job(spec: &Cursor<'_>, out: &mut Vec<Violation>) {
    if let Some(schedule) = spec.get("schedule")
        && let Some(problem) = schedule.text().and_then(cron::problem)
    {
        out.push(schedule.says(problem));
    }
    for key in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        spec.range(key, 0, i64::MAX, out);
    }
    if let Some(zone) = spec.get("timeZone")
        && zone.text().is_some_and(|text| !is_time_zone(text))
    {
        out.push(zone.says("is not a time zone").hint("such as America/Havana or Etc/UTC"));
    }
    if let Some(inner) = spec.find(&["jobTemplate", "spec"]) {
        for key in ["backoffLimit", "parallelism", "completions"] {
            inner.range(key, 0, i64::from(i32::MAX), out);
        }
        job(&inner, out);
    }
}
