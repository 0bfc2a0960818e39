//! Gates that do not let pass → a failure, a line for whoever only looks, or what the commit says of passing them.

use std::collections::BTreeSet;

use crate::diagnostic::{Cause, Code, Failure};
use crate::run::spec::{GateOptions, RunSpec};

/// A gate that does not let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unmet {
    /// Which sort.
    pub(crate) code: Code,
    /// In a word, for the commit that passes it all the same.
    pub(crate) gate: &'static str,
    /// Why not, and which line says so.
    pub(crate) why: String,
    /// When or how it would pass.
    pub(crate) hint: String,
}

/// As of which moment gates are judged.
pub(crate) fn now(options: &GateOptions) -> i64 {
    options.now.unwrap_or_else(crate::clock::now)
}

/// Lets pass what met its gates, and what somebody says must pass all the same: gives what the commit says of that.
///
/// # Errors
/// Every gate that does not let pass.
pub(crate) fn pass(spec: &RunSpec, environment: &str, unmet: &[Unmet]) -> Result<Option<String>, Failure> {
    let Some(first) = unmet.first() else { return Ok(None) };
    if let Some(why) = &spec.gates.why {
        let gates: BTreeSet<&str> = unmet.iter().map(|one| one.gate).collect();
        return Ok(Some(format!("{}: {why}", gates.into_iter().collect::<Vec<_>>().join(", "))));
    }
    let over = "to let it pass all the same: --override WHY, which the commit says";
    if let [one] = unmet {
        return Err(Failure::new(one.code, one.why.clone()).hint(one.hint.clone()).hint(over));
    }
    let message = format!("{} gates of {environment} do not let it pass, nothing was written", unmet.len());
    let cause = |one: &Unmet| Cause {
        code: one.code,
        message: one.why.clone().into(),
        hints: vec![one.hint.clone().into()],
    };
    let causes = unmet.iter().map(cause).collect();
    Err(Failure { causes, ..Failure::new(first.code, message) }.hint(over))
}

/// The same as lines, for a run that only looks.
pub(crate) fn notes(unmet: &[Unmet]) -> impl Iterator<Item = String> + '_ {
    // Of a freeze each release has a warning.
    unmet
        .iter()
        .filter(|one| one.code != Code::EnvironmentFrozen)
        .map(|one| format!("would not pass: {}; {}", one.why, one.hint))
}
