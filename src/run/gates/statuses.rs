//! Statuses of the app's commit that must be green on its forge.

use crate::diagnostic::{Code, Failure};
use crate::forge::commit_status::StatusState;
use crate::repository::short;
use crate::run::gates::gate::Gate;
use crate::run::gates::verdict::Unmet;

/// # Errors
/// A forge that is not known, does not answer or does not let us, where nobody says that the release must pass all the same.
pub(super) fn unmet(gate: &Gate<'_>) -> Result<Vec<Unmet>, Failure> {
    let names: Vec<&str> = gate.gates.statuses.iter().map(|name| name.0.as_str()).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let source = &gate.record.source;
    let (Some(commit), Some(address)) = (&source.commit, &source.repository) else {
        let why = format!(
            "{} in {} has no commit in a repository whose statuses could be asked for, and {} asks for {}",
            gate.record.app,
            gate.record.environment,
            gate.place(&["statuses"]),
            names.join(", ")
        );
        let hint = "deploy it from a commit of its repository on a forge".to_owned();
        return Ok(vec![closed(why, hint)]);
    };
    let options = &gate.spec.forge;
    let opened =
        options.of_repository(address).open(options.job.as_ref(), "the app's repository", options.timeout);
    let known = match opened.and_then(|repository| repository.named_statuses(commit, &names)) {
        Ok(known) => known,
        Err(failure) if gate.goes_on() => {
            let why = format!("nobody can say whether {} is green: {failure}", short(commit));
            return Ok(vec![closed(why, "ask again".to_owned())]);
        }
        Err(failure) => {
            let place = gate.place(&["statuses"]);
            return Err(failure.hint(format!("{place} asks for statuses of {}", short(commit))));
        }
    };
    let wrong = names.iter().enumerate().filter_map(|(index, name)| {
        let said = match known.get(*name) {
            Some(StatusState::Success) => return None,
            Some(StatusState::Failure) => "has failed",
            Some(StatusState::Pending) => "is pending",
            None => "is not there",
        };
        let place = gate.place(&["statuses", &index.to_string()]);
        let why = format!("status {name} of {} {said}, and {place} asks for it", short(commit));
        Some(closed(why, format!("it passes once {name} is green on {commit}")))
    });
    Ok(wrong.collect())
}

fn closed(why: String, hint: String) -> Unmet {
    Unmet { code: Code::StatusNotGreen, gate: "statuses", why, hint }
}
