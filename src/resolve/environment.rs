//! Which environment a run is about: `--env`, else what the registration or the platform says of the branch, else
//! the only one that asks for no branch.

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::load::environments;
use crate::load::inputs::{Inputs, Recorded};
use crate::load::platform::{EnvironmentSettings, PlatformFile, RegistrationFile};
use crate::load::query::ReleaseQuery;
use crate::yaml::document::Document;

/// The environment, and where that came from.
///
/// # Errors
///
/// An environment that the platform does not have, or a branch that no environment is deployed from; where that may only
/// follow from another mistake, what is known of those.
pub fn choose(inputs: &Inputs) -> Result<(String, String), Failure> {
    let Inputs { query, recorded, registration, platform, .. } = inputs;
    let known_problems = || Failure::invalid(inputs.problems.clone());
    let branches = registration.as_ref().is_none_or(|file| file.is_sound(&["branches"]));
    let sound = branches && platform.is_sound(&["environments"]);
    let (name, origin) = wanted(query, recorded.as_ref(), registration.as_ref(), platform)
        .map_err(|failure| if sound { failure } else { known_problems() })?;
    let known = &inputs.platform.value.environments;
    if known.contains_key(&name) {
        return Ok((name, origin));
    }
    if !platform.is_sound(&["environments", &name]) {
        return Err(known_problems());
    }
    if let (None, Some(file), Some(branch)) = (&query.environment, registration, &query.source.branch) {
        return Err(Failure::invalid(vec![environments::undeclared(
            &name,
            &platform.value,
            file.at(&["branches", branch]),
        )]));
    }
    let (message, hint) = environments::message(&name, &platform.value);
    let message = format!("{message} (from {origin})");
    match recorded {
        None => Err(Failure::new(Code::UnknownEnvironment, message).hint(hint)),
        Some(_) => {
            let span = inputs.platform.at(&["environments"]);
            let problem = Diagnostic::error(Code::UndeclaredEnvironment, span, message).hint(hint);
            Err(Failure::invalid(vec![problem]))
        }
    }
}

/// The environment that other mistakes are looked for in where none could be chosen: the one that was probably meant,
/// else any.
pub(crate) fn stand_in(inputs: &Inputs) -> String {
    let Inputs { query, recorded, registration, platform, .. } = inputs;
    let known = &platform.value.environments;
    let meant = wanted(query, recorded.as_ref(), registration.as_ref(), platform).ok().map(|(name, _)| name);
    let close =
        meant.as_ref().and_then(|name| crate::schema::suggest(name, known.keys().map(String::as_str)));
    let any = known.keys().next().map(String::as_str).or(meant.as_deref());
    close.or(any).unwrap_or("production").to_owned()
}

/// The environment of the platform that a name in an app's file stands for, misspelt or not.
pub(super) fn meant<'a>(inputs: &'a Inputs, name: &str) -> Option<(&'a String, &'a EnvironmentSettings)> {
    let known = &inputs.platform.value.environments;
    known.get_key_value(name).or_else(|| {
        let close = crate::schema::suggest(name, known.keys().map(String::as_str))?;
        known.get_key_value(close)
    })
}

/// A failure of [`choose`] as a problem beside others.
pub(crate) fn problems(inputs: &Inputs, failure: Failure) -> Vec<Diagnostic> {
    if !failure.diagnostics.is_empty() {
        return failure.diagnostics;
    }
    let span = match &inputs.query.environment {
        Some(name) => Span::new(&Source::new(inputs.query.environment_origin(), name.clone()), 0..name.len()),
        None => inputs.platform.key(&["environments"]),
    };
    vec![
        Diagnostic::error(failure.code, span, failure.message)
            .hint(failure.hints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    ]
}

/// As [`choose`], of files that are not all right: the environment may be one that the platform does not have.
///
/// # Errors
///
/// A branch that no environment is deployed from.
pub(crate) fn wanted(
    query: &ReleaseQuery,
    recorded: Option<&Recorded>,
    registration: Option<&Document<RegistrationFile>>,
    platform: &Document<PlatformFile>,
) -> Result<(String, String), Failure> {
    if let Some(name) = &query.environment {
        let origin = recorded.map_or(query.environment_origin(), |recorded| &recorded.place);
        return Ok((name.clone(), origin.to_owned()));
    }
    let branch = query.source.branch.as_deref();
    if let (Some(branch), Some(registration)) = (branch, registration)
        && let Some(name) = registration.value.branches.get(branch)
    {
        return Ok((name.0.clone(), format!("{} (branch {branch})", registration.at(&["branches", branch]))));
    }
    let environments = &platform.value.environments;
    let by_branch =
        environments.iter().find(|(_, settings)| branch.is_some() && settings.branch.as_deref() == branch);
    if let (Some((name, _)), Some(branch)) = (by_branch, branch) {
        let place = platform.at(&["environments", name, "branch"]);
        return Ok((name.clone(), format!("{place} (branch {branch})")));
    }
    let open: Vec<&String> =
        environments.iter().filter(|(_, settings)| settings.branch.is_none()).map(|(name, _)| name).collect();
    let only: Vec<&String> = environments.keys().collect();
    match (open.as_slice(), only.as_slice()) {
        // One that asks for no branch takes all of them; a lone one is meant where no branch is known.
        ([name], _) => Ok(((*name).clone(), platform.key(&["environments", name]).to_string())),
        (_, [name]) if branch.is_none() => {
            Ok(((*name).clone(), platform.key(&["environments", name]).to_string()))
        }
        _ => {
            let what = match branch {
                Some(branch) => format!("no environment is deployed from branch {branch:?}"),
                None => "several environments exist, and no branch selects one".to_owned(),
            };
            let names: Vec<&str> = environments.keys().map(String::as_str).collect();
            let failure = Failure::new(Code::EnvironmentRequired, what)
                .hint(format!("pass --env with one of: {}", names.join(", ")));
            Err(match branch {
                Some(branch) => failure.hint(format!(
                    "or write `branch: {branch}` at the one in cupaas.yaml that this branch is deployed to"
                )),
                None => failure,
            })
        }
    }
}
