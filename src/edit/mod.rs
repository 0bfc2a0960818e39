//! Changes of files that people write, which leave their words alone.

mod scalar;
pub mod yaml;

#[cfg(test)]
mod tests;
