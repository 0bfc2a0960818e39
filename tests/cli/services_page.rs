//! The table of `docs/services.md`, and the names in the READMEs, are what the recipes say.

use std::fs;
use std::path::Path;

use cupaas::parts::load::recipe::RecipeFile;
use serde_json::Value;

use super::runtimes_page::{is_current, may_update, recipes, versions};

const PAGE: &str = "docs/services.md";

/// The table's lines, one a folder of `templates/services/`.
fn table(root: &Path) -> String {
    let mut lines = vec![
        "| service | is | versions, and when they end | settings, and their defaults | the app gets |"
            .to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(recipes(root, "services").iter().map(|(name, recipe)| {
        let (versions, settings, variables) = (versions(recipe), settings(recipe), variables(name, recipe));
        format!(
            "| [{name}](../templates/services/{name}/README.md) | {} | {versions} | {settings} | {variables} |",
            recipe.summary
        )
    }));
    lines.join("\n") + "\n"
}

/// What an app may set, each with its default.
fn settings(recipe: &RecipeFile) -> String {
    let mut all = Vec::new();
    all.extend(recipe.storage.iter().map(|storage| format!("`storage` {}", storage.default)));
    all.extend(recipe.disks.iter().map(|(name, disk)| format!("`disks.{name}` {}", disk.default)));
    all.extend(recipe.resources.memory.iter().map(|memory| format!("`memory` {}", memory.default)));
    all.extend(recipe.resources.cpu.iter().map(|cpu| format!("`cpu` {}", cpu.default)));
    all.extend(recipe.params.iter().map(|(name, parameter)| {
        let default = match &parameter.default {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Bool(_) | Value::Number(_) => parameter.default.to_string(),
            Value::Array(items) if !items.is_empty() => parameter.default.to_string(),
            _ => "none".to_owned(),
        };
        format!("`{name}` {default}")
    }));
    all.join(", ")
}

/// What the app is given, behind the prefix that the recipe says, and under which full names as well.
fn variables(name: &str, recipe: &RecipeFile) -> String {
    let own = name.to_uppercase().replace('-', "_");
    let prefix = recipe.prefix.as_ref().map_or(own, ToString::to_string);
    let all = recipe.provides.iter().map(|variable| {
        let also: Vec<String> = variable.also.iter().map(|name| format!("`{name}`")).collect();
        let also = if also.is_empty() { String::new() } else { format!(" ({})", also.join(", ")) };
        format!("`{prefix}_{}`{also}", variable.name)
    });
    all.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_of_services_is_what_the_recipes_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    is_current(root, PAGE, "| service |", &table(root), "the_page_of_services");
}

#[test]
fn the_readmes_name_every_recipe_that_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["README.md", "README.es.md"] {
        let mut text = fs::read_to_string(root.join(file)).unwrap();
        let before = text.clone();
        for kind in ["runtimes", "services"] {
            let names: Vec<String> =
                recipes(root, kind).into_keys().map(|name| format!("`{name}`")).collect();
            let end =
                text.find(&format!("`](docs/{kind}.md)")).expect("a list of names that links to the page");
            let begin = text[..end].rfind("[`").expect("the list begins") + 1;
            text.replace_range(begin..=end, &names.join(", "));
        }
        if may_update() {
            fs::write(root.join(file), text).unwrap();
        } else {
            assert_eq!(before, text, "{file}: UPDATE=1 cargo test --test cli the_readmes_name");
        }
    }
}
