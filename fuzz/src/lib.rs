//! What the targets share: whatever a reader answers, it can be said to a person.

use std::collections::BTreeMap;
use std::sync::Arc;

use cupaas::parts::diagnostic::{Diagnostic, Failure, Kind, Source};
use cupaas::parts::load::app_file::AppFile;
use cupaas::parts::load::catalog::Recipe;
use cupaas::parts::load::inputs::Inputs;
use cupaas::parts::load::platform::PlatformFile;
use cupaas::parts::load::query::ReleaseQuery;
use cupaas::parts::report::{self, Format};
use cupaas::parts::yaml::document::{self, Document};
use schemars::JsonSchema;
use serde::Deserialize;

/// Says a failure in every form.
pub fn say(failure: &Failure) {
    for format in [Format::Text, Format::Json, Format::Markdown] {
        let text = report::failure(failure, format);
        assert!(!text.trim().is_empty(), "a failure without a word");
    }
    for problem in &failure.diagnostics {
        let (line, column) = problem.span.line_column();
        assert!(line > 0 && column > 0 && !problem.message.to_string().is_empty());
    }
}

/// Says the problems of files that a person wrote; there is always one.
pub fn say_all(problems: Vec<Diagnostic>) {
    assert!(!problems.is_empty(), "refused without a reason");
    say(&Failure::invalid(problems));
}

/// A failure that the files which a person wrote may lead to: never one of cupaas's own.
pub fn a_persons(failure: &Failure) {
    say(failure);
    assert!(failure.kind() != Kind::Internal, "cupaas's own mistake: {failure}");
}

/// A `cupaas.yaml` with one environment.
pub const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n";

/// What a first deploy of an app with these files reads, where nothing else is there.
pub fn inputs(
    app: Document<AppFile>,
    platform: Document<PlatformFile>,
    runtime: Option<Arc<Recipe>>,
    shared: Arc<Recipe>,
) -> Inputs {
    Inputs {
        query: ReleaseQuery { image: Some("registry.example.cu/tasks:1".to_owned()), ..ReleaseQuery::default() },
        name: app.value.name.as_ref().map_or_else(|| "tasks".to_owned(), |name| name.0.clone()),
        procfile: None,
        files: Default::default(),
        dockerfile: None,
        fingerprint: None,
        recorded: None,
        problems: Vec::new(),
        registration: None,
        runtime,
        services: BTreeMap::new(),
        used: BTreeMap::new(),
        shared,
        gitops_commit: None,
        schemas: BTreeMap::new(),
        app,
        platform,
    }
}

/// Reads a file of one type.
pub fn read<T>(data: &[u8])
where
    T: JsonSchema + for<'de> Deserialize<'de> + 'static,
{
    let Ok(text) = std::str::from_utf8(data) else { return };
    let source: Arc<Source> = Source::new("file.yaml", text);
    match document::read::<T>(&source) {
        Ok(document) => drop::<Document<T>>(document),
        Err(problems) => say_all(problems),
    }
}
