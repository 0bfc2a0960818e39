//! What an environment variable may be.

use crate::load::scalars::VariableName;

/// The most bytes of `NAME=value` that Linux lets a process have (`MAX_ARG_STRLEN`, with the final NUL).
pub(crate) const MAX_VARIABLE: usize = 131_071;

/// Why a variable cannot be given to a container, and what to do.
pub(crate) fn refused(name: &str, value: &str) -> Option<(String, &'static str)> {
    if name == "PORT" {
        return Some(("PORT is given by cupaas".to_owned(), "set `processes.web.port` instead"));
    }
    if !VariableName::fits(name) {
        return Some((format!("{name:?} is not a valid variable name"), VariableName::HINT));
    }
    match crate::yaml::characters::lost(value) {
        Some('\0') => {
            let message = format!("the value of {name} contains a NUL character");
            return Some((message, "an environment variable cannot contain one"));
        }
        Some(c) => {
            let message =
                format!("the value of {name} contains U+{:04X}, which kustomize does not keep", u32::from(c));
            return Some((message, "encode the value, for example as base64"));
        }
        None => {}
    }
    let size = name.len() + 1 + value.len();
    if size > MAX_VARIABLE {
        let message = format!("{name} is {size} bytes long with its name; Linux allows {MAX_VARIABLE}");
        return Some((message, "put large values into the image or a volume"));
    }
    None
}
