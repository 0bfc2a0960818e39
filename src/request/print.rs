//! Texts that come from the types alone: JSON Schemas, completions, the manual page.

use std::path::Path;

use crate::diagnostic::Code;
use clap::CommandFactory;

use crate::cli::{Cli, SchemaFile};
use crate::diagnostic::Failure;
use crate::load::app_file::AppFile;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::recipe::RecipeFile;
use crate::load::release_file::ReleaseFile;
use crate::report::Document;
use crate::yaml::document::schema_of;

/// The JSON Schema of a file.
pub(super) fn schema(file: SchemaFile) -> Result<String, Failure> {
    let schema = match file {
        SchemaFile::App => schema_of::<AppFile>(),
        SchemaFile::Platform => schema_of::<PlatformFile>(),
        SchemaFile::Registration => schema_of::<RegistrationFile>(),
        SchemaFile::Recipe => schema_of::<RecipeFile>(),
        SchemaFile::Release => schema_of::<ReleaseFile>(),
        SchemaFile::Report => schema_of::<Document<'_>>(),
    };
    Ok(format!("{schema:#}\n"))
}

/// The page of a code, or the list of all for `codes`; nothing where a folder has that name, or no code does.
pub(super) fn code(name: &Path) -> Option<String> {
    if name.is_dir() {
        return None;
    }
    if name == Path::new("codes") {
        return Some(Code::ALL.iter().map(|code| format!("{code}\n")).collect());
    }
    Code::ALL.iter().find(|code| name == Path::new(code.as_str())).map(|code| code.page().to_owned())
}

/// Completions for a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> String {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cupaas", &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The manual page, with every command.
pub(super) fn man() -> Result<String, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut bytes = Vec::new();
    let pages = std::iter::once(&command).chain(command.get_subcommands().filter(|c| c.get_name() != "help"));
    for page in pages {
        clap_mangen::Man::new(page.clone())
            .render(&mut bytes)
            .map_err(|error| Failure::new(Code::UnsortedInternal, error.to_string()))?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
