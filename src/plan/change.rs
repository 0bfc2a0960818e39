//! One object before and after → its [`ObjectChange`], or nothing where the cluster sees no difference.

use std::collections::BTreeSet;

use crate::plan::effects;
use crate::plan::fields::differences;
use crate::plan::model::{Action, Effect, ObjectChange};
use crate::plan::object::Object;
use crate::plan::redact::{is_sensitive, redact};

/// What happens to the object; `unreadable` are files whose objects before are not known.
pub(super) fn of(
    before: Option<&Object>,
    after: Option<&Object>,
    unreadable: &BTreeSet<String>,
) -> Option<ObjectChange> {
    let object = after.or(before)?;
    let mut change = ObjectChange {
        object: object.id.clone(),
        app: object.place.app.clone(),
        file: object.file.clone(),
        moved_from: None,
        action: Action::Create,
        effects: effects::of(before, after),
        fields: Vec::new(),
        derived: false,
    };
    match (before, after) {
        (Some(old), Some(new)) => {
            let moved = old.place.unit != new.place.unit;
            if old.value == new.value && !moved {
                return None;
            }
            change.action = if moved { Action::Move } else { Action::Update };
            change.moved_from = (old.file != new.file).then(|| old.file.clone());
            change.fields = if is_sensitive(&old.value) || is_sensitive(&new.value) {
                differences(&redact(&old.value, None), &redact(&new.value, Some(&old.value)))
            } else {
                differences(&old.value, &new.value)
            };
        }
        (Some(old), None) if old.is_protected() => change.action = Action::Orphan,
        (Some(_), None) => change.action = Action::Delete,
        // It may have been there: nothing can be said of what it was.
        (None, _) if unreadable.contains(&object.file) => {
            change.action = Action::Update;
            change
                .effects
                .retain(|effect| !matches!(effect, Effect::Schedule { .. } | Effect::Reroute { .. }));
        }
        (None, _) => {}
    }
    Some(change)
}
