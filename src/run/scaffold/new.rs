//! `new`: a `.cupaas` for the app in a folder, and a workflow that deploys it.

use crate::diagnostic::Code;
use crate::run::open::open;
use std::collections::BTreeSet;
use std::path::Path;

use crate::diagnostic::Failure;
use crate::forge::Forge;
use crate::load::app_folder::APP_FILES;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::known_runtimes::WITHOUT_RECIPE;
use crate::outcome::Wrote;
use crate::run::context::Context;
use crate::run::files::write_new;
use crate::run::scaffold::build_inputs::BuildInputs;
use crate::run::scaffold::options::NewOptions;
use crate::run::scaffold::proposal::{self, Proposal};
use crate::run::scaffold::workflow::{self, Workflow};
use crate::run::scaffold::{app_text, detected};

/// The recipes that `new` chooses from: the built-in ones, and those of the GitOps repository where one is named.
///
/// # Errors
/// A repository that cannot be read, or a catalog that is wrong.
pub(crate) fn catalog(context: &Context<'_>, options: &NewOptions) -> Result<Catalog, Failure> {
    let Some(spec) = &options.catalog else { return Ok(Catalog::default()) };
    let catalog = Catalog::new(open(context, spec)?.read(&Catalog::paths())?);
    let problems = catalog.misplaced();
    if problems.is_empty() { Ok(catalog) } else { Err(Failure::invalid(problems)) }
}

/// `cupaas new`.
///
/// # Errors
/// No runtime that fits the folder, or names that no recipe has.
pub(crate) fn new(options: &NewOptions, catalog: &Catalog) -> Result<Wrote, Failure> {
    if !options.folder.is_dir() {
        let message = format!("{} is not a folder", options.folder.display());
        return Err(Failure::new(Code::FolderNotFound, message));
    }
    if let Some(there) =
        APP_FILES.into_iter().find(|name| options.folder.join(name).symlink_metadata().is_ok())
    {
        let message = format!("{} already exists", options.folder.join(there).display());
        return Err(Failure::new(Code::AlreadyExists, message).hint("`cupaas check` validates it"));
    }
    let services = options.services.iter().map(|service| known(catalog, RecipeKind::Service, service));
    let services = services.collect::<Result<Vec<String>, Failure>>()?;
    let proposed_for = |runtime: &str| {
        let (plain, _) = app_text::write(runtime, &services, &Proposal::default());
        proposal::of(catalog, &options.folder, &plain)
    };
    let (runtime, proposal, doubt) = match &options.runtime {
        Some(runtime) => {
            let runtime = known(catalog, RecipeKind::Runtime, runtime)?;
            let proposal = proposed_for(&runtime);
            (runtime, proposal, None)
        }
        None => {
            let first = detect(catalog, &options.folder)?;
            let (runtime, proposal) = followed(first.clone(), proposed_for);
            let doubt = doubt(catalog, &options.folder, [&first, &runtime])?;
            (runtime, proposal, doubt)
        }
    };
    let (text, proposed) = app_text::write(&runtime, &services, &proposal);
    let inputs = proposal.dockerfile.as_deref().map(BuildInputs::of).unwrap_or_default();
    let workflow = workflow::of(&options.folder, options.workflow, &inputs)?;
    let mut wrote = Wrote { notes: doubt.into_iter().collect(), ..Wrote::default() };
    write_new(&mut wrote, options.folder.join(".cupaas"), &text, 0o644)?;
    if !proposed.is_empty() {
        wrote.notes.push(format!(".cupaas proposes, in comments: {}", proposed.join(", ")));
    }
    let Some(Workflow { forge, taken, file, text }) = workflow else { return Ok(wrote) };
    write_new(&mut wrote, file, &text, 0o644)?;
    wrote.notes.extend(taken.map(|taken| format!("the workflow is {taken}")));
    wrote.next = vec![
        "see what a deploy would do: cupaas diff".to_owned(),
        "try it on this machine alone: cupaas deploy".to_owned(),
        "give the workflow the variables CUPAAS_GITOPS (an address) and CUPAAS_IMAGE_NAME, and the secret \
         CUPAAS_GITOPS_TOKEN"
            .to_owned(),
    ];
    let given = [("secrets", inputs.secrets()), ("variables", inputs.variables())];
    for (what, names) in given.into_iter().filter(|(_, names)| !names.is_empty()) {
        let names = names.join(", ");
        wrote.next.push(format!("where building the image needs them, give it the {what} {names}"));
    }
    wrote.next.extend(workflow::until_released().map(str::to_owned));
    if forge != Forge::Github {
        let next = "and who may push images: the variable REGISTRY_USER and the secret REGISTRY_TOKEN";
        wrote.next.push(next.to_owned());
    }
    Ok(wrote)
}

fn known(catalog: &Catalog, kind: RecipeKind, text: &str) -> Result<String, Failure> {
    let name = text.split(':').next().unwrap_or_default();
    let mut names = catalog.names(kind);
    if kind == RecipeKind::Runtime {
        names.extend(WITHOUT_RECIPE.map(str::to_owned));
    }
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if plain && names.iter().any(|known| known == name) {
        return Ok(text.to_owned());
    }
    let what = if kind == RecipeKind::Runtime { "runtime" } else { "service" };
    let failure = Failure::new(Code::UnknownRecipe, format!("unknown {what} {name:?}"));
    Err(match crate::schema::suggest(name, names.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None => failure.hint(format!("available: {}", names.join(", "))),
    })
}

/// The runtime, or the one that its recipe says the app is of, and what is proposed for it.
fn followed(first: String, proposed: impl Fn(&str) -> Proposal) -> (String, Proposal) {
    let (mut runtime, mut seen) = (first, BTreeSet::new());
    loop {
        let proposal = proposed(&runtime);
        seen.insert(runtime.clone());
        match &proposal.other_runtime {
            // Two recipes that leave the app to each other: the first of them says what is wrong.
            Some(other) if !seen.contains(other) => runtime.clone_from(other),
            _ => return (runtime, proposal),
        }
    }
}

/// What is said where files tell of a runtime that is not taken: which of them is the app, its people know.
fn doubt(catalog: &Catalog, folder: &Path, taken: [&str; 2]) -> Result<Option<String>, Failure> {
    // A Dockerfile says all of it.
    if taken.iter().any(|runtime| WITHOUT_RECIPE.contains(runtime)) {
        return Ok(None);
    }
    let other = detected::beside(catalog, folder, &taken)?;
    Ok(other.map(|(other, file)| {
        format!("{} is taken; {file} is of {other}: `--runtime {other}` takes that", taken[1])
    }))
}

fn detect(catalog: &Catalog, folder: &Path) -> Result<String, Failure> {
    if let Some((runtime, _)) = detected::runtime(catalog, folder)? {
        return Ok(runtime);
    }
    let known = catalog.names(RecipeKind::Runtime).join(", ");
    let mut failure = Failure::new(
        Code::RuntimeNotDetected,
        format!("cannot tell which runtime the app in {} needs", folder.display()),
    );
    for below in detected::below(catalog, folder)?.iter().take(4) {
        let (path, file, runtime) = (folder.join(&below.folder), &below.file, &below.runtime);
        failure = failure.hint(format!(
            "where the app is a folder of it: `cupaas new {}`, which has {file} ({runtime})",
            path.display()
        ));
    }
    Err(failure
        .hint(format!("pass --runtime, one of: {known}, dockerfile, image"))
        .hint("with --gitops, runtimes of the platform's catalog are known too"))
}
