//! The programs of services before and after → losses where the data on a volume would meet another major
//! version, or another program. cupaas migrates no data; databases rarely go back, and some go up only one
//! major version at a time, so each such step is named.

use std::collections::BTreeMap;

use crate::diagnostic::Code;
use crate::image_name::ImageName;
use crate::load::service_recipe::UpgradeRule;
use crate::load::version_order;
use crate::plan::VERSION_LABEL;
use crate::plan::loss::{SERVICE, is_program, loss};
use crate::plan::model::Loss;
use crate::plan::object::{Key, Object};
use crate::plan::trees::Trees;

/// How many numbers of the version are its major part: 2 where 11.4 and 11.8 are.
const PARTS: &str = "cupaas.dev/major-parts";
/// What the recipe says of changes to this version, as JSON.
const UPGRADES: &str = "cupaas.dev/upgrades";

/// Adds the losses. Services are matched by name, so that one whose objects were renamed is still seen.
pub(super) fn find(trees: &Trees<'_>, losses: &mut Vec<Loss>) {
    let after = programs(&trees.after);
    for (name, old) in programs(&trees.before) {
        let Some(new) = after.get(&name) else { continue };
        if let Some(loss) = engine(name.1, old, new).or_else(|| version(name.1, old, new)) {
            losses.push(loss);
        }
    }
}

fn programs(objects: &BTreeMap<Key, Object>) -> BTreeMap<(Option<&str>, &str), &Object> {
    let named = |object| -> Option<((Option<&str>, &str), &Object)> {
        let object: &Object = object;
        Some(((object.place.app.as_deref(), object.label(SERVICE)?), object))
    };
    objects.values().filter(|object| is_program(object)).filter_map(named).collect()
}

fn engine(name: &str, old: &Object, new: &Object) -> Option<Loss> {
    let (from, to) = (program(old)?, program(new)?);
    let message =
        format!("service `{name}` changes from {from} to {to}, which may not read the existing data");
    let back = format!("add {to} as a service of another name, copy the data over, and then remove `{name}`");
    (from != to).then(|| told(Code::EngineChanged, name, new, message, &back))
}

/// The image without registry, path, tag and digest: a mirror is no other program.
fn program(object: &Object) -> Option<&str> {
    let image = object.value["spec"]["template"]["spec"]["containers"][0]["image"].as_str()?;
    ImageName::parse(image)?.path.rsplit('/').next()
}

fn version(name: &str, old: &Object, new: &Object) -> Option<Loss> {
    let (from, to) = (old.label(VERSION_LABEL)?, new.label(VERSION_LABEL)?);
    let parts =
        new.annotation(PARTS).or(old.annotation(PARTS)).and_then(|text| text.parse().ok()).unwrap_or(1);
    let (old_major, new_major) = (version_order::major(from, parts), version_order::major(to, parts));
    let rule = rule(new, from);
    let is_later = version_order::is_later(to, from);
    let (code, why, first) = match &rule {
        _ if old_major != new_major && !version_order::is_later(&new_major, &old_major) => {
            (Code::VersionDowngrade, "it cannot read data that the newer version wrote", String::new())
        }
        Some(rule) if is_later && rule.allowed => return None,
        None if old_major == new_major => return None,
        Some(UpgradeRule { first: Some(first), .. }) if is_later => {
            (Code::MajorUpgrade, "it does not start on the existing data", format!("{first}; or "))
        }
        Some(_) if !is_later => return None,
        _ => {
            let first = "back up first and follow the vendor's upgrade guide; or ";
            (Code::MajorUpgrade, "it may not start on the existing data", first.to_owned())
        }
    };
    let message = format!("service `{name}` changes from version {from} to {to}: {why}");
    let back = format!(
        "{first}keep `version: \"{from}\"`; or add a service of version {to} under another name, copy the data over, \
         and then remove `{name}`"
    );
    Some(told(code, name, new, message, &back))
}

/// What the recipe says of this change.
fn rule(new: &Object, from: &str) -> Option<UpgradeRule> {
    let rules: Vec<UpgradeRule> = serde_json::from_str(new.annotation(UPGRADES)?).ok()?;
    rules.into_iter().find(|rule| version_order::is_within(from, &rule.from))
}

fn told(code: Code, name: &str, object: &Object, message: String, back: &str) -> Loss {
    loss(code, object.place.app.as_deref(), name, message, Vec::new(), object, back)
}

#[cfg(test)]
mod tests {
    use super::super::test_support::{allowing, edit, tree};
    use crate::diagnostic::Code;

    fn set(version: &str, parts: &str, image: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db, namespace: ns, \
             labels: {{cupaas.dev/service: db, cupaas.dev/service-version: '{version}'}}, \
             annotations: {{cupaas.dev/major-parts: '{parts}'}}}}\n\
             spec: {{template: {{spec: {{containers: [{{name: db, image: '{image}'}}]}}}}}}\n"
        )
    }

    #[test]
    fn a_major_jump_is_a_loss_and_a_minor_one_is_not() {
        for (from, to, parts, expected) in [
            ("8.0", "8.0", "1", None),
            ("8.0", "8.2", "1", None),
            ("8", "8.2", "1", None),
            ("8.0-noble", "8.1", "1", None),
            ("v8", "8", "1", None),
            ("6.0", "7.0", "1", Some(Code::MajorUpgrade)),
            ("6.0", "8.0", "1", Some(Code::MajorUpgrade)),
            ("9", "10", "1", Some(Code::MajorUpgrade)),
            ("8.0", "7.0", "1", Some(Code::VersionDowngrade)),
            ("10", "9", "1", Some(Code::VersionDowngrade)),
            ("11.4", "11.4.2", "2", None),
            ("11.4", "11.8", "2", Some(Code::MajorUpgrade)),
            ("11.8", "11.4", "2", Some(Code::VersionDowngrade)),
            ("11", "11.4", "2", Some(Code::MajorUpgrade)),
            ("11.4", "11.8", "odd", None),
        ] {
            let plan = edit(&set(from, parts, "mongo"), &set(to, parts, "mongo"));
            assert_eq!(plan.losses.first().map(|loss| loss.code), expected, "{from} -> {to}");
            assert_eq!(plan.blocked(), expected.is_some());
        }
    }

    #[test]
    fn a_recipe_says_of_two_versions_what_their_change_means() {
        let rules = r#"[{"from": "16", "to": "17", "allowed": true}, {"from": "15", "to": "17", "first": "dump it"},
            {"from": "17.1", "to": "17"}]"#;
        let with = |version: &str| {
            set(version, "1", "pg")
                .replace("annotations: {", &format!("annotations: {{cupaas.dev/upgrades: '{rules}', "))
        };
        for (from, to, expected) in [
            ("16.2", "17", None),
            ("15", "17", Some(Code::MajorUpgrade)),
            ("14", "17", Some(Code::MajorUpgrade)),
            ("17.1", "17.2", Some(Code::MajorUpgrade)),
            ("17.1", "17.1", None),
            ("17.0", "17.2", None),
            ("18", "17", Some(Code::VersionDowngrade)),
        ] {
            let plan = edit(&set(from, "1", "pg"), &with(to));
            assert_eq!(plan.losses.first().map(|loss| loss.code), expected, "{from} -> {to}");
        }
        let plan = edit(&set("15", "1", "pg"), &with("17"));
        assert!(
            plan.losses[0].recovery.to_string().starts_with("dump it; or keep"),
            "{}",
            plan.losses[0].recovery
        );
    }

    #[test]
    fn a_rule_from_a_series_to_itself_lets_its_data_go_up_and_not_down() {
        let rules = r#"[{"from": "1", "to": "1", "allowed": true}]"#;
        let to = |version: &str| {
            set(version, "2", "search")
                .replace("annotations: {", &format!("annotations: {{cupaas.dev/upgrades: '{rules}', "))
        };
        for (from, version, expected) in [
            ("1.53", "1.54", None),
            ("1.9", "1.54.2", None),
            ("1.54", "1.54.1", None),
            ("1.54", "1.53", Some(Code::VersionDowngrade)),
            ("0.30", "1.54", Some(Code::MajorUpgrade)),
        ] {
            let plan = edit(&set(from, "2", "search"), &to(version));
            assert_eq!(plan.losses.first().map(|loss| loss.code), expected, "{from} -> {version}");
        }
    }

    #[test]
    fn another_program_is_a_loss_and_a_mirror_is_not() {
        let old = format!("docker.io/library/mongo:8.0@sha256:{}", "0".repeat(64));
        for (image, expected) in [
            ("mirror.cu:5000/library/mongo:8.0.1", None),
            ("mongo", None),
            ("redis:8.0", Some("engine-changed")),
        ] {
            let plan = edit(&set("8", "1", &old), &set("8", "1", image));
            assert_eq!(plan.losses.first().map(|loss| loss.code.as_str()), expected, "{image}");
        }
    }

    #[test]
    fn a_jump_is_seen_across_a_rename_and_can_be_allowed() {
        let path = "deploy/production/tasks/base/statefulset-db.yaml";
        let renamed = set("9", "1", "mongo").replace("{name: db, namespace", "{name: db2, namespace");
        let (before, after) = (tree([(path, &set("8", "1", "mongo"))]), tree([(path, &renamed)]));
        let plan = allowing(&before, &after, &["db"]);
        assert_eq!(plan.losses.len(), 1);
        assert!(!plan.blocked() && plan.unused_allowances.is_empty());
        assert_eq!(allowing(&before, &before, &["db"]).unused_allowances, ["db"]);
    }
}
