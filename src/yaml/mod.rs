//! YAML as people write it: read with places, and edited in place so that no byte changes that an edit is not about.

mod comments;
pub mod document;
pub mod edit;
mod lenient;
pub mod node;
pub mod place;
mod scalar;

pub mod characters;
#[cfg(test)]
mod tests;
