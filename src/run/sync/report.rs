//! A deploy's report → what `sync` says of the app.

use crate::diagnostic::Failure;
use crate::outcome::Report;
use crate::outcome::sync::{SyncEntry, SyncOutcome};
use crate::plan::refused::refused;

/// The entry, with what its deploy says of the app.
pub(super) fn ended(mut entry: SyncEntry, result: Result<Report, Failure>) -> SyncEntry {
    entry.outcome = match result {
        Err(failure) => SyncOutcome::Failed(failure),
        Ok(report) => {
            entry.warnings = report.release().map(|release| release.warnings.clone()).unwrap_or_default();
            outcome(report)
        }
    };
    entry
}

fn outcome(report: Report) -> SyncOutcome {
    match report {
        Report::Deployed(deployed) => {
            SyncOutcome::Deployed { image: deployed.release.image.reference, commit: deployed.commit }
        }
        Report::Superseded { why, .. } => SyncOutcome::Superseded(why),
        Report::Pinned { pin, .. } => SyncOutcome::Pinned(pin),
        Report::Held { held, .. } => SyncOutcome::Held(held),
        Report::Differs(difference) if difference.plan.blocked() => {
            SyncOutcome::Failed(refused(&difference.plan))
        }
        Report::Differs(difference) if !difference.is_empty() => {
            SyncOutcome::Ready { image: difference.release.image.reference }
        }
        Report::Checked(release) => SyncOutcome::Ready { image: release.image.reference },
        _ => SyncOutcome::Unchanged,
    }
}
