//! Keys that mean something for recipes of one kind alone: in one of the other nobody reads them.

use super::Report;
use crate::diagnostic::Code;
use crate::load::recipe_folder::RecipeKind;

/// Keys of runtimes.
const RUNTIME: [&[&str]; 20] = [
    &["build"],
    &["checks"],
    &["defaults"],
    &["dockerfile"],
    &["env"],
    &["exclusive"],
    &["facts"],
    &["ignore"],
    &["init"],
    &["markers"],
    &["parts"],
    &["reserved"],
    &["skip"],
    &["start"],
    &["suggests"],
    &["system"],
    &["uses"],
    &["weakMarkers"],
    &["words"],
    &["writable"],
];
/// Keys of services.
const SERVICE: [&[&str]; 17] = [
    &["config"],
    &["console"],
    &["credentials"],
    &["disks"],
    &["files"],
    &["image"],
    &["ping"],
    &["port"],
    &["prefix"],
    &["provides"],
    &["resources"],
    &["rotation"],
    &["route"],
    &["storage"],
    &["versions", "majorParts"],
    &["versions", "upgrades"],
    &["workload"],
];

pub(super) fn check(kind: RecipeKind, report: &mut Report<'_>) {
    let (others, what, own): (&[&[&str]], _, _) = match kind {
        RecipeKind::Shared => return,
        RecipeKind::Runtime => (&SERVICE, "services", "runtime"),
        RecipeKind::Service => (&RUNTIME, "runtimes", "service"),
    };
    let document = report.document;
    for path in others.iter().filter(|path| document.holds(path) && document.is_sound(path)) {
        let key = path.join(".");
        let message = format!("`{key}` is a key of {what}, and this is a {own}");
        let hint = "remove it: nothing reads it here";
        report.at(Code::UnknownKey, document.key(path), message, hint);
    }
    if kind == RecipeKind::Runtime {
        dockerfile(report);
    }
}

/// A runtime that builds no image is one for no app, but other recipes may use its parts.
fn dockerfile(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    // A key that could not be read may be the one that is missing.
    if recipe.dockerfile.is_none() && recipe.parts.is_empty() && report.document.is_sound(&[]) {
        let hint = "add `dockerfile: Dockerfile.j2`, a template beside recipe.yaml";
        report.error(
            Code::MissingKey,
            &[],
            "no `dockerfile`: nothing says how an app's image is built",
            hint,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::recipe::RecipeFile;
    use crate::yaml::document::schema_of;

    #[test]
    fn every_key_is_for_one_kind_or_for_both() {
        let schema = schema_of::<RecipeFile>();
        let both = ["format", "params", "summary", "versions"];
        for key in schema["properties"].as_object().unwrap().keys() {
            let own = [&RUNTIME[..], &SERVICE[..]]
                .map(|keys| keys.iter().any(|path| path.len() == 1 && path[0] == key));
            let known = own.into_iter().chain([both.contains(&key.as_str())]).filter(|known| *known).count();
            assert_eq!(known, 1, "{key}: add it to one of the lists in src/load/recipe_checks/kinds.rs");
        }
    }
}
