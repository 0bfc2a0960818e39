//! Which version of a runtime or a service is meant: `8` is the newest `8.x` that the recipe lists, and `8.0.4` is
//! fine where `8.0` is listed.

use crate::load::recipe::Versions;

/// The version to use, or what to tell the person.
pub(super) fn pick(versions: &Versions, asked: &str) -> Result<String, String> {
    let within = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    if versions.supported.is_empty() || versions.supported.iter().any(|listed| listed == asked) {
        return Ok(asked.to_owned());
    }
    if let Some(newest) = versions.supported.iter().rev().find(|listed| within(listed, asked)) {
        return Ok(newest.clone());
    }
    let plain = asked.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    // It becomes a label's value.
    let plain = plain && asked.len() <= 63 && asked.ends_with(|c: char| c.is_ascii_alphanumeric());
    if plain && versions.supported.iter().any(|listed| within(asked, listed)) {
        return Ok(asked.to_owned());
    }
    Err(format!("supported: {}", versions.supported.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_may_be_shorter_or_longer_than_the_listed_one() {
        let supported = ["6.0", "7.0", "8.0", "8.2"].map(str::to_owned).to_vec();
        let versions = Versions { supported, ..Versions::default() };
        assert_eq!(pick(&versions, "6").as_deref(), Ok("6.0"));
        assert_eq!(pick(&versions, "8").as_deref(), Ok("8.2"));
        assert_eq!(pick(&versions, "8.0.29").as_deref(), Ok("8.0.29"));
        assert!(pick(&versions, "8.0.\n").is_err());
        assert!(pick(&versions, "80").is_err());
    }
}
