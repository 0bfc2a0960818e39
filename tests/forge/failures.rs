//! `diff --comment` of files that cannot be rendered: the comment says so, and a plan of an earlier commit is gone.

use serde_json::json;

use super::server::{Manner, Server};
use super::world::{IMAGE, SHOP, World};
use crate::sandbox::Ran;

const WRONG: &str = "name: shop\nruntime: nonsense\n";
const COMMENT: [&str; 5] = ["diff", "shop", "--comment", "--ci-pull-request", "5"];

fn bodies(server: &Server) -> Vec<String> {
    server.state(|state| {
        state.comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    })
}

/// The only comment, without its marker.
fn page(world: &World) -> String {
    let bodies = bodies(&world.server);
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    assert!(bodies[0].starts_with("<!-- cupaas:diff:production/shop:"), "{}", bodies[0]);
    bodies[0].split_once('\n').unwrap().1.to_owned()
}

/// A run that fails as it does without `--comment`.
fn failing(world: &World, more: &[&str]) -> Ran {
    let with = world.run(&[&COMMENT[..], more].concat());
    let without = world.run(&[&["diff", "shop"], more].concat());
    assert_eq!(with.code, without.code);
    assert_eq!((&with.stdout, &with.stderr), (&without.stdout, &without.stderr));
    assert_ne!(with.code, Some(0), "{}", with.stderr);
    with
}

/// The methods of the writes since the last time.
fn writes(world: &World) -> Vec<String> {
    let lines = world.server.lines().into_iter().filter(|line| !line.starts_with("GET "));
    lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn it_says_what_is_wrong_until_that_is_mended() {
    for manner in [Manner::Github, Manner::Gitea, Manner::Forgejo] {
        let world = World::new(manner);
        let comment = || world.json(&[&COMMENT[..], &IMAGE[..]].concat());
        world.app("1");
        comment();
        let plan = page(&world);
        world.file(WRONG);
        world.server.lines();
        assert_eq!(failing(&world, &[]).code, Some(3));
        assert_eq!(writes(&world), ["PATCH"], "{manner:?}");
        let said = page(&world);
        assert!(
            said.starts_with(
                "### cupaas: shop in production\n\n**This cannot be rendered: 1 problem found.** Merging it \
                 would deploy nothing.\n\n- shop/.cupaas:2:10: unknown runtime \"nonsense\" ("
            ),
            "{said}"
        );
        failing(&world, &[]);
        assert_eq!(writes(&world), Vec::<String>::new(), "{manner:?}");
        world.app("1");
        assert_eq!(comment()["comment"]["action"], "edited");
        assert_eq!(page(&world), plan);
    }
}

#[test]
fn a_first_comment_says_so_too() {
    let world = World::new(Manner::Gitea);
    world.file(WRONG);
    failing(&world, &[]);
    assert!(page(&world).contains("cannot be rendered"));
    // What is mended and changes nothing takes it away, as it would a plan.
    world.app("1");
    world.json(&["deploy", "shop"]);
    assert_eq!(world.comment()["comment"]["action"], "removed");
}

#[test]
fn the_app_is_known_from_whatever_still_says_it() {
    for (text, more) in [
        ("name: shop\nruntime: [\n", &[][..]),
        ("name: shop\nruntime: image\nruntime: image\n", &[]),
        // The repository's name.
        ("runtime: [\n", &[]),
        ("name: My Shop\nruntime: image\n", &[]),
        ("name: tasks\nruntime: nonsense\n", &["--app", "shop", "--source-branch", "main"]),
        (WRONG, &["--env", "production"]),
    ] {
        let world = World::new(Manner::Github);
        world.app("1");
        world.comment();
        world.file(text);
        failing(&world, more);
        assert!(page(&world).contains("cannot be rendered"), "{text}");
    }
    // A file that is gone.
    let world = World::new(Manner::Github);
    world.app("1");
    world.comment();
    std::fs::remove_file(world.sandbox.path("shop/.cupaas")).unwrap();
    failing(&world, &[]);
    assert!(page(&world).contains("no .cupaas in shop"), "{}", page(&world));
}

#[test]
fn what_is_no_fault_of_the_files_leaves_it_alone() {
    let world = World::new(Manner::Github);
    world.app("1");
    world.comment();
    let plan = page(&world);
    world.server.lines();
    // An environment that is typed wrong, and a repository that others have made unreadable, or taken away.
    assert_eq!(failing(&world, &["--env", "nowhere"]).code, Some(2));
    world.sandbox.git("", &["clone", "-q", &world.gitops, "checkout"]);
    world.sandbox.write("checkout", &[("cupaas.yaml", "format: 1\nenvironments: [\n")]);
    world.sandbox.commit("checkout", 1_700_009_000);
    world.sandbox.git("checkout", &["push", "-q", "origin", "HEAD:main"]);
    world.file(WRONG);
    failing(&world, &[]);
    std::fs::rename(&world.gitops, format!("{}.away", world.gitops)).unwrap();
    failing(&world, &[]);
    assert_eq!(world.server.lines(), Vec::<String>::new());
    assert_eq!(page(&world), plan);
}

#[test]
fn it_is_bounded_and_nobody_is_called_by_it() {
    let world = World::new(Manner::Github);
    let keys: String = (0..2_000).map(|n| format!("@eve-{n}-{}: 1\n", "x".repeat(250))).collect();
    world.file(&format!("{SHOP}{}", keys.replace('@', "\"@").replace(": 1", "\": 1")));
    failing(&world, &[]);
    let body = bodies(&world.server).remove(0);
    assert!(body.len() > 50_000 && body.len() <= 65_536, "{}", body.len());
    assert!(body.contains("**This cannot be rendered: 2000 problems found"), "{}", &body[..300]);
    assert!(body.contains(" more lines are not shown here."), "{}", &body[body.len() - 300..]);
    assert!(body.contains("\\@eve-1-") && !body.contains("\"@eve") && !body.contains(" @eve"));
}

#[test]
fn a_secret_that_stands_in_the_wrong_place_is_not_repeated() {
    let world = World::new(Manner::Github);
    world.file(&format!("{SHOP}env: {{API_KEY: hunter2}}\nsecrets: [API_KEY]\n"));
    failing(&world, &[]);
    let page = page(&world);
    assert!(page.contains("API\\_KEY is listed as a secret") && !page.contains("hunter2"), "{page}");
}

#[test]
fn a_value_that_was_written_as_a_name_is_not_repeated() {
    let world = World::new(Manner::Github);
    world.file(&format!("{SHOP}secrets: ['API_KEY=hunter2']\n"));
    failing(&world, &[]);
    let page = page(&world);
    assert!(page.contains("API\\_KEY=…") && !page.contains("hunter2"), "{page}");
}

#[test]
fn an_old_commit_that_is_wrong_is_not_said_of_a_newer_one() {
    let world = World::new(Manner::Forgejo);
    let wrong = world.file(WRONG);
    let right = world.app("1");
    let at = |head: &str| {
        let pull = json!({"number": 5, "state": "closed", "head": {"sha": head}});
        world.server.state(|state| state.pulls = vec![pull]);
    };
    at(&right);
    world.json(&[&COMMENT[..], &["--source-commit", &right]].concat());
    let plan = page(&world);
    assert!(plan.ends_with(&format!("So since commit {}.\n", &right[..10])), "{plan}");
    world.sandbox.git("shop", &["checkout", "-q", &wrong]);
    failing(&world, &["--source-commit", &wrong]);
    assert_eq!(page(&world), plan);
    at(&wrong);
    failing(&world, &["--source-commit", &wrong]);
    assert!(page(&world).ends_with(&format!("So since commit {}.\n", &wrong[..10])), "{}", page(&world));
}

#[test]
fn releases_that_cannot_be_rendered_again_are_said_where_they_are_proposed() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    world.json(&["deploy", "shop"]);
    let all = ["diff", "--all", "--comment", "--ci-pull-request", "5"];
    world.sandbox.git("", &["clone", "-q", &world.gitops, "checkout"]);
    world.sandbox.write("checkout", &[("apps/shop.yaml", "nonsense: 1\n")]);
    world.sandbox.commit("checkout", 1_700_009_000);
    world.sandbox.git("checkout", &["push", "-q", "origin", "HEAD:main"]);
    assert_eq!(world.run(&all).code, Some(3));
    let body = bodies(&world.server).remove(0);
    assert!(body.starts_with("<!-- cupaas:diff:all/all:"), "{body}");
    assert!(
        body.contains("### cupaas: all apps in all environments") && body.contains("apps/shop.yaml:1:1"),
        "{body}"
    );
}
