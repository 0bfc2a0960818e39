//! Where nothing may be mounted, because the container must have what stands there.

use crate::load::inputs::Inputs;
pub(super) use crate::load::system_folders::is_the_systems;
use crate::load::system_folders::is_within;

/// Whether it would hide what the recipe's image has beside the app. An image of another Dockerfile is not known, and what
/// was deployed already is not judged anew.
pub(super) fn is_reserved(inputs: &Inputs, path: &str) -> bool {
    let recipe = inputs.runtime.as_ref().filter(|_| inputs.dockerfile.is_none() && inputs.recorded.is_none());
    let mut reserved = recipe.into_iter().flat_map(|recipe| &recipe.description.value.reserved);
    reserved.any(|folder| is_within(path, &folder.0))
}
