//! A Procfile or a Dockerfile under a name that nobody reads → a warning, where the app has none under the right one.

use crate::diagnostic::Code;
use crate::load::app_files::{DOCKERFILE, MISNAMED};
use crate::load::inputs::Inputs;
use crate::resolve::decisions::Notes;

pub(super) fn check(inputs: &Inputs, notes: &mut Notes) {
    for (name, right) in MISNAMED {
        let is_there = inputs.files.listing.iter().any(|path| path == name);
        // Where upper and lower case are the same to the file system, it was read.
        let is_read =
            if right == DOCKERFILE { inputs.dockerfile.is_some() } else { inputs.procfile.is_some() };
        if is_there && !is_read {
            let message = format!("{name} is not read");
            let hint = format!("if it is meant to be read, rename it to {right}");
            notes.warning(Code::FileUnused, inputs.files.place(name), message, hint);
        }
    }
}
