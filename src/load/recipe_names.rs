//! What a recipe and the files beside it can be called.

/// The most letters of a service's name: the shared parts call its port and its container so.
pub(crate) const LONGEST: usize = 15;
/// What a recipe can be called.
pub(crate) const RULE: &str =
    "lower-case letters, digits and inner hyphens, beginning with a letter, at most 15";
/// What a recipe's folder may hold for people.
const FOR_PEOPLE: [&str; 4] = ["README", "LICENSE", "NOTICE", "CHANGELOG"];

/// Whether a file's name says that it is for people, or for their tools.
pub(crate) fn is_for_people(name: &str) -> bool {
    name.starts_with('.') || FOR_PEOPLE.iter().any(|known| name.starts_with(known))
}
