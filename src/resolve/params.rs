//! What `.cupaas` sets of a runtime or a service beyond what each has, checked against the parameters of its recipe.

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Span};
use crate::load::parameter::refused;
use crate::load::recipe::Parameter;
use crate::load::scalars::Named;
use crate::resolve::decisions::Notes;

/// What an app has written behind a recipe's name.
pub(super) struct Written<'a> {
    /// The recipe's name.
    pub of: &'a str,
    /// What its settings are called in decisions, such as `runtime` or `services.cache`.
    pub called: &'a str,
    /// What stands there.
    pub settings: &'a Map<String, Value>,
    /// What can be set whatever the recipe says.
    pub common: &'a [&'a str],
}

/// The recipe's parameters with the app's values, each checked. `place`: where a setting stands; nothing where it, or what
/// the recipe says of it, is a guess.
pub(super) fn resolve(
    known: &Named<Parameter>,
    written: &Written<'_>,
    place: impl Fn(&str) -> Option<Span>,
    notes: &mut Notes,
) -> Map<String, Value> {
    let Written { of, called, settings, common } = written;
    for key in settings.keys().filter(|key| !common.contains(&key.as_str()) && !known.contains_key(*key)) {
        let Some(place) = place(key) else { continue };
        let names: Vec<&str> = known.keys().map(String::as_str).chain(common.iter().copied()).collect();
        let hint = match crate::schema::suggest(key, names.iter().copied()) {
            Some(close) => format!("did you mean {close:?}?"),
            None if names.is_empty() => format!("remove it: {of} has no settings"),
            None => format!("available: {}", names.join(", ")),
        };
        notes.problem(Code::UnknownKey, place, format!("{of} has no setting {key:?}"), hint);
    }
    let value = |(name, parameter): (&String, &Parameter)| {
        let written = settings.get(name);
        // What is wrong with a default has been said of the recipe.
        if let Some(hint) = written.and_then(|value| refused(parameter, value))
            && let Some(place) = place(name)
        {
            notes.problem(Code::InvalidValue, place, format!("invalid value for {name:?}"), hint);
        }
        if let (Some(value), Some(place)) = (written, place(name)) {
            notes.decided(format!("{called}.{name}"), value, place);
        }
        (name.clone(), written.unwrap_or(&parameter.default).clone())
    };
    known.iter().map(value).collect()
}
