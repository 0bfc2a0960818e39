//! Names that recipes and the files beside them can have: an app's `.cupaas` names recipes, and a service's name is that of
//! its objects.

use crate::load::recipe_folder::RecipeKind;
use crate::load::scalars::Name;

/// The runtimes that need no recipe: the image is whatever the person builds.
pub(crate) const WITHOUT_RECIPE: [&str; 2] = ["dockerfile", "image"];
/// Names of objects that every app has.
pub(crate) const OF_EVERY_APP: [&str; 6] =
    ["acme", "default", MAINTENANCE_PAGE, "processes", "release", "router"];
/// What answers in the place of an app that is in maintenance.
pub(crate) const MAINTENANCE_PAGE: &str = "maintenance-page";
/// The process that almost every app has: its objects stand beside those of services.
const WEB: &str = "web";
/// The most characters: a container's port has the service's name.
pub(crate) const LONGEST: usize = 15;
/// What a recipe's folder may hold for people.
const FOR_PEOPLE: [&str; 4] = ["README", "LICENSE", "NOTICE", "CHANGELOG"];

/// Whether a file's name says that it is for people, or for their tools.
pub(crate) fn is_for_people(name: &str) -> bool {
    name.starts_with('.') || FOR_PEOPLE.iter().any(|known| name.starts_with(known))
}

/// Whether the name is another thing's.
pub(crate) fn is_reserved(kind: RecipeKind, name: &str) -> bool {
    match kind {
        RecipeKind::Runtime => WITHOUT_RECIPE.contains(&name),
        RecipeKind::Service => name == WEB || OF_EVERY_APP.contains(&name),
        RecipeKind::Shared => false,
    }
}

/// Why no recipe of this kind can have a name, and what it can be; nothing where it can.
pub(crate) fn refused(kind: RecipeKind, name: &str) -> Option<(String, String)> {
    if !Name::fits(name) || name.len() > LONGEST {
        let hint = format!(
            "lower-case letters, digits and inner hyphens, beginning with a letter, at most {LONGEST}"
        );
        let near = name.to_lowercase().replace(['_', '.', ' '], "-");
        let near = Some(near).filter(|near| Name::fits(near) && near.len() <= LONGEST);
        let hint = near.map_or(hint.clone(), |near| format!("{hint}, such as {near}"));
        return Some((format!("a recipe cannot be called {name:?}"), hint));
    }
    let why = match kind {
        _ if !is_reserved(kind, name) => return None,
        RecipeKind::Runtime => format!("`runtime: {name}` is an app whose image no recipe builds"),
        _ if name == WEB => "objects of an app's process are called so".to_owned(),
        _ => "objects of every app are called so".to_owned(),
    };
    let what = if kind == RecipeKind::Runtime { "runtime" } else { "service" };
    Some((format!("a {what} cannot be called {name:?}: {why}"), format!("another name, such as my-{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_things_are_refused_for_one_kind_alone() {
        use RecipeKind::{Runtime, Service};
        for name in ["acme", "web", "default", "processes", "router", "release"] {
            assert!(refused(Service, name).is_some() && refused(Runtime, name).is_none(), "{name}");
        }
        for name in ["image", "dockerfile"] {
            assert!(refused(Runtime, name).is_some() && refused(Service, name).is_none(), "{name}");
        }
        let (message, hint) = refused(Runtime, "cry_stal").unwrap();
        assert!(message.contains("\"cry_stal\"") && hint.ends_with("such as cry-stal"), "{hint}");
        assert!(refused(Service, "sixteen-letters-").is_some() && refused(Service, "my-cache").is_none());
    }
}
