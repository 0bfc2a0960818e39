//! The wheels that an app's lock file names, and which of its packages have none for the chosen version.

use crate::load::catalog::Recipe;
use crate::load::inputs::Inputs;
use crate::resolve::fact_values::BETWEEN;
use crate::resolve::facts::Known;
use crate::version_range::Scheme;
use crate::version_range::wheels::Wheels;

/// The fact that names packages which have wheels, and none for the version.
pub(super) const LACKING: &str = "lacking";
/// The most packages that it names.
const NAMED: usize = 6;

/// What the app's files say. With a Dockerfile of its own nothing is built by the recipe.
pub(super) fn of(inputs: &Inputs, recipe: &Recipe, known: &Known) -> Wheels {
    let mut wheels = Wheels::default();
    let description = &recipe.description.value;
    if inputs.dockerfile.is_none() {
        for (rule, found) in &known.versions {
            if description.facts.get(*rule).and_then(|rule| rule.range) == Some(Scheme::WheelTags) {
                wheels.add(&found.value, &description.versions.supported);
            }
        }
    }
    wheels
}

/// The packages that have none for this version, as a text; nothing where all have one.
pub(super) fn lacking(wheels: &Wheels, version: &str) -> Option<String> {
    let names = wheels.lacking(version);
    let more = names.len().saturating_sub(NAMED);
    let text = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(BETWEEN);
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(text),
        (false, more) => Some(format!("{text} and {more} more")),
    }
}
