//! A plan that must not be committed → a failure.

use crate::diagnostic::{Code, Failure};
use crate::plan::Plan;

/// The failure of a plan that must not be committed.
pub fn refused(plan: &Plan) -> Failure {
    let mut failure = Failure::new(Code::PlanRefused, "the plan is refused, nothing was written");
    failure.plan = serde_json::to_value(plan).ok().map(Box::new);
    for refusal in &plan.refusals {
        failure = failure.hint(format!("{}: {}", refusal.message, refusal.remedy));
    }
    for loss in plan.losses.iter().filter(|loss| !loss.allowed) {
        let stays =
            if loss.kept.is_empty() { String::new() } else { format!(" (stays: {})", loss.kept.join(", ")) };
        failure = failure.hint(format!(
            "{}{stays}. {}. To go on all the same: --allow-data-loss {}",
            loss.message, loss.recovery, loss.allow
        ));
    }
    failure
}
