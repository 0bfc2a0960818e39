//! `diff --comment` in jobs of one pull request that are about different commits of it.

use serde_json::{Value, json};

use super::comments::{action, bodies};
use super::server::{Fault, Manner};
use super::world::{IMAGE, World};
use crate::sandbox::Ran;

/// `diff --comment` in the job of an event of pull request 5, whose own last commit is `head`.
fn comment_on(world: &World, event: &str, head: &str) -> Ran {
    let repository = json!({"full_name": "me/shop"});
    let side = |sha: &str| json!({"sha": sha, "ref": "work", "repo": repository});
    let pull = json!({"number": 5, "head": side(head), "base": side(&"b".repeat(40))});
    let payload = json!({"pull_request": pull, "repository": repository}).to_string();
    world.sandbox.write("events", &[("event.json", &payload)]);
    let args = ["diff", "shop", "--comment", "--format", "json", "--env", "production"];
    let mut command = world.command(&[&args[..], &IMAGE[..]].concat());
    command.env("GITHUB_EVENT_NAME", event).env("GITHUB_EVENT_PATH", world.sandbox.path("events/event.json"));
    crate::sandbox::ran(&command.env("GITHUB_SHA", "b".repeat(40)).output().unwrap())
}

fn good(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The forge knows pull request 5, which is at `head`.
fn at(world: &World, head: &str) {
    world.server.state(|state| {
        state.pulls = vec![json!({"number": 5, "state": "closed", "head": {"sha": head}})];
    });
}

#[test]
fn it_says_since_which_commit_and_a_new_one_alone_is_no_change() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = World::new(manner);
        let first = world.app("1");
        at(&world, &first);
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &first))), "created");
        let since = |commit: &str| format!("\n\nSo since commit {}.\n", &commit[..10]);
        assert!(bodies(&world)[0].ends_with(&since(&first)), "{}", bodies(&world)[0]);
        world.sandbox.write("shop", &[("README", "more words")]);
        let second = world.sandbox.commit("shop", 1_700_000_900);
        at(&world, &second);
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &second))), "untouched");
        assert!(bodies(&world)[0].ends_with(&since(&first)));
        let third = world.app("2");
        at(&world, &third);
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &third))), "edited");
        assert!(bodies(&world)[0].ends_with(&since(&third)) && bodies(&world).len() == 1);
        // Of a job of the target it is not known what it looks at.
        assert_eq!(action(&good(&comment_on(&world, "pull_request_target", &second))), "untouched");
        world.app("3");
        assert_eq!(action(&good(&comment_on(&world, "pull_request_target", &second))), "edited");
        assert!(!bodies(&world)[0].contains("So since commit"));
        // What somebody states is as good as what an event says.
        let stated = world.app("4");
        at(&world, &stated);
        let args = ["diff", "shop", "--comment", "--ci-pull-request", "5", "--source-commit", &stated];
        assert_eq!(action(&world.json(&args)), "edited");
        assert!(bodies(&world)[0].ends_with(&since(&stated)));
    }
}

#[test]
fn an_old_job_leaves_the_newer_commits_plan_alone() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = World::new(manner);
        let old = world.app("1");
        at(&world, &old);
        comment_on(&world, "pull_request", &old);
        let new = world.app("2");
        at(&world, &new);
        comment_on(&world, "pull_request", &new);
        let said = bodies(&world);
        world.sandbox.git("shop", &["checkout", "-q", &old]);
        world.server.lines();
        let report = good(&comment_on(&world, "pull_request", &old));
        assert_eq!(report["comment"], Value::Null, "{report:#}");
        let note = format!("pull request 5 is now at {}, and this run looked at {}", &new[..10], &old[..10]);
        assert_eq!(report["notes"], json!([format!("no comment: {note} [pull-request-moved]")]));
        assert_eq!(world.server.lines(), ["GET /repos/me/shop/pulls/5"]);
        assert_eq!(bodies(&world), said, "{manner:?}");
        // A forge that has not yet seen the push of a newer one is no reason to be silent about that.
        let newest = world.app("3");
        at(&world, &old);
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &newest))), "edited");
    }
}

#[test]
fn without_the_right_to_read_pull_requests_it_is_written_all_the_same() {
    for (manner, status) in [(Manner::Github, 403), (Manner::Gitea, 404), (Manner::Forgejo, 403)] {
        let refusal = move || Fault::Say(status, String::new(), json!({"message": "no"}).to_string());
        let world = World::faulty(manner, move |heard, _| heard.path.ends_with("/pulls/5").then(refusal));
        let first = world.app("1");
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &first))), "created");
        let second = world.app("2");
        assert_eq!(action(&good(&comment_on(&world, "pull_request", &second))), "edited");
    }
}
