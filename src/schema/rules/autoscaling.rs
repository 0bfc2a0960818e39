//! HorizontalPodAutoscalers and PodDisruptionBudgets: numbers that must fit each other.

use crate::schema::rules::cursor::{Cursor, exactly_one};
use crate::schema::rules::syntax::Syntax;
use crate::schema::rules::{selector, workloads};
use crate::schema::violation::Violation;

/// A HorizontalPodAutoscaler.
pub(crate) fn scaler(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    spec.range("minReplicas", 1, i64::from(i32::MAX), out);
    spec.range("maxReplicas", 1, i64::from(i32::MAX), out);
    let least = spec.number_of("minReplicas").unwrap_or(1);
    if let Some(most) = spec.get("maxReplicas")
        && most.value.as_i64().is_some_and(|most| most >= 1 && most < least)
    {
        out.push(most.says(format!("must be at least minReplicas, which is {least}")));
    }
    if let Some(target) = spec.get("scaleTargetRef") {
        for key in ["kind", "name"] {
            Syntax::PathSegment.check_key(&target, key, out);
        }
        // Without its group the controller looks for a kind of the core group.
        let version = target.text_of("apiVersion").unwrap_or_default();
        if version.split_once('/').is_none_or(|(group, _)| group.is_empty())
            && target.text_of("kind").is_some_and(|kind| kind != "ReplicationController")
        {
            let at = target.get("apiVersion").unwrap_or_else(|| target.clone());
            out.push(at.says("apiVersion must name the API group").hint("apps/v1 for a Deployment"));
        }
    }
    for metric in spec.list("metrics") {
        one_metric(&metric, out);
    }
}

fn one_metric(metric: &Cursor<'_>, out: &mut Vec<Violation>) {
    let sources = [
        ("Resource", "resource"),
        ("Pods", "pods"),
        ("Object", "object"),
        ("External", "external"),
        ("ContainerResource", "containerResource"),
    ];
    let kind = metric.text_of("type");
    if let Some((_, key)) = sources.iter().find(|(name, _)| Some(*name) == kind)
        && !metric.has(key)
    {
        out.push(metric.says(format!("missing key {key:?}")));
    }
    for key in ["resource", "containerResource"] {
        if let Some(name) = metric.find(&[key, "name"])
            && name.text() == Some("")
        {
            out.push(name.says("is empty").hint("cpu or memory"));
        }
    }
    for (_, key) in sources {
        let Some(target) = metric.get(key).and_then(|source| source.get("target")) else { continue };
        let values = ["averageUtilization", "averageValue", "value"];
        exactly_one(&target, &values, out);
        target.range("averageUtilization", 1, i64::from(i32::MAX), out);
    }
}

/// A PodDisruptionBudget.
pub(crate) fn disruption_budget(root: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(spec) = root.get("spec") else { return };
    exactly_one(&spec, &["minAvailable", "maxUnavailable"], out);
    workloads::percents(&spec, &["minAvailable", "maxUnavailable"], out);
    if let Some(selector) = spec.get("selector") {
        selector::check(&selector, out);
    }
}
