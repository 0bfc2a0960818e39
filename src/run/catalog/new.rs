//! `catalog new`: a recipe's first files, which pass every check as they are.

use crate::diagnostic::{Code, Failure};
use crate::load::catalog::RecipeKind;
use crate::load::recipe_names::{LONGEST, RULE};
use crate::load::scalars::Name;
use crate::outcome::Wrote;
use crate::run::catalog::{NewRecipe, folder_of};
use crate::run::files::write_new;

/// The files of a kind: path and text. What stands in `[[ … ]]` is filled in; the rest is the recipe's own.
const RUNTIME: [(&str, &str); 7] = [
    ("recipe.yaml", include_str!("../../../templates/scaffold/runtime/recipe.yaml")),
    ("Dockerfile.j2", include_str!("../../../templates/scaffold/runtime/Dockerfile.j2")),
    ("README.md", include_str!("../../../templates/scaffold/runtime/README.md")),
    ("cases/default/case.yaml", include_str!("../../../templates/scaffold/runtime/a-case.yaml")),
    ("cases/default/app/.cupaas", include_str!("../../../templates/scaffold/runtime/app.yaml")),
    ("cases/default/app/main.txt", include_str!("../../../templates/scaffold/runtime/main.txt")),
    ("cases/default/expected.stdout", include_str!("../../../templates/scaffold/runtime/expected.stdout")),
];
const SERVICE: [(&str, &str); 6] = [
    ("recipe.yaml", include_str!("../../../templates/scaffold/service/recipe.yaml")),
    ("workload.yaml.j2", include_str!("../../../templates/scaffold/service/workload.yaml.j2")),
    ("README.md", include_str!("../../../templates/scaffold/service/README.md")),
    ("cases/default/case.yaml", include_str!("../../../templates/scaffold/service/a-case.yaml")),
    ("cases/default/app/.cupaas", include_str!("../../../templates/scaffold/service/app.yaml")),
    (
        "cases/default/expected.values.yaml",
        include_str!("../../../templates/scaffold/service/expected.values.yaml"),
    ),
];

/// Writes a recipe's folder.
///
/// # Errors
/// A name that no recipe can have, a folder that is there, or a disk that refuses.
pub(super) fn new(asked: &NewRecipe) -> Result<Wrote, Failure> {
    let NewRecipe { kind, name, folder } = asked;
    if !Name::fits(name) || name.len() > LONGEST {
        let failure = Failure::new(Code::InvalidArgument, format!("a recipe cannot be called {name:?}"));
        return Err(failure.hint(RULE));
    }
    let place = folder.join(folder_of(*kind)).join(name);
    if place.symlink_metadata().is_ok() {
        let message = format!("{} already exists", place.display());
        return Err(Failure::new(Code::AlreadyExists, message).hint("`cupaas catalog check` validates it"));
    }
    let files: &[(&str, &str)] = if *kind == RecipeKind::Runtime { &RUNTIME } else { &SERVICE };
    let mut wrote = Wrote::default();
    let prefix = name.to_uppercase().replace('-', "_");
    for (path, text) in files {
        let text = text.replace("[[ name ]]", name).replace("[[ prefix ]]", &prefix);
        write_new(&mut wrote, place.join(path), &text, 0o644)?;
    }
    let place = place.display();
    wrote.next = vec![
        format!("say in {place}/recipe.yaml what it is; docs/recipes.md has every key"),
        format!("look for mistakes: cupaas catalog check {place}"),
        format!("compare what comes out with what you expect: cupaas catalog test {place}"),
    ];
    Ok(wrote)
}
