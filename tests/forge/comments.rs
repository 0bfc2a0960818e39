//! `diff --comment`: one comment on the app's pull request, from the first difference to the last.

use serde_json::{Value, json};

use super::server::{Fault, JOB, Manner, TOKEN, USER};
use super::world::{IMAGE, World};

const MARKER: &str = "<!-- cupaas:diff:production/shop:";

pub(super) fn action(report: &Value) -> &str {
    report["comment"]["action"].as_str().unwrap_or_else(|| panic!("{report:#}"))
}

pub(super) fn bodies(world: &World) -> Vec<String> {
    world.server.state(|state| {
        state.comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    })
}

fn markers(world: &World) -> Vec<String> {
    bodies(world).iter().map(|body| body.lines().next().unwrap().to_owned()).collect()
}

/// The marker of the app's comment, which is taken away again.
fn marker(world: &World) -> String {
    world.comment();
    let marker = markers(world).remove(0);
    world.server.state(|state| state.comments.clear());
    marker
}

/// Somebody's comment.
fn foreign(world: &World, login: &str, body: &str) {
    world.server.state(|state| {
        let id = 10_000 + state.comments.len();
        let user = json!({"login": login, "type": "User"});
        state.comments.push(json!({"id": id, "body": body, "user": user, "html_url": ""}));
    });
}

#[test]
fn it_is_created_edited_untouched_and_removed() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = World::new(manner);
        let comment =
            || world.json(&[&["diff", "shop", "--comment", "--ci-pull-request", "5"], &IMAGE[..]].concat());
        world.app("1");
        assert_eq!(action(&comment()), "created");
        let first = bodies(&world);
        assert_eq!(first.len(), 1);
        let (marker, page) = first[0].split_once('\n').unwrap();
        assert!(marker.starts_with(MARKER) && marker.ends_with(" -->"), "{marker}");
        assert!(page.starts_with("### cupaas: shop in production\n\n**"), "{page}");
        assert!(
            first[0].contains("<details><summary>deploy/production/shop/app/deployment-web.yaml</summary>")
        );
        world.server.lines();
        assert_eq!(action(&comment()), "untouched");
        let writes = |line: &String| !line.starts_with("GET ");
        assert_eq!(world.server.lines().into_iter().find(writes), None, "{manner:?}");
        // A forge keeps line ends as a browser sends them.
        world.server.state(|state| {
            let stored = state.comments[0]["body"].as_str().unwrap().replace('\n', "\r\n");
            state.comments[0]["body"] = json!(format!("{stored}\r\n"));
        });
        assert_eq!(action(&comment()), "untouched");
        world.app("2");
        assert_eq!(action(&comment()), "edited");
        assert_eq!(bodies(&world).len(), 1);
        assert_ne!(bodies(&world), first);
        world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
        assert_eq!(action(&comment()), "removed");
        assert_eq!(bodies(&world), Vec::<String>::new(), "{manner:?}");
        assert_eq!(action(&comment()), "untouched");
    }
}

#[test]
fn it_is_found_behind_three_hundred_others() {
    for manner in [Manner::Github, Manner::Gitea] {
        for proxy in [false, true] {
            let world = World::new(manner);
            world.server.state(|state| state.behind_a_proxy = proxy);
            world.app("1");
            for n in 0..300 {
                foreign(&world, "eve", &format!("comment {n}"));
            }
            assert_eq!(action(&world.comment()), "created");
            assert_eq!(action(&world.comment()), "untouched", "{manner:?}");
            let pages = world
                .server
                .heard()
                .iter()
                .filter(|heard| heard.method == "GET" && heard.path.ends_with("/comments"))
                .count();
            assert_eq!(pages, if manner == Manner::Github { 7 } else { 2 });
            assert_eq!(bodies(&world).len(), 301);
        }
    }
}

/// `diff --comment` with another token than the job's.
fn comment_as(world: &World, token: &str) -> Value {
    let args = ["diff", "shop", "--comment", "--ci-pull-request", "5", "--format", "json"];
    let mut command = world.command(&[&args[..], &IMAGE[..]].concat());
    let ran = crate::sandbox::ran(&command.env("CUPAAS_FORGE_TOKEN", token).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn authors(world: &World) -> Vec<String> {
    let login = |comment: &Value| comment["user"]["login"].as_str().unwrap().to_owned();
    world.server.state(|state| state.comments.iter().map(login).collect())
}

#[test]
fn only_our_own_is_touched() {
    for (manner, token, login) in [
        (Manner::Github, TOKEN, USER),
        (Manner::Github, JOB, "github-actions[bot]"),
        (Manner::Gitea, JOB, "gitea-actions"),
        (Manner::Forgejo, JOB, "forgejo-actions"),
    ] {
        // A later forge may not let a job ask who it is.
        let silences: &[bool] = if manner == Manner::Github { &[false] } else { &[false, true] };
        for silent in silences.iter().copied() {
            let world =
                World::faulty(manner, move |heard, _| (silent && heard.path == "/user").then(refusal));
            world.app("1");
            // Somebody has copied the marker.
            let marker = marker(&world);
            foreign(&world, "eve", &format!("{marker}\nmine"));
            foreign(&world, "eve", &format!("I mean {marker}"));
            let comment = || comment_as(&world, token);
            assert_eq!(action(&comment()), "created");
            assert_eq!(action(&comment()), "untouched", "{login}");
            world.app("2");
            assert_eq!(action(&comment()), "edited");
            assert!(bodies(&world)[0].ends_with("mine") && bodies(&world)[1].starts_with("I mean"));
            assert_eq!(authors(&world), ["eve", "eve", login]);
            world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
            assert_eq!(action(&comment()), "removed");
            assert_eq!(authors(&world), ["eve", "eve"]);
            if !silent {
                assert_eq!(action(&comment()), "untouched");
                assert_eq!(authors(&world), ["eve", "eve"]);
            }
        }
    }
}

/// What Gitea and Forgejo say to a token without `read:user`.
fn refusal() -> Fault {
    let message = "token does not have at least one of required scope(s), required=[read:user]";
    Fault::Say(403, String::new(), json!({"message": message}).to_string())
}

#[test]
fn a_token_that_may_not_ask_who_it_is_keeps_one_comment() {
    for manner in [Manner::Gitea, Manner::Forgejo] {
        let world = World::faulty(manner, |heard, _| (heard.path == "/user").then(refusal));
        world.app("1");
        let marker = marker(&world);
        foreign(&world, "eve", &format!("{marker}\nmine"));
        let comment = || comment_as(&world, TOKEN);
        assert_eq!(action(&comment()), "created");
        assert_eq!(action(&comment()), "untouched");
        world.app("2");
        // Only the new one's answer tells which of the old ones is ours.
        assert_eq!(action(&comment()), "created");
        assert_eq!(authors(&world), ["eve", USER]);
        assert_eq!(action(&comment()), "untouched");
        world.json(&[&["deploy", "shop"], &IMAGE[..]].concat());
        assert_eq!(action(&comment()), "created");
        assert_eq!(authors(&world), ["eve", USER]);
        assert!(bodies(&world)[0].ends_with("mine"));
        assert!(
            bodies(&world)[1].ends_with("\n\nMerging this changes nothing now.\n"),
            "{:?}",
            bodies(&world)
        );
        assert_eq!(action(&comment()), "untouched");
        assert_eq!(authors(&world), ["eve", USER]);
    }
}

#[test]
fn two_that_were_made_at_once_become_one() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.comment();
    world.server.state(|state| {
        let mut twin = state.comments[0].clone();
        twin["id"] = json!(77);
        state.comments.push(twin);
    });
    assert_eq!(action(&world.comment()), "untouched");
    assert_eq!(bodies(&world).len(), 1);
}

#[test]
fn each_environment_has_its_own() {
    let world = World::new(Manner::Github);
    let platform = "format: 1\nenvironments:\n  production: {cluster: home}\n  staging: {cluster: home}\n\
        registry: {prefix: registry.example.cu/team}\n";
    world.sandbox.git("", &["clone", "-q", &world.gitops, "checkout"]);
    world.sandbox.write("checkout", &[("cupaas.yaml", platform)]);
    world.sandbox.commit("checkout", 1_700_009_000);
    world.sandbox.git("checkout", &["push", "-q", "origin", "HEAD:main"]);
    world.app("1");
    for environment in ["production", "staging", "production"] {
        world.json(&["diff", "shop", "--comment", "--ci-pull-request", "5", "--env", environment]);
    }
    let first = markers(&world);
    assert_eq!(first.len(), 2);
    assert!(first[0].starts_with(MARKER) && first[1].starts_with("<!-- cupaas:diff:staging/shop:"));
}

#[test]
fn each_gitops_repository_has_its_own() {
    let world = World::new(Manner::Github);
    world.app("1");
    let comment = |gitops: &str| {
        world.json(&["diff", "shop", "--comment", "--ci-pull-request", "5", "--gitops", gitops])
    };
    let other = world.sandbox.path("other.git").display().to_string();
    world.sandbox.git("", &["clone", "-q", "--bare", "gitops", &other]);
    assert_eq!(action(&comment(&world.gitops)), "created");
    assert_eq!(action(&comment(&other)), "created");
    assert_eq!(action(&comment(&world.gitops)), "untouched");
    let own = markers(&world);
    assert!(own.len() == 2 && own[0] != own[1], "{own:?}");
    assert!(own.iter().all(|marker| !marker.contains("gitops")), "{own:?}");
    // Checkouts of one repository are that repository, by whichever way they were fetched.
    world.server.state(|state| state.comments.clear());
    for (folder, origin) in [
        ("one", "https://ana:s3cr3t@git.example.cu/me/gitops.git"),
        ("two", "git@git.example.cu:me/gitops"),
        ("three", "ssh://git@git.example.cu/me/gitops.git"),
    ] {
        world.sandbox.git("", &["clone", "-q", &world.gitops, folder]);
        world.sandbox.git(folder, &["remote", "set-url", "origin", origin]);
        let report = comment(&world.sandbox.path(folder).display().to_string());
        assert_eq!(action(&report), if folder == "one" { "created" } else { "untouched" }, "{folder}");
    }
    // A folder without git is one of its own, and another branch another plan.
    world.sandbox.write("plain", &[("cupaas.yaml", crate::sandbox::PLATFORM)]);
    assert_eq!(action(&comment(&world.sandbox.path("plain").display().to_string())), "created");
    world.git(&["branch", "next", "main"]);
    world.json(&["diff", "shop", "--comment", "--ci-pull-request", "5", "--gitops-branch", "next"]);
    assert_eq!(bodies(&world).len(), 3);
}

#[test]
fn a_fork_without_a_token_is_looked_at_all_the_same() {
    let world = World::new(Manner::Github);
    world.app("1");
    let args = ["diff", "shop", "--comment", "--ci-pull-request", "5"];
    let ran = crate::sandbox::ran(&world.command(&args).env_remove("GITHUB_TOKEN").output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("create Deployment web"), "{}", ran.stdout);
    assert!(ran.stderr.contains("warning: no comment: no token"), "{}", ran.stderr);
    assert_eq!(world.server.lines(), Vec::<String>::new());
    // GitHub gives it one that may only read.
    let refuse = |method: &str| method != "GET";
    let world = World::faulty(Manner::Github, move |heard, _| {
        let body = json!({"message": "Resource not accessible by integration"}).to_string();
        refuse(&heard.method).then(|| Fault::Say(403, String::new(), body))
    });
    world.app("1");
    let ran = world.run(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("pull requests from forks get a read-only token"), "{}", ran.stderr);
    assert!(
        world.run(&["diff", "shop", "--comment", "--exit-code", "--ci-pull-request", "5"]).code == Some(1)
    );
}

#[test]
fn outside_of_a_pull_request_it_is_left_out() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let ran = world.run(&["diff", "shop", "--comment"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("this run belongs to no pull request"), "{}", ran.stderr);
}

#[test]
fn a_secret_change_is_seen_and_its_value_is_not() {
    let world = World::new(Manner::Github);
    world.sandbox.good(&["init", "platform"]);
    world.sandbox.commit("platform", 1_700_000_000);
    let bare = world.sandbox.path("sealed.git").display().to_string();
    world.sandbox.git("", &["clone", "-q", "--bare", "platform", &bare]);
    let app = format!("{}services: [mongodb]\n", super::world::SHOP);
    world.sandbox.write("shop", &[(".cupaas", &app)]);
    world.sandbox.commit("shop", 1_700_000_100);
    world.json(&["diff", "shop", "--comment", "--ci-pull-request", "5", "--gitops", &bare]);
    let body = bodies(&world).remove(0);
    assert!(body.contains("makes and encrypts the credentials of mongodb"), "{body}");
    assert!(body.contains("secret-mongodb-credentials.yaml</summary>") && body.contains("(hidden"), "{body}");
    world.json(&["deploy", "shop", "--gitops", &bare]);
    // Seen from a branch where the credentials are another's: the Secret changes.
    let file = "releases/production/shop/credentials/mongodb.yaml";
    let sealed = world.sandbox.git("", &["-C", &bare, "show", &format!("main:{file}")]);
    assert!(sealed.contains("ENC["));
    world.sandbox.git("", &["clone", "-q", &bare, "other"]);
    let applied = "deploy/production/shop/base/secret-mongodb-credentials.yaml";
    world
        .sandbox
        .write("other", &[(applied, &sealed.replace("ENC[AES256_GCM,data:", "ENC[AES256_GCM,data:AAAA"))]);
    world.sandbox.commit("other", 1_700_009_000);
    world.sandbox.git("other", &["push", "-q", "origin", "HEAD:main"]);
    assert_eq!(
        action(&world.json(&["diff", "shop", "--comment", "--ci-pull-request", "5", "--gitops", &bare])),
        "edited"
    );
    let body = bodies(&world).remove(0);
    assert!(
        body.contains("update Secret mongodb-credentials") && body.contains("(hidden, changed)"),
        "{body}"
    );
    for body in bodies(&world) {
        assert!(!body.contains("ENC[") && !body.contains("AGE-SECRET"), "{body}");
    }
}

#[test]
fn a_run_without_a_pull_request_says_so() {
    let world = World::new(Manner::Github);
    world.app("1");
    let ran = world.run(&["diff", "shop", "--comment"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("[no-pull-request]"), "{}", ran.stderr);
}
