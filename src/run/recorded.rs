//! `releases/`: the one release that a command looks at, and one that stands there, decided again from what it was made from.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Failure};
use crate::load::app_name::app_of;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::hold::HoldUntil;
use crate::load::inputs::Inputs;
use crate::load::query::ReleaseQuery;
use crate::load::records::{self, Scope};
use crate::load::release_file::ReleaseFile;
use crate::load::{environments, known_apps, released};
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::resolve::task;
use crate::run::edit::command::EditCommand;
use crate::run::spec::{RunSpec, Selection};
use crate::run::{decide, held};

/// A recorded release, decided again with what is new in the step. `members` are the owners of hosts that are decided in
/// the same run.
///
/// # Errors
/// What is wrong with any of the files that it is decided from.
pub(crate) fn decided(
    spec: &RunSpec,
    record: &ReleaseFile,
    gitops: &mut Gitops,
    members: &BTreeSet<String>,
) -> Result<(Inputs, Current, Release), Failure> {
    // An image that an edit names has its place in the edited file.
    let named = match spec.selection {
        Selection::Edited(_) => ReleaseQuery { image: None, ..spec.query.clone() },
        _ => spec.query.clone(),
    };
    let mut inputs = released::load(record, &named, gitops)?;
    if let (Some(_), Some(pin)) = (&named.image, Pinned::of(&inputs, &record.environment)) {
        return Err(pin.refused());
    }
    if let (Some(image), Some(held)) = (&named.image, held::of(record))
        && (held.hold.image == *image || held.hold.until == HoldUntil::Resume)
    {
        return Err(held::refused(&held));
    }
    if record.hold.is_some() && named.image.is_none() && Pinned::of(&inputs, &record.environment).is_none() {
        // One that was pinned then does not follow its commit while it is held.
        inputs.query.image = Some(record.image.clone());
    }
    let (current, mut release) = decide::decide(spec, &mut inputs, gitops, members)?;
    if matches!(spec.selection, Selection::Edited(EditCommand::Resume)) {
        release.hold = None;
    }
    if let Selection::Edited(EditCommand::Run(wanted)) = &spec.selection {
        release.task = Some(task::resolve(&inputs, &release, wanted)?);
    }
    Ok((inputs, current, release))
}

/// The release that a command looks at: in the environment that was named, else in the only one that the app is deployed in.
///
/// # Errors
/// An app or environment that nobody knows, an app that is not deployed there, or several environments that may be meant.
pub(crate) fn only(spec: &RunSpec, gitops: &mut Gitops) -> Result<ReleaseFile, Failure> {
    let app = app_of(&spec.query, gitops)?;
    let mut found = records::find(&Scope::of(&app, None), gitops)?;
    let there: Vec<String> = found.iter().map(|one| one.environment.clone()).collect();
    let wanted = spec.query.environment.as_ref();
    found.retain(|one| wanted.is_none_or(|wanted| *wanted == one.environment));
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => return Ok(only),
        (Some(_), false) => {
            let message = format!("{app} is deployed in {}, and none of them is named", there.join(" and "));
            let hint = format!("name one: --env {}", there.join(", or --env "));
            return Err(Failure::new(Code::EnvironmentRequired, message).hint(hint));
        }
        (None, _) => {}
    }
    if there.is_empty() {
        if !known_apps::is_known(&app, gitops)? {
            return Err(known_apps::unknown(&app, gitops));
        }
        if let Some(failure) = known_apps::elsewhere(&app, gitops) {
            return Err(failure);
        }
    }
    if let Some(wanted) = wanted {
        environments::known(wanted, &gitops.platform()?.value)?;
    }
    let place = wanted.map(|wanted| format!(" in {wanted}")).unwrap_or_default();
    let failure = Failure::new(Code::NotDeployed, format!("{app} is not deployed{place}"));
    Err(match there.as_slice() {
        [] => failure.hint("`cupaas status` shows what runs where"),
        there => failure.hint(format!("it is deployed in {}: --env {}", there.join(" and "), there[0])),
    })
}
