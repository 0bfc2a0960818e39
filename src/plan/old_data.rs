//! Claims that wait since before, and that an older release would mount again: what is on them is as old as the day on which
//! they were left.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Code;
use crate::plan::model::{Loss, Plan};
use crate::plan::object::documents;
use crate::tree::Files;

/// Adds to `plan` each claim that `after` has, `before` has not, and `claims` remembers. `app` is `<env>/<app>`.
pub(crate) fn judge(
    plan: &mut Plan,
    (before, after): (&Files, &Files),
    claims: &BTreeMap<String, String>,
    app: &str,
    allowed: &BTreeSet<String>,
) {
    for (_, text) in after.iter().filter(|(path, _)| !before.contains_key(*path)) {
        let objects = documents(text).unwrap_or_default();
        let waiting = objects.iter().filter(|object| object["kind"] == "PersistentVolumeClaim");
        for name in waiting.filter_map(|object: &Value| object["metadata"]["name"].as_str()) {
            if claims.contains_key(name) {
                let loss = loss(name, app, allowed);
                plan.unused_allowances
                    .retain(|allowed| ![name, &format!("{app}/{name}")].contains(&allowed.as_str()));
                plan.losses.push(loss);
            }
        }
    }
}

fn loss(name: &str, app: &str, allowed: &BTreeSet<String>) -> Loss {
    Loss {
        name: name.to_owned(),
        app: Some(app.to_owned()),
        code: Code::OldData,
        message: format!(
            "`{name}` was removed since: the release would read the data that it left behind then, without all that came after"
        )
        .into(),
        kept: Vec::new(),
        recovery: "roll back to a release after it was removed, or copy the newer data over first".into(),
        cleanup: None,
        allow: name.to_owned(),
        allowed: allowed.contains(name) || allowed.contains(&format!("{app}/{name}")),
    }
}
