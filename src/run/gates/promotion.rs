//! The gates of one promotion, in the order in which `cupaas.yaml` has them.

use crate::diagnostic::{Code, Failure};
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::run::gates::freeze::frozen;
use crate::run::gates::gate::Gate;
use crate::run::gates::verdict::{Unmet, now};
use crate::run::gates::{soak, statuses};
use crate::run::spec::RunSpec;

/// The gates that do not let the release come to `to`.
///
/// # Errors
/// The repository's own; a forge's, where nobody says that the release must come all the same.
pub(crate) fn unmet(
    spec: &RunSpec,
    gitops: &mut Gitops,
    record: &ReleaseFile,
    to: &str,
) -> Result<Vec<Unmet>, Failure> {
    let platform = gitops.platform()?;
    let mut all: Vec<Unmet> = frozen(&platform, to, now(&spec.gates)).into_iter().collect();
    let Some(gates) = platform.value.environments.get(to).and_then(|settings| settings.promotion.as_ref())
    else {
        return Ok(all);
    };
    let gate = Gate { spec, platform: &platform, gates, record, to };
    all.extend(from(&gate));
    all.extend(soak::unmet(&gate, gitops)?);
    all.extend(statuses::unmet(&gate)?);
    Ok(all)
}

fn from(gate: &Gate<'_>) -> Option<Unmet> {
    let Gate { gates, record, to, .. } = gate;
    let ReleaseFile { app, environment, .. } = record;
    let names: Vec<&str> = gates.from.iter().map(|name| name.0.as_str()).collect();
    if names.is_empty() || names.contains(&environment.as_str()) {
        return None;
    }
    let place = gate.place(&["from"]);
    Some(Unmet {
        code: Code::PromotionFromElsewhere,
        gate: "from",
        why: format!("{app} may come to {to} from {} alone, says {place}", names.join(" or ")),
        hint: format!(
            "promote it there first: `cupaas promote {app} --from {environment} --to {}`",
            names[0]
        ),
    })
}
