//! Keys of a service's Secret: names that a Secret can have, each once, shapes that can be made, and values that the variables
//! of the app can stand in an address with.

use std::collections::BTreeSet;

use super::Report;
use crate::diagnostic::Code;
use crate::load::credential_shape::Making;
use crate::load::recipe::{CredentialRule, RecipeFile};

pub(super) fn check(report: &mut Report<'_>) {
    let mut seen = BTreeSet::new();
    for (index, rule) in report.document.value.credentials.iter().enumerate() {
        let index = index.to_string();
        let path = ["credentials", &index, "key"];
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if rule.key.is_empty() || !rule.key.chars().all(plain) {
            let hint = "letters, digits, hyphens, underscores and dots";
            report.error(Code::InvalidValue, &path, format!("{:?} is no key of a Secret", rule.key), hint);
        }
        if !seen.insert(&rule.key) {
            report.error(Code::DuplicateKey, &path, format!("the key {:?} is there twice", rule.key), "");
        }
        shape(report, &index, rule);
    }
    addresses(report);
}

fn shape(report: &mut Report<'_>, index: &str, rule: &CredentialRule) {
    // A key of it that could not be read has been said, and may be the one that is missing.
    let is_sound = report.document.is_sound(&["credentials", index, "shape"]);
    let Some(shape) = rule.shape.as_ref().filter(|_| is_sound) else { return };
    if rule.value.is_some() {
        let hint = "remove `shape`, or `value` for a random one";
        let message = "a credential with a `value` has no `shape`";
        report.error(Code::ConflictingSettings, &["credentials", index, "shape"], message, hint);
    } else if let Err((key, message, hint)) = shape.making() {
        report.error(Code::InvalidValue, &["credentials", index, "shape", key], message, hint);
    }
}

/// What is expanded in an address stands there as it is: a sign of it would be read as a part of the address.
fn addresses(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    for (index, variable) in recipe.provides.iter().enumerate() {
        let Some(value) = variable.value.as_ref().filter(|value| value.0.contains("://")) else { continue };
        for other in &recipe.provides[..index] {
            let named = ["{{ prefix }}", "{{prefix}}"].map(|prefix| format!("$({prefix}_{})", other.name));
            let is_within = named.iter().any(|name| value.0.contains(name.as_str()));
            let Some(key) = other.secret.as_deref().filter(|_| is_within) else { continue };
            let signs = signs(recipe, key);
            if !signs.is_empty() {
                let message =
                    format!("the credential {key:?} may have {signs} in it, and cannot stand in an address");
                let hint = "choose an `alphabet` of letters, digits and `-._~`, or `encoding: hex`";
                let path = ["provides", &index.to_string(), "value"];
                report.error(Code::InvalidVariable, &path, message, hint);
            }
        }
    }
}

/// The signs that a random credential may have and an address may not.
fn signs(recipe: &RecipeFile, key: &str) -> String {
    let shape = recipe.credentials.iter().find(|rule| rule.key == key).and_then(|rule| rule.shape.as_ref());
    let making = shape.and_then(|shape| shape.making().ok());
    making.as_ref().map(Making::unfit_for_addresses).unwrap_or_default()
}
