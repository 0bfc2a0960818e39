use std::path::Path;

use serde_json::{Value, json};

use crate::diagnostic::Source;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::gitops::{Backend, Gitops};
use crate::load::recipe_checks::{RELEASE, SERVICE};
use crate::load::trial;
use crate::resolve::{self, environment};
use crate::run::catalog::{KINDS, trial::of};
use crate::run::scaffold::embedded;

#[test]
fn every_built_in_recipe_renders_with_each_of_its_choices() {
    let catalog = Catalog::default();
    for kind in KINDS {
        for name in catalog.names(kind) {
            let recipe = catalog.get(kind, &name).unwrap().unwrap();
            assert_eq!(of(&catalog, &recipe).unwrap(), [], "{name}");
        }
    }
}

#[test]
fn checks_know_every_name_that_templates_see() {
    let service = Catalog::default().names(RecipeKind::Service).remove(0);
    let app = json!({"name": "trial", "runtime": "image", "services": [service], "processes": {"web": {"command": "x"}}});
    let files = embedded::files(Path::new(""), false).unwrap();
    let mut gitops = Gitops::from(Backend::Memory(files));
    let inputs = trial::inputs(&Source::new("app", app.to_string()), &mut gitops).unwrap();
    let release = resolve::resolve(&inputs, environment::choose(&inputs).unwrap(), None).unwrap();
    let seen = serde_json::to_value(&release).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for key in keys(&seen) {
        assert!(RELEASE.contains(&key.as_str()), "{key}: add it to src/load/recipe_checks/sight.rs");
    }
    for key in keys(&seen["services"][0]) {
        assert!(SERVICE.contains(&key.as_str()), "{key}: add it to src/load/recipe_checks/sight.rs");
    }
}
