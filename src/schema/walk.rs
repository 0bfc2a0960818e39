//! A walk along a value: where it is, and what was found so far.

use std::sync::Arc;

use crate::schema::node::{SchemaNode, Version};
use crate::schema::violation::{Fault, Segment, Violation};

/// How deep schemas may refer to each other without going deeper into the value.
pub(crate) const DEEPEST_REFERENCES: usize = 32;

/// Finds what `$ref` names.
pub(crate) trait Resolver {
    /// The schema that `reference` (with its `#/definitions/`) stands for; nothing if there is none, and then
    /// nothing is asked of the value.
    fn resolve(&self, reference: &str) -> Option<Arc<SchemaNode>>;
}

/// How a set of schemas wants to be read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Dialect {
    /// A mapping with named properties takes no others, unless it says so.
    pub(crate) closed: bool,
    /// `null` for something optional is nothing at all.
    pub(crate) null_is_absent: bool,
    /// The Kubernetes version that since and until are compared with.
    pub(crate) version: Option<Version>,
    /// The object is encrypted with SOPS: its `sops` key and its `ENC[…]` values are not looked at.
    pub(crate) encrypted: bool,
}

/// One walk over one value.
pub(crate) struct Walk<'a> {
    pub(crate) resolver: &'a dyn Resolver,
    pub(crate) dialect: Dialect,
    pub(crate) path: Vec<Segment>,
    pub(crate) found: Vec<Violation>,
    pub(super) references: usize,
}

impl<'a> Walk<'a> {
    /// A walk that begins at the root of a value.
    pub(crate) fn new(resolver: &'a dyn Resolver, dialect: Dialect) -> Self {
        Self { resolver, dialect, path: Vec::new(), found: Vec::new(), references: 0 }
    }

    /// Adds a violation of the value that the walk is at.
    pub(crate) fn say(&mut self, message: impl Into<String>, hint: Option<String>) {
        self.say_fault(Fault::Value, message, hint);
    }

    /// The same of a fault that something is decided by.
    pub(crate) fn say_fault(&mut self, fault: Fault, message: impl Into<String>, hint: Option<String>) {
        let violation = Violation::new(self.path.clone(), message);
        self.found.push(Violation { fault, hint, ..violation });
    }
}
