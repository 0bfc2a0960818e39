//! Where an object comes from, for whoever has to mend it.

use std::sync::Arc;

use crate::diagnostic::{Source, Span};

/// What an object was made from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The recipe's own template that says most of it; nothing where all of it comes from shared parts.
    pub(super) template: Option<Arc<Source>>,
    /// The rule in `recipe.yaml`.
    pub(super) rule: Span,
    /// Whether the template is the object's own, and not only what a shared part asks for.
    pub(super) whole: bool,
}
