//! Requests and limits: `500m`, `1.5`, `128Mi`.

use crate::quantity::Quantity;
use crate::schema::rules::cursor::Cursor;
use crate::schema::suggest;
use crate::schema::violation::Violation;

/// Requests and limits of a container: none negative, no request above its limit.
pub(crate) fn check(at: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(resources) = at.get("resources") else { return };
    for side in ["limits", "requests"] {
        for (name, quantity) in resources.get(side).iter().flat_map(Cursor::entries) {
            let plain =
                ["cpu", "memory", "ephemeral-storage"].contains(&name) || name.starts_with("hugepages-");
            if !plain && !name.contains('/') {
                let hint = suggest::suggestion(name, ["cpu", "memory", "ephemeral-storage"].into_iter());
                out.push(Violation { hint, ..quantity.says("is not a container resource").at_key() });
            }
            if Quantity::of(quantity.value).is_some_and(|amount| amount < Quantity::ZERO) {
                out.push(quantity.says("must not be negative"));
            }
        }
    }
    let (Some(requests), Some(limits)) = (resources.get("requests"), resources.get("limits")) else { return };
    for (name, request) in requests.entries() {
        let limit = limits.get(name).and_then(|limit| Quantity::of(limit.value));
        if Quantity::of(request.value).zip(limit).is_some_and(|(request, limit)| request > limit) {
            out.push(request.says(format!("requests more {name} than its limit")));
        }
    }
}
