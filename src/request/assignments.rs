//! `NAME=VALUE`, as it is typed.

use crate::diagnostic::Code;
use std::collections::BTreeMap;

use crate::diagnostic::Failure;

/// What was typed, by name; `how` is how it is typed.
///
/// # Errors
/// `Usage` for a word without `=`, and for a name that is given twice: which one is meant is not known. No value
/// is repeated.
pub(super) fn assigned(words: &[String], how: &str) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = BTreeMap::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(Failure::new(Code::InvalidArgument, "a variable without `=`").hint(how));
        };
        if all.insert(name.to_owned(), value.to_owned()).is_some() {
            let message = format!("{name} is given twice");
            return Err(Failure::new(Code::ConflictingArguments, message).hint("keep one of them"));
        }
    }
    Ok(all)
}
