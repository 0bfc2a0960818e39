//! Names of things in the words of people who write YAML, and guesses at what they meant.

use serde_json::Value;

/// The most names that a hint lists.
const LISTED: usize = 16;

/// What `value` is, without showing it.
pub(crate) fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// `"a", "b"` of some names.
pub(crate) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// A hint for a name that is none of `known`: the nearest one, else all where they are few.
pub(crate) fn suggestion<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    nearest(name, known.clone()).map(meant).or_else(|| listed(known))
}

/// A hint that names the one that was probably meant.
pub(crate) fn meant(near: &str) -> String {
    format!("did you mean {near:?}?")
}

/// A hint that lists the names that are known, where they are few.
pub(crate) fn listed<'a>(known: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let count = known.clone().count();
    (1..=LISTED).contains(&count).then(|| format!("known here: {}", quoted(known)))
}

/// The one of `known` that `name` is most likely a slip of.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = plain(name);
    if plain.is_empty() || name.len() > 64 {
        return None;
    }
    known
        .filter_map(|other| {
            let there = self::plain(other);
            // Two letters that changed places are one slip.
            let distance = strsim::generic_damerau_levenshtein(&plain, &there);
            let one_begins_other = plain.len() >= 3
                && there.len() >= 3
                && (there.starts_with(&plain[..]) || plain.starts_with(&there[..]));
            let allowed = 1 + plain.len().min(there.len()) / 4;
            let close = distance <= allowed && distance < there.len();
            // The rest of a word is a smaller slip than two wrong letters.
            let rank = if one_begins_other { distance.min(1) } else { distance };
            // A slip is seldom in the first letter.
            let begins_otherwise = plain.first() != there.first();
            (close || one_begins_other).then_some(((rank, distance, begins_otherwise), other))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, other)| other)
}

/// Upper and lower case, `-` and `_` do not make two names differ much.
fn plain(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_guessed_and_another_word_is_not() {
        let known = || ["name", "port", "protocol", "targetPort", "matchLabels"].into_iter();
        for (slip, meant) in [
            ("prot", Some("port")),
            ("target_port", Some("targetPort")),
            ("matchLabel", Some("matchLabels")),
            ("proto", Some("protocol")),
            ("protoclo", Some("protocol")),
            ("nmae", Some("name")),
            ("image", None),
            ("", None),
        ] {
            assert_eq!(nearest(slip, known()), meant, "{slip}");
        }
        assert_eq!(nearest("yml", ["xml", "yaml"].into_iter()), Some("yaml"));
    }

    #[test]
    fn few_names_are_listed_and_many_are_not() {
        assert_eq!(suggestion("zzz", ["a", "b"].into_iter()), Some(r#"known here: "a", "b""#.to_owned()));
        let many: Vec<String> = (0..=LISTED).map(|n| format!("name{n}x")).collect();
        assert_eq!(suggestion("zzz", many.iter().map(String::as_str)), None);
    }
}
