//! Volumes of a pod: what each is made of, and which names a container may mount.

use std::collections::BTreeSet;

use crate::quantity::Quantity;
use crate::schema::rules::claims;
use crate::schema::rules::cursor::Cursor;
use crate::schema::rules::syntax::Syntax;
use crate::schema::violation::Violation;

/// The names of volumes that a pod has.
#[derive(Debug)]
pub(crate) struct Volumes<'a> {
    pub(crate) names: BTreeSet<&'a str>,
}

impl Volumes<'_> {
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// Checks the volumes of a pod and gives their names, with those of `claims`.
pub(crate) fn check<'a>(spec: &Cursor<'a>, claims: &[&'a str], out: &mut Vec<Violation>) -> Volumes<'a> {
    let mut names: BTreeSet<&str> = claims.iter().copied().collect();
    for volume in spec.list("volumes") {
        Syntax::Label.check_key(&volume, "name", out);
        names.extend(volume.text_of("name"));
        source(&volume, out);
    }
    Volumes { names }
}

fn source(volume: &Cursor<'_>, out: &mut Vec<Violation>) {
    let sources: Vec<&str> = volume
        .entries()
        .filter(|(key, at)| *key != "name" && !at.value.is_null())
        .map(|(key, _)| key)
        .collect();
    if sources.len() > 1 {
        out.push(volume.says(format!("has more than one source: {}", sources.join(", "))));
    }
    for (key, name) in [("configMap", "name"), ("secret", "secretName")] {
        let Some(source) = volume.get(key) else { continue };
        if source.text_of(name).is_none_or(str::is_empty) {
            out.push(source.says(format!("missing key {name:?}")));
        }
        files(&source, out);
    }
    if let Some(projected) = volume.get("projected") {
        mode(&projected, out);
        for source in projected.list("sources") {
            for (key, inner) in source.entries().filter(|(_, inner)| inner.value.is_object()) {
                if matches!(key, "configMap" | "secret") && inner.text_of("name").is_none_or(str::is_empty) {
                    out.push(inner.says("missing key \"name\""));
                }
                inner.range("expirationSeconds", 600, 1 << 32, out);
                files(&inner, out);
            }
        }
    }
    if let Some(limit) = volume.find(&["emptyDir", "sizeLimit"])
        && Quantity::of(limit.value).is_some_and(|bytes| bytes < Quantity::ZERO)
    {
        out.push(limit.says("must not be negative"));
    }
    if let Some(claim) = volume.get("persistentVolumeClaim") {
        Syntax::Subdomain.check_key(&claim, "claimName", out);
    }
    if let Some(ephemeral) = volume.get("ephemeral") {
        match ephemeral.get("volumeClaimTemplate") {
            Some(template) => claims::check(&template, out),
            None => out.push(ephemeral.says("missing key \"volumeClaimTemplate\"")),
        }
    }
}

fn files(source: &Cursor<'_>, out: &mut Vec<Violation>) {
    mode(source, out);
    for item in source.list("items") {
        item.range("mode", 0, 0o777, out);
        Syntax::ConfigKey.check_key(&item, "key", out);
        if let Some(path) = item.get("path") {
            inner_path(&path, out);
        }
    }
}

fn mode(source: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(mode) = source.get("defaultMode") else { return };
    if mode.value.as_i64().is_some_and(|bits| !(0..=0o777).contains(&bits)) {
        out.push(mode.says("must be between 0 and 0777").hint("write it with a leading 0: 0644"));
    }
}

/// A path that stays inside its volume.
pub(crate) fn inner_path(path: &Cursor<'_>, out: &mut Vec<Violation>) {
    let Some(text) = path.text() else { return };
    if text.starts_with('/') {
        out.push(path.says("must not begin with /"));
    } else if text.split('/').any(|part| part == "..") {
        out.push(path.says("must not contain `..`"));
    }
}
