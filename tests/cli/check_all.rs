//! `check --all` looks at every file that people write into a GitOps repository, whether a release is made from it or not.

use super::world::World;
use crate::sandbox::{PLATFORM, Ran, ran};

const APP: &str = "runtime: image\nprocesses: {web: {command: serve}}\n";
const DEPLOY: &[&str] = &[
    "deploy",
    "blog",
    "--image",
    "registry.example.cu/blog:1",
    "--source-repository",
    "https://git.example.cu/me/blog.git",
];
const RECIPE: &str = "catalog/services/cache/recipe.yaml";

fn world(files: &[(&str, &str)]) -> World {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("blog", &[(".cupaas", APP)]);
    world.good(DEPLOY);
    world.sandbox.write("edit", &[]);
    world
        .sandbox
        .git("", &["clone", "--quiet", &world.gitops, &world.sandbox.path("edit").display().to_string()]);
    world.sandbox.write("edit", files);
    world.sandbox.git("edit", &["add", "--all"]);
    world.sandbox.git("edit", &["commit", "--quiet", "-m", "x"]);
    world.sandbox.git("edit", &["push", "--quiet", "origin", "HEAD:main"]);
    world
}

fn check(world: &World) -> Ran {
    world.run(&["check", "--all"])
}

/// Where each problem is.
fn places(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_registration_of_an_app_that_is_not_deployed_yet_is_looked_at() {
    let url = "repository: https://git.example.cu/me/x.git\n";
    let branch = format!("{url}branches: {{main: prodution}}\n");
    let entry = format!("{url}environments:\n  stagging: {{env: {{A: b}}}}\n");
    for (path, text, place, words) in [
        ("apps/shop.yaml", "repositry: https://x.example/shop.git\n", "apps/shop.yaml:1:1", "repository"),
        ("apps/shop.yaml", &branch, "apps/shop.yaml:2:18", "did you mean \"production\"?"),
        ("apps/shop.yaml", &entry, "apps/shop.yaml:3:3", "unknown environment"),
        ("apps/other.yml", url, "apps/other.yml:1:1", "git mv apps/other.yml apps/other.yaml"),
        ("apps/Bad_Name.yaml", url, "apps/Bad_Name.yaml:1:1", "rename the file"),
        ("apps/team/shop.yaml", url, "apps/team/shop.yaml:1:1", "move it to apps/shop.yaml"),
    ] {
        let world = world(&[(path, text)]);
        let ran = check(&world);
        assert_eq!((ran.code, places(&ran)), (Some(3), vec![place.to_owned()]), "{path}: {}", ran.stderr);
        assert!(ran.stderr.contains(words) && !ran.stderr.contains("nothing was written"), "{}", ran.stderr);
        // What is about one app stops no other.
        world.good(&["deploy", "--all", "--dry-run"]);
    }
    // Notes of people's own are nobody's business.
    let good = world(&[
        ("apps/README.md", "# ours\n"),
        ("apps/team/list.yaml", "people: [ana]\n"),
        ("apps/shop.yaml", url),
    ]);
    assert_eq!(check(&good).code, Some(0));
}

#[test]
fn a_recipe_that_no_app_uses_is_looked_at_and_stops_no_deploy() {
    let text = "format: 1\nsummry: x\n";
    let ran = check(&world(&[(RECIPE, text)]));
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert!(places(&ran).contains(&format!("{RECIPE}:2:1")), "{}", ran.stderr);

    let stray = "catalog/servces/cache/recipe.yaml";
    let world = world(&[(stray, "format: 1\nsummary: x\n")]);
    let ran = check(&world);
    assert_eq!((ran.code, places(&ran)), (Some(3), vec![format!("{stray}:1:1")]), "{}", ran.stderr);
    let deployed = world.good(DEPLOY);
    assert!(deployed.stderr.contains("warning[misplaced-file]"), "{}", deployed.stderr);
    assert!(deployed.stderr.contains("did you mean catalog/services/cache/?"), "{}", deployed.stderr);
    // Of whoever may mean it, it does.
    world.sandbox.write("blog", &[(".cupaas", &format!("{APP}services: [cache]\n"))]);
    let ran = world.run(DEPLOY);
    assert!(ran.code == Some(3) && ran.stderr.contains("error[misplaced-file]"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_with_releases_is_said_beside_it_and_once() {
    let wrong = "env: {PORT: 1}\nbranchs: {}\n";
    let world = world(&[("apps/blog.yaml", wrong), ("apps/shop.yaml", "pth: y\n")]);
    let ran = check(&world);
    assert_eq!(ran.code, Some(3));
    let mut places = places(&ran);
    places.sort();
    assert_eq!(places, ["apps/blog.yaml:1:13", "apps/blog.yaml:2:1", "apps/shop.yaml:1:1"], "{}", ran.stderr);
    let message = "2 problems found, and 1 problem in files that no release is made from";
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
    let of_one = world.run(&["check", "--app", "blog"]);
    assert!(of_one.code == Some(3) && !of_one.stderr.contains("apps/shop.yaml"), "{}", of_one.stderr);
}

#[test]
fn what_is_said_of_the_platform_is_said_once() {
    let world = World::new(&[(
        "cupaas.yaml",
        "format: 1\nregistry: {prefix: registry.example.cu/team}\nenvironments:\n\
         \x20 production: {cluster: home, domain: apps.example.cu, branch: main}\n\
         \x20 staging: {cluster: home, domain: apps.example.cu, branch: main}\n",
    )]);
    for (folder, environment) in [("blog", "production"), ("blog", "staging"), ("shop", "production")] {
        world.sandbox.write(folder, &[(".cupaas", APP)]);
        let url = format!("https://git.example.cu/me/{folder}.git");
        world.good(&["deploy", folder, "--env", environment, "--source-repository", &url]);
    }
    let args = ["check", "--all", "--gitops", &world.gitops];
    let said = check(&world).stderr;
    assert_eq!(said.matches("warning[branch-shared]").count(), 1, "{said}");
    let job = world.sandbox.cupaas(&args).env("GITHUB_ACTIONS", "true").env("CI", "true").output().unwrap();
    let notes = ran(&job).stderr;
    assert_eq!(notes.matches("::warning ").count(), 1, "{notes}");
}
