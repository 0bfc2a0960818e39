//! What a recipe says of changes from one version of its service to another.

use crate::diagnostic::{Code, Span};
use crate::load::recipe::Versions;
use crate::load::service_recipe::UpgradeRule;
use crate::load::version_order::{is_later, is_within, major};
use crate::resolve::decisions::Notes;

/// The rules of changes to `version`: what runs it carries them, so that a plan knows what to say.
pub(super) fn to(versions: &Versions, version: &str) -> Vec<UpgradeRule> {
    versions.upgrades.iter().filter(|rule| is_within(version, &rule.to)).cloned().collect()
}

/// Says what comes before a change that the recipe allows. `change` are the service, the version that wrote its data, and
/// the one that is to read it.
pub(super) fn warn(versions: &Versions, change: (&str, Option<&str>, &str), place: Span, notes: &mut Notes) {
    let (name, Some(from), version) = change else { return };
    let parts = versions.major_parts.unwrap_or(1);
    if !is_later(version, from) || major(version, parts) == major(from, parts) {
        return;
    }
    let rules = to(versions, version);
    let rule = rules.iter().find(|rule| rule.allowed && is_within(from, &rule.from));
    if let Some(first) = rule.and_then(|rule| rule.first.as_ref()) {
        let message = format!("{name} changes from version {from} to {version}");
        notes.warning(Code::MajorUpgrade, place, message, format!("before the deploy: {first}"));
    }
}
