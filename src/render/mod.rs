//! [`Release`] → [`Tree`]: templates, then parsed, checked against Kubernetes' own description, and written in one
//! style. Pure: the same release gives the same bytes.

pub(crate) mod base_images;
mod blame;
pub(crate) mod delivery;
pub(crate) mod dockerfile;
pub(crate) mod emit;
pub(crate) mod engine;
mod layers;
mod namespaces;
mod origin;
mod probe_ports;
mod sealed;
mod service_checks;
mod service_marks;
mod service_network;
mod tasks;
mod tree;
mod trial;
mod values;
mod workload;
mod written;

use crate::layout::Folders;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Serde;
use serde_json::{Value as Json, json};

use crate::diagnostic::{Code, Failure, Source};
use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::load::platform::SecretsProvider;
use crate::resolve::release::{Release, Service};
use crate::resolve::routes;
use crate::schema::{Checker, ExternalObjects, ExtraSchema, Violation};
use crate::tree::Files;

use engine::{Engine, Parsed};
use layers::{Layers, Rendered};
use sealed::{add_hashes, seal_from};
use tasks::Tasks;
use tree::write;

pub(crate) use tree::{MissingSecret, Tree, release_file};

/// Renders releases; remembers compiled templates, parsed texts and schemas from one to the next.
#[derive(Debug, Default)]
pub struct Renderer {
    engines: BTreeMap<String, Arc<Engine>>,
    parsed: Arc<Parsed>,
    checkers: BTreeMap<(u32, u32), Arc<Checker>>,
}

impl Renderer {
    /// All files of `release`. `kept` is what stands below `releases/<env>/<app>/` now: sealed files are taken from
    /// there, and stay there byte for byte.
    ///
    /// # Errors
    ///
    /// A recipe that is wrong (kind `Internal`), or a secret that is not set (kind `Invalid`).
    pub fn render(&mut self, release: &Release, inputs: &Inputs, kept: &Files) -> Result<Tree, Failure> {
        let folders = Folders::new(&release.cluster, &release.environment, &release.app)?;
        let mut tasks = Tasks::of(release, kept)?;
        let mut objects = self.objects(release, inputs, &folders, (kept, &tasks))?;
        self.check(release, inputs, &objects)?;
        let mut tree = Tree::default();
        tasks.take(&mut objects)?;
        tasks.write(&folders, &mut tree)?;
        seal_from(kept, release, &folders, &mut objects, &mut tree)?;
        write(&folders, &objects, &mut tree)?;
        let record = Folders::below(&folders.release, "release.yaml")?;
        tree.files.insert(record, emit::to_yaml(&json!(release_file(release)))?);
        for host in release.hosts() {
            if let Some(file) = crate::layout::host_file(host) {
                tree.files.insert(file, routes::host_owner(release));
            }
        }
        Ok(tree)
    }

    fn engine(&mut self, recipe: &Recipe) -> Result<Arc<Engine>, Failure> {
        let name = format!("{:?}/{}", recipe.kind, recipe.name);
        if let Some(engine) = self.engines.get(&name) {
            return Ok(Arc::clone(engine));
        }
        let engine = Arc::new(Engine::new(recipe, &self.parsed)?);
        self.engines.insert(name, Arc::clone(&engine));
        Ok(engine)
    }

    fn objects(
        &mut self,
        release: &Release,
        inputs: &Inputs,
        folders: &Folders,
        (kept, tasks): (&Files, &Tasks<'_>),
    ) -> Result<Vec<Rendered>, Failure> {
        let values =
            serde_json::to_value(release).map_err(|e| Failure::new(Code::InternalError, e.to_string()))?;
        let Json::Object(mut values) = values else { return Ok(Vec::new()) };
        let delivery = release.platform.delivery;
        values.insert("prune_protection".to_owned(), delivery::prune_protection(delivery));
        // What several services have is one list for a rule's `each`.
        let of_all = |list: fn(&Service) -> Json| {
            json!(
                release
                    .services
                    .iter()
                    .flat_map(|one| list(one).as_array().cloned().unwrap_or_default())
                    .collect::<Vec<_>>()
            )
        };
        values.insert("generators".to_owned(), of_all(|service| json!(service.generators)));
        values.insert("disks".to_owned(), of_all(|service| json!(service.disks)));
        values.insert("service_routes".to_owned(), of_all(|service| json!(service.route.as_slice())));
        tasks.add(&mut values);
        add_hashes(&mut values, release, folders, kept)?;
        let context: BTreeMap<String, Value> =
            values.iter().map(|(key, value)| (key.clone(), Value::from(Serde(value)))).collect();
        let waits = release.release.is_some();
        let mut layers = Layers { values: &values, folders, delivery, waits, rendered: Vec::new() };
        let engine = self.engine(&inputs.shared)?;
        layers.recipe(&engine, &inputs.shared, &context)?;
        let checker = self.checker(release, inputs)?;
        let seen = values.get("services").and_then(Json::as_array).into_iter().flatten();
        for (service, seen) in release.services.iter().zip(seen) {
            let Some(recipe) = inputs.services.get(&service.recipe) else { continue };
            let engine = self.engine(recipe)?;
            let mut context = context.clone();
            context.insert("service".to_owned(), Value::from(Serde(seen)));
            if let Some(workload) = engine.workload(recipe, &context)? {
                context.insert("workload".to_owned(), Value::from(Serde(workload)));
            }
            let first = layers.rendered.len();
            layers.recipe(&engine, recipe, &context)?;
            service_marks::mark(&mut layers.rendered[first..], service, &values["prune_protection"])
                .map_err(|message| Failure::recipe(recipe.description.key(&["files"]), message))?;
            service_checks::check((recipe, service), (release, &checker), &layers.rendered[first..])?;
        }
        Ok(layers.rendered)
    }

    /// Whether the API server would take every object; what it refuses is the recipe's fault, or cupaas's.
    fn check(&mut self, release: &Release, inputs: &Inputs, objects: &[Rendered]) -> Result<(), Failure> {
        let found = self.violations(release, inputs, objects)?;
        if found.is_empty() {
            return Ok(());
        }
        let said = found.into_iter();
        let diagnostics =
            said.map(|(file, violation)| blame::diagnostic(&file, violation, objects)).collect();
        let message = "the API server would reject the rendered manifests";
        let failure = Failure::new(Code::ManifestInvalid, message);
        Err(Failure { diagnostics, is_before_writing: true, ..failure })
    }

    /// What the API server would refuse, each with the file that it stands in.
    fn violations(
        &mut self,
        release: &Release,
        inputs: &Inputs,
        objects: &[Rendered],
    ) -> Result<Vec<(String, Violation)>, Failure> {
        let checker = self.checker(release, inputs)?;
        let all = objects.iter().map(|rendered| (rendered.path.as_str(), &rendered.object));
        Ok(checker.tree_beside(all, &elsewhere(release)))
    }

    /// What knows the kinds of the platform's Kubernetes, and those of its own.
    fn checker(&mut self, release: &Release, inputs: &Inputs) -> Result<Arc<Checker>, Failure> {
        let version = release.platform.kubernetes;
        if let Some(known) = self.checkers.get(&version) {
            return Ok(Arc::clone(known));
        }
        let extra = inputs.schemas.iter().map(|(path, text)| extra_schema(path, text));
        let extra: Vec<ExtraSchema> = extra.collect::<Result<_, _>>()?;
        let checker =
            Checker::new(version, &extra).map_err(|e| Failure::new(Code::InternalError, e.to_string()))?;
        let checker = Arc::new(checker);
        self.checkers.insert(version, Arc::clone(&checker));
        Ok(checker)
    }
}

/// What the platform's people have put into the namespace by other ways.
fn elsewhere(release: &Release) -> ExternalObjects {
    let mut known = ExternalObjects::default();
    let mut secret = |name: &str| known.add("Secret", &release.namespace, name);
    release.platform.pull_secret.iter().for_each(|name| secret(name));
    if release.platform.secrets_provider != SecretsProvider::Sops {
        release.services.iter().filter_map(|service| service.secret.as_deref()).for_each(&mut secret);
        release.secrets.iter().for_each(|own| secret(&own.secret.name));
    }
    known
}

fn extra_schema(path: &str, text: &str) -> Result<ExtraSchema, Failure> {
    let source = Source::new(path, text);
    let root = crate::yaml::node::parse(&source).map_err(Failure::invalid)?;
    Ok(ExtraSchema { name: path.to_owned(), schema: root.to_json() })
}
