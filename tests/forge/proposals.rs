//! `deploy --pull-request`: one branch and one pull request for an app in an environment, from the first push to the
//! last.

use serde_json::Value;

use super::server::{Fault, Manner};
use super::world::{BRANCH, IMAGE, SHOP, World};
use crate::sandbox::ran;

pub(super) const ALL: [Manner; 3] = [Manner::Github, Manner::Gitea, Manner::Forgejo];

pub(super) fn action(report: &Value) -> &str {
    report["pull_request"]["action"].as_str().unwrap_or_else(|| panic!("{report:#}"))
}

#[test]
fn a_change_is_proposed_and_not_committed() {
    for manner in ALL {
        let world = World::new(manner);
        let commit = world.app("1");
        let main = world.tip("main");
        let report = world.propose(&["--label", "deploy,shop", "--reviewer", "eve,acme/ops"]);
        assert_eq!(report["status"], "proposed");
        assert_eq!(report["changed"], true);
        assert_eq!((action(&report), report["branch"].as_str()), ("opened", Some(BRANCH)));
        assert_eq!(world.tip("main"), main, "{manner:?}");
        let tip = world.tip(BRANCH).unwrap();
        assert_eq!(report["commit"], tip.as_str());
        assert_eq!(world.git(&["rev-parse", &format!("{tip}^")]), main.unwrap());
        let pull = world.pull();
        assert_eq!(pull["html_url"], report["pull_request"]["url"]);
        assert_eq!((&pull["base"]["ref"], &pull["head"]["ref"]), (&"main".into(), &BRANCH.into()));
        assert_eq!(pull["title"], format!("deploy(shop/production): {}", &commit[..10]));
        let body = pull["body"].as_str().unwrap();
        assert!(body.contains("**11 created, 0 changed, 0 deleted**"), "{body}");
        assert!(body.contains("create Deployment web") && body.contains(&commit), "{body}");
        let names: Vec<&Value> =
            pull["labels"].as_array().unwrap().iter().map(|label| &label["name"]).collect();
        assert_eq!(names, ["deploy", "shop"], "{manner:?}");
        let asked = serde_json::json!({"reviewers": ["eve"], "team_reviewers": ["ops"]});
        assert_eq!(pull["reviewers"], asked, "{manner:?}");
    }
}

#[test]
fn a_label_that_was_made_without_an_id_is_a_note_and_no_other_label() {
    let world = World::faulty(Manner::Gitea, |heard, _| {
        let made = heard.method == "POST" && heard.path.ends_with("/gitops/labels");
        made.then(|| Fault::Say(201, String::new(), r#"{"name": "deploy"}"#.to_owned()))
    });
    world.app("1");
    let report = world.propose(&["--label", "deploy"]);
    assert_eq!(action(&report), "opened");
    let notes = report["notes"].to_string();
    assert!(notes.contains("labels: POST ") && notes.contains("missing field `id`"), "{report:#}");
    assert!(!world.server.lines().iter().any(|line| line.contains("/issues/")), "a label is given by its id");
}

#[test]
fn it_is_updated_in_place_and_left_alone_where_nothing_is_new() {
    for manner in ALL {
        let world = World::new(manner);
        world.app("1");
        world.propose(&["--label", "x"]);
        let first = world.tip(BRANCH);
        world.server.lines();
        let again = world.propose(&["--label", "x", "--reviewer", "eve"]);
        assert_eq!(action(&again), "unchanged");
        assert_eq!(world.tip(BRANCH), first, "nothing is pushed");
        let writes = |line: &String| !line.starts_with("GET ");
        assert_eq!(world.server.lines().into_iter().find(writes), None, "{manner:?}");
        world.app("2");
        assert_eq!(action(&world.propose(&[])), "updated");
        assert_ne!(world.tip(BRANCH), first);
        // The same manifests of another commit: who has reviewed them need not do it again.
        let world = World::new(manner);
        world.app("1");
        world.propose(&IMAGE);
        let first = world.tip(BRANCH);
        world.sandbox.write("shop", &[("README.md", "words")]);
        let commit = world.sandbox.commit("shop", 1_700_005_000);
        let report = world.propose(&[&IMAGE[..], &["--status"]].concat());
        assert_eq!((action(&report), world.tip(BRANCH)), ("unchanged", first));
        assert_eq!(world.server.state(|state| state.statuses[0]["sha"].clone()), commit);
    }
}

#[test]
fn its_words_follow_the_commit() {
    for manner in ALL {
        let world = World::new(manner);
        world.app("1");
        world.propose(&[]);
        let commit = world.app("2");
        assert_eq!(action(&world.propose(&[])), "updated");
        assert!(world.pull()["title"].as_str().unwrap().contains(&commit[..10]));
    }
}

#[test]
fn it_stands_on_a_base_that_does_not_conflict() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.propose(&[]);
    let first = world.tip(BRANCH).unwrap();
    // Somebody else's files: what is proposed can still be merged as it is.
    world
        .sandbox
        .write("other", &[(".cupaas", "name: other\nruntime: image\nprocesses: {web: {command: x}}\n")]);
    world.json(&["deploy", "other", "--source-repository", "https://git.example.cu/me/other"]);
    assert_eq!(action(&world.propose(&[])), "unchanged");
    assert_eq!(world.tip(BRANCH).unwrap(), first);
    // The app's own files: it is made again, on what stands there now.
    world.app("2");
    world.json(&["deploy", "shop"]);
    world.app("3");
    let report = world.propose(&[]);
    assert_eq!(action(&report), "updated");
    assert_eq!(world.git(&["rev-parse", &format!("{BRANCH}^")]), world.tip("main").unwrap());
    let body = world.pull()["body"].as_str().unwrap().to_owned();
    assert!(body.contains("**0 created, 2 changed, 0 deleted"), "{body}");
}

#[test]
fn it_is_closed_and_its_branch_deleted_when_nothing_is_left() {
    for manner in ALL {
        let world = World::new(manner);
        world.app("1");
        world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
        world.app("2");
        world.propose(&IMAGE);
        world.app("1");
        let report = world.propose(&IMAGE);
        assert_eq!((report["status"].as_str(), action(&report)), (Some("unchanged"), "closed"));
        assert_eq!(world.pull()["state"], "closed");
        assert_eq!(world.tip(BRANCH), None, "{manner:?}");
        let nothing = world.propose(&IMAGE);
        assert_eq!((nothing["status"].as_str(), &nothing["pull_request"]), (Some("unchanged"), &Value::Null));
    }
}

#[test]
fn credentials_are_made_once_also_where_nobody_has_merged_them() {
    let world = World::new(Manner::Github);
    let made = world.sandbox.good(&["init", "platform", "--url", "https://git.example.cu/me/gitops.git"]);
    let _ = made;
    world.sandbox.commit("platform", 1_700_000_000);
    let bare = world.sandbox.path("sealed.git").display().to_string();
    world.sandbox.git("", &["clone", "-q", "--bare", "platform", &bare]);
    let propose = |value: &str| {
        let text = format!("{SHOP}services: [mongodb]\nenv: {{A: '{value}'}}\n");
        world.sandbox.write("shop", &[(".cupaas", &text)]);
        world.sandbox.commit("shop", 1_700_000_100 + value.parse::<u32>().unwrap());
        let ran =
            world.run(&["deploy", "shop", "--pull-request", "--gitops", &bare, "--source-branch", "main"]);
        // That forge looks at another repository's branches.
        assert_eq!(ran.code, Some(6), "{}{}", ran.stdout, ran.stderr);
        let file = format!("{BRANCH}:releases/production/shop/credentials/mongodb.yaml");
        world.sandbox.git("", &["-C", &bare, "show", &file])
    };
    let first = propose("1");
    assert!(first.contains("ENC[AES256_GCM"));
    assert_eq!(propose("2"), first);
}

#[test]
fn a_refused_plan_is_refused_and_nothing_is_pushed() {
    let world = World::new(Manner::Github);
    let volume = |size: &str| format!("{SHOP}volumes: {{uploads: {{path: /data, storage: {size}}}}}\n");
    world.sandbox.write("shop", &[(".cupaas", &volume("5Gi"))]);
    world.sandbox.commit("shop", 1_700_000_100);
    world.json(&["deploy", "shop"]);
    world.server.lines();
    world.sandbox.write("shop", &[(".cupaas", &volume("1Gi"))]);
    world.sandbox.commit("shop", 1_700_000_200);
    let ran = world.run(&["deploy", "shop", "--pull-request"]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.stdout, ran.stderr);
    assert_eq!((world.tip(BRANCH), world.server.lines()), (None, Vec::new()));
}

#[test]
fn somebody_elses_commit_on_the_branch_is_not_lost() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.propose(&[]);
    let ours = world.tip(BRANCH).unwrap();
    let tree = world.git(&["rev-parse", &format!("{ours}^{{tree}}")]);
    let theirs = world.git(&["commit-tree", &tree, "-p", BRANCH, "-m", "by hand"]);
    world.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &theirs]);
    world.app("2");
    let ran = world.run(&["deploy", "shop", "--pull-request"]);
    assert_eq!(ran.code, Some(6), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("error[foreign-commits]"), "{}", ran.stderr);
    // What a forge's button makes is only a merge.
    let merge = world.git(&["commit-tree", &tree, "-p", &ours, "-p", "main", "-m", "Merge branch 'main'"]);
    world.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &merge]);
    assert_eq!(world.propose(&[])["status"], "proposed");
}

#[test]
fn it_is_merged_when_it_may_be() {
    for manner in ALL {
        let world = World::new(manner);
        world.server.state(|state| state.protected = true);
        world.app("1");
        assert_eq!(world.propose(&["--auto-merge"])["pull_request"]["merge"], "waits", "{manner:?}");
        // The second time it is asked for already.
        assert_eq!(world.propose(&["--auto-merge"])["pull_request"]["merge"], "waits", "{manner:?}");
        let method = if manner == Manner::Github {
            world.pull()["auto_merge"]["merge_method"].clone()
        } else {
            world.server.heard().iter().find(|heard| heard.path.ends_with("/merge")).unwrap().body
                [if manner == Manner::Gitea { "do" } else { "Do" }]
            .clone()
        };
        // The repository allows no merge commits.
        assert!(method.as_str().unwrap().eq_ignore_ascii_case("squash"), "{method}");
        let world = World::new(manner);
        world.app("1");
        assert_eq!(world.propose(&["--auto-merge"])["pull_request"]["merge"], "merged", "{manner:?}");
    }
}

#[test]
fn every_app_and_one_named_have_a_branch_of_their_own() {
    let world = World::new(Manner::Github);
    world.app("1");
    world.json(&["deploy", "shop"]);
    let platform = format!("{}sizes: {{small: {{cpu: 300m, memory: 300Mi}}}}\n", crate::sandbox::PLATFORM);
    world.sandbox.git("", &["clone", "-q", &world.gitops, "checkout"]);
    world.sandbox.write("checkout", &[("cupaas.yaml", &platform)]);
    world.sandbox.commit("checkout", 1_700_009_000);
    world.sandbox.git("checkout", &["push", "-q", "origin", "HEAD:main"]);
    let all = world.json(&["deploy", "--all", "--pull-request"]);
    assert_eq!(
        (all["status"].as_str(), all["branch"].as_str()),
        (Some("proposed"), Some("cupaas/render-all"))
    );
    let one = world.json(&["deploy", "--app", "shop", "--pull-request"]);
    assert_eq!(one["branch"], "cupaas/render-app/shop");
    assert_eq!(world.server.state(|state| state.pulls.len()), 2);
    world.merge("cupaas/render-all");
    let left = world.json(&["deploy", "--app", "shop", "--pull-request"]);
    assert_eq!((left["status"].as_str(), action(&left)), (Some("unchanged"), "closed"));
}

#[test]
fn each_wish_of_a_person_is_a_pull_request_of_its_own() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.json(&["deploy", "shop"]);
    let set = |value: &str| {
        world.json(&[
            "env",
            "set",
            &format!("LEVEL={value}"),
            "--app",
            "shop",
            "--pull-request",
            "--label",
            "x",
        ])
    };
    let first = set("debug");
    assert_eq!((first["status"].as_str(), action(&first)), (Some("proposed"), "opened"));
    let branch = first["branch"].as_str().unwrap().to_owned();
    assert!(branch.starts_with("cupaas/edit-shop-"), "{branch}");
    // The same wish with another value takes its place; another wish does not.
    let again = set("info");
    assert_eq!((again["branch"].as_str(), action(&again)), (Some(branch.as_str()), "updated"));
    assert!(world.git(&["show", &format!("{branch}:apps/shop.yaml")]).contains("info"));
    let pin = world.json(&["pin", "--app", "shop", "--pull-request"]);
    assert_ne!(pin["branch"], branch.as_str());
    assert_eq!(action(&pin), "opened");
    assert_eq!(world.sandbox.commits(&world.gitops), 2, "nothing is committed to the branch");
    world.merge(&branch);
    assert_eq!(action(&set("info")), "closed");
}

#[test]
fn flags_for_a_pull_request_need_one() {
    let world = World::new(Manner::Github);
    world.app("1");
    let ran = world.run(&["deploy", "shop", "--auto-merge"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("--pull-request"), "{}", ran.stderr);
}

#[test]
fn a_wish_of_many_words_fits_into_what_a_forge_takes() {
    let world = World::new(Manner::Github);
    world.app("1");
    world.json(&["deploy", "shop"]);
    let names: Vec<String> = (0..300).map(|number| format!("A_VARIABLE_OF_A_LONG_NAME_{number}=1")).collect();
    let mut words = vec!["env", "set", "--app", "shop", "--pull-request"];
    words.extend(names.iter().map(String::as_str));
    world.json(&words);
    let (title, body) = (world.pull()["title"].clone(), world.pull()["body"].clone());
    assert!(title.as_str().unwrap().chars().count() <= 250, "{title}");
    assert!(body.as_str().unwrap().len() <= 65_536, "{}", body.as_str().unwrap().len());
}

#[test]
fn what_others_are_told_is_about_a_repository_that_they_see() {
    let world = World::new(Manner::Github);
    world.app("1");
    for words in
        [["deploy", "shop", "--status"], ["deploy", "shop", "--pull-request"], ["diff", "shop", "--comment"]]
    {
        let ran = ran(&world.command(&words).env("CUPAAS_GITOPS", "").output().unwrap());
        assert_eq!(ran.code, Some(2), "{words:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("--gitops URL"), "{}", ran.stderr);
        assert_eq!(world.server.lines(), Vec::<String>::new());
    }
}
