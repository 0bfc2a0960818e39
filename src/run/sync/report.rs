//! A deploy's report → what `sync` says of the app.

use crate::diagnostic::Failure;
use crate::outcome::Report;
use crate::outcome::sync::{Entry, Outcome};
use crate::plan::refused::refused;

/// The entry, with what its deploy says of the app.
pub(super) fn ended(mut entry: Entry, result: Result<Report, Failure>) -> Entry {
    entry.outcome = match result {
        Err(failure) => Outcome::Failed(failure),
        Ok(report) => {
            entry.warnings = report.release().map(|release| release.warnings.clone()).unwrap_or_default();
            outcome(report)
        }
    };
    entry
}

fn outcome(report: Report) -> Outcome {
    match report {
        Report::Deployed(deployed) => {
            Outcome::Deployed { image: deployed.release.image.reference, commit: deployed.commit }
        }
        Report::Superseded { why, .. } => Outcome::Superseded(why),
        Report::Pinned { pin, .. } => Outcome::Pinned(pin),
        Report::Differs(difference) if difference.plan.blocked() => {
            Outcome::Failed(refused(&difference.plan))
        }
        Report::Differs(difference) if !difference.is_empty() => {
            Outcome::Ready { image: difference.release.image.reference }
        }
        Report::Checked(release) => Outcome::Ready { image: release.image.reference },
        _ => Outcome::Unchanged,
    }
}
