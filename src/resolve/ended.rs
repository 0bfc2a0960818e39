//! Versions that get no more fixes: warned of, as of the time of the app's commit. The clock is never asked, so that the
//! same commit is told the same.

use crate::diagnostic::{Code, Span};
use crate::load::recipe::Versions;
use crate::load::version_order::is_within;
use crate::resolve::decisions::Notes;

/// Warns where `version` has ended at `time`, seconds since 1970; without a time nothing is said.
pub(super) fn warn(
    versions: &Versions,
    (what, version): (&str, &str),
    time: Option<i64>,
    place: Span,
    notes: &mut Notes,
) {
    let Some(time) = time else { return };
    let end = |version: &str| {
        let ends = versions.ends.iter().filter(|(ended, _)| is_within(version, ended));
        // The longest one says most.
        ends.max_by_key(|(ended, _)| ended.len()).map(|(_, day)| day)
    };
    let has_ended = |version: &str| end(version).and_then(|day| day.begins()).is_some_and(|day| time >= day);
    if !has_ended(version) {
        return;
    }
    let day = end(version).map(|day| day.0.clone()).unwrap_or_default();
    let newer: Vec<&str> =
        versions.supported.iter().map(String::as_str).filter(|version| !has_ended(version)).collect();
    let message = format!("{what} {version} ended on {day}: it gets no more fixes");
    let hint = match newer.as_slice() {
        [] => "no version that this recipe supports still gets fixes; the platform's people can add one"
            .to_owned(),
        newer => format!("versions that still get fixes: {}", newer.join(", ")),
    };
    notes.warning(Code::VersionEnded, place, message, hint);
}
