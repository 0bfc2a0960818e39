//! Names and texts of an app's files, divided by NUL, under the rules of the built-in runtimes; and a recipe of a platform's
//! own over them, where the first part is one. What they say is refused as a person's mistake, or resolved alike twice.
#![no_main]

use std::collections::BTreeMap;

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::app_file::AppFile;
use cupaas::parts::load::catalog::{Catalog, RecipeKind};
use cupaas::parts::load::platform::PlatformFile;
use cupaas::parts::resolve;
use cupaas::parts::tree::{Files, RepoPath};
use cupaas::parts::yaml::document;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.split('\0');
    let own = parts.next().unwrap_or_default();
    let mut files = BTreeMap::new();
    while let (Some(name), Some(text)) = (parts.next(), parts.next()) {
        if let Ok(path) = RepoPath::new(name) {
            files.insert(path.as_str().to_owned(), text.to_owned());
        }
    }
    if files.is_empty() {
        // Any text is also looked at as the files that say most.
        for name in ["requirements.txt", "pyproject.toml", "manage.py", "app.py", "Pipfile", "setup.cfg", "package.json"] {
            files.insert(name.to_owned(), own.to_owned());
        }
    }
    let built_in = Catalog::default().names(RecipeKind::Runtime);
    let one = &built_in[own.len() % built_in.len()];
    for runtime in [one, "fuzzed"] {
        look(own, runtime, &files);
    }
});

fn look(own: &str, runtime: &str, files: &BTreeMap<String, String>) {
    let recipe = RepoPath::new("catalog/runtimes/fuzzed/recipe.yaml").expect("a path");
    let catalog = Catalog::new(Files::from([(recipe, own.to_owned())]));
    let found = match catalog.get(RecipeKind::Runtime, runtime) {
        Ok(found) => found,
        Err(problems) => return cupaas_fuzz::say_all(problems),
    };
    let (Some(found), Ok(Some(shared))) = (found, catalog.get(RecipeKind::Shared, "shared")) else { return };
    let resolved = || {
        let app = read::<AppFile>(".cupaas", &format!("name: tasks\nruntime: {runtime}\n"));
        let platform = read::<PlatformFile>("cupaas.yaml", cupaas_fuzz::PLATFORM);
        let mut inputs = cupaas_fuzz::inputs(app, platform, Some(Clone::clone(&found)), Clone::clone(&shared));
        inputs.files.listing = files.keys().cloned().collect();
        inputs.files.texts =
            files.iter().map(|(name, text)| (name.clone(), Source::new(name.as_str(), text.as_str()))).collect();
        let environment = resolve::environment::choose(&inputs)?;
        resolve::resolve(&inputs, environment, None)
    };
    match (resolved(), resolved()) {
        (Ok(one), Ok(other)) => assert_eq!(one.facts, other.facts, "the same files, other facts"),
        (Err(failure), _) | (_, Err(failure)) => cupaas_fuzz::say(&failure),
    }
}

fn read<T: schemars::JsonSchema + for<'de> serde::Deserialize<'de> + 'static>(
    name: &str,
    text: &str,
) -> document::Document<T> {
    document::read(&Source::new(name, text)).expect("a file that is right")
}
