//! Whether `versions` says one thing.

use super::Report;
use crate::diagnostic::Code;
use crate::load::recipe::Versions;

pub(super) fn check(report: &mut Report<'_>) {
    let versions = &report.document.value.versions;
    let all = versions.supported.join(", ");
    match &versions.default {
        Some(default) if !lists(versions, default) => {
            let message = format!("the default version {default:?} is not supported");
            let hint = format!("supported: {all}; add it there, or choose one of them");
            report.error(Code::InvalidValue, &["versions", "default"], message, hint);
        }
        None if !versions.supported.is_empty() && report.document.is_sound(&["versions", "default"]) => {
            let message = "no default version: a new app would get none";
            report.error(Code::MissingKey, &["versions"], message, format!("add `default`, one of {all}"));
        }
        _ => {}
    }
}

/// Whether an app may have this version: `8` is the newest `8.x` that is listed, and `8.0.4` is fine where `8.0` is.
fn lists(versions: &Versions, asked: &str) -> bool {
    let within = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    let fits = |listed: &String| listed == asked || within(listed, asked) || within(asked, listed);
    versions.supported.is_empty() || versions.supported.iter().any(fits)
}
