//! Who approved what comes stands in the commit that brings it, by the reviews of the pull request that it was merged by.

use serde_json::{Value, json};

use super::server::{Fault, Manner, TOKEN};
use super::world::{IMAGE, World};
use crate::sandbox::{Ran, ran};

const ALL: [Manner; 3] = [Manner::Github, Manner::Gitea, Manner::Forgejo];
const PLATFORM: &str = "environments:\n  production: {cluster: home}\n  staging: {cluster: home}\n\
                        registry: {prefix: registry.example.cu/team}\n";

fn world(manner: Manner) -> World {
    World::with(manner, PLATFORM, |_, _| None)
}

/// A release of the app in staging, whose commit pull request 7 of `me/shop` has brought.
fn staged(world: &World) -> String {
    let commit = world.app("1");
    brought(world, &commit, "me/shop", 7);
    world.json(&[&["deploy", "shop", "--env", "staging"], &IMAGE[..]].concat());
    commit
}

fn page_of(world: &World, repository: &str, number: u64) -> String {
    format!("{}/{repository}/pulls/{number}", world.server.url)
}

fn brought(world: &World, commit: &str, repository: &str, number: u64) {
    let pull = json!({
        "number": number, "state": "closed", "merged": true, "user": {"id": 1, "login": "ana"},
        "html_url": page_of(world, repository, number), "head": {"ref": "x", "sha": "ab12"},
        "base": {"ref": "main", "repo": {"full_name": repository}},
    });
    world.server.state(|state| state.brought.push((commit.to_owned(), pull)));
}

/// A review of what was merged.
fn review(world: &World, number: u64, login: &str, state: &str) -> Value {
    let id = world.server.state(|state| state.reviews.values().map(Vec::len).sum::<usize>());
    let review =
        json!({"id": id, "user": {"login": login}, "state": state, "commit_id": "ab12", "stale": false});
    world.server.state(|state| state.reviews.entry(number).or_default().push(review.clone()));
    review
}

fn promote(world: &World, more: &[&str]) -> Ran {
    world.run(&[&["promote", "shop", "--from", "staging", "--to", "production"], more].concat())
}

/// What git says of who approved the newest commit.
fn approved(world: &World) -> Vec<String> {
    let all = world.git(&["log", "-1", "--format=%(trailers:key=Cupaas-Approved-By,valueonly)", "main"]);
    all.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn approvals_that_stand_are_in_the_commit_and_in_the_history() {
    for manner in ALL {
        let world = world(manner);
        staged(&world);
        let changes = if manner == Manner::Github { "CHANGES_REQUESTED" } else { "REQUEST_CHANGES" };
        for (login, state) in [
            ("carl", "APPROVED"),
            ("ana", "APPROVED"),
            ("dora", changes),
            ("carl", changes),
            ("bea", "APPROVED"),
        ] {
            review(&world, 7, login, state);
        }
        // More than a page of words that change nothing.
        for _ in 0..120 {
            review(&world, 7, "bea", if manner == Manner::Github { "COMMENTED" } else { "COMMENT" });
        }
        review(&world, 7, "dora", "APPROVED");
        // Whoever it is, they add no line and no other name.
        review(&world, 7, "eve\nCupaas-App: other (x)", "APPROVED");
        // Before the last push.
        let old = review(&world, 7, "fidel", "APPROVED");
        world.server.state(|state| {
            let last = state.reviews.get_mut(&7).unwrap().last_mut().unwrap();
            *last = json!({"commit_id": "ab11", "stale": true, "id": old["id"], "user": old["user"], "state": "APPROVED"});
        });
        let ran = promote(&world, &[]);
        assert_eq!((ran.code, ran.stderr.contains("warning")), (Some(0), false), "{manner:?} {}", ran.stderr);
        let page = page_of(&world, "me/shop", 7);
        let expected = ["bea", "dora", "eve_Cupaas-App:_other__x_"].map(|login| format!("{login} ({page})"));
        assert_eq!(approved(&world), expected, "{manner:?}");
        let app = world.git(&["log", "-1", "--format=%(trailers:key=Cupaas-App,valueonly)", "main"]);
        assert_eq!(app, "shop");

        let history = world.json(&["history", "--app", "shop", "--env", "production"]);
        let first = json!({"login": "bea", "pull_request": page});
        assert_eq!(history["releases"][0]["approved"][0], first, "{history:#}");
        assert_eq!(history["releases"][0]["approved"].as_array().unwrap().len(), 3);
        let text = world.run(&["history", "--app", "shop"]).stdout;
        assert!(text.contains(&format!("approved by bea, {page}")), "{text}");
        let html = world.run(&["status", "--app", "shop", "--format", "html"]).stdout;
        let link = format!("approved by <a href=\"{page}\" rel=\"noreferrer noopener\">bea</a>");
        assert!(html.contains(&link), "{html}");
    }
}

#[test]
fn in_one_commit_about_several_each_says_of_which_release_it_is() {
    let world = world(Manner::Gitea);
    staged(&world);
    review(&world, 7, "bea", "APPROVED");
    let file = "name: blog\nruntime: image\nprocesses: {web: {command: serve}}\n";
    world.sandbox.write("blog", &[(".cupaas", file)]);
    let commit = world.sandbox.commit("blog", 1_700_000_500);
    let deploy = [&["deploy", "blog", "--env", "staging"], &IMAGE[..]].concat();
    let blog = format!("{}/me/blog", world.server.url);
    let deployed = ran(&world.command(&deploy).env("CUPAAS_SOURCE_REPOSITORY", blog).output().unwrap());
    assert_eq!(deployed.code, Some(0), "{}", deployed.stderr);
    brought(&world, &commit, "me/blog", 3);
    review(&world, 3, "carl", "APPROVED");
    let all = ["promote", "--all", "--from", "staging", "--to", "production"];
    let ran = ran(&world.command(&all).env("CUPAAS_FORGE_TOKEN", TOKEN).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let (shop, blog) = (page_of(&world, "me/shop", 7), page_of(&world, "me/blog", 3));
    let expected =
        [format!("carl ({blog}) for production/blog"), format!("bea ({shop}) for production/shop")];
    assert_eq!(approved(&world), expected);
    for (app, login) in [("blog", "carl"), ("shop", "bea")] {
        let history = world.json(&["history", "--app", app, "--env", "production"]);
        let approved = history["releases"][0]["approved"].as_array().unwrap().clone();
        assert_eq!((approved.len(), &approved[0]["login"]), (1, &json!(login)), "{history:#}");
    }
}

#[test]
fn a_deploy_in_the_job_of_the_apps_own_repository_says_it_too() {
    for manner in ALL {
        let world = world(manner);
        let commit = world.app("1");
        brought(&world, &commit, "me/shop", 7);
        review(&world, 7, "bea", "APPROVED");
        let deploy = [&["deploy", "shop", "--env", "production"], &IMAGE[..]].concat();
        world.json(&deploy);
        assert_eq!(approved(&world), [format!("bea ({})", page_of(&world, "me/shop", 7))], "{manner:?}");
        // What changes nothing asks nothing, and so does what brings no other release.
        world.server.lines();
        world.json(&deploy);
        world.json(&["env", "set", "--app", "shop", "--env", "production", "B=1"]);
        assert_eq!((world.server.lines(), approved(&world).len()), (vec![], 0), "{manner:?}");
    }
}

/// Merged by nobody, proposed elsewhere, or still open.
#[test]
fn only_what_has_merged_it_here_counts() {
    for manner in ALL {
        let world = world(manner);
        let commit = world.app("1");
        brought(&world, &commit, "other/shop", 7);
        review(&world, 7, "bea", "APPROVED");
        if manner == Manner::Github {
            brought(&world, &commit, "me/shop", 8);
            review(&world, 8, "carl", "APPROVED");
            world.server.state(|state| state.brought[1].1["merged"] = json!(false));
        }
        let ran = world.run(&[&["deploy", "shop", "--env", "production"], &IMAGE[..]].concat());
        assert_eq!((ran.code, approved(&world).len()), (Some(0), 0), "{manner:?} {}", ran.stderr);
        assert!(!ran.stderr.contains("warning"), "{manner:?} {}", ran.stderr);
        world.app("2");
        let none = world.run(&[&["deploy", "shop", "--env", "production"], &IMAGE[..]].concat());
        assert!(none.code == Some(0) && !none.stderr.contains("warning"), "{manner:?} {}", none.stderr);
    }
}

#[test]
fn a_forge_that_does_not_tell_is_a_warning() {
    for manner in ALL {
        let world = World::with(manner, PLATFORM, |heard, _| {
            let asked = heard.path.ends_with("/reviews");
            asked.then(|| Fault::Say(403, String::new(), "{}".to_owned()))
        });
        staged(&world);
        review(&world, 7, "bea", "APPROVED");
        let ran = promote(&world, &[]);
        assert_eq!((ran.code, approved(&world).len()), (Some(0), 0), "{manner:?} {}", ran.stderr);
        let right = if manner == Manner::Github { "pull-requests: read" } else { "read:repository" };
        assert!(
            ran.stderr.contains("the commit does not say who approved shop") && ran.stderr.contains(right),
            "{manner:?} {}",
            ran.stderr
        );
    }
}

#[test]
fn without_a_token_nobody_is_asked() {
    let world = world(Manner::Gitea);
    staged(&world);
    world.server.lines();
    let words = ["promote", "shop", "--from", "staging", "--to", "production"];
    let dry = promote(&world, &["--dry-run"]);
    assert_eq!((dry.code, world.server.lines()), (Some(0), vec![]), "{}", dry.stderr);
    let ran = ran(&world.command(&words).env_remove("GITHUB_TOKEN").output().unwrap());
    assert_eq!((ran.code, world.server.lines()), (Some(0), vec![]), "{}", ran.stderr);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}
