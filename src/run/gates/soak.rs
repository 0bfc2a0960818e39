//! For how long a release has stood where it comes from, and has been healthy there where the cluster reports that.

use crate::calendar::Lapse;
use crate::clock::rfc3339;
use crate::diagnostic::{Code, Failure};
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::run::gates::gate::Gate;
use crate::run::gates::verdict::{Unmet, now};
use crate::run::rollback::stands_since;
use crate::run::wait::health::{Health, Opened, health};

/// # Errors
/// The repository's own; the forge's, where nobody says that the release must pass all the same.
pub(super) fn unmet(gate: &Gate<'_>, gitops: &mut Gitops) -> Result<Option<Unmet>, Failure> {
    let Gate { spec, record, .. } = gate;
    let Some(soak) = gate.gates.soak.as_ref().and_then(|soak| Lapse::parse(&soak.0)).map(Lapse::seconds)
    else {
        return Ok(None);
    };
    let place = gate.place(&["soak"]);
    let asked = format!("{place} asks for {}", Lapse::words(soak));
    let ReleaseFile { app, environment, .. } = record;
    let closed = |why: String, hint: String| {
        Ok(Some(Unmet { code: Code::SoakUnfinished, gate: "soak", why: format!("{why}, and {asked}"), hint }))
    };
    let now = now(&spec.gates);
    let Some(stands) = stands_since(record, now.saturating_sub(soak), gitops)? else {
        let why = format!("the history does not say since when {app} stands in {environment}");
        return closed(why, format!("deploy it to {environment} once more"));
    };
    let said = match health(spec, gitops, &mut Opened::new(), record) {
        Err(failure) if gate.goes_on() => Health::Unknown(failure.with_hint()),
        said => said?,
    };
    let (since, word) = match said {
        // Nobody reports it: it is taken to be healthy since it stands.
        Health::Unreported => (stands, "has stood"),
        Health::Healthy(since) => (since.map_or(stands, |since| since.max(stands)), "has been healthy"),
        Health::Failed(why) => {
            let why = format!("{app} in {environment} is not healthy ({why})");
            return closed(why, format!("deploy a better version to {environment}"));
        }
        Health::Unknown(why) => {
            let why = format!("nobody has said yet that {app} is healthy in {environment} ({why})");
            return closed(why, format!("to wait for that: `cupaas wait --app {app} --env {environment}`"));
        }
    };
    let passes = since.saturating_add(soak);
    if now >= passes {
        return Ok(None);
    }
    let (stood, left) = (Lapse::words(now.saturating_sub(since)), Lapse::words(passes.saturating_sub(now)));
    let hint = format!("it passes in {left}, at {}", rfc3339(passes).unwrap_or_default());
    closed(format!("{app} {word} in {environment} for {stood}"), hint)
}
