//! YAML as people write it: read with places, and edited in place so that no byte changes that an edit is not about.

mod comments;
pub mod document;
pub mod edit;
pub mod node;
mod scalar;

pub mod characters;
#[cfg(test)]
mod tests;
