//! What cannot be read, or names what is not there, is refused with the code that its page explains.

use std::fs;

use cupaas::parts::diagnostic::Code;
use cupaas::parts::layout::Folders;
use cupaas::parts::tree::RepoPath;

use crate::cli::world::{STAGED, World};
use crate::sandbox::{APP, PLATFORM, Ran, ran};

const REGISTERED: &[(&str, &str)] = &[("apps/shop.yaml", "repository: https://git.example.cu/me/shop.git\n")];
const RECIPIENT: &str = "age1ez2ksk9memwp6vvuez60h9pe2de5wa37fazamnuq0l506cr9qa0qlxsdjp";

/// A run on a world with these files in the GitOps repository and in the app's folder.
fn run(gitops: &[(&str, &str)], app: &[(&str, &str)], args: &[&str]) -> Ran {
    let world = World::new(&[&[("cupaas.yaml", PLATFORM)], gitops].concat());
    world.sandbox.write("shop", app);
    world.run(args)
}

#[track_caller]
fn refused(ran: &Ran, exit: i32, code: &str) {
    assert_eq!(ran.code, Some(exit), "{code}: {}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(&format!("error[{code}]")), "{code}: {}", ran.stderr);
}

#[test]
fn the_app_folder_has_one_app_file() {
    let check = ["check", "shop"];
    refused(&run(&[], &[], &["check", "nowhere"]), 2, "folder-not-found");
    refused(&run(&[], &[], &check), 3, "missing-app-file");
    refused(&run(&[], &[(".cupaas", APP), (".cupaas.yml", APP)], &check), 3, "duplicate-app-file");
}

#[test]
fn what_stands_in_the_place_of_an_app_file_is_named() {
    for (file, says) in [
        ("cupaas.yml", "if \"cupaas.yml\" is meant to be it, rename it to .cupaas"),
        (".cupass", "if \".cupass\" is meant to be it"),
        ("cupaas.yaml", "makes this a GitOps repository"),
        ("compose.yaml", "create one with `cupaas new`"),
    ] {
        let ran = run(&[], &[(file, APP)], &["check", "shop/."]);
        assert!(ran.stderr.contains("no .cupaas in shop\n") && ran.stderr.contains(says), "{}", ran.stderr);
    }
}

#[test]
fn what_a_variable_named_is_said_to_come_from_it() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    for (name, value, code, place) in [
        ("CUPAAS_ENV", "prodution", "unknown-environment", "(from CUPAAS_ENV)"),
        ("CUPAAS_IMAGE", "A B", "invalid-image", "(from CUPAAS_IMAGE)"),
    ] {
        let args = ["check", "shop", "--gitops", &world.gitops];
        let by_variable = ran(&world.sandbox.cupaas(&args).env(name, value).output().unwrap());
        assert!(
            by_variable.stderr.contains(code) && by_variable.stderr.contains(place),
            "{}",
            by_variable.stderr
        );
    }
}

#[test]
fn a_pin_that_is_no_image_is_shown_where_it_stands() {
    let pin = "repository: https://git.example.cu/me/shop.git\nenvironments:\n  production: {image: 'A B'}\n";
    let ran = run(&[("apps/shop.yaml", pin)], &[(".cupaas", APP)], &["check", "shop"]);
    assert!(ran.stderr.contains("--> apps/shop.yaml:3:"), "{}", ran.stderr);
}

#[test]
fn an_app_has_a_valid_name() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("店", &[(".cupaas", APP)]);
    refused(&world.run(&["check", "店"]), 3, "missing-name");
    refused(&world.run(&["app", "show", "My_App"]), 2, "invalid-app-name");
    let registered = [("apps/My_App.yaml", "format: 1\n")];
    refused(&run(&registered, &[], &["app", "list"]), 3, "invalid-registration-name");
}

#[test]
fn an_environment_is_named_and_known() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    let remove = ["remove", "--app", "shop"];
    refused(&world.run(&remove), 2, "environment-required");
    let with = |environment: &str| world.run(&[&remove[..], &["--env", environment]].concat());
    refused(&with("prod"), 2, "unknown-environment");
    refused(&with("../.."), 2, "path-outside-repository");
    let below = Folders::below(&RepoPath::new("deploy").unwrap(), "../releases").unwrap_err();
    assert_eq!(below.code, Code::InternalError, "cupaas builds no such path itself");
}

#[test]
fn a_recipe_has_its_recipe_yaml() {
    let gitops = [("catalog/services/cache/deployment.yaml.j2", "kind: Deployment\n")];
    let app = [(".cupaas", &*format!("{APP}services: [cache]\n"))];
    refused(&run(&gitops, &app, &["check", "shop"]), 3, "incomplete-recipe");
}

#[test]
fn what_is_rendered_again_was_deployed_and_is_whole() {
    refused(&run(REGISTERED, &[], &["render", "--app", "shop"]), 2, "not-deployed");
    let place = "releases/production/shop/release.yaml";
    let record =
        "format: 1\napp: shop\nenvironment: production\ncluster: home\nsource: {}\nimage: a\nfiles: {}\n";
    let world = World::new(&[("cupaas.yaml", PLATFORM), (place, record)]);
    refused(&world.run(&["render", "--app", "shop"]), 3, "incomplete-record");
}

#[test]
fn variables_are_read_from_a_file_as_every_program_reads_it() {
    let set = ["env", "set", "--app", "shop", "--file", "shop/.env"];
    refused(&run(&[], &[], &set), 3, "unreadable-file");
    refused(&run(&[], &[(".env", "A=\"1\n")], &set), 3, "invalid-dotenv");
    refused(&run(&[], &[(".env", "A=1\nA=2\n")], &set), 3, "duplicate-key");
}

#[test]
fn a_file_that_cannot_be_edited_stays_as_it_is() {
    let text = "environments: &e {production: {env: &v {A: 1}}}\nenv: *v\n";
    let ran = run(&[("apps/shop.yaml", text)], &[], &["env", "set", "A=2", "--app", "shop"]);
    refused(&ran, 3, "layout-not-editable");
}

#[test]
fn a_secret_and_a_key_are_read_where_they_are() {
    let world =
        World::new(&[("cupaas.yaml", &format!("{PLATFORM}secrets: {{recipients: [{RECIPIENT}]}}\n"))]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    let set = ["secret", "set", "TOKEN", "shop", "--file", "value"];
    refused(&world.run(&set), 2, "unreadable-input");
    let value = world.sandbox.path("value");
    fs::File::create(value).unwrap().set_len(2 << 20).unwrap();
    refused(&world.run(&set), 2, "secret-too-large");
    let check = ["secret", "check", "--all", "--gitops", &world.gitops];
    let with =
        |name: &str, value: &str| ran(&world.sandbox.cupaas(&check).env(name, value).output().unwrap());
    refused(&with("SOPS_AGE_KEY", "age1public"), 2, "missing-age-identity");
    refused(&with("SOPS_AGE_KEY_FILE", "/missing"), 2, "unreadable-input");
}
