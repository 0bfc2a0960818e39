//! YAML as people write it: read with places, and edited in place so that no byte changes that an edit is not about.

mod advice;
mod comments;
pub(crate) mod document;
pub(crate) mod edit;
mod lenient;
mod lines;
mod nesting;
pub(crate) mod node;
pub(crate) mod place;
mod scalar;

pub(crate) mod characters;
#[cfg(test)]
mod tests;
