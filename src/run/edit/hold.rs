//! `resume`: a hold ends, and what was kept away may come.

use crate::diagnostic::Failure;
use crate::load::gitops::Gitops;
use crate::load::known_apps;
use crate::load::records::Scope;
use crate::run::edit::image::where_to;
use crate::run::edit::registered_app::Edit;
use crate::run::held;
use crate::run::spec::RunSpec;

/// Ends the hold of an environment; what runs there stays until the next deploy.
pub(super) fn resume(spec: &RunSpec, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let (known, environment) = where_to(spec, gitops)?;
    let scope = Scope::of(&known.name, Some(&environment));
    let Some(release) = known.releases.iter().find(|release| release.environment == environment) else {
        return Err(known_apps::no_release(&known.name, &scope, gitops));
    };
    let notes = match held::of(release) {
        Some(held) => vec![format!(
            "{} may be deployed again: by its own job, or by the next `cupaas sync`",
            held.hold.what()
        )],
        None => vec![format!("{} was not held in {environment}", known.name)],
    };
    let subject = Some(format!("resume({}/{environment})", known.name));
    Ok(Edit { app: Some(known.name.clone()), scope: Some(scope), subject, notes, ..Edit::default() })
}
