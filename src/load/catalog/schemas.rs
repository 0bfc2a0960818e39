//! The platform's further schemas, in `catalog/schemas/`: one that is wrong is said at its own file, once, whatever
//! recipes there are.

use super::Catalog;
use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::load::recipe_name::is_for_people;
use crate::schema::{ExtraSchema, SchemaError};
use crate::tree::RepoPath;
use crate::yaml::node;

/// The folder that they stand in.
pub(super) const FOLDER: &str = "catalog/schemas/";

impl Catalog {
    /// Takes out the schemas that cannot be read, and gives what is wrong with each. What is left can be used.
    pub(crate) fn take_wrong_schemas(&mut self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let mut wrong: Vec<RepoPath> = Vec::new();
        for (path, text) in self.own.iter().filter(|(path, _)| path.as_str().starts_with(FOLDER)) {
            let found = match is_for_people(path.file_name()) {
                true => Vec::new(),
                false => problems_of(&Source::new(self.shown(path.as_str()), text.as_str())),
            };
            if !found.is_empty() || is_for_people(path.file_name()) {
                wrong.push(path.clone());
            }
            problems.extend(found);
        }
        wrong.iter().for_each(|path| drop(self.own.remove(path)));
        problems
    }
}

fn problems_of(source: &std::sync::Arc<Source>) -> Vec<Diagnostic> {
    let root = match node::parse(source) {
        Ok(root) => root,
        Err(problems) => return problems,
    };
    let schema = ExtraSchema { name: source.name.clone(), schema: root.to_json() };
    let Err(SchemaError { message, .. }) = schema.check() else { return Vec::new() };
    let message = format!("this schema {message}");
    vec![Diagnostic::error(Code::InvalidValue, Span::file(source), message).hint(
        "a CustomResourceDefinition, or a JSON Schema with \
         `x-kubernetes-group-version-kind: [{group: example.com, version: v1, kind: Example}]`",
    )]
}
