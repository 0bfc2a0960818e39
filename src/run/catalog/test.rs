//! `catalog test`: the cases of the recipes in a folder.
#![allow(clippy::disallowed_methods)] // Cases are looked for on disk.

use std::path::Path;

use walkdir::WalkDir;

use crate::diagnostic::{Code, Diagnostic, Failure, Severity};
use crate::outcome::catalog::{CaseResult, CatalogTested};
use crate::run::catalog::cases::{self, Fault, Ran, Setting};
use crate::run::catalog::folder::{self, Chosen};
use crate::run::catalog::folder_of;
use crate::run::context::Context;

/// What a recipe's case may run: it looks, and changes nothing.
const COMMANDS: [&str; 5] = ["check", "diff", "dockerfile", "explain", "render"];

/// Runs every case.
///
/// # Errors
/// A folder that cannot be read, recipes that are wrong, or files that stand where nobody looks.
pub(super) fn test(
    context: &Context<'_>,
    folder: &Path,
    update: bool,
    run: fn(&[String]) -> Result<Ran, String>,
) -> Result<CatalogTested, Failure> {
    let Chosen { mut catalog, recipes } = folder::read(folder)?;
    let mut wrong = catalog.misplaced();
    wrong.extend(catalog.take_wrong_schemas());
    // Nobody else minds, but here it is what was asked for.
    let unrun = catalog.misplaced_cases().into_iter();
    wrong.extend(unrun.map(|found| Diagnostic { severity: Severity::Error, ..found }));
    // An app of a recipe that is wrong lacks what the recipe does not find.
    for (kind, recipe, _) in &recipes {
        wrong.extend(catalog.get_leniently(*kind, recipe).1);
    }
    if !wrong.is_empty() {
        return Err(Failure::invalid(wrong));
    }
    let setting = Setting {
        root: folder,
        beside: Some(catalog.files()),
        commands: Some(&COMMANDS),
        run: &|words| run(words),
    };
    let mut tested = CatalogTested { cases: Vec::new(), untested: Vec::new(), updated: update };
    for (kind, recipe, place) in &recipes {
        let recipe = format!("{}/{recipe}", folder_of(*kind));
        let found = WalkDir::new(place.join("cases")).min_depth(1).max_depth(1).sort_by_file_name();
        let mut any = false;
        for case in found.into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_dir()) {
            any = true;
            let name = format!("{recipe}/{}", case.file_name().to_string_lossy());
            context.progress(&name);
            let fault = cases::run(&setting, case.path(), update).err();
            let unrun = matches!(fault, Some(Fault::Unrun(_)));
            let difference = fault.map(|fault| fault.to_string());
            tested.cases.push(CaseResult { name, difference, unrun });
        }
        if !any {
            tested.untested.push(recipe);
        }
    }
    if tested.cases.is_empty() && tested.untested.is_empty() {
        let message = format!("{} has no recipes", folder.display());
        return Err(Failure::new(Code::FolderNotFound, message));
    }
    Ok(tested)
}
