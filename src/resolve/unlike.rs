//! What is decided of two releases → where they are unlike. Pure.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::resolve::decisions::Decision;

/// One thing that is decided in two ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unlike {
    /// What, as a path: `processes.web.port`.
    pub what: String,
    /// In the first of the two; `null` where it has no such thing.
    pub from: Option<Decided>,
    /// In the other.
    pub to: Option<Decided>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decided {
    /// The value, in words.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// Everything that is decided in two ways, in the order of its names; not the environment itself.
pub(crate) fn unlike(from: &[Decision], to: &[Decision]) -> Vec<Unlike> {
    let mut both: BTreeMap<&str, (Option<&Decision>, Option<&Decision>)> = BTreeMap::new();
    for one in from {
        both.entry(&one.what).or_default().0 = Some(one);
    }
    for one in to {
        both.entry(&one.what).or_default().1 = Some(one);
    }
    let differ = |(what, (from, to)): &(&str, (Option<&Decision>, Option<&Decision>))| {
        *what != "environment" && from.map(|one| &one.value) != to.map(|one| &one.value)
    };
    let decided = |one: &Decision| Decided { value: one.value.clone(), origin: one.origin.clone() };
    both.into_iter()
        .filter(differ)
        .map(|(what, (from, to))| Unlike {
            what: what.to_owned(),
            from: from.map(decided),
            to: to.map(decided),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unlike_is_said() {
        let decision = |what: &str, value: &str| Decision {
            what: what.to_owned(),
            value: value.to_owned(),
            origin: "cupaas.yaml:1:1".to_owned(),
        };
        let from = [decision("environment", "staging"), decision("env.A", "1"), decision("env.B", "2")];
        let to = [decision("environment", "production"), decision("env.B", "3"), decision("env.C", "4")];
        let found = unlike(&from, &to);
        let names: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(names, ["env.A", "env.B", "env.C"]);
        assert!(found[0].to.is_none() && found[2].from.is_none());
        assert_eq!(found[1].to.as_ref().unwrap().value, "3");
        assert!(unlike(&from, &from).is_empty());
    }
}
