//! `diff --to`: what apps have in two environments, as today's rules decide it. Changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Failure;
use crate::load::app_name::app_of;
use crate::load::gitops::Gitops;
use crate::load::records::{self, Scope};
use crate::load::release_file::ReleaseFile;
use crate::load::{environments, known_apps};
use crate::outcome::compared::{Compared, ComparedApp};
use crate::resolve::unlike::unlike;
use crate::run::recorded::decided;
use crate::run::spec::{RunSpec, Selection};

/// The app that the run is about or `all`, in the selection's environment and in `to`.
///
/// # Errors
/// An app or environment that nobody knows, files that are wrong, or the repository's own.
pub(crate) fn compare(spec: &RunSpec, to: &str, all: bool, gitops: &mut Gitops) -> Result<Compared, Failure> {
    let Selection::Released(scope) = &spec.selection else { return Ok(Compared::default()) };
    let app = if all { None } else { Some(app_of(&spec.query, gitops)?) };
    let from = scope.environment.clone().unwrap_or_default();
    let platform = gitops.platform()?;
    for environment in [from.as_str(), to] {
        environments::known(environment, &platform.value)?;
    }
    let mut apps: BTreeMap<String, [Option<ReleaseFile>; 2]> = BTreeMap::new();
    for record in records::find(&Scope { app: app.clone(), environment: None, ..scope.clone() }, gitops)? {
        let side = [&*from, to].iter().position(|one| **one == *record.environment);
        if let Some(side) = side {
            let sides = apps.entry(record.app.clone()).or_default();
            sides[side] = Some(record);
        }
    }
    if let (Some(app), true) = (&app, apps.is_empty()) {
        return Err(match known_apps::is_known(app, gitops)? {
            true => records::none(app, scope),
            false => known_apps::unknown(app, gitops),
        });
    }
    let compared = apps.into_iter().map(|(app, sides)| of_app(spec, app, sides, gitops));
    let apps = compared.collect::<Result<_, Failure>>()?;
    Ok(Compared { from, to: to.to_owned(), apps, exit_code: spec.exit_code })
}

fn of_app(
    spec: &RunSpec,
    app: String,
    sides: [Option<ReleaseFile>; 2],
    gitops: &mut Gitops,
) -> Result<ComparedApp, Failure> {
    let mut decisions = |record: &ReleaseFile| {
        decided(spec, record, gitops, &BTreeSet::new()).map(|(_, _, release)| release.decisions)
    };
    let (only_in, unlike) = match &sides {
        [Some(from), Some(to)] => (None, unlike(&decisions(from)?, &decisions(to)?)),
        [one, other] => (one.as_ref().or(other.as_ref()).map(|one| one.environment.clone()), Vec::new()),
    };
    Ok(ComparedApp { app, only_in, unlike })
}
