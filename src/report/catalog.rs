//! Recipes, their checks and their cases → text.

use std::fmt::Write;

use crate::outcome::catalog::{CatalogChecked, CatalogTested, RecipeFacts, RecipeOrigin, RecipeUse, Recipes};
use crate::report::style::{BAD, FAINT, GOOD, STRONG, paint, tame};

pub(super) fn recipes(recipes: &Recipes) -> String {
    if recipes.whole {
        return recipes.recipes.iter().map(whole).collect::<Vec<_>>().join("\n");
    }
    let mut text = String::new();
    for (kind, title) in [(RecipeUse::Runtime, "Runtimes"), (RecipeUse::Service, "Services")] {
        let of_kind = || recipes.recipes.iter().filter(|recipe| recipe.kind == kind);
        let _ = writeln!(text, "{}", paint(STRONG, title));
        let width = of_kind().map(|recipe| recipe.name.chars().count()).max().unwrap_or(0);
        for recipe in of_kind() {
            let _ = writeln!(text, "  {:width$}  {}{}", recipe.name, tame(&recipe.summary), marks(recipe));
            let parameters: Vec<&str> = recipe.parameters.iter().map(|one| one.name.as_str()).collect();
            for (what, list) in [("versions", versions(recipe)), ("parameters", parameters.join(", "))] {
                if !list.is_empty() {
                    let _ = writeln!(
                        text,
                        "  {:width$}  {}",
                        "",
                        paint(FAINT, format!("{what}: {}", tame(&list)))
                    );
                }
            }
        }
        if of_kind().next().is_none() {
            let _ = writeln!(text, "  none");
        }
    }
    text
}

fn marks(recipe: &RecipeFacts) -> String {
    let origin = match recipe.origin {
        RecipeOrigin::BuiltIn => "",
        RecipeOrigin::Catalog => "  (catalog)",
        RecipeOrigin::Shadows => "  (catalog, in the place of the built-in one)",
    };
    let problems = match recipe.problems {
        0 => String::new(),
        _ => format!("  {}", paint(BAD, "invalid: see `cupaas catalog check`")),
    };
    format!("{}{problems}", paint(FAINT, origin))
}

/// The versions with the default marked.
fn versions(recipe: &RecipeFacts) -> String {
    let default = recipe.default_version.as_deref();
    let one = |version: &String| match default == Some(version) {
        true => format!("{version} (default)"),
        false => version.clone(),
    };
    let mut all: Vec<String> = recipe.versions.iter().map(one).collect();
    if let Some(default) = default.filter(|default| !recipe.versions.iter().any(|version| version == default))
    {
        all.push(format!("{default} (default)"));
    }
    all.join(", ")
}

fn whole(recipe: &RecipeFacts) -> String {
    let kind = if recipe.kind == RecipeUse::Runtime { "runtime" } else { "service" };
    let mut text = format!("{}  {kind}{}\n", paint(STRONG, &recipe.name), marks(recipe));
    let _ = writeln!(text, "{}\n", tame(&recipe.summary));
    for (what, list) in [
        ("versions", versions(recipe)),
        ("storage", recipe.storage.clone().unwrap_or_default()),
        ("memory", recipe.memory.clone().unwrap_or_default()),
        ("cpu", recipe.cpu.clone().unwrap_or_default()),
        ("variables", recipe.variables.join(", ")),
        ("found by", recipe.markers.join(", ")),
        ("looks at", recipe.files.join(", ")),
    ] {
        if !list.is_empty() {
            let _ = writeln!(text, "{what:11}{}", tame(&list));
        }
    }
    if !recipe.disks.is_empty() {
        text.push_str("disks\n");
    }
    for one in &recipe.disks {
        let _ = writeln!(text, "  {}: default {}", one.name, one.storage);
        let _ = writeln!(text, "    {}", tame(&one.doc));
    }
    if !recipe.parameters.is_empty() {
        text.push_str("parameters\n");
    }
    for one in &recipe.parameters {
        let kind = serde_json::to_value(one.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default().to_owned();
        let choices: Vec<String> = one.choices.iter().map(ToString::to_string).collect();
        let choices =
            if choices.is_empty() { String::new() } else { format!(", one of {}", choices.join(", ")) };
        let _ = writeln!(text, "  {}: {kind}, default {}{}", one.name, one.default, tame(&choices));
        let _ = writeln!(text, "    {}", tame(&one.doc));
    }
    let _ = write!(text, "\nIn .cupaas:\n\n");
    for line in recipe.example.lines() {
        let _ = writeln!(text, "    {}", tame(line));
    }
    text
}

pub(super) fn checked(checked: &CatalogChecked) -> String {
    if checked.recipes.is_empty() {
        return format!("{} the catalog has no recipes\n", paint(GOOD, "ok"));
    }
    checked.recipes.iter().map(|name| format!("{} {}\n", paint(GOOD, "ok"), tame(name))).collect()
}

pub(super) fn tested(tested: &CatalogTested) -> String {
    let mut text = String::new();
    for case in &tested.cases {
        let word = match (&case.difference, tested.updated) {
            (Some(_), _) => paint(BAD, "failed"),
            (None, true) => paint(GOOD, "written"),
            (None, false) => paint(GOOD, "ok"),
        };
        let _ = writeln!(text, "{word} {}", tame(&case.name));
        for line in case.difference.iter().flat_map(|difference| difference.lines()) {
            let _ = writeln!(text, "  {}", tame(line));
        }
    }
    for recipe in &tested.untested {
        let _ = writeln!(text, "{} has no cases", tame(recipe));
    }
    if !tested.untested.is_empty() {
        text.push_str("to add one: cases/<case>/ in the recipe's folder, with a case.yaml and an app/\n");
    }
    let failed = tested.cases.iter().filter(|case| case.difference.is_some()).count();
    if failed > 0 {
        let _ = writeln!(text, "{failed} of {} cases failed", tested.cases.len());
        if !tested.updated && tested.cases.iter().any(|case| case.difference.is_some() && !case.unrun) {
            text.push_str("if what came out is right: cupaas catalog test --update\n");
        }
    }
    text
}
