//! What an environment variable may be.

use crate::load::scalars::VariableName;

/// The most bytes of `NAME=value` that Linux lets a process have (`MAX_ARG_STRLEN`, with the final NUL).
pub const MAX_VARIABLE: usize = 131_071;

/// Why a variable cannot be given to a container, and what to do.
pub fn refused(name: &str, value: &str) -> Option<(String, &'static str)> {
    if name == "PORT" {
        return Some(("PORT is given by cupaas".to_owned(), "set `processes.web.port` instead"));
    }
    if !VariableName::fits(name) {
        return Some((format!("{name:?} is not a variable's name"), VariableName::HINT));
    }
    match crate::yaml::characters::lost(value) {
        Some('\0') => {
            let message = format!("the value of {name} holds a NUL character");
            return Some((message, "no process can be given one"));
        }
        Some(c) => {
            let message = format!("the value of {name} holds U+{:04X}, which would not arrive", u32::from(c));
            return Some((
                message,
                "kustomize, by which it is rolled out, loses it; write the value in base64, for instance",
            ));
        }
        None => {}
    }
    let size = name.len() + 1 + value.len();
    if size > MAX_VARIABLE {
        let message =
            format!("{name} has {size} bytes with its name; Linux lets a process have {MAX_VARIABLE}");
        return Some((message, "put large values into the image or a volume"));
    }
    None
}
