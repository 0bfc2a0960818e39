//! What is known of recipes, for whoever chooses one.

use crate::diagnostic::Failure;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::recipe::RecipeFile;
use crate::outcome::catalog::{DiskFacts, ParameterFacts, RecipeFacts, RecipeOrigin, RecipeUse};
use crate::run::catalog::{KINDS, unknown};

/// All recipes of a catalog, the built-in ones among them.
pub(super) fn all(catalog: &Catalog) -> Vec<RecipeFacts> {
    let of_kind = |kind: RecipeKind| {
        catalog.names(kind).into_iter().map(move |name| facts(catalog, kind, name)).collect::<Vec<_>>()
    };
    KINDS.into_iter().flat_map(of_kind).collect()
}

/// The recipes of this name: there may be a runtime and a service.
///
/// # Errors
/// There is none.
pub(super) fn of(catalog: &Catalog, name: &str) -> Result<Vec<RecipeFacts>, Failure> {
    let known: Vec<RecipeFacts> = all(catalog);
    let names: Vec<String> = known.iter().map(|recipe| recipe.name.clone()).collect();
    let found: Vec<RecipeFacts> = known.into_iter().filter(|recipe| recipe.name == name).collect();
    if found.is_empty() { Err(unknown(name, &names)) } else { Ok(found) }
}

fn facts(catalog: &Catalog, kind: RecipeKind, name: String) -> RecipeFacts {
    let (recipe, problems) = catalog.get_leniently(kind, &name);
    let is_own = catalog.own_names(kind).contains(&name);
    let origin = match (is_own, Catalog::is_built_in(kind, &name)) {
        (false, _) => RecipeOrigin::BuiltIn,
        (true, false) => RecipeOrigin::Catalog,
        (true, true) => RecipeOrigin::Shadows,
    };
    let mut facts = RecipeFacts {
        kind: if kind == RecipeKind::Runtime { RecipeUse::Runtime } else { RecipeUse::Service },
        origin,
        problems: problems.len(),
        summary: String::new(),
        default_version: None,
        versions: Vec::new(),
        parameters: Vec::new(),
        storage: None,
        disks: Vec::new(),
        memory: None,
        cpu: None,
        route: false,
        variables: Vec::new(),
        markers: Vec::new(),
        files: Vec::new(),
        example: String::new(),
        name,
    };
    if let Some(recipe) = recipe {
        fill(&mut facts, &recipe.description.value);
    }
    facts
}

fn fill(facts: &mut RecipeFacts, recipe: &RecipeFile) {
    let own = || facts.name.to_uppercase().replace('-', "_");
    let prefix = recipe.prefix.as_ref().map_or_else(own, |prefix| prefix.0.clone());
    let parameter = |(name, parameter): (&String, &crate::load::recipe::Parameter)| ParameterFacts {
        name: name.clone(),
        kind: parameter.kind,
        default: parameter.default.clone(),
        choices: parameter.choices.clone(),
        doc: parameter.doc.clone(),
    };
    let disk = |(name, disk): (&String, &crate::load::service_files::DiskRule)| DiskFacts {
        name: name.clone(),
        storage: disk.default.0.clone(),
        doc: disk.doc.clone(),
    };
    facts.summary.clone_from(&recipe.summary);
    facts.default_version.clone_from(&recipe.versions.default);
    facts.versions.clone_from(&recipe.versions.supported);
    facts.parameters = recipe.params.iter().map(parameter).collect();
    facts.storage = recipe.storage.as_ref().map(|storage| storage.default.0.clone());
    facts.disks = recipe.disks.iter().map(disk).collect();
    facts.memory = recipe.resources.memory.as_ref().map(|rule| rule.default.0.clone());
    facts.cpu = recipe.resources.cpu.as_ref().map(|rule| rule.default.0.clone());
    facts.route = recipe.route;
    let also = recipe.provides.iter().flat_map(|variable| &variable.also).map(ToString::to_string);
    let named = recipe.provides.iter().map(|variable| format!("{prefix}_{}", variable.name));
    let public = recipe.route.then(|| format!("{prefix}_PUBLIC_URL"));
    facts.variables = named.chain(also).chain(public).collect();
    facts.markers = recipe.markers.iter().chain(&recipe.weak_markers).cloned().collect();
    for file in recipe.facts.iter().flat_map(|rule| &rule.files) {
        if !facts.markers.contains(file) && !facts.files.contains(file) {
            facts.files.push(file.clone());
        }
    }
    facts.example = example(facts);
}

/// A `.cupaas` that uses the recipe, with all that can be set at its default.
fn example(facts: &RecipeFacts) -> String {
    let version = facts.default_version.as_ref();
    if facts.kind == RecipeUse::Runtime {
        let version = version.map(|version| format!(":{version}")).unwrap_or_default();
        return format!("runtime: {}{version}\n", facts.name);
    }
    let mut settings: Vec<String> =
        version.map(|version| format!("version: {version:?}")).into_iter().collect();
    for (name, value) in [("storage", &facts.storage), ("memory", &facts.memory), ("cpu", &facts.cpu)] {
        settings.extend(value.as_ref().map(|value| format!("{name}: {value}")));
    }
    if !facts.disks.is_empty() {
        let disks: Vec<String> =
            facts.disks.iter().map(|disk| format!("{}: {}", disk.name, disk.storage)).collect();
        settings.push(format!("disks: {{{}}}", disks.join(", ")));
    }
    settings.extend(facts.route.then(|| "public: false".to_owned()));
    settings.extend(facts.parameters.iter().map(|one| format!("{}: {}", one.name, one.default)));
    let mut text = format!("services:\n  - {}", facts.name);
    if !settings.is_empty() {
        text.push(':');
    }
    text.push('\n');
    for setting in settings {
        text.push_str(&format!("      {setting}\n"));
    }
    text
}
