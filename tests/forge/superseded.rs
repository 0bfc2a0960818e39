//! `deploy --pull-request` where others were faster, or have merged or declined: what is late replaces nothing.

use serde_json::{Value, json};

use super::proposals::{ALL, action};
use super::server::{Fault, Manner};
use super::world::{BRANCH, IMAGE, World};

/// A version that is proposed, and beside it a checkout `old` of the one before.
fn proposed_after_old(manner: Manner) -> World {
    let world = World::new(manner);
    world.app("1");
    world.sandbox.git("", &["clone", "-q", "shop", "old"]);
    world.app("2");
    world.propose(&[]);
    world
}

#[test]
fn a_newer_runs_pull_request_is_left_alone() {
    for manner in ALL {
        let world = World::new(manner);
        world.app("1");
        world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
        world.app("2");
        world.propose(&[]);
        // As it looks to a run that saw no branch, and asks the forge when a newer one has pushed.
        let tip = world.tip(BRANCH).unwrap();
        world.git(&["update-ref", "-d", &format!("refs/heads/{BRANCH}")]);
        world.app("1");
        let report = world.propose(&IMAGE);
        assert_eq!((report["status"].as_str(), &report["pull_request"]), (Some("unchanged"), &Value::Null));
        assert_eq!((&world.pull()["state"], &world.pull()["head"]["sha"]), (&"open".into(), &tip.into()));
    }
}

#[test]
fn after_a_merge_the_same_branch_begins_anew() {
    for manner in ALL {
        let world = World::new(manner);
        world.app("1");
        let first = world.propose(&[])["pull_request"]["number"].clone();
        world.merge(BRANCH);
        world.server.state(|state| {
            state.pulls[0]["state"] = "closed".into();
            state.pulls[0]["merged"] = true.into();
        });
        let after = world.propose(&[]);
        assert_eq!((after["status"].as_str(), &after["pull_request"]), (Some("unchanged"), &Value::Null));
        assert_eq!(world.tip(BRANCH), None, "{manner:?}: what was merged is cleaned up");
        world.app("2");
        let second = world.propose(&[]);
        assert_eq!(action(&second), "opened");
        assert_ne!(second["pull_request"]["number"], first);
    }
}

#[test]
fn an_older_commit_does_not_replace_what_a_newer_one_proposes() {
    let world = proposed_after_old(Manner::Github);
    let newer = world.tip(BRANCH);
    let args = ["deploy", "old", "--pull-request", "--source-branch", "main"];
    let late = world.json(&args);
    assert_eq!(late["status"], "superseded", "{late:#}");
    assert!(late["reason"].as_str().unwrap().contains("is proposed already"));
    assert_eq!(world.tip(BRANCH), newer);
    assert_eq!(world.json(&[&args[..], &["--allow-older"]].concat())["status"], "proposed");
}

#[test]
fn what_is_merged_is_replaced_and_supersedes_nothing() {
    for manner in ALL {
        let world = proposed_after_old(manner);
        // A person adds something, and squashes it all; the branch is left.
        let tree = world.git(&["rev-parse", &format!("{BRANCH}^{{tree}}")]);
        let theirs = world.git(&["commit-tree", &tree, "-p", BRANCH, "-m", "by hand"]);
        world.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &theirs]);
        let squash = world.git(&["commit-tree", &tree, "-p", "main", "-m", "squashed"]);
        let before = world.tip("main").unwrap();
        world.git(&["update-ref", "refs/heads/main", &squash]);
        world.server.state(|state| {
            let pull = &mut state.pulls[0];
            (pull["state"], pull["merged"]) = ("closed".into(), true.into());
            pull["head"]["sha"] = theirs.clone().into();
        });
        // It is taken back, and an older version is deployed.
        world.git(&["update-ref", "refs/heads/main", &before]);
        let older = world.json(&["deploy", "old", "--pull-request", "--source-branch", "main"]);
        assert_eq!((older["status"].as_str(), action(&older)), (Some("proposed"), "opened"), "{manner:?}");
    }
}

#[test]
fn what_somebody_has_declined_supersedes_nothing() {
    for manner in ALL {
        let world = proposed_after_old(manner);
        let older = ["deploy", "old", "--pull-request", "--source-branch", "main"];
        // A newer job has pushed, and opens its pull request a moment later.
        let pull = world.server.state(|state| state.pulls.remove(0));
        assert_eq!(world.json(&older)["status"], "superseded", "{manner:?}");
        // Somebody has closed it, and left the branch.
        world.server.state(|state| {
            state.pulls.push(pull.clone());
            state.pulls[0]["state"] = "closed".into();
            // Since then many others were closed.
            for number in 100..260 {
                let mut other = pull.clone();
                (other["number"], other["state"]) = (number.into(), "closed".into());
                (other["head"]["ref"], other["head"]["sha"]) = ("other".into(), "0".repeat(40).into());
                state.pulls.insert(0, other);
            }
        });
        let report = world.json(&older);
        assert_eq!((report["status"].as_str(), action(&report)), (Some("proposed"), "opened"), "{manner:?}");
        // Who wants the same again begins with another commit: a run that saw the old one is late.
        let tip = world.tip(BRANCH);
        world.server.state(|state| {
            for pull in &mut state.pulls {
                pull["state"] = "closed".into();
            }
        });
        let same = world.json(&older);
        assert_eq!(action(&same), "opened", "{manner:?}");
        assert_ne!(world.tip(BRANCH), tip);
    }
}

#[test]
fn racing_jobs_end_with_the_newest() {
    let world = World::new(Manner::Gitea);
    let count = 4;
    for n in 0..count {
        world.app(&n.to_string());
        world.sandbox.git("", &["clone", "-q", "shop", &format!("job-{n}")]);
    }
    let jobs: Vec<_> = (0..count)
        .map(|n| {
            let folder = format!("job-{n}");
            let args = ["deploy", &folder, "--pull-request", "--source-branch", "main", "--format", "json"];
            let mut command = world.command(&args);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut statuses = Vec::new();
    for job in jobs {
        let ran = crate::sandbox::ran(&job.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        statuses.push(serde_json::from_str::<Value>(&ran.stdout).unwrap()["status"].clone());
    }
    assert_eq!(statuses[count - 1], "proposed", "{statuses:?}");
    let file = format!("{BRANCH}:releases/production/shop/release.yaml");
    assert!(world.git(&["show", &file]).contains("A: '3'"), "the newest stands");
    let pull = world.pull();
    let commit = world.sandbox.git("shop", &["rev-parse", "HEAD"]);
    assert!(pull["title"].as_str().unwrap().contains(&commit[..10]), "and its words: {pull:#}");
    assert_eq!(world.git(&["rev-list", "--count", &format!("main..{BRANCH}")]), "1");
}

#[test]
fn where_git_reaches_no_history_the_forge_compares() {
    for manner in ALL {
        let order = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
        let known = std::sync::Arc::clone(&order);
        // As each forge answers; the order is that of `known`.
        let world = World::faulty(manner, move |heard, _| {
            let (base, head) = heard.path.strip_prefix("/repos/me/shop/compare/")?.split_once("...")?;
            let known = known.lock().unwrap();
            let at = |commit: &str| known.iter().position(|other| other == commit);
            let Some((base, head)) = at(base).zip(at(head)) else {
                return Some(Fault::Say(404, String::new(), "{}".to_owned()));
            };
            let more = head.saturating_sub(base);
            let status = if head > base { "ahead" } else { "behind" };
            let body = match manner {
                Manner::Github => json!({"status": status, "ahead_by": more, "commits": [], "files": []}),
                Manner::Gitea | Manner::Forgejo => json!({"total_commits": more, "commits": []}),
            };
            Some(Fault::Say(200, String::new(), body.to_string()))
        });
        let clone = |folder: &str| {
            let commit = world.sandbox.git("shop", &["rev-parse", "HEAD"]).trim().to_owned();
            let source = format!("file://{}", world.sandbox.path("shop").display());
            world.sandbox.git("", &["clone", "-q", "--depth=1", &source, folder]);
            world.sandbox.git(folder, &["remote", "set-url", "origin", "/nowhere/me/shop.git"]);
            commit
        };
        world.app("1");
        let old = clone("old");
        world.app("2");
        world.app("3");
        let new = clone("new");
        let status = |folder: &str| world.json(&["deploy", folder])["status"].clone();
        assert_eq!(status("new"), "deployed");
        // The clock says that it is older, the forge that it is not.
        *order.lock().unwrap() = vec![new.clone(), old.clone()];
        assert_eq!(status("old"), "deployed", "{manner:?}");
        assert_eq!(status("new"), "superseded", "{manner:?}");
        // What the forge does not know is left to the clock, which is said.
        order.lock().unwrap().clear();
        let report = world.json(&["deploy", "new"]);
        assert_eq!(report["status"], "deployed", "{manner:?}");
        assert_eq!(report["warnings"][0]["code"], "history-missing", "{report:#}");
    }
}
