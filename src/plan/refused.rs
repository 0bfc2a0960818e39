//! A plan that must not be committed → a failure.

use crate::diagnostic::{Cause, Code, Failure};
use crate::plan::{Loss, Plan, Refusal};

/// The failure of a plan that must not be committed: each refusal, and each loss that was not allowed, is a cause.
pub(crate) fn refused(plan: &Plan) -> Failure {
    let losses = plan.losses.iter().filter(|loss| !loss.allowed);
    Failure {
        causes: plan.refusals.iter().map(Refusal::cause).chain(losses.map(Loss::cause)).collect(),
        plan: serde_json::to_value(plan).ok().map(Box::new),
        ..Failure::new(Code::PlanRefused, "the plan is refused, nothing was written")
    }
}

impl Refusal {
    /// What is refused, and what to do instead.
    pub fn cause(&self) -> Cause {
        Cause { code: self.code, message: self.message.clone(), hints: vec![self.remedy.clone()] }
    }
}

impl Loss {
    /// What is lost, and what to do: without the loss, with it, and at last what deletes for good.
    pub fn cause(&self) -> Cause {
        let mut hints = vec![self.recovery.clone()];
        if !self.allowed {
            hints.push(format!("to proceed anyway: --allow-data-loss {}", self.allow).into());
        }
        if let Some(command) = &self.cleanup {
            hints.push(format!("to delete what stays for good: `{command}`").into());
        }
        Cause { code: self.code, message: self.message.clone(), hints }
    }
}
