//! Claims and services that come back to data which waits for them: they are new in the tree, but not in the cluster.
//! What is remembered of them stands for the tree's past, so that the same rules judge them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::plan::model::{ClusterFacts, Plan};
use crate::plan::object::documents;
use crate::plan::{VERSION_LABEL, compare};
use crate::tree::Files;

/// What is remembered of what an app once had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetainedData<'a> {
    /// Versions by service.
    pub versions: &'a BTreeMap<String, String>,
    /// Sizes by claim.
    pub claims: &'a BTreeMap<String, String>,
}

/// Adds to `plan` what the cluster would refuse, or what would be lost, because data is there already.
pub(crate) fn judge(
    plan: &mut Plan,
    before: &Files,
    after: &Files,
    retained: RetainedData<'_>,
    allowed: &BTreeSet<String>,
    facts: ClusterFacts,
) {
    let (mut past, mut now) = (Files::new(), Files::new());
    for (path, text) in after.iter().filter(|(path, _)| !before.contains_key(*path)) {
        let Some(object) = documents(text).and_then(|found| <[Value; 1]>::try_from(found).ok()) else {
            continue;
        };
        let [object] = object;
        if let Some(was) = as_it_was(&object, retained) {
            past.insert(path.clone(), was.to_string());
            now.insert(path.clone(), text.clone());
        }
    }
    if past.is_empty() {
        return;
    }
    let known = compare(&past, &now, allowed, facts);
    plan.refusals.extend(known.refusals);
    plan.losses.extend(known.losses);
    plan.unused_allowances.retain(|name| known.unused_allowances.contains(name));
}

/// The object as the cluster remembers it, where that differs.
fn as_it_was(object: &Value, retained: RetainedData<'_>) -> Option<Value> {
    let mut was = object.clone();
    let name = object["metadata"]["name"].as_str()?;
    if object["kind"] == "PersistentVolumeClaim" {
        was["spec"]["resources"]["requests"]["storage"] = json!(retained.claims.get(name)?);
    } else {
        let labels = object["metadata"]["labels"].as_object()?;
        let service = labels.get("cupaas.dev/service")?.as_str()?;
        labels.get(VERSION_LABEL)?;
        was["metadata"]["labels"][VERSION_LABEL] = json!(retained.versions.get(service)?);
    }
    (was != *object).then_some(was)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::RepoPath;

    const CLAIM: &str = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: db, namespace: ns}\n\
        spec: {resources: {requests: {storage: 1Gi}}}\n";
    const SET: &str = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: ns, labels: \
        {cupaas.dev/service: db, cupaas.dev/service-version: '8.0'}}\n\
        spec: {template: {spec: {containers: [{name: db, image: 'mongo:8.0'}]}}}\n";

    fn judged(version: &str, disk: &str, allowed: &[&str]) -> Plan {
        let file = |kind: &str| RepoPath::new(format!("deploy/production/shop/base/{kind}-db.yaml")).unwrap();
        let after = Files::from([(file("claim"), CLAIM.to_owned()), (file("set"), SET.to_owned())]);
        let allowed = allowed.iter().map(|name| (*name).to_owned()).collect();
        let facts = ClusterFacts { expandable: false };
        let versions = BTreeMap::from([("db".to_owned(), version.to_owned())]);
        let claims = BTreeMap::from([("db".to_owned(), disk.to_owned())]);
        let mut plan = compare(&Files::new(), &after, &allowed, facts);
        let retained = RetainedData { versions: &versions, claims: &claims };
        judge(&mut plan, &Files::new(), &after, retained, &allowed, facts);
        plan
    }

    #[test]
    fn data_that_waits_is_not_met_by_another_version_or_a_smaller_disk() {
        assert!(!judged("8.0", "1Gi", &[]).blocked());
        assert_eq!(judged("8.0", "10Gi", &[]).refusals.len(), 1);
        assert_eq!(judged("6.0", "1Gi", &[]).losses.len(), 1);
        let agreed = judged("6.0", "1Gi", &["db"]);
        assert!(!agreed.blocked() && agreed.unused_allowances.is_empty());
    }
}
