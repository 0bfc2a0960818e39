//! What a manifest says of the release that it belongs to: by itself no change of the app.

use serde_json::Value;

use crate::plan::object::documents;
use crate::tree::Files;

/// Whether two trees are the same but for the names of the releases that the cluster is to report.
pub(crate) fn same_release(before: &Files, after: &Files) -> bool {
    let same = |one: &str, other: &str| one == other || same_text(one, other);
    before.len() == after.len()
        && before.iter().zip(after).all(|((path, one), (to, other))| path == to && same(one, other))
}

fn same_text(one: &str, other: &str) -> bool {
    match (documents(one).as_deref(), documents(other).as_deref()) {
        (Some([one]), Some([other])) => same_but_names(one, other),
        _ => false,
    }
}

/// Whether two manifests are an Alert's and differ in the names of releases alone.
pub(super) fn same_but_names(before: &Value, after: &Value) -> bool {
    match (without_names(before), without_names(after)) {
        (Some(before), Some(after)) => before == after,
        _ => false,
    }
}

/// Nothing of what is no Alert.
fn without_names(value: &Value) -> Option<Value> {
    let of_flux = value["apiVersion"].as_str()?.starts_with("notification.toolkit.fluxcd.io/");
    if !of_flux || value["kind"] != "Alert" {
        return None;
    }
    let mut value = value.clone();
    let said = value.pointer_mut("/spec/eventMetadata")?.as_object_mut()?;
    said.retain(|key, _| key != "commit" && key != "release");
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::RepoPath;

    fn alert(kind: &str, commit: &str, app: &str) -> Files {
        let text = format!(
            "apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: {kind}\nmetadata: {{name: a}}\n\
             spec:\n  eventMetadata: {{app: {app}, commit: {commit}, release: r{commit}}}\n"
        );
        Files::from([(RepoPath::new("deploy/p/a/app/alert-a.yaml").unwrap(), text)])
    }

    #[test]
    fn another_commit_of_the_app_is_no_other_release() {
        assert!(same_release(&alert("Alert", "abc", "shop"), &alert("Alert", "abe", "shop")));
        assert!(!same_release(&alert("Alert", "abc", "shop"), &alert("Alert", "abc", "tasks")));
        assert!(!same_release(&alert("Other", "abc", "shop"), &alert("Other", "abe", "shop")));
        assert!(!same_release(&alert("Alert", "abc", "shop"), &Files::new()));
    }
}
