//! Whether `versions` says one thing.

use super::Report;
use crate::diagnostic::Code;
use crate::load::version_order::{is_later, is_listed, parts};

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
    order(report);
}

/// The newest one that fits is looked for from the end: versions stand there once, and oldest first.
fn order(report: &mut Report<'_>) {
    let supported = &report.document.value.versions.supported;
    // Of words nobody knows which is later.
    let is_number =
        |version: &&String| parts(version).all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    for (index, version) in supported.iter().enumerate() {
        let index_text = index.to_string();
        let path = ["versions", "supported", index_text.as_str()];
        let above = &supported[..index];
        if above.contains(version) {
            let message = format!("the version {version:?} is there twice");
            report.error(Code::DuplicateKey, &path, message, "remove one of them");
        } else if let Some(later) =
            above.iter().filter(is_number).find(|above| is_number(&version) && is_later(above, version))
        {
            let message = format!("{version:?} stands behind {later:?}, which is later");
            report.error(Code::InvalidValue, &path, message, "write the oldest version first");
        }
    }
}
