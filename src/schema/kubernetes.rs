//! The kinds that an API server knows: the embedded lines of `kinds/` and what a platform adds become a
//! [`Kinds`], which parses a definition when an object first needs it and keeps it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Value;

use crate::schema::extra::{self, ExtraSchema, SchemaError};
use crate::schema::node::{SchemaNode, Version};
use crate::schema::walk::Resolver;

/// The Kubernetes versions that the embedded descriptions tell apart, oldest and newest.
pub(crate) const SUPPORTED: (Version, Version) = ((1, 33), (1, 37));
/// The one that is meant where nothing is said.
pub(crate) const DEFAULT: Version = (1, 36);

const FILES: [&str; 6] = [
    include_str!("kinds/kubernetes.jsonl"),
    include_str!("kinds/kustomize.jsonl"),
    include_str!("kinds/flux.jsonl"),
    include_str!("kinds/argocd.jsonl"),
    include_str!("kinds/gateway.jsonl"),
    include_str!("kinds/external-secrets.jsonl"),
];

/// Name of a definition -> its text. A kind's name is `apps/v1/Deployment`; no other name has a slash.
static EMBEDDED: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    FILES.iter().flat_map(|file| file.lines()).filter_map(|line| line.split_once('\t')).collect()
});

/// All kinds that objects may be of.
#[derive(Debug, Default)]
pub(crate) struct Kinds {
    extra: BTreeMap<String, Value>,
    // A mutex and not a cell, so that one set serves several threads.
    parsed: Mutex<BTreeMap<String, Option<Arc<Definition>>>>,
}

/// A definition, and for kinds whether their objects live in namespaces.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) node: Arc<SchemaNode>,
    pub(crate) cluster_wide: bool,
}

impl Kinds {
    /// The embedded kinds and `extra`; an extra kind stands before an embedded one of the same name.
    pub(crate) fn new(extra: &[ExtraSchema]) -> Result<Self, SchemaError> {
        let mut definitions = BTreeMap::new();
        for (number, schema) in extra.iter().enumerate() {
            definitions.extend(extra::definitions(schema, number)?);
        }
        Ok(Self { extra: definitions, parsed: Mutex::default() })
    }

    /// The description of a kind.
    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<Arc<Definition>> {
        self.definition(&format!("{api_version}/{kind}"))
    }

    /// The API versions in which there is a kind of this name.
    pub(crate) fn api_versions(&self, kind: &str) -> Vec<&str> {
        let names = self.extra.keys().map(String::as_str).chain(EMBEDDED.keys().copied());
        names
            .filter_map(|name| name.rsplit_once('/'))
            .filter(|(_, other)| *other == kind)
            .map(|(v, _)| v)
            .collect()
    }

    /// The kinds of an API version.
    pub(crate) fn kinds(&self, api_version: &str) -> Vec<&str> {
        let names = self.extra.keys().map(String::as_str).chain(EMBEDDED.keys().copied());
        names
            .filter_map(|name| name.rsplit_once('/'))
            .filter(|(v, _)| *v == api_version)
            .map(|(_, k)| k)
            .collect()
    }

    fn definition(&self, name: &str) -> Option<Arc<Definition>> {
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = parsed.get(name) {
            return known.clone();
        }
        let read = self.read(name).map(Arc::new);
        parsed.insert(name.to_owned(), read.clone());
        read
    }

    fn read(&self, name: &str) -> Option<Definition> {
        let define = |schema: &Value| Definition {
            node: Arc::new(SchemaNode::new(schema)),
            cluster_wide: schema.get("x-scope").and_then(Value::as_str) == Some("Cluster"),
        };
        if let Some(schema) = self.extra.get(name) {
            return Some(define(schema));
        }
        serde_json::from_str(EMBEDDED.get(name)?).ok().as_ref().map(define)
    }
}

impl Resolver for Kinds {
    fn resolve(&self, reference: &str) -> Option<Arc<SchemaNode>> {
        let name = reference.strip_prefix("#/definitions/")?;
        let definition = match name.contains('~') {
            true => self.definition(&name.replace("~1", "/").replace("~0", "~")),
            false => self.definition(name),
        };
        definition.map(|one| Arc::clone(&one.node))
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::version;
    use super::*;

    #[test]
    fn the_supported_versions_are_those_that_the_descriptions_are_made_from() {
        let made: Value = serde_json::from_str(include_str!("kinds/VERSIONS.json")).unwrap();
        let made: Vec<Version> =
            made["kubernetes"].as_object().unwrap().keys().filter_map(|text| version(text)).collect();
        assert_eq!(made.iter().min().zip(made.iter().max()), Some((&SUPPORTED.0, &SUPPORTED.1)));
        assert!(made.contains(&DEFAULT));
    }

    #[test]
    fn every_embedded_definition_can_be_read_and_every_reference_leads_somewhere() {
        let kinds = Kinds::new(&[]).unwrap();
        for (name, text) in EMBEDDED.iter() {
            let schema: Value = serde_json::from_str(text).unwrap();
            references(&schema, &mut |reference| {
                assert!(kinds.resolve(reference).is_some(), "{name}: {reference}");
            });
        }
    }

    #[test]
    fn the_lines_of_a_file_are_sorted_and_every_name_stands_once() {
        for file in FILES {
            let names: Vec<_> = file.lines().map(|line| line.split_once('\t').unwrap().0).collect();
            assert!(names.is_sorted());
        }
        let lines: usize = FILES.iter().map(|file| file.lines().count()).sum();
        // Shared parts are named by what they hold, so that two files may have the same one.
        let doubles = lines - EMBEDDED.len();
        assert!(doubles < 10, "{doubles}");
    }

    fn references(schema: &Value, seen: &mut impl FnMut(&str)) {
        match schema {
            Value::Object(map) => {
                for (key, value) in map {
                    match value {
                        Value::String(text) if key == "$ref" => seen(text),
                        _ => references(value, seen),
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|one| references(one, seen)),
            _ => {}
        }
    }
}
