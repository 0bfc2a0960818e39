//! Layers of variables: who gives which value.

use crate::diagnostic::Span;
use std::collections::BTreeMap;
use std::fmt;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file that a person wrote, or on the command line.
    Written(Span),
    /// In the recipe of a service.
    Service {
        /// The recipe.
        recipe: String,
        /// The service.
        service: String,
    },
    /// In the recipe of the app's runtime.
    Runtime {
        /// The recipe.
        recipe: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(span) => span.fmt(f),
            Self::Service { recipe, service } => write!(f, "recipe {recipe}, service {service}"),
            Self::Runtime { recipe } => write!(f, "recipe {recipe}"),
        }
    }
}

/// A value that one layer gives a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The value; nothing where a Secret holds it.
    pub value: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

impl Layer {
    /// Where a person wrote it.
    pub fn place(&self) -> Option<&Span> {
        match &self.origin {
            Origin::Written(span) => Some(span),
            Origin::Service { .. } | Origin::Runtime { .. } => None,
        }
    }
}

/// Variables by name, each with all layers that set it, the one that wins last. No list is empty.
pub(crate) type Layers = BTreeMap<String, Vec<Layer>>;
