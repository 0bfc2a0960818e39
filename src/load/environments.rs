//! An environment that `cupaas.yaml` does not have, or that has to be named.

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::schema::suggest;
use crate::yaml::document::Document;

/// The failure of a run that was asked for an environment which the platform does not have.
pub(crate) fn unknown(name: &str, platform: &PlatformFile) -> Failure {
    let (message, hint) = message(name, platform);
    Failure::new(Code::UnknownEnvironment, message).hint(hint)
}

/// # Errors
/// An environment that the platform does not have.
pub(crate) fn known(name: &str, platform: &PlatformFile) -> Result<(), Failure> {
    if platform.environments.contains_key(name) { Ok(()) } else { Err(unknown(name, platform)) }
}

/// The problem of a file that names such an environment at `span`.
pub(crate) fn undeclared(name: &str, platform: &PlatformFile, span: Span) -> Diagnostic {
    let (message, hint) = message(name, platform);
    Diagnostic::error(Code::UndeclaredEnvironment, span, message).hint(hint)
}

/// What a registration says of environments that the platform does not have. It is the same repository's, so it is a mistake.
pub(crate) fn undeclared_by(
    file: &Document<RegistrationFile>,
    platform: &Document<PlatformFile>,
) -> Vec<Diagnostic> {
    let is_unknown = |name: &str| {
        !platform.value.environments.contains_key(name) && platform.is_sound(&["environments", name])
    };
    let own = file.value.environments.keys().filter(|name| file.is_sound(&["environments", name]));
    let own = own.map(|name| (name, file.key(&["environments", name])));
    let branches = file.value.branches.iter().map(|(branch, name)| (&name.0, file.at(&["branches", branch])));
    let unknown = own.chain(branches).filter(|(name, _)| is_unknown(name));
    unknown.map(|(name, span)| undeclared(name, &platform.value, span)).collect()
}

/// What is said of such an environment, and the hint.
pub(crate) fn message(name: &str, platform: &PlatformFile) -> (String, String) {
    let names = || platform.environments.keys().map(String::as_str);
    let hint = match suggest(name, names()) {
        Some(close) => format!("did you mean {close:?}?"),
        None => declared(platform),
    };
    (format!("unknown environment {name:?}"), hint)
}

/// The failure of a run that could be about several environments.
pub(crate) fn required(platform: &PlatformFile) -> Failure {
    let message = "several environments are possible";
    Failure::new(Code::EnvironmentRequired, message).hint(format!("pass --env; {}", declared(platform)))
}

fn declared(platform: &PlatformFile) -> String {
    let names: Vec<&str> = platform.environments.keys().map(String::as_str).collect();
    format!("cupaas.yaml declares: {}", names.join(", "))
}
