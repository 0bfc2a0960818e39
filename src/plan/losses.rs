//! Both trees → the data that would be lost, cut off from its app, or met by a program that cannot read it.
//! One loss for each name, however many objects it is made of; a whole app that leaves loses nothing that is
//! protected, for whoever removes an app is asked about that.

use crate::plan::loss::{SERVICE, is_program, loss};
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::plan::model::Loss;
use crate::plan::object::{self, Object, ObjectFile};
use crate::plan::trees::Trees;
use crate::plan::{engine, versions, volumes};
use crate::render::delivery;

/// The losses, and the allowances that none of them needs.
pub(super) fn find(trees: &Trees<'_>, allowed: &BTreeSet<String>) -> (Vec<Loss>, Vec<String>) {
    let mut losses = Vec::new();
    removed(trees, &mut losses);
    versions::find(trees, &mut losses);
    losses.sort_by(|a, b| (&a.app, &a.name, a.code).cmp(&(&b.app, &b.name, b.code)));
    losses.dedup_by(|a, b| (&a.app, &a.name, a.code) == (&b.app, &b.name, b.code));
    let owners: BTreeSet<(String, Option<String>)> =
        losses.iter().map(|loss| (loss.name.clone(), loss.app.clone())).collect();
    let mut used = BTreeSet::new();
    for loss in &mut losses {
        let qualified = loss.app.as_ref().map(|app| format!("{app}/{}", loss.name));
        // A bare name must not allow in one app what was meant for another.
        let alone = owners.iter().filter(|(name, _)| *name == loss.name).count() == 1;
        loss.allow = if alone { loss.name.clone() } else { qualified.clone().unwrap_or(loss.name.clone()) };
        let names = [Some(loss.allow.clone()), qualified];
        let named: Vec<String> = names.into_iter().flatten().filter(|name| allowed.contains(name)).collect();
        loss.allowed = !named.is_empty();
        used.extend(named);
    }
    (losses, allowed.difference(&used).cloned().collect())
}

/// What leaves: services, volumes, namespaces, and what stays behind on another cluster.
fn removed(trees: &Trees<'_>, losses: &mut Vec<Loss>) {
    let mut services: BTreeMap<(String, String), Vec<&Object>> = BTreeMap::new();
    let gone =
        trees.before.iter().filter(|(key, _)| !trees.after.contains_key(*key)).map(|(_, object)| object);
    for object in gone {
        let Some(app) = &object.place.app else { continue };
        match (object.kind(), object.label(SERVICE)) {
            ("Namespace", _) if !object.is_protected() => losses.push(namespace(trees, object)),
            (_, Some(service)) => {
                services.entry((app.clone(), service.to_owned())).or_default().push(object);
            }
            ("PersistentVolumeClaim", None) if !(object.is_protected() && is_gone(trees, app)) => {
                losses.push(volume(object));
            }
            _ => {}
        }
        if object.place.scope.starts_with("clusters/") {
            elsewhere(trees, object, app, losses);
        }
    }
    for ((app, name), objects) in services {
        let unprotected = objects.iter().any(|object| is_claim(object) && !object.is_protected());
        let lost = if is_gone(trees, &app) { unprotected } else { is_removed(trees, &app, &name, &objects) };
        if lost {
            losses.push(service(&app, &name, &objects));
        }
    }
}

/// A service is removed when its program is, when a claim of it is, or when nothing of it is left. What else
/// comes and goes with a recipe (a policy, a port) takes no data along.
fn is_removed(trees: &Trees<'_>, app: &str, name: &str, gone: &[&Object]) -> bool {
    let standing = standing(trees, app);
    let mut left = standing.iter().filter(|object| object.label(SERVICE) == Some(name)).peekable();
    left.peek().is_none()
        || gone.iter().any(|object| is_claim(object))
        || (gone.iter().any(|object| is_program(object)) && !left.any(is_program))
}

fn is_claim(object: &Object) -> bool {
    object.kind() == "PersistentVolumeClaim"
}

/// Whether nothing of the app is delivered any more.
fn is_gone(trees: &Trees<'_>, app: &str) -> bool {
    !files_of(trees, app).any(|(path, _)| ObjectFile::of(path).is_some())
}

/// All objects of the app afterwards, in files that changed or not.
fn standing(trees: &Trees<'_>, app: &str) -> Vec<Object> {
    let read = |(path, text): (&crate::tree::RepoPath, &String)| {
        ObjectFile::of(path).and_then(|place| object::read(path.as_str(), &place, text))
    };
    files_of(trees, app).filter_map(read).flatten().collect()
}

fn files_of<'a>(
    trees: &Trees<'a>,
    app: &str,
) -> impl Iterator<Item = (&'a crate::tree::RepoPath, &'a String)> {
    let folder = crate::tree::RepoPath::new(format!("deploy/{app}")).ok();
    let files = trees.after_files;
    folder.into_iter().flat_map(move |folder| {
        let prefix = folder.as_str().to_owned();
        let from_here =
            files.range(folder.clone()..).take_while(move |(path, _)| path.as_str().starts_with(&prefix));
        from_here.filter(move |(path, _)| path.is_in(&folder)).collect::<Vec<_>>()
    })
}

fn service(app: &str, name: &str, gone: &[&Object]) -> Loss {
    let (mut kept, mut deleted) = (Vec::new(), Vec::new());
    for object in gone {
        if object.is_protected() {
            kept.push(object.short());
        } else if is_claim(object) {
            deleted.push(object.short());
        }
        let templates = object.value["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
        for template in templates.filter_map(|template| template["metadata"]["name"].as_str()) {
            let claims = format!("persistentvolumeclaim/{template}-{}-*", object.id.name);
            let policy = &object.value["spec"]["persistentVolumeClaimRetentionPolicy"]["whenDeleted"];
            if policy == "Delete" { deleted.push(claims) } else { kept.push(claims) }
        }
    }
    let message = if !deleted.is_empty() {
        format!("removing service `{name}` deletes its data with {}", deleted.join(", "))
    } else if kept.iter().any(|object| object.starts_with("persistentvolumeclaim/")) {
        format!("removing service `{name}` cuts its data off: it stays in the cluster, and no app reaches it")
    } else {
        format!("removing service `{name}` deletes all data that it keeps outside a volume claim")
    };
    let back = format!("add `{name}` to `services` again, under the same name, and deploy");
    loss(Code::ServiceRemoved, Some(app), name, message, kept, gone[0], &back)
}

fn volume(claim: &Object) -> Loss {
    let name = volumes::name(claim);
    let protected = claim.is_protected();
    let message = if protected {
        format!("removing volume `{name}` cuts its data off: it stays in the cluster, and no app reaches it")
    } else {
        format!("removing volume `{name}` deletes its data with {}", claim.short())
    };
    let kept = if protected { vec![claim.short()] } else { Vec::new() };
    let back = format!("add `{name}` to `volumes` again, under the same name, and deploy");
    loss(Code::VolumeRemoved, claim.place.app.as_deref(), name, message, kept, claim, &back)
}

fn namespace(trees: &Trees<'_>, object: &Object) -> Loss {
    let name = &object.id.name;
    let message = format!("namespace `{name}` is deleted with everything in it, volumes included");
    let keep = delivery::prune_protection(engine::before(trees, &object.place));
    let annotations: Vec<String> = keep
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("`{name}: {}`", value.as_str().unwrap_or_default()))
        .collect();
    let back = format!("protect it from pruning first, with the annotation {}", annotations.join(" and "));
    loss(Code::NamespaceRemoved, object.place.app.as_deref(), name, message, Vec::new(), object, &back)
}

/// The app goes to another cluster: everything with data begins empty there.
fn elsewhere(trees: &Trees<'_>, object: &Object, app: &str, losses: &mut Vec<Loss>) {
    let there = trees.after.iter().find(|(key, new)| {
        let place = &new.place;
        place.app.as_deref() == Some(app)
            && place.scope.starts_with("clusters/")
            && place.scope != object.place.scope
            && !trees.before.contains_key(*key)
    });
    let Some((_, there)) = there else { return };
    let (from, to) = (&object.place.scope, &there.place.scope);
    let standing = standing(trees, app);
    let has_data = standing.iter().filter(|o| is_claim(o) || (is_program(o) && o.label(SERVICE).is_some()));
    let names: BTreeSet<&str> = has_data.map(volumes::name).collect();
    for name in names {
        let message =
            format!("the app moves from {from} to {to}, and `{name}` starts there without its data");
        let back = format!(
            "keep the app on {from}, or copy the data of `{name}` over while it runs on both clusters"
        );
        losses.push(loss(Code::ClusterChanged, Some(app), name, message, Vec::new(), object, &back));
    }
}

#[cfg(test)]
mod tests;
