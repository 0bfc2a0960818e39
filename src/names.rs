//! Names, frozen: a function of app, environment and service alone. An upgrade never renames an object.

use sha2::{Digest, Sha256};

/// The first `digits` hexadecimal digits of the SHA-256 of `text`.
pub(crate) fn hash(text: &str, digits: usize) -> String {
    let hex = base16ct::lower::encode_string(&Sha256::digest(text.as_bytes()));
    hex.chars().take(digits).collect()
}

/// `name`, or where it is longer than `max` bytes its beginning with a hash of the whole behind it.
pub(crate) fn fit(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let mut end = max.saturating_sub(9);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{}", name[..end].trim_end_matches('-'), hash(name, 8))
}

/// The namespace of an app in an environment; a label of DNS (63 characters).
pub(crate) fn namespace(app: &str, environment: &str) -> String {
    fit(&format!("{app}-{environment}"), 63)
}

/// The Flux Kustomization over one of an app's halves, `base` or `app`.
pub(crate) fn kustomization(app: &str, environment: &str, half: &str) -> String {
    fit(&format!("{app}-{environment}-{half}"), 63)
}

/// The host label of an app in an environment: production's is the app's own.
pub(crate) fn host_label(app: &str, environment: &str) -> String {
    if environment == "production" { fit(app, 63) } else { fit(&format!("{app}-{environment}"), 63) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_frozen() {
        assert_eq!(namespace("tasks", "production"), "tasks-production");
        assert_eq!(host_label("tasks", "production"), "tasks");
        assert_eq!(host_label("tasks", "staging"), "tasks-staging");
        assert_eq!(hash("", 8), "e3b0c442", "SHA-256 of nothing");
    }

    #[test]
    fn a_cut_name_fits_and_stays_unique() {
        let long = "a-very-long-name-".repeat(8);
        let (one, two) = (fit(&format!("{long}1"), 63), fit(&format!("{long}2"), 63));
        assert!(one.len() <= 63 && two.len() <= 63);
        assert_ne!(one, two);
    }
}
