//! What is new is deployed, once.

use std::sync::Arc;

use cupaas::parts::git::{BranchName, Remotes};
use cupaas::parts::layout::Folders;
use cupaas::parts::load::current::Current;
use cupaas::parts::load::release_file::{ReleaseFile, SourceFacts};
use cupaas::parts::run::sync::followed::Followed;
use cupaas::parts::tree::Files;

use super::world::{APP, World, read};
use crate::sandbox::ran;

const SHOP: &str = "repository: ROOT/shop\n";

#[test]
fn a_push_and_one_sync_deploy_the_new_commit_once() {
    // A default branch of another name; the registration names none.
    let world = World::new(&[("shop", SHOP)]);
    let first = world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    let done = world.sync(&[]);
    assert_eq!((done.code, done.status("shop")), (Some(0), "deployed"), "{:#}", done.value);
    assert_eq!(world.commits(), 2);
    let release = world.release("shop");
    let digest = world.registry.push("team/shop", &first);
    assert!(release.contains(&format!("image: {}/team/shop@{digest}", world.registry.host)), "{release}");
    assert!(release.contains(&first) && release.contains("branch: trunk"), "{release}");
    let asked = world.registry.seen().len();
    assert_eq!(world.sync(&[]).status("shop"), "up-to-date");
    assert_eq!((world.commits(), world.registry.seen().len()), (2, asked));

    let second = world.built("shop", 1_700_000_200, &[("app.txt", "two")]);
    let dry = world.sync(&["--dry-run"]);
    assert_eq!((dry.status("shop"), &dry.value["changed"]), ("ready", &true.into()));
    assert_eq!(world.commits(), 2);
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
    assert_eq!(world.sync(&["--dry-run"]).value["changed"], false);
    assert_eq!(world.commits(), 3);
    assert!(world.release("shop").contains(&second));
    let log = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(log.contains(&format!("shop@{second}")), "{log}");
    world.sandbox.git("", &["-C", &world.gitops, "fsck", "--strict"]);
}

#[test]
fn two_at_once_deploy_it_once() {
    let names: Vec<String> = (0..4).map(|number| format!("app-{number}")).collect();
    let texts: Vec<String> = names.iter().map(|name| format!("repository: ROOT/{name}\n")).collect();
    let apps: Vec<(&str, &str)> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let world = World::new(&apps);
    for name in &names {
        world.built(name, 1_700_000_100, &[(".cupaas", APP)]);
    }
    let start = || world.command(&["--format", "json"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let ended: Vec<_> = [start(), start(), start()]
        .map(|child| read(&ran(&child.wait_with_output().unwrap())))
        .into_iter()
        .collect();
    for name in &names {
        let statuses: Vec<&str> = ended.iter().map(|synced| synced.status(name)).collect();
        assert!(statuses.contains(&"deployed"), "{statuses:?}");
        assert!(
            statuses.iter().all(|status| ["deployed", "unchanged", "up-to-date"].contains(status)),
            "{statuses:?}"
        );
        // Within one second two of them make the very same commit: then both have deployed it, and it is there once.
        let made: std::collections::BTreeSet<_> =
            ended.iter().filter_map(|synced| synced.app(name)["gitops_commit"].as_str()).collect();
        assert_eq!(made.len(), 1, "{name}: {made:?}");
    }
    assert!(ended.iter().all(|synced| synced.code == Some(0)));
    assert_eq!(world.commits(), 1 + names.len());
}

#[test]
fn branches_go_where_the_registration_or_the_platform_says() {
    let world = World::with(
        "production: {cluster: home, domain: apps.example.cu}\nstaging: {cluster: home, domain: s.example.cu, branch: next}",
        &[
            ("own", "repository: ROOT/own\nbranches: {release: production}\n"),
            ("rule", "repository: ROOT/rule\n"),
            ("alone", "repository: ROOT/alone\n"),
        ],
    );
    for name in ["own", "rule", "alone"] {
        world.built(name, 1_700_000_100, &[(".cupaas", APP)]);
    }
    world.sandbox.git("own", &["branch", "release"]);
    world.sandbox.git("rule", &["branch", "next"]);
    let done = world.sync(&[]);
    assert_eq!(done.code, Some(0), "{:#}", done.value);
    let told: Vec<String> = done.value["apps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| {
            format!("{} {} {} {}", app["app"], app["environment"], app["branch"], app["status"])
                .replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "alone production trunk deployed",
            "alone staging next skipped",
            "own production release deployed",
            "rule production trunk deployed",
            "rule staging next deployed",
        ]
    );
    assert_eq!(world.sync(&["--env", "staging", "--app", "rule"]).value["apps"].as_array().unwrap().len(), 1);
    assert_eq!(world.run(&["--app", "rul"]).code, Some(2));
    assert_eq!(world.run(&["--env", "stag"]).code, Some(2));
}

#[test]
fn a_branch_that_was_moved_is_followed_and_said() {
    let world = World::new(&[("shop", SHOP)]);
    let first = world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    let second = world.built("shop", 1_700_000_200, &[("a", "2")]);
    assert!(world.sync(&[]).app("shop")["notes"].as_array().unwrap().is_empty());
    assert!(world.release("shop").contains(&second));
    // Back to an older one.
    world.sandbox.git("shop", &["reset", "-q", "--hard", &first]);
    let done = world.sync(&[]);
    assert_eq!(done.status("shop"), "deployed", "{:#}", done.value);
    assert!(done.app("shop")["notes"][0].as_str().unwrap().contains("force-pushed"), "{:#}", done.value);
    assert!(world.release("shop").contains(&first));
    // On, as it should be.
    let third = world.built("shop", 1_700_000_300, &[("a", "3")]);
    assert!(world.sync(&[]).app("shop")["notes"].as_array().unwrap().is_empty());
    assert!(world.release("shop").contains(&third));
    // To one of another history that is newer.
    world.sandbox.git("shop", &["checkout", "-q", "--orphan", "other"]);
    let other = world.built("shop", 1_700_000_400, &[("a", "other")]);
    world.sandbox.git("shop", &["branch", "-qM", "trunk"]);
    let done = world.sync(&[]);
    assert!(done.app("shop")["notes"][0].as_str().unwrap().contains("force-pushed"), "{:#}", done.value);
    assert!(world.release("shop").contains(&other));
}

#[test]
fn a_pinned_one_stays_and_a_removed_one_comes_back_by_name_alone() {
    let world = World::new(&[("shop", SHOP)]);
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    world.sync(&[]);
    world.sandbox.good(&["pin", "--app", "shop", "--env", "production", "--gitops", &world.gitops]);
    world.built("shop", 1_700_000_200, &[("a", "2")]);
    let commits = world.commits();
    let done = world.sync(&[]);
    assert_eq!((done.status("shop"), done.code), ("pinned", Some(0)), "{:#}", done.value);
    assert!(done.app("shop")["reason"].as_str().unwrap().contains("cupaas unpin --app shop"));
    assert_eq!(world.commits(), commits);
    world.sandbox.good(&["unpin", "--app", "shop", "--env", "production", "--gitops", &world.gitops]);
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
    world.sandbox.good(&["remove", "--app", "shop", "--env", "production", "--gitops", &world.gitops]);
    world.built("shop", 1_700_000_300, &[("a", "3")]);
    assert_eq!(world.sync(&[]).status("shop"), "removed");
    assert_eq!(world.sync(&["--app", "shop"]).status("shop"), "deployed");
}

#[test]
fn an_app_that_names_its_image_needs_no_build() {
    let world = World::new(&[("shop", SHOP)]);
    world.source("shop", "main", 1_700_000_100, &[(".cupaas", APP)]);
    let waits = world.sync(&[]);
    assert_eq!((waits.status("shop"), waits.code), ("waiting", Some(0)), "{:#}", waits.value);
    let image = format!("ghcr.example/web@sha256:{}", "a".repeat(64));
    assert_eq!(world.sync(&["--app", "shop", "--image", &image]).status("shop"), "deployed");
    // The same manifests: nothing to commit, as often as it is looked at.
    world.source("shop", "main", 1_700_000_200, &[("README", "words")]);
    let commits = world.commits();
    assert_eq!(world.sync(&[]).status("shop"), "unchanged");
    assert_eq!(world.sync(&[]).status("shop"), "unchanged");
    assert_eq!(world.commits(), commits);
    world.source(
        "shop",
        "main",
        1_700_000_300,
        &[(".cupaas", "runtime: image\nprocesses: {web: {command: other}}\n")],
    );
    assert_eq!(world.sync(&[]).status("shop"), "deployed");
    assert!(world.release("shop").contains(&image));
}

#[test]
fn only_what_is_read_is_fetched_and_nothing_of_it_runs() {
    let world = World::new(&[("mail", "repository: ROOT/mono\npath: services/mail\n")]);
    let marker = world.sandbox.path("ran");
    world.sandbox.write(
        "mono",
        &[
            ("services/mail/.cupaas", "runtime: python\nprocesses: {web: {command: serve}}\n"),
            ("services/mail/requirements.txt", "flask\n"),
            ("services/mail/.gitattributes", "* filter=evil\n"),
            ("services/mail/a/b/c/d/deep.txt", "x"),
            ("services/shop/.cupaas", "runtime: [\n"),
            ("big.txt", &"x".repeat(3 << 20)),
            ("services/mail/big.txt", &"x".repeat(3 << 20)),
        ],
    );
    std::os::unix::fs::symlink("/etc/passwd", world.sandbox.path("mono/services/mail/poetry.lock")).unwrap();
    std::os::unix::fs::symlink("/etc", world.sandbox.path("mono/services/mail/etc")).unwrap();
    let commit = world.source("mono", "main", 1_700_000_100, &[]);
    world.registry.push("team/mail", &commit);
    let config = format!("[filter \"evil\"]\n\tsmudge = touch {}\n\trequired = true\n", marker.display());
    let config = world.sandbox.write("home", &[("evil", &config)]).join("evil");
    let trace = world.sandbox.path("trace");
    let done = world
        .command(&["--format", "json"])
        .env("GIT_CONFIG_GLOBAL", &config)
        .env("GIT_TRACE2_EVENT", &trace)
        .output()
        .unwrap();
    let done = read(&ran(&done));
    assert_eq!(done.status("mail"), "deployed", "{:#}", done.value);
    assert!(!marker.exists(), "a filter ran");
    assert!(world.release("mail").contains("manager: pip"), "{}", world.release("mail"));
    let names = std::fs::read_to_string(trace).unwrap();
    assert!(!names.contains("checkout-index") && !names.contains("\"checkout\""), "git checked out");
}

#[test]
fn a_commit_that_the_branch_has_left_behind_does_not_win() {
    let world = World::new(&[("shop", SHOP)]);
    let old = world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    // Within one second: no clock tells which is newer.
    let new = world.built("shop", 1_700_000_100, &[("a", "2")]);
    let remotes = Arc::new(Remotes::new(None, std::time::Duration::from_secs(20)).unwrap());
    let followed = |seen: Option<&str>| Followed {
        remotes: Arc::clone(&remotes),
        address: crate::support::address(&world.sandbox.path("shop").display().to_string()),
        branch: BranchName::parse("trunk").unwrap(),
        seen: seen.map(str::to_owned),
    };
    let deployed = |commit: &str| Current {
        folders: Folders::new("home", "production", "shop").unwrap(),
        previous: Some(ReleaseFile {
            source: SourceFacts { commit: Some(commit.to_owned()), ..SourceFacts::default() },
            ..ReleaseFile::default()
        }),
        proposed: None,
        over: Vec::new(),
        release_files: Files::new(),
        manifests: Files::new(),
    };
    // Nothing was deployed when this run began; by now somebody has deployed the newer one.
    let late = followed(None).superseded(&deployed(&new), &old).unwrap();
    assert!(late.is_some_and(|why| why.contains("trunk no longer points to")));
    // The newer one goes over the older one, whoever deployed that meanwhile.
    assert_eq!(followed(None).superseded(&deployed(&old), &new).unwrap(), None);
    assert_eq!(followed(Some(&old)).superseded(&deployed(&old), &new).unwrap(), None);
    assert_eq!(followed(None).superseded(&deployed(&new), &new).unwrap(), None);
}
