//! Two versions of a claim → how its size changes and whether the cluster would go along.

use crate::diagnostic::Code;
use crate::plan::model::{ClusterFacts, Effect, Refusal};
use crate::plan::object::Object;
use crate::quantity::Quantity;

const FIELD: &str = "spec.resources.requests.storage";

enum Size {
    Same,
    Grows,
    Shrinks,
    Unknown,
}

/// Growth, or the data that goes with a claim.
pub(super) fn effects(before: Option<&Object>, after: Option<&Object>) -> Option<Vec<Effect>> {
    let Some((old, new)) = before.zip(after) else { return deleted(before, after) };
    let grows = matches!(change(old, new), Size::Grows);
    let volume = name(new).to_owned();
    grows.then(|| vec![Effect::Grow { volume, from: written(old), to: written(new) }])
}

/// Adds a refusal where the size cannot become what it should.
pub(super) fn check(old: &Object, new: &Object, facts: ClusterFacts, refusals: &mut Vec<Refusal>) {
    if new.kind() != "PersistentVolumeClaim" {
        return;
    }
    let (name, from, to) = (name(new), written(old), written(new));
    let (code, message, remedy) = match change(old, new) {
        Size::Same => return,
        Size::Grows if facts.expandable => return,
        Size::Grows => (
            Code::VolumeNotExpandable,
            format!(
                "volume `{name}` cannot grow from {from} to {to}: its storage class does not allow expansion"
            ),
            format!(
                "keep {from}; or, if the class allows expansion (see ALLOWVOLUMEEXPANSION in `kubectl get storageclass`), \
                 set `expandable: true` in cupaas.yaml"
            ),
        ),
        Size::Shrinks => (
            Code::VolumeShrinks,
            format!("volume `{name}` cannot shrink from {from} to {to}"),
            format!("keep {from}, or add a smaller volume under another name and copy the data over"),
        ),
        Size::Unknown => (
            Code::UnknownVolumeSize,
            format!("cannot tell whether volume `{name}` shrinks: its size changes from {from} to {to}"),
            "write both as Kubernetes quantities, such as 5Gi".to_owned(),
        ),
    };
    refusals.push(Refusal {
        object: Some(new.id.clone()),
        file: new.file.clone(),
        code,
        field: FIELD.to_owned(),
        message: message.into(),
        remedy: remedy.into(),
    });
}

fn change(old: &Object, new: &Object) -> Size {
    let (from, to) = (written(old), written(new));
    match (Quantity::parse(&from), Quantity::parse(&to)) {
        _ if from == to => Size::Same,
        (Some(from), Some(to)) if from == to => Size::Same,
        (Some(from), Some(to)) if from < to => Size::Grows,
        (Some(_), Some(_)) => Size::Shrinks,
        _ => Size::Unknown,
    }
}

fn written(claim: &Object) -> String {
    let size = &claim.value["spec"]["resources"]["requests"]["storage"];
    // A bare number is bytes.
    size.as_str().map_or_else(|| size.to_string(), str::to_owned)
}

/// What people call the volume.
pub(super) fn name(claim: &Object) -> &str {
    let labels = ["cupaas.dev/volume", "cupaas.dev/service"];
    labels.iter().find_map(|label| claim.label(label)).unwrap_or(&claim.id.name)
}

/// An object whose deletion takes data along.
pub(crate) fn deleted(before: Option<&Object>, after: Option<&Object>) -> Option<Vec<Effect>> {
    let lost = before.filter(|old| after.is_none() && !old.is_protected())?;
    Some(vec![Effect::DataLoss { name: lost.id.name.clone() }])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::test_support::tree;
    use super::super::{Plan, compare};
    use super::*;

    fn resized(from: &str, to: &str, expandable: bool) -> Plan {
        let claim = |size: &str| {
            let text = format!(
                "apiVersion: v1\nkind: PersistentVolumeClaim\n\
                 metadata: {{name: c, namespace: ns, labels: {{cupaas.dev/volume: uploads}}}}\n\
                 spec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
            );
            tree([("deploy/production/tasks/app/c.yaml", &text)])
        };
        compare(&claim(from), &claim(to), &BTreeSet::new(), ClusterFacts { expandable })
    }

    #[test]
    fn a_volume_grows_where_its_class_can_and_never_shrinks() {
        for (from, to, expandable, expected) in [
            ("1Gi", "2Gi", true, None),
            ("1Gi", "2Gi", false, Some("volume-not-expandable")),
            ("2Gi", "1Gi", true, Some("volume-shrinks")),
            ("2Gi", "1Gi", false, Some("volume-shrinks")),
            ("1Gi", "1G", true, Some("volume-shrinks")),
            ("1Gi", "1024Mi", false, None),
            ("1Gi", "1073741824", false, None),
            ("1Gi", "lots", true, Some("unknown-volume-size")),
        ] {
            let plan = resized(from, to, expandable);
            let codes: Vec<&str> = plan.refusals.iter().map(|refusal| refusal.code.as_str()).collect();
            assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{from} -> {to}");
            assert_eq!(plan.blocked(), expected.is_some());
        }
    }

    #[test]
    fn growth_is_told_with_both_sizes() {
        let grow = Effect::Grow { volume: "uploads".into(), from: "1Gi".into(), to: "2Gi".into() };
        assert_eq!(resized("1Gi", "2Gi", true).changes[0].effects, [grow]);
        assert_eq!(resized("1Gi", "1024Mi", true).changes[0].effects, [Effect::NoRestart]);
    }
}
