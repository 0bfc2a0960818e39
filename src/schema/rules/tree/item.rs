//! An object of a tree, as checks across objects see it.

use crate::schema::rules::cursor::Cursor;
use crate::schema::suggest;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Objects that exist without being in the tree.
#[derive(Debug, Default, Clone)]
pub struct ExternalObjects(BTreeSet<(String, String, String)>);

impl ExternalObjects {
    /// Adds the object of a kind (`Secret`) in a namespace.
    pub fn add(&mut self, kind: &str, namespace: &str, name: &str) {
        self.0.insert((kind.to_owned(), namespace.to_owned(), name.to_owned()));
    }

    fn has(&self, kind: &str, namespace: &str, name: &str) -> bool {
        self.0.contains(&(kind.to_owned(), namespace.to_owned(), name.to_owned()))
    }
}

/// An object of the tree with what others call it by.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    pub(super) root: Cursor<'a>,
    pub(super) group: &'a str,
    pub(super) kind: &'a str,
    pub(super) namespace: &'a str,
    pub(super) name: &'a str,
}

impl<'a> Item<'a> {
    pub(crate) fn new(value: &'a Value) -> Option<Self> {
        let root = Cursor::root(value);
        let version = root.text_of("apiVersion")?;
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        let kind = root.text_of("kind")?;
        let metadata = root.get("metadata");
        let text = |key| metadata.as_ref().and_then(|metadata| metadata.text_of(key));
        let (name, namespace) = (text("name")?, text("namespace").unwrap_or_default());
        Some(Self { root, group, kind, namespace, name })
    }
}

/// What can be referred to: (namespace, kind) -> name -> the object, or nothing where only its name is known.
pub(crate) struct Names<'a> {
    pub(super) objects: BTreeMap<(&'a str, &'a str), BTreeMap<&'a str, Option<Cursor<'a>>>>,
    pub(super) external: &'a ExternalObjects,
}

impl Names<'_> {
    /// The hint for a name that is missing; nothing where it is there.
    pub(crate) fn missing(&self, namespace: &str, kind: &str, name: &str) -> Option<Option<String>> {
        let here = self.objects.get(&(namespace, kind));
        if here.is_some_and(|names| names.contains_key(name)) || self.external.has(kind, namespace, name) {
            return None;
        }
        Some(suggest::suggestion(name, here.into_iter().flatten().map(|(name, _)| *name)))
    }

    /// The object of this name, where the tree has it.
    pub(crate) fn object<'s>(
        &'s self,
        namespace: &'s str,
        kind: &'s str,
        name: &'s str,
    ) -> Option<&'s Cursor<'s>> {
        self.objects.get(&(namespace, kind))?.get(name)?.as_ref()
    }
}
