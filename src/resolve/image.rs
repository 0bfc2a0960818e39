//! Which image runs.

use crate::diagnostic::{Code, Failure, Source, Span};
use crate::image_name::{EXAMPLE, ImageName};
use crate::load::inputs::Inputs;
use crate::load::release_file::ReleaseFile;
use crate::resolve::decisions::Notes;
use crate::resolve::release::Image;

/// An image that an environment keeps, whatever is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// The image.
    pub image: String,
    /// Where the pin stands.
    pub place: String,
}

impl Pinned {
    /// The pin of an environment, where it has one.
    pub fn of(inputs: &Inputs, environment: &str) -> Option<Self> {
        let registration = inputs.registration.as_ref()?;
        let image = registration.value.environments.get(environment)?.image.clone()?;
        let place = registration.at(&["environments", environment, "image"]).to_string();
        Some(Self { app: inputs.name.clone(), environment: environment.to_owned(), image, place })
    }

    /// The command that takes it away.
    pub fn remedy(&self) -> String {
        format!("cupaas unpin --app {} --env {}", self.app, self.environment)
    }

    /// The failure of a command that names another image for it.
    pub fn refused(&self) -> Failure {
        let Self { app, environment, image, place } = self;
        Failure::new(Code::AppPinned, format!("{app} is pinned in {environment} to {image} ({place})"))
            .hint(format!("to unpin: `{}`; to pin another image: `cupaas pin --image REF`", self.remedy()))
    }
}

/// `--image`, else the pin, else `<registry>/<app>:<commit>`; but an image that was once named otherwise stays until
/// another is named, since only its maker knows what the next one is called.
pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    previous: Option<&ReleaseFile>,
    notes: &mut Notes,
) -> Image {
    // Each with its origin in words, and with its place where that is a file.
    let pin = Pinned::of(inputs, environment).zip(inputs.registration.as_ref());
    let pin = pin.map(|(pin, file)| {
        let place = file.at(&["environments", environment, "image"]);
        (pin.image, (pin.place, Some(place)))
    });
    let asked = inputs.query.image.clone();
    let asked = asked.map(|image| (image, said(inputs.query.image_origin())));
    let tag = inputs.query.source.commit.clone().or_else(|| inputs.fingerprint.clone());
    let prefix = inputs.platform.value.registry.prefix.as_deref();
    let made = prefix.zip(tag).map(|(prefix, tag)| {
        let origin = inputs.platform.at(&["registry", "prefix"]);
        let image = format!("{}/{}:{tag}", prefix.trim_end_matches('/'), inputs.name);
        (image, (origin.to_string(), Some(origin)))
    });
    let running = previous.filter(|release| !release.image.is_empty());
    let running = running.map(|release| (release.image.clone(), said("what runs now")));
    // Only an image that the rule gave, to the last commit or to one that was pinned, follows to the next one.
    let last = previous.and_then(|release| release.source.commit.clone());
    let by_rule = prefix.map(|prefix| format!("{}/{}:", prefix.trim_end_matches('/'), inputs.name));
    let follows = |image: &str| {
        let tag = by_rule.as_ref().and_then(|rule| image.strip_prefix(rule.as_str()));
        tag.is_some_and(|tag| {
            is_commit(tag) || last.as_ref().map_or_else(|| is_fingerprint(tag), |commit| commit == tag)
        })
    };
    let (first, second) = match &running {
        Some((image, _)) if !follows(image) => (running, made),
        _ => (made, running),
    };
    let (reference, (origin, place)) = match asked.or(pin).or(first).or(second) {
        Some(found) => found,
        None if !inputs.query.needs_image => (String::new(), said("not needed yet")),
        None => {
            missing(inputs, environment, notes);
            (String::new(), said(""))
        }
    };
    let name = ImageName::parse(&reference);
    if !reference.is_empty() && name.is_none() {
        let message = format!("{reference:?} is not an image reference (from {origin})");
        let named = || Source::new(origin.clone(), reference.clone());
        let span = place.unwrap_or_else(|| Span::new(&named(), 0..reference.len()));
        notes.problem(Code::InvalidImage, span, message, EXAMPLE);
    }
    notes.decided("image", &reference, origin);
    Image { by_digest: name.is_some_and(|name| name.digest.is_some()), reference }
}

/// Says that there is no image, but where a prefix or a pin that cannot be read has been said.
fn missing(inputs: &Inputs, environment: &str, notes: &mut Notes) {
    if is_sound(inputs, environment) {
        let hint = "pass --image, or set `registry.prefix` in cupaas.yaml";
        notes.problem(Code::ImageMissing, inputs.platform.key(&["registry"]), "no image given", hint);
    }
}

/// An origin that is no file.
fn said(words: &str) -> (String, Option<Span>) {
    (words.to_owned(), None)
}

/// Whether what names an image is what a person wrote.
fn is_sound(inputs: &Inputs, environment: &str) -> bool {
    let pin = ["environments", environment, "image"];
    inputs.platform.is_sound(&["registry", "prefix"])
        && inputs.registration.as_ref().is_none_or(|file| file.is_sound(&pin))
}

impl Image {
    /// Whether another image may get this name: a tag that is neither a commit nor a fingerprint of files.
    pub fn may_change(&self) -> bool {
        !self.by_digest && may_change(&self.reference)
    }
}

/// The same of an image of which the name alone is known.
pub(crate) fn may_change(reference: &str) -> bool {
    let name = ImageName::parse(reference);
    let fixed = |tag: &str| is_commit(tag) || is_fingerprint(tag);
    !name.is_some_and(|name| name.digest.is_some() || name.tag.is_some_and(fixed))
}

/// Whether a tag is a whole commit, as the rule writes it.
fn is_commit(tag: &str) -> bool {
    matches!(tag.len(), 40 | 64) && tag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a tag is one that cupaas makes of an app's files.
fn is_fingerprint(tag: &str) -> bool {
    tag.len() == 16 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())
}
