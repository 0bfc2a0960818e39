//! Which secrets there are, of which apps: names that nobody knows, values that nobody needs, and who keeps which.

use std::fs;

use super::secret_app::{APP, TOKEN, bare, deployed, kept, set};
use super::world::{URL, World};
use crate::sandbox::{PLATFORM, Sandbox};

#[test]
fn a_secret_of_an_app_that_nobody_knows_is_refused() {
    let world = World::new(&[("cupaas.yaml", PLATFORM), ("apps/shop.yaml", "format: 1\n")]);
    let head = world.head();
    for args in [
        &["secret", "set", "TOKEN", "--random"][..],
        // Said before the value is asked for: nothing stands on standard input here.
        &["secret", "set", "TOKEN"],
        &["secret", "unset", "TOKEN"],
        &["secret", "list"],
        &["secret", "check"],
        &["secret", "rotate", "mongodb"],
    ] {
        let refused = world.run(&[args, &["--app", "shopp"]].concat());
        assert_eq!(refused.code, Some(2), "{args:?}: {}", refused.stdout);
        assert!(refused.stderr.contains("did you mean \"shop\"?"), "{args:?}: {}", refused.stderr);
    }
    assert_eq!(world.head(), head);
    // One that is registered may have its secrets before its first deploy.
    world.good(&["secret", "list", "--app", "shop"]);
}

#[test]
fn the_command_that_a_refused_deploy_names_sets_the_secret() {
    let sandbox = Sandbox::new();
    sandbox.write("my app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", &with_recipient(&sandbox))]);
    let deploy = ["deploy", "my app", "--gitops", &gitops, "--source-repository", URL];
    for name in ["TOKEN", "CERT"] {
        let refused = sandbox.run(&deploy);
        assert_eq!(refused.code, Some(3), "{}", refused.stdout);
        let command = refused.stderr.split('`').find(|part| part.contains(&format!("set {name} "))).unwrap();
        let script = format!("{} --random", command.replacen("cupaas", "\"$0\"", 1));
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_cupaas")]).current_dir(sandbox.path(""));
        shell.env("CUPAAS_GITOPS", &gitops).env("CUPAAS_HOME", sandbox.path("home/cupaas"));
        let done = crate::sandbox::ran(&shell.output().unwrap());
        assert_eq!(done.code, Some(0), "{script}: {}", done.stderr);
    }
    sandbox.good(&deploy);
}

/// A platform whose secrets are for the key that `init` makes.
fn with_recipient(sandbox: &Sandbox) -> String {
    sandbox.good(&["init", "elsewhere"]);
    let text = fs::read_to_string(sandbox.path("elsewhere/cupaas.yaml")).unwrap();
    let at = text.find("age1").unwrap();
    format!("{PLATFORM}secrets: {{recipients: [{}]}}\n", &text[at..at + 62])
}

#[test]
fn a_value_goes_once_nothing_that_runs_needs_it() {
    let sandbox = deployed();
    let bare = bare(&sandbox);
    let needed = sandbox.run(&["secret", "unset", "TOKEN", "app"]);
    assert_eq!(needed.code, Some(2), "{}", needed.stdout);
    assert!(needed.stderr.contains("error[secret-in-use]"), "{}", needed.stderr);
    sandbox.write("app", &[(".cupaas", &APP.replace("TOKEN, ", ""))]);
    assert_eq!(sandbox.run(&["secret", "unset", "TOKEN", "app"]).code, Some(2), "it runs still");
    sandbox.good(&["deploy", "app"]);
    let dry = sandbox.json(&["secret", "unset", "TOKEN", "app", "--dry-run"]);
    assert_eq!(
        (dry["status"].as_str(), dry["files"][0].as_str()),
        (Some("differs"), Some(kept("TOKEN").as_str()))
    );
    let done = sandbox.json(&["secret", "unset", "TOKEN", "--app", "shop"]);
    assert_eq!(done["status"], "edited", "{done}");
    assert_eq!(done["summary"]["restarts"], serde_json::json!([]));
    assert!(!sandbox.paths(&bare).contains(&kept("TOKEN")));
    let absent = sandbox.run(&["secret", "unset", "CERTS", "app"]);
    assert_eq!(absent.code, Some(2), "{}", absent.stdout);
    assert!(
        absent.stderr.contains("error[unknown-secret]") && absent.stderr.contains("did you mean \"CERT\"?"),
        "{}",
        absent.stderr
    );
    // What may be a value is not repeated.
    let typed = sandbox.run(&["secret", "unset", &format!("TOKEN={TOKEN}"), "app"]);
    assert!(typed.code == Some(2) && !typed.stderr.contains("s3cr3t"), "{}", typed.stderr);
    // Of what is only to be deployed, a value may go too.
    assert_eq!(set(&sandbox, "LATER", b"x", &[]).code, Some(0));
    sandbox.write("app", &[(".cupaas", &APP.replace("TOKEN, ", "LATER, "))]);
    let said = sandbox.good(&["secret", "unset", "LATER", "app"]).stdout;
    assert!(said.contains("its next deploy requires it again"), "{said}");
}

#[test]
fn services_are_listed_whoever_keeps_their_credentials() {
    for (settings, place) in [
        ("{provider: existing, name: '{app}-{service}'}", "Secret shop-mongodb"),
        ("{provider: existing}", "Secret mongodb-credentials"),
        ("{provider: external-secrets, store: {name: vault}}", "Secret mongodb-credentials"),
    ] {
        let world = World::new(&[("cupaas.yaml", &format!("{PLATFORM}secrets: {settings}\n"))]);
        world.sandbox.write("app", &[(".cupaas", APP)]);
        let listed = |of: &[&str]| {
            let list = world.json(&[&["secret", "list"], of].concat());
            let all = list["secrets"].as_array().unwrap().clone();
            let found =
                all.iter().find(|one| one["name"] == "mongodb").unwrap_or_else(|| panic!("{list}")).clone();
            assert_eq!((found["service"].as_bool(), found["set"].as_bool()), (Some(true), None));
            assert!(found["keys"].as_array().unwrap().contains(&"password".into()), "{found}");
            found["place"].as_str().unwrap().to_owned()
        };
        assert!(listed(&["app"]).starts_with(place), "{settings}: {}", listed(&["app"]));
        world.deploy("app", &["--app", "shop"]);
        assert!(listed(&["--app", "shop"]).starts_with(place), "{settings}");
        let elsewhere = world.run(&["secret", "unset", "TOKEN", "--app", "shop"]);
        assert_eq!(elsewhere.code, Some(2), "{}", elsewhere.stdout);
        assert!(elsewhere.stderr.contains("delete it there: the key "), "{}", elsewhere.stderr);
        let text = world.good(&["secret", "list", "--app", "shop"]).stdout;
        assert!(text.contains("mongodb  kept elsewhere  credentials: ") && text.contains(place), "{text}");
    }
}

#[test]
fn a_recipient_that_stands_twice_is_refused_with_its_place() {
    let sandbox = Sandbox::new();
    let platform = with_recipient(&sandbox);
    let at = platform.find("age1").unwrap();
    let key = &platform[at..at + 62];
    let twice = platform.replace(key, &format!("{key}, {}", key.to_uppercase()));
    let gitops = sandbox.gitops(&[("cupaas.yaml", &twice), ("apps/shop.yaml", "format: 1\n")]);
    let args = ["secret", "set", "TOKEN", "--random", "--app", "shop", "--gitops", &gitops];
    let refused = sandbox.run(&args);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert!(
        refused.stderr.contains("cupaas.yaml:5:88") && refused.stderr.contains("twice"),
        "{}",
        refused.stderr
    );
}

#[test]
fn rotating_everything_says_what_it_could_mean() {
    let refused = Sandbox::new().run(&["secret", "rotate", "--all"]);
    assert_eq!(refused.code, Some(2));
    for said in ["`cupaas secret rotate SERVICE", "`cupaas secret rotate --recipients --all`"] {
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
