//! `.cupaas`, Procfile and `cupaas.yaml`, divided by NUL, through the whole pure middle: what they say is refused as
//! a person's mistake, or renders to files that the API server takes, the same ones twice.
#![no_main]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::app_file::AppFile;
use cupaas::parts::load::catalog::{Catalog, RecipeKind};
use cupaas::parts::load::inputs::Inputs;
use cupaas::parts::load::platform::PlatformFile;
use cupaas::parts::plan::{compare, ClusterFacts};
use cupaas::parts::render::Renderer;
use cupaas::parts::resolve;
use cupaas::parts::tree::Files;
use cupaas::parts::yaml::document;

thread_local!(static RENDERER: RefCell<Renderer> = RefCell::default());

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\0');
    let app = parts.next().unwrap_or_default();
    let procfile = parts.next().filter(|text| !text.is_empty());
    let platform = parts.next().filter(|text| !text.is_empty()).unwrap_or(cupaas_fuzz::PLATFORM);
    let Some(mut inputs) = inputs(app, procfile, platform) else { return };
    let environment = match resolve::environment::choose(&inputs) {
        Ok(environment) => environment,
        Err(failure) => return cupaas_fuzz::a_persons(&failure),
    };
    // As `run` does: nothing waits for this app, so none of its secrets has been set.
    let unset = resolve::secrets::unset(&inputs, &environment.0, &Files::new());
    inputs.problems.extend(unset);
    let release = match resolve::resolve(&inputs, environment, None) {
        Ok(release) => release,
        Err(failure) => return cupaas_fuzz::a_persons(&failure),
    };
    let render = || RENDERER.with_borrow_mut(|renderer| renderer.render(&release, &inputs, &Files::new()));
    match (render(), render()) {
        (Ok(tree), Ok(again)) => {
            assert_eq!(tree.files, again.files, "the same release, other bytes");
            let plan = compare(&Files::new(), &tree.applied(), &BTreeSet::new(), ClusterFacts { expandable: true });
            assert!(!plan.blocked(), "a first deploy that loses data");
        }
        (Err(failure), _) | (_, Err(failure)) => cupaas_fuzz::a_persons(&failure),
    }
});

fn inputs(app: &str, procfile: Option<&str>, platform: &str) -> Option<Inputs> {
    let app = read::<AppFile>(".cupaas", app)?;
    let platform = read::<PlatformFile>("cupaas.yaml", platform)?;
    let catalog = Catalog::default();
    let runtime = catalog.get(RecipeKind::Runtime, &app.value.runtime.name);
    let mut services = BTreeMap::new();
    for entry in &app.value.services {
        let recipe = catalog.get(RecipeKind::Service, &entry.recipe).expect("built in")?;
        services.insert(entry.recipe.clone(), recipe);
    }
    let shared = catalog.get(RecipeKind::Shared, "shared").expect("built in")?;
    let mut inputs = cupaas_fuzz::inputs(app, platform, runtime.expect("built in"), shared);
    inputs.procfile = procfile.map(|text| Source::new("Procfile", text));
    inputs.services = services;
    let requirements = Source::new("requirements.txt", "flask\ngunicorn\n");
    inputs.files.listing = vec!["app.py".to_owned(), "requirements.txt".to_owned()];
    inputs.files.texts = BTreeMap::from([("requirements.txt".to_owned(), requirements)]);
    Some(inputs)
}

fn read<T: schemars::JsonSchema + for<'de> serde::Deserialize<'de> + 'static>(
    name: &str,
    text: &str,
) -> Option<document::Document<T>> {
    document::read(&Source::new(name, text)).ok()
}
