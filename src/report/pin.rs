//! A pin → JSON.

use crate::resolve::image::Pinned;
use serde_json::Value;
use serde_json::json;

/// An image that an environment keeps, and where that is said.
pub(super) fn pin(pin: &Pinned) -> Value {
    json!({"app": pin.app, "environment": pin.environment, "image": pin.image, "place": pin.place})
}
