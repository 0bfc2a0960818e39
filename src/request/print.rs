//! Texts that come from the types alone: JSON Schemas and manual pages.

use clap::Command;
use std::path::Path;

use crate::cli::{self, Man, SchemaFile};
use crate::diagnostic::{Code, Failure};
use crate::layout;
use crate::load::app_file::AppFile;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::recipe::RecipeFile;
use crate::load::release_file::ReleaseFile;
use crate::report::Document;
use crate::run::action::Action;
use crate::schema;
use crate::tree::Files;
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

/// The page of a code, or the list of all for `codes`; nothing where a folder has that name, or nothing is near it.
///
/// # Errors
/// `FolderNotFound` where the name is that of no folder, and nearly that of a code.
pub(super) fn code(name: &Path) -> Result<Option<String>, Failure> {
    if name.is_dir() {
        return Ok(None);
    }
    if name == Path::new("codes") {
        return Ok(Some(Code::ALL.iter().map(|code| format!("{code}\n")).collect()));
    }
    if let Some(code) = Code::ALL.iter().find(|code| name == Path::new(code.as_str())) {
        return Ok(Some(code.page().to_owned()));
    }
    let word = name.to_string_lossy();
    let Some(near) = schema::suggest(&word, Code::ALL.iter().map(|code| code.as_str())) else {
        return Ok(None);
    };
    let failure = Failure::new(Code::FolderNotFound, format!("{word} is neither a folder nor a code"));
    Err(failure.hint(format!("did you mean {near:?}? `cupaas explain codes` lists all")))
}

/// The manual pages that were asked for: one, or all of them for a folder.
///
/// # Errors
/// `Usage` for a command that there is none of.
pub(super) fn man(asked: Man) -> Result<Action, Failure> {
    let mut top = cli::read::command();
    top.build();
    if let Some(folder) = asked.out {
        let mut pages = Files::new();
        every_page(&top, &mut pages)?;
        return Ok(Action::Write { folder, files: pages });
    }
    let mut found = &top;
    for word in &asked.command {
        found = found.find_subcommand(word).ok_or_else(|| no_command(found, word))?;
    }
    page(found).map(Action::Print)
}

fn no_command(above: &Command, word: &str) -> Failure {
    let all: Vec<&str> = documented(above).map(Command::get_name).collect();
    let name = above.get_bin_name().unwrap_or("cupaas");
    let failure = Failure::new(Code::UnknownCommand, format!("{name} has no command {word:?}"));
    if all.is_empty() { failure } else { failure.hint(format!("there are: {}", all.join(", "))) }
}

/// Commands with a page of their own; `help` only shows those of the others.
fn documented(above: &Command) -> impl Iterator<Item = &Command> {
    above.get_subcommands().filter(|command| command.get_name() != "help")
}

fn every_page(command: &Command, pages: &mut Files) -> Result<(), Failure> {
    let name = clap_mangen::Man::new(command.clone()).get_filename();
    pages.insert(layout::path(&name)?, page(command)?);
    documented(command).try_for_each(|below| every_page(below, pages))
}

fn page(command: &Command) -> Result<String, Failure> {
    // What the short help leaves out would have no words here.
    let command = command.clone().mut_args(|argument| argument.hide_short_help(false));
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("cupaas ", env!("CARGO_PKG_VERSION")))
        .manual("cupaas")
        .render(&mut bytes)
        .map_err(|error| Failure::new(Code::InternalError, error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
