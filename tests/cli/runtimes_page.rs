//! The table of `docs/runtimes.md` is what the recipes say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cupaas::parts::load::recipe::RecipeFile;

const PAGE: &str = "docs/runtimes.md";

/// The table's lines, one a folder of `templates/runtimes/`.
fn table(root: &Path) -> String {
    let mut lines = vec![
        "| runtime | is | versions, and when they end | found by |".to_owned(),
        "| --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(recipes(root, "runtimes").iter().map(|(name, recipe)| {
        let markers: Vec<String> =
            recipe.markers.iter().chain(&recipe.weak_markers).map(|marker| format!("`{marker}`")).collect();
        let (versions, markers) = (versions(recipe), markers.join(", "));
        format!(
            "| [{name}](../templates/runtimes/{name}/README.md) | {} | {versions} | {markers} |",
            recipe.summary
        )
    }));
    lines.join("\n") + "\n"
}

/// The versions, the default in bold letters, each with its last day where one is known. A default that is not listed is
/// one of a series that is, and stands behind it.
pub(super) fn versions(recipe: &RecipeFile) -> String {
    let default = recipe.versions.default.as_deref().unwrap_or_default();
    let one = |version: &String| {
        let end = recipe.versions.ends.get(version).map(|end| format!(" ({end})")).unwrap_or_default();
        match default.strip_prefix(version.as_str()) {
            Some("") => format!("**{version}**{end}"),
            Some(rest) if rest.starts_with('.') => format!("any {version}, **{default}**{end}"),
            _ => format!("{version}{end}"),
        }
    };
    recipe.versions.supported.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// The recipes of a kind, by name.
pub(super) fn recipes(root: &Path, kind: &str) -> BTreeMap<String, RecipeFile> {
    let folder = root.join("templates").join(kind);
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| {
            let text = fs::read_to_string(folder.join(&name).join("recipe.yaml")).unwrap();
            (name, serde_saphyr::from_str(&text).unwrap())
        })
        .collect()
}

/// Whether the table of a page, which begins with this heading, is this one; `UPDATE=1` makes it so.
pub(super) fn is_current(root: &Path, page: &str, heading: &str, table: &str, test: &str) {
    let text = fs::read_to_string(root.join(page)).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with(heading));
    let committed: String =
        lines.take_while(|line| line.starts_with('|')).map(|line| line.to_owned() + "\n").collect();
    if may_update() {
        fs::write(root.join(page), text.replace(&committed, table)).unwrap();
    } else {
        assert_eq!(committed, table, "{page}: UPDATE=1 cargo test --test cli {test}");
    }
}

/// Whether what is expected is to be written anew.
pub(super) fn may_update() -> bool {
    std::env::var_os("UPDATE").is_some() && std::env::var_os("CI").is_none()
}

#[test]
fn the_page_of_runtimes_is_what_the_recipes_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    is_current(root, PAGE, "| runtime |", &table(root), "the_page_of_runtimes");
}
