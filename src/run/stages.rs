//! Stages that end before a plan → their reports.

use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::load::current::Current;
use crate::load::inputs::Inputs;
use crate::outcome::Report;
use crate::render::dockerfile::dockerfile;
use crate::render::{Renderer, Tree};
use crate::resolve::release::Release;
use crate::run::files::write_files;
use crate::run::spec::{RunSpec, Stage};

/// The report of `check`, `explain` and `dockerfile`.
///
/// # Errors
/// For `check`, also what rendering finds.
pub(crate) fn decided(
    spec: &RunSpec,
    inputs: &Inputs,
    mut release: Release,
    renderer: &mut Renderer,
    current: &Current,
) -> Result<Report, Failure> {
    match spec.stage {
        Stage::Explain => Ok(Report::Explained(Box::new(release))),
        Stage::Dockerfile => {
            let text = dockerfile_text(inputs, &mut release)?;
            Ok(Report::Dockerfile { release: Box::new(release), text })
        }
        _ => {
            renderer.render(&release, inputs, &current.release_files)?;
            Ok(Report::Checked(Box::new(release)))
        }
    }
}

/// The app's own Dockerfile, else the one that its runtime stands for.
fn dockerfile_text(inputs: &Inputs, release: &mut Release) -> Result<String, Failure> {
    match (&inputs.dockerfile, &inputs.runtime) {
        (Some(own), _) => {
            let code = Code::DockerfileOverridesRuntime;
            // Of an app that sets something of its runtime it has been said.
            if release.warnings.iter().all(|said| said.code != code) {
                let place = inputs.app.at(&["runtime"]);
                let warning = Diagnostic::warning(code, place, "the app's own Dockerfile is used");
                release.warnings.push(warning.hint("delete it to generate one from the runtime"));
            }
            Ok(own.clone())
        }
        (None, Some(recipe)) => {
            dockerfile(recipe, &inputs.used, release, &inputs.platform.value.registry.all_mirrors())
        }
        (None, None) => {
            let message = "this runtime generates no Dockerfile, and the app has none";
            Err(Failure::new(Code::MissingDockerfile, message)
                .hint("add a Dockerfile to the app's folder, or choose another runtime"))
        }
    }
}

/// The report of `render`.
///
/// # Errors
/// A folder that cannot be written to.
pub(crate) fn rendered(spec: &RunSpec, release: Release, tree: Tree) -> Result<Report, Failure> {
    if let Some(folder) = &spec.out {
        write_files(folder, &tree.files)?;
    }
    Ok(Report::Rendered { release: Box::new(release), files: tree.files, out: spec.out.clone() })
}
