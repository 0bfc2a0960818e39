//! Whether `versions` says one thing.

use super::Report;
use crate::diagnostic::Code;
use crate::load::version_order::is_listed;

pub(super) fn check(report: &mut Report<'_>) {
    let versions = &report.document.value.versions;
    let all = versions.supported.join(", ");
    match &versions.default {
        Some(default) if !is_listed(default, &versions.supported) => {
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
