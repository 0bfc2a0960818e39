//! `releases/`: one release that stands there, decided again from what it was made from.

use std::collections::BTreeSet;

use crate::diagnostic::Failure;
use crate::load::current::Current;
use crate::load::gitops::Gitops;
use crate::load::hold::HoldUntil;
use crate::load::inputs::Inputs;
use crate::load::query::ReleaseQuery;
use crate::load::release_file::ReleaseFile;
use crate::load::released;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
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
    Ok((inputs, current, release))
}
