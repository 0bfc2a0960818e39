//! What does not go together in a platform's mirrors.

use crate::diagnostic::Code;
use crate::load::inputs::Inputs;
use crate::load::mirrors::{DOCKER_HUB, OF_DOCKER_HUB};
use crate::resolve::decisions::Notes;

/// Says it: two mirrors of one registry, a registry that is its own, and names under which no image is known.
pub(super) fn check(inputs: &Inputs, notes: &mut Notes) {
    let platform = &inputs.platform;
    let registry = &platform.value.registry;
    for (host, mirror) in &registry.mirrors {
        let path = ["registry", "mirrors", host.as_str()];
        if !platform.is_sound(&path) {
            continue;
        }
        if OF_DOCKER_HUB.contains(&host.as_str()) {
            let message = format!("no image is named by {host}: Docker Hub's are by {DOCKER_HUB}");
            notes.problem(
                Code::InvalidValue,
                platform.key(&path),
                message,
                format!("write `{DOCKER_HUB}: {mirror}`"),
            );
        }
        if mirror.trim_end_matches('/') == host {
            let message = format!("{host} cannot be its own mirror");
            notes.problem(
                Code::InvalidValue,
                platform.at(&path),
                message,
                "remove it, or name another registry",
            );
        }
    }
    let both = registry.mirror.as_ref().zip(registry.mirrors.get(DOCKER_HUB));
    if both.is_some_and(|(one, other)| one.trim_end_matches('/') != other.trim_end_matches('/')) {
        let message = format!("`mirror` and `mirrors` name different mirrors of {DOCKER_HUB}");
        let place = platform.at(&["registry", "mirror"]);
        notes.problem(
            Code::ConflictingSettings,
            place,
            message,
            "remove `mirror`: `mirrors` says it as well",
        );
    }
}
