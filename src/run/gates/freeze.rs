//! A freeze: no new release comes to the environment, whichever command brings it. What only changes how the one runs that
//! is there goes through, and so does going back.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::load::gate::Freeze;
use crate::load::gitops::Gitops;
use crate::load::platform::PlatformFile;
use crate::load::release_file::ReleaseFile;
use crate::outcome::standing::FrozenEnvironment;
use crate::publish::{ChangeSet, Next, Transition};
use crate::render::release_file;
use crate::resolve::freeze::{self, Frozen};
use crate::run::gates::verdict::{Unmet, pass};
use crate::run::rollback::is_same;
use crate::run::spec::RunSpec;
use crate::yaml::document::Document;

/// The freeze that is on in an environment.
pub(crate) fn frozen(platform: &Document<PlatformFile>, environment: &str, now: i64) -> Option<Unmet> {
    with_place(platform, environment, now).map(|(unmet, _)| unmet)
}

/// The same, as a fact of the environment.
pub(crate) fn frozen_environment(
    platform: &Document<PlatformFile>,
    environment: &str,
    now: i64,
) -> Option<FrozenEnvironment> {
    let on = On::of(platform, environment, now)?;
    Some(FrozenEnvironment {
        environment: environment.to_owned(),
        until: on.until(),
        why: on.frozen.freeze.why.clone(),
        place: on.place(on.frozen.index).to_string(),
    })
}

/// A freeze that is on, and where it stands.
struct On<'a> {
    platform: &'a Document<PlatformFile>,
    environment: &'a str,
    freezes: &'a [Freeze],
    frozen: Frozen<'a>,
}

impl<'a> On<'a> {
    fn of(platform: &'a Document<PlatformFile>, environment: &'a str, now: i64) -> Option<Self> {
        let freezes = platform.value.environments.get(environment)?.freeze.as_slice();
        Some(Self { platform, environment, freezes, frozen: freeze::at(freezes, now)? })
    }

    fn place(&self, index: usize) -> Span {
        self.platform.at(&["environments", self.environment, "freeze", &index.to_string()])
    }

    /// When new releases may come again, by the clocks of the freeze that ends last.
    fn until(&self) -> Option<String> {
        let (until, last) = (self.frozen.until?, self.freezes.get(self.frozen.last)?);
        Some(freeze::shown(last, until))
    }

    /// When or how it would pass. Where freezes overlap, the one that ends last is not the one that is on first.
    fn hint(&self) -> String {
        let Frozen { index, last, ends, .. } = self.frozen;
        let place = self.place(last);
        match self.until() {
            Some(until) if index == last => format!("it passes from {until} on"),
            Some(until) => format!("it passes from {until} on, when the freeze at {place} has ended too"),
            None if !ends => {
                format!("it passes once the freeze at {place} is taken out of the file, or has an end")
            }
            None => format!("it passes once the freeze at {place} leaves a gap, or is taken out of the file"),
        }
    }
}

fn with_place(platform: &Document<PlatformFile>, environment: &str, now: i64) -> Option<(Unmet, Span)> {
    let on = On::of(platform, environment, now)?;
    let place = on.place(on.frozen.index);
    let why = on.frozen.freeze.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let until = on.until().map(|until| format!(" until {until}")).unwrap_or_default();
    let why = format!("{environment} is frozen{until}, by {place}{why}");
    Some((Unmet { code: Code::EnvironmentFrozen, gate: "freeze", why, hint: on.hint() }, place))
}

/// Warns, in a run that only looks, of what a freeze would keep out at `now`.
///
/// # Errors
/// What is wrong with the platform, or the repository's own.
pub(crate) fn warn(gitops: &mut Gitops, set: &mut ChangeSet, now: i64) -> Result<(), Failure> {
    for transition in set.transitions.iter_mut().filter(|one| brings_a_release(one)) {
        let platform = gitops.platform()?;
        let environment = transition.names().1.to_owned();
        if let (Some((unmet, place)), Next::Rendered(one)) =
            (with_place(&platform, &environment, now), &mut transition.next)
        {
            let warning = Diagnostic::warning(Code::EnvironmentFrozen, place, unmet.why).hint(unmet.hint);
            one.release.warnings.push(warning);
        }
    }
    Ok(())
}

/// Keeps new releases out of environments that are frozen at `now`; where somebody says that they must come, the commit
/// says so.
///
/// # Errors
/// That one is; what is wrong with the platform, or the repository's own.
pub(crate) fn keep_out(
    spec: &RunSpec,
    gitops: &mut Gitops,
    set: &mut ChangeSet,
    now: i64,
) -> Result<(), Failure> {
    let bringing = set.transitions.iter().filter(|one| brings_a_release(one));
    let environments: BTreeSet<&str> = bringing.map(|one| one.names().1).collect();
    if environments.is_empty() {
        return Ok(());
    }
    let platform = gitops.platform()?;
    let unmet: Vec<Unmet> =
        environments.iter().filter_map(|environment| frozen(&platform, environment, now)).collect();
    let passed = pass(spec, &environments.into_iter().collect::<Vec<_>>().join(" and "), &unmet)?;
    set.overridden = set.overridden.take().or(passed);
    Ok(())
}

/// Whether another release comes: of another commit, image or files than the one that is there. One that is gone back to
/// was there before.
pub(crate) fn brings_a_release(transition: &Transition) -> bool {
    let Some(one) = transition.rendered() else { return false };
    let Some(previous) = transition.current.previous.as_ref().filter(|previous| !previous.removed) else {
        return true;
    };
    let next = release_file(&one.release);
    let goes_back = next.hold.is_some() && next.hold != previous.hold;
    // Variables of the command line are settings of what is there.
    let same = ReleaseFile { set: previous.set.clone(), ..next };
    !goes_back && !is_same(previous, &same)
}
