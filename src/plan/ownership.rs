//! Objects that change hands between Flux Kustomizations, or between Flux and Argo CD → refusals where the one that
//! gives may delete what the one that takes has just applied.
//!
//! Flux deletes what left a Kustomization's folder when that one is reconciled, unless the object, as it is in
//! the cluster then, says `prune: disabled` or already carries the other's owner labels. Which of the two is
//! reconciled first is chance. So a move is safe only if the state *before* was protected; protecting an object
//! in the commit that moves it comes too late. Under Argo CD one Application holds both folders: no move at all.
//!
//! A Kustomization that leaves, and an Application with the finalizer for it, take along what they applied. What
//! another engine has just taken over would go too, and a server-side apply of the one would never again remove a
//! field that the other still owns. So one is over before the other begins.

use crate::diagnostic::Code;
use crate::load::platform::Delivery;
use crate::plan::engine;
use crate::plan::model::Refusal;
use crate::plan::object::Object;
use crate::plan::trees::Trees;

/// Adds the refusals.
pub(super) fn check(trees: &Trees<'_>, refusals: &mut Vec<Refusal>) {
    for (key, old) in &trees.before {
        match trees.after.get(key) {
            Some(new) if is_unsafe(trees, old, new) => refusals.push(moved(old, new)),
            None => {
                refusals.extend(engine::of(&old.value).and_then(|engine| undelivered(trees, old, engine)))
            }
            _ => {}
        }
    }
}

fn is_unsafe(trees: &Trees<'_>, old: &Object, new: &Object) -> bool {
    old.place.unit != new.place.unit
        && !old.is_protected()
        && engine::before(trees, &old.place) == Delivery::Flux
}

fn moved(old: &Object, new: &Object) -> Refusal {
    let (from, to) = (&old.place.unit, &new.place.unit);
    Refusal {
        object: Some(new.id.clone()),
        file: new.file.clone(),
        code: Code::UnprotectedMove,
        field: String::new(),
        message: format!("{} moves from {from} to {to}, and Flux may delete it in between", new.short())
            .into(),
        remedy: "keep it there; or deploy it there with the annotation `kustomize.toolkit.fluxcd.io/prune: disabled` \
                 first, wait until Flux has applied it, and then move it"
            .into(),
    }
}

fn undelivered(trees: &Trees<'_>, old: &Object, engine: Delivery) -> Option<Refusal> {
    if !engine::prunes(old, engine) || !still_there(trees, old, engine) || taken_over(trees, old, engine) {
        return None;
    }
    let (kind, name) = (old.kind(), &old.id.name);
    let remove = match old.place.app.as_deref().and_then(|app| app.split_once('/')) {
        Some((environment, app)) => format!("`cupaas remove --app {app} --env {environment}`"),
        None => "`cupaas remove`".to_owned(),
    };
    Some(Refusal {
        object: Some(old.id.clone()),
        file: old.file.clone(),
        code: Code::PruneKept,
        field: String::new(),
        message: format!(
            "removing {kind} `{name}` makes {engine} prune everything that it applied, though its files stay"
        )
        .into(),
        remedy: format!(
            "run {remove} first, which keeps data and credentials; wait until {engine} has removed the processes, \
             then deploy again"
        )
        .into(),
    })
}

/// Whether another cluster has it afterwards: what that means for the data is told as a loss.
fn taken_over(trees: &Trees<'_>, old: &Object, engine: Delivery) -> bool {
    let same = |new: &Object| engine::of(&new.value) == Some(engine) && new.id.name == old.id.name;
    trees.after.values().any(same)
}

/// Whether the folder that it applies holds files afterwards.
fn still_there(trees: &Trees<'_>, old: &Object, engine: Delivery) -> bool {
    let folder = engine::folder(old, engine);
    !folder.is_empty()
        && trees
            .after_files
            .keys()
            .any(|file| file.as_str().strip_prefix(folder).is_some_and(|r| r.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::super::model::Action;
    use super::super::test_support::{DISABLED, plan, tree};
    use crate::tree::Files;

    const BASE: &str = "deploy/production/tasks/base/configmap-c.yaml";
    const APP: &str = "deploy/production/tasks/app/configmap-c.yaml";
    const CLUSTER: &str = "clusters/main/production/tasks.yaml";

    fn map(metadata: &str) -> String {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: ns, {metadata}}}\n")
    }

    fn rules(before: &Files, after: &Files) -> Vec<&'static str> {
        plan(before, after).refusals.into_iter().map(|refusal| refusal.code.as_str()).collect()
    }

    #[test]
    fn a_move_between_kustomizations_needs_protection_before_it() {
        let (bare, safe) = (map(""), map(DISABLED));
        for (old, new, expected) in [
            (&bare, &bare, vec!["unprotected-move"]),
            (&bare, &safe, vec!["unprotected-move"]),
            (&safe, &safe, vec![]),
            (&safe, &bare, vec![]),
        ] {
            let (before, after) = (tree([(BASE, old)]), tree([(APP, new)]));
            assert_eq!(rules(&before, &after), expected, "{old} {new}");
            let change = plan(&before, &after).changes.remove(0);
            assert_eq!((change.action, change.moved_from.as_deref()), (Action::Move, Some(BASE)));
        }
    }

    #[test]
    fn one_application_holds_both_folders() {
        let argo =
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t, namespace: argocd}\n";
        let bare = map("");
        assert_eq!(
            rules(&tree([(BASE, &bare), (CLUSTER, argo)]), &tree([(APP, &bare), (CLUSTER, argo)])),
            [""; 0]
        );
    }

    #[test]
    fn another_file_of_the_same_folder_is_no_change_of_the_cluster() {
        let bare = map("");
        let other = "deploy/production/tasks/base/c.yaml";
        let plan = plan(&tree([(BASE, &bare)]), &tree([(other, &bare)]));
        assert_eq!((plan.changes.len(), plan.refusals.len()), (0, 0));
        assert_eq!(plan.rewrites, [other, BASE]);
        assert!(!plan.is_empty());
    }

    fn kustomization(spec: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: k, namespace: flux}}\n\
             spec: {{path: ./deploy/production/tasks/base, {spec}}}\n"
        )
    }

    #[test]
    fn a_kustomization_leaves_only_after_what_it_applied() {
        let map = map("");
        for (spec, expected) in [
            ("prune: true", vec!["prune-kept"]),
            ("prune: true, deletionPolicy: Delete", vec!["prune-kept"]),
            ("prune: true, deletionPolicy: Orphan", vec![]),
            ("prune: false", vec![]),
        ] {
            let flux = kustomization(spec);
            let (before, gone) = (tree([(BASE, &map), (CLUSTER, &flux)]), tree([(BASE, &map)]));
            assert_eq!(rules(&before, &gone), expected, "{spec}");
            assert_eq!(rules(&before, &Files::new()), [""; 0], "with its files it may leave");
            let elsewhere = tree([(BASE, &map), ("clusters/other/production/tasks.yaml", &flux)]);
            assert_eq!(rules(&before, &elsewhere), [""; 0], "another cluster has it");
        }
    }
    #[test]
    fn an_application_leaves_only_after_what_it_applied() {
        let map = map("");
        let finalizer = "resources-finalizer.argocd.argoproj.io";
        for (finalizers, expected) in [
            (finalizer.to_owned(), vec!["prune-kept"]),
            (format!("{finalizer}/background"), vec!["prune-kept"]),
            (String::new(), vec![]),
        ] {
            let application = format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: t, namespace: argocd, finalizers: \
                 [{finalizers}]}}\nspec: {{source: {{path: deploy/production/tasks}}}}\n"
            );
            let flux = kustomization("prune: true");
            let (before, after) =
                (tree([(BASE, &map), (CLUSTER, &application)]), tree([(BASE, &map), (CLUSTER, &flux)]));
            assert_eq!(rules(&before, &after), expected, "{finalizers}");
            assert_eq!(rules(&before, &Files::new()), [""; 0], "with its files it may leave");
        }
    }

    #[test]
    fn the_way_out_names_the_app_and_who_is_to_be_waited_for() {
        let map = map("");
        let argo =
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t, namespace: argocd}\n";
        let before = tree([(BASE, &map), (CLUSTER, &kustomization("prune: true"))]);
        let refusal = plan(&before, &tree([(BASE, &map), (CLUSTER, argo)])).refusals.remove(0);
        assert_eq!(refusal.code.as_str(), "prune-kept");
        let remedy = refusal.remedy.to_string();
        assert!(remedy.contains("cupaas remove --app tasks --env production"), "{remedy}");
        assert!(remedy.contains("until Flux"), "{remedy}");
    }
}
