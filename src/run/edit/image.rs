//! `pin` and `unpin`: the image that an environment keeps.

use crate::diagnostic::{Code, Failure, Source, typed};
use crate::image_name::ImageName;
use crate::load::environments;
use crate::load::gitops::Gitops;
use crate::load::platform::RegistrationFile;
use crate::load::records::Scope;
use crate::resolve::image::Pinned;
use crate::run::edit::registered_app::{Edit, RegisteredApp};
use crate::run::spec::RunSpec;
use crate::tree::Edits;
use crate::yaml::document;
use crate::yaml::edit::YamlEdit;

/// Pins the environment to `--image`, else to what runs there.
pub(super) fn pin(spec: &RunSpec, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let (known, environment) = where_to(spec, gitops)?;
    let running = known.releases.iter().find(|release| release.environment == environment);
    let image = match (&spec.query.image, running) {
        (Some(image), _) if ImageName::parse(image).is_none() => {
            let hint = "such as git.example.cu/team/tasks:v1 or …@sha256:…";
            return Err(typed(Code::InvalidArgument, "--image", image, "not a valid image name", hint));
        }
        (Some(image), _) => image.clone(),
        (None, Some(release)) => release.image.clone(),
        (None, None) => {
            let message =
                format!("{} is not deployed in {environment}, so there is no image to pin", known.name);
            return Err(Failure::new(Code::NotDeployed, message).hint("name the image with --image"));
        }
    };
    let files = known.changed(&[YamlEdit::Set(path(&environment), image.clone())])?;
    let place = files.iter().find_map(|(path, text)| {
        let source = Source::new(path.as_str(), text.clone()?);
        let file = document::read::<RegistrationFile>(&source).ok()?;
        Some(file.at(&["environments", &environment, "image"]).to_string())
    });
    let place = place.unwrap_or_else(|| known.file.at(&["environments", &environment, "image"]).to_string());
    let pin =
        Pinned { app: known.name.clone(), environment: environment.clone(), image: image.clone(), place };
    let subject = Some(format!("pin({}/{environment}): {image}", known.name));
    Ok(Edit {
        files,
        app: Some(known.name.clone()),
        scope: Some(Scope::of(&known.name, Some(&environment))),
        subject,
        pin: Some(pin),
        ..Edit::default()
    })
}

/// Takes the pin away; the image stays until the next deploy.
pub(super) fn unpin(spec: &RunSpec, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let (known, environment) = where_to(spec, gitops)?;
    let pinned = known.file.value.environments.get(&environment).is_some_and(|entry| entry.image.is_some());
    let files = if pinned { known.changed(&[YamlEdit::Unset(path(&environment))])? } else { Edits::new() };
    let subject = Some(format!("unpin({}/{environment})", known.name));
    Ok(Edit {
        files,
        app: Some(known.name.clone()),
        scope: Some(Scope::of(&known.name, Some(&environment))),
        subject,
        ..Edit::default()
    })
}

fn path(environment: &str) -> Vec<String> {
    ["environments", environment, "image"].map(str::to_owned).into()
}

/// The app, and the environment that is meant: `--env`, else the only one of the platform.
pub(super) fn where_to(spec: &RunSpec, gitops: &mut Gitops) -> Result<(RegisteredApp, String), Failure> {
    let known = RegisteredApp::existing(spec, gitops)?;
    let environments = &known.platform.value.environments;
    let environment = match (known.environment(spec)?, environments.keys().next()) {
        (Some(environment), _) => environment,
        (None, Some(only)) if environments.len() == 1 => only.clone(),
        _ => return Err(environments::required(&known.platform.value)),
    };
    Ok((known, environment))
}
