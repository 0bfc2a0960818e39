//! The table of `docs/runtimes.md` is what the recipes say.

use std::fs;
use std::path::Path;

use cupaas::parts::load::recipe::RecipeFile;

const PAGE: &str = "docs/runtimes.md";

/// The table's lines, one a folder of `templates/runtimes/`.
fn table(root: &Path) -> String {
    let folder = root.join("templates/runtimes");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut lines = vec![
        "| runtime | is | versions, and when they end | found by |".to_owned(),
        "| --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(names.iter().map(|name| {
        let text = fs::read_to_string(folder.join(name).join("recipe.yaml")).unwrap();
        let recipe: RecipeFile = serde_saphyr::from_str(&text).unwrap();
        let versions: Vec<String> =
            recipe.versions.supported.iter().map(|version| of_version(version, &recipe)).collect();
        let markers: Vec<String> =
            recipe.markers.iter().chain(&recipe.weak_markers).map(|marker| format!("`{marker}`")).collect();
        let (versions, markers) = (versions.join(" · "), markers.join(", "));
        format!(
            "| [{name}](../templates/runtimes/{name}/README.md) | {} | {versions} | {markers} |",
            recipe.summary
        )
    }));
    lines.join("\n") + "\n"
}

/// A version, the default in bold letters, with its last day where one is known.
fn of_version(version: &str, recipe: &RecipeFile) -> String {
    let end = recipe.versions.ends.get(version).map(|end| format!(" ({end})")).unwrap_or_default();
    match recipe.versions.default.as_deref() == Some(version) {
        true => format!("**{version}**{end}"),
        false => format!("{version}{end}"),
    }
}

#[test]
fn the_page_of_runtimes_is_what_the_recipes_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join(PAGE)).unwrap();
    let table = table(root);
    let lines = page.lines().skip_while(|line| !line.starts_with("| runtime |"));
    let committed: String =
        lines.take_while(|line| line.starts_with('|')).map(|line| line.to_owned() + "\n").collect();
    if std::env::var_os("UPDATE").is_some() && std::env::var_os("CI").is_none() {
        fs::write(root.join(PAGE), page.replace(&committed, &table)).unwrap();
    } else {
        assert_eq!(committed, table, "{PAGE}: UPDATE=1 cargo test --test cli the_page_of_runtimes");
    }
}
