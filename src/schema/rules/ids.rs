//! User and group ids.

use crate::schema::Violation;
use crate::schema::rules::cursor::Cursor;

/// Numbers of users and groups.
pub(crate) fn ids(security: &Cursor<'_>, out: &mut Vec<Violation>) {
    for key in ["runAsUser", "runAsGroup", "fsGroup"] {
        security.range(key, 0, i64::from(i32::MAX), out);
    }
    for group in security.list("supplementalGroups") {
        if group.value.as_i64().is_some_and(|id| !(0..=i64::from(i32::MAX)).contains(&id)) {
            out.push(group.says("is not a group ID"));
        }
    }
    if let Some(profile) = security.get("seccompProfile") {
        let is_local = profile.text_of("type") == Some("Localhost");
        if is_local != profile.has("localhostProfile") {
            out.push(
                profile.says("localhostProfile is required for type Localhost, and not allowed otherwise"),
            );
        }
    }
}
