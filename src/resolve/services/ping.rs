//! How a release command's Job knows that a service answers: the recipe's words, filled in.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::load::mirrors::Mirrors;
use crate::load::recipe::RecipeFile;
use crate::load::service_recipe::{Ping, PingVariable};
use crate::resolve::release::{PodVariable, SecretRef, Service, ServicePing};
use crate::resolve::services::texts::{image_at, text_at};
use crate::yaml::document::Document;

/// An image with a program that asks for a path, for the many that have none.
const HTTP_CLIENT: &str = "docker.io/library/busybox:1.37";
/// What a ping may take where its recipe says nothing.
const MEMORY: &str = "256Mi";

/// The ping of a service; `image` is the service's own.
///
/// # Errors
/// A template of the recipe that is wrong, with its place.
pub(super) fn resolve(
    document: &Document<RecipeFile>,
    ping: &Ping,
    service: &Service,
    (image, mirrors): (&str, &Mirrors),
    scope: &Value,
) -> Result<ServicePing, Box<Diagnostic>> {
    let text = |template: &str, path: &[&str]| text_at(document, template, scope, path);
    let command = match &ping.http {
        Some(http) => {
            let port = http.port.unwrap_or(service.port);
            let address = format!("http://{}:{port}{}", service.name, http.path);
            ["wget", "-q", "-T", "5", "-O", "/dev/null", &address].map(str::to_owned).to_vec()
        }
        None => {
            let words = ping.command.iter().enumerate();
            words
                .map(|(at, word)| text(word, &["ping", "command", &at.to_string()]))
                .collect::<Result<_, _>>()?
        }
    };
    let image = match (&ping.image, &ping.http) {
        (Some(template), _) => mirrors.image(&image_at(document, template, scope, &["ping", "image"])?),
        (None, Some(_)) => mirrors.image(HTTP_CLIENT),
        (None, None) => image.to_owned(),
    };
    let variable = |(name, given): (&String, &PingVariable)| {
        let (value, secret) = match given {
            PingVariable::Value(template) => (Some(text(template, &["ping", "env", name])?), None),
            PingVariable::Secret(key) => {
                (None, service.secret.as_ref().map(|name| SecretRef { name: name.clone(), key: key.clone() }))
            }
        };
        Ok(PodVariable { name: name.clone(), value, secret })
    };
    Ok(ServicePing {
        command,
        image,
        memory: ping.memory.as_ref().map_or(MEMORY, |memory| &memory.0).to_owned(),
        env: ping.env.iter().map(variable).collect::<Result<_, Box<Diagnostic>>>()?,
    })
}
