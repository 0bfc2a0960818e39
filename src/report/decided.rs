//! What a stage found → the report of that stage.

use super::{Difference, Report};
use crate::diagnostic::{Diagnostic, Failure, Kind};
use crate::load::inputs::Inputs;
use crate::load::state::State;
use crate::plan::{Plan, diff};
use crate::render::dockerfile::dockerfile;
use crate::render::{Renderer, Tree};
use crate::request::{Stage, Step};
use crate::resolve::release::Release;

/// The report of `check`, `explain` and `dockerfile`.
///
/// Errors: for `check`, also what rendering finds.
pub fn decided(
    step: &Step,
    inputs: &Inputs,
    mut release: Release,
    renderer: &mut Renderer,
    state: &State,
) -> Result<Report, Failure> {
    warn(step, inputs, &mut release);
    match step.stage {
        Stage::Explain => Ok(Report::Explained(Box::new(release))),
        Stage::Dockerfile => {
            let text = match (&inputs.dockerfile, &inputs.runtime) {
                (Some(own), _) => own.clone(),
                (None, Some(recipe)) => {
                    dockerfile(recipe, &release, inputs.platform.value.registry.mirror.as_deref())?
                }
                (None, None) => {
                    return Err(Failure::new(
                        Kind::Usage,
                        "this runtime needs a Dockerfile of the app's own, or an image",
                    ));
                }
            };
            Ok(Report::Dockerfile { release: Box::new(release), text })
        }
        _ => {
            renderer.render(&release, inputs, &state.kept)?;
            Ok(Report::Checked(Box::new(release)))
        }
    }
}

/// What is said, and gone on.
fn warn(step: &Step, inputs: &Inputs, release: &mut Release) {
    if step.stage == Stage::Dockerfile && inputs.dockerfile.is_some() {
        let place = inputs.app.at(&["runtime"]);
        let warning = Diagnostic::warning(place, "the app has a Dockerfile of its own, which is used");
        release.warnings.push(warning.hint("remove it to have one made from the runtime"));
    }
}

/// The report of `diff`.
pub fn differs(step: &Step, release: Release, plan: Plan, state: &State, tree: &Tree) -> Report {
    Report::Differs(Box::new(Difference {
        diffs: diff::unified(&state.before, &tree.applied()),
        makes: tree.missing_secrets.iter().map(|missing| missing.service.clone()).collect(),
        exit_code: step.exit_code,
        release,
        plan,
    }))
}

/// The failure of a plan that must not be committed.
pub fn refused(plan: &Plan) -> Failure {
    let mut failure = Failure::new(Kind::Refused, "the plan is refused, nothing was written");
    failure.plan = serde_json::to_value(plan).ok().map(Box::new);
    for refusal in &plan.refusals {
        failure = failure.hint(format!("{}: {}", refusal.message, refusal.way_out));
    }
    for loss in plan.losses.iter().filter(|loss| !loss.allowed) {
        let stays =
            if loss.kept.is_empty() { String::new() } else { format!(" (stays: {})", loss.kept.join(", ")) };
        failure = failure.hint(format!(
            "{}{stays}. {}. To go on all the same: --allow-data-loss {}",
            loss.message, loss.way_back, loss.allow
        ));
    }
    failure
}
