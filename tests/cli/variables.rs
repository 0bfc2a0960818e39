//! `env set`, `unset` and `list`: the variables that the platform sets for its apps.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, PLATFORM, ran};

#[test]
fn variables_are_set_rendered_and_taken_away_in_one_commit_each() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    world.sandbox.write("shop", &[(".cupaas", &format!("{APP}env: {{LAYER: app}}\n"))]);
    world.deploy("shop", &["--image", "registry.example.cu/x:1"]);
    world.json(&[
        "deploy",
        "shop",
        "--env",
        "staging",
        "--source-repository",
        URL,
        "--image",
        "registry.example.cu/x:1",
    ]);
    fs::remove_dir_all(world.sandbox.path("shop")).unwrap();
    let commits = world.sandbox.commits(&world.gitops);
    let dry = world.json(&["env", "set", "A=1", "--app", "shop", "--dry-run"]);
    assert_eq!(dry["status"], "differs");
    assert_eq!(world.sandbox.commits(&world.gitops), commits);
    let odd = "a: b # \"c\" 'd' $(E) \\ \r\n\ttwo — é😀\u{1}\u{1b}\u{2028}\u{feff} ";
    let done = world.json(&["env", "set", &format!("ODD={odd}"), "LAYER=all", "--app", "shop"]);
    assert_eq!(done["summary"]["restarts"], serde_json::json!(["production/shop/web", "staging/shop/web"]));
    world.good(&["env", "set", "LAYER=staging", "--app", "shop", "--env", "staging"]);
    assert_eq!(world.sandbox.commits(&world.gitops), commits + 2);
    let changed = world.sandbox.git("", &["-C", &world.gitops, "diff", "--name-only", "main~1", "main"]);
    assert!(
        changed.lines().all(|path| path == "apps/shop.yaml" || path.contains("/staging/shop")),
        "{changed}"
    );
    let config: serde_json::Value =
        serde_saphyr::from_str(&world.show("deploy/staging/shop/app/configmap-shop.yaml")).unwrap();
    assert_eq!(config["data"]["LAYER"], "staging");
    assert_eq!(config["data"]["ODD"], odd, "{config}");
    let list = world.json(&["env", "list", "--app", "shop"]);
    let value = |environment: &str, name: &str| {
        let all = list["environments"][environment].as_array().unwrap();
        let found = all.iter().find(|variable| variable["name"] == name).unwrap().clone();
        (found["value"].as_str().unwrap().to_owned(), found["origin"].as_str().unwrap().to_owned())
    };
    assert_eq!(value("staging", "LAYER"), ("staging".into(), "apps/shop.yaml:9:14".into()));
    assert_eq!(value("production", "LAYER"), ("all".into(), "apps/shop.yaml:4:10".into()));
    assert_eq!(value("production", "PLATFORM").1, "cupaas.yaml:4:34");
    assert_eq!(value("production", "ODD").0, odd);
    let text = world.good(&["env", "list", "--app", "shop", "--env", "staging", "--origin"]).stdout;
    assert!(text.contains("LAYER=staging  # apps/shop.yaml:9:14\n"), "{text}");
    world.good(&["env", "unset", "LAYER", "ODD", "--app", "shop"]);
    world.good(&["env", "unset", "LAYER", "--app", "shop", "--env", "staging"]);
    assert_eq!(world.show("apps/shop.yaml"), format!("format: 1\nrepository: {URL}\n"));
    let absent = world.run(&["env", "unset", "LAYER", "--app", "shop"]);
    assert_eq!(absent.code, Some(2), "{}", absent.stderr);
    let again = world.head();
    assert_eq!(world.json(&["deploy", "--all"])["status"], "unchanged");
    assert_eq!(world.head(), again);
}

#[test]
fn a_dotenv_file_is_set_and_what_cannot_be_a_variable_is_refused_with_its_place() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", &format!("{APP}secrets: [SECRET_KEY]\n"))]);
    world.good(&["app", "add", URL]);
    world.sandbox.write("", &[(".env", "# mine\nexport A='one\ntwo'\nB=\"x\\ty\" # c\n")]);
    world.good(&["env", "set", "--file", ".env", "C=3", "--app", "shop"]);
    assert!(world.show("apps/shop.yaml").ends_with("env:\n  A: \"one\\ntwo\"\n  B: \"x\\ty\"\n  C: \"3\"\n"));
    for (text, said) in
        [("PORT=1\n", ".env:1:1"), ("A=1\n2B=x\n", ".env:2:1"), ("A=\"hidden-value\n", ".env:1:3")]
    {
        world.sandbox.write("", &[(".env", text)]);
        let ran = world.run(&["env", "set", "--file", ".env", "--app", "shop"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains(said) && !ran.stderr.contains("hidden"), "{}", ran.stderr);
    }
    for (word, said) in
        [("PORT=80", "processes.web.port"), ("a b=1", "not a valid variable name"), ("AB", "without `=`")]
    {
        let ran = world.run(&["env", "set", word, "--app", "shop"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    // What the deployed app declares a secret is no variable.
    let existing = World::new(&[("cupaas.yaml", &format!("{PLATFORM}secrets: {{provider: existing}}\n"))]);
    existing.sandbox.write("shop", &[(".cupaas", &format!("{APP}secrets: [SECRET_KEY]\n"))]);
    existing.deploy("shop", &[]);
    let ran = existing.run(&["env", "set", "SECRET_KEY=hidden-value", "--app", "shop"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cupaas secret set SECRET_KEY") && !ran.stderr.contains("hidden"),
        "{}",
        ran.stderr
    );
    existing.sandbox.write("", &[("a.env", "SECRET_KEY=hidden-value\n")]);
    let ran = existing.run(&["env", "set", "--file", "a.env", "--app", "shop"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[secret-as-variable]"), "{}", ran.stderr);
}

#[test]
fn what_looks_like_a_secret_is_held_back_until_somebody_insists() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.good(&["app", "add", URL]);
    let before = world.head();
    let text =
        "LOG_LEVEL=info\nSECRET_KEY=hidden-a\nDATABASE_URL=postgres://shop:hidden-b@db/shop\nAPI_TOKEN=\n";
    world.sandbox.write("", &[(".env", text)]);
    let ran = world.run(&["env", "set", "--file", ".env", "--app", "shop"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    for said in [".env:2", "cupaas secret set SECRET_KEY", ".env:3", "--plain DATABASE_URL"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("hidden") && !ran.stderr.contains("LOG_LEVEL"), "{}", ran.stderr);
    let ran = world.run(&["env", "set", "AWS_SECRET_ACCESS_KEY=hidden", "--app", "shop"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hidden"), "{}", ran.stderr);
    let ran = world.run(&["env", "set", "A=1", "--plain", "B", "--app", "shop"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("B is not set here"), "{}", ran.stderr);
    assert_eq!(world.head(), before, "nothing of it was set");
    let insisting = ["--plain", "SECRET_KEY", "--plain", "DATABASE_URL"];
    world.good(&[&["env", "set", "--file", ".env", "--app", "shop"], &insisting[..]].concat());
    assert!(world.show("apps/shop.yaml").contains("SECRET_KEY: "));
}

#[test]
fn one_name_has_one_value_and_a_file_may_come_from_standard_input() {
    let world = World::new(&[("cupaas.yaml", PLATFORM), ("apps/shop.yaml", "format: 1\n")]);
    for words in [["A=1", "A=2"], ["A=1", "A=1"]] {
        let flags = ["deploy", "--app", "shop", "--set", words[0], "--set", words[1]];
        for refused in
            [world.run(&[&["env", "set", "--app", "shop"], &words[..]].concat()), world.run(&flags)]
        {
            assert_eq!(refused.code, Some(2), "{}", refused.stdout);
            assert!(refused.stderr.contains("A is given twice"), "{}", refused.stderr);
        }
    }
    let piped = |text: &[u8]| {
        let args = ["env", "set", "--file", "-", "C=3", "--app", "shop", "--gitops", &world.gitops];
        let mut command = world.sandbox.cupaas(&args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        ran(&child.wait_with_output().unwrap())
    };
    let done = piped(b"A=1\nB='two words'\nC=2\n");
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    // What is typed is said last, and wins over a file.
    assert_eq!(world.show("apps/shop.yaml"), "format: 1\nenv:\n  A: \"1\"\n  B: \"two words\"\n  C: \"3\"\n");
    for (text, said) in [
        (&b"A=1\nB 2\n"[..], "standard input:2:1"),
        (b"A=\xff\n", "UTF-8"),
        (&[b'#'; (1 << 20) + 1], "1 MiB"),
    ] {
        let refused = piped(text);
        assert_eq!(refused.code, Some(3), "{}", refused.stdout);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}

#[test]
fn what_another_layer_decides_is_said() {
    let world = World::new(&[
        ("cupaas.yaml", STAGED),
        (
            "apps/shop.yaml",
            &format!("repository: {URL}\nenvironments: {{staging: {{env: {{LAYER: own}}}}}}\n"),
        ),
    ]);
    let app = format!("{APP}env: {{LAYER: app}}\nenvironments: {{staging: {{env: {{LAYER: apps own}}}}}}\n");
    world.sandbox.write("shop", &[(".cupaas", &app)]);
    world.deploy("shop", &["--set", "LINE=given"]);
    world.good(&["deploy", "shop", "--env", "staging", "--source-repository", URL]);
    let set =
        |words: &[&str]| world.json(&[&["env", "set", "--app", "shop"], words].concat())["notes"].clone();
    let notes = set(&["LAYER=all", "LINE=x"]);
    let notes: Vec<&str> = notes.as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes[0].starts_with("in production, LINE keeps another value") && notes[0].contains("--set"),
        "{notes:?}"
    );
    assert!(
        notes[1].starts_with("in staging, LAYER keeps another value")
            && notes[1].contains("apps/shop.yaml:2:39"),
        "{notes:?}"
    );
    assert_eq!(set(&["LAYER=now", "--env", "staging"]), serde_json::json!([]));
    assert_eq!(set(&["NEW=1"]), serde_json::json!([]));
    // Every layer is listed, the one that wins first.
    let all = world.json(&["env", "list", "--app", "shop"])["environments"]["staging"].clone();
    let layer = all.as_array().unwrap().iter().find(|one| one["name"] == "LAYER").unwrap().clone();
    let over: Vec<String> =
        layer["overrides"].as_array().unwrap().iter().map(|one| format!("{}", one["value"])).collect();
    assert_eq!(
        (layer["value"].as_str(), over.join(" ")),
        (Some("now"), r#""all" "apps own" "app" "platform""#.into())
    );
    let text = world.good(&["env", "list", "--app", "shop", "--env", "staging", "--origin"]).stdout;
    let lines =
        "LAYER=now  # apps/shop.yaml:2:39\n#   over all  # apps/shop.yaml:4:10\n#   over \"apps own\"  # ";
    assert!(text.contains(lines), "{text}");
    // What is listed can be set again, layers and all.
    world.sandbox.write("", &[("again.env", &text)]);
    world.good(&["env", "set", "--file", "again.env", "--app", "shop", "--env", "staging", "--dry-run"]);
    let unset = world.json(&["env", "unset", "LAYER", "--app", "shop"])["notes"].clone();
    assert_eq!(unset.as_array().unwrap().len(), 2, "{unset}");
    assert!(
        unset[0]
            .as_str()
            .unwrap()
            .contains("is still set: releases/production/shop/release.yaml#.cupaas:3:14"),
        "{unset}"
    );
}

#[test]
fn the_app_is_found_from_the_folder() {
    let world =
        World::new(&[("cupaas.yaml", PLATFORM), ("apps/store.yaml", &format!("repository: {URL}\n"))]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.sandbox.commit("shop", 1_700_000_000);
    world.sandbox.git("shop", &["remote", "add", "origin", "git@git.example.cu:me/shop.git"]);
    let mut command = world.sandbox.cupaas(&["env", "set", "A=1", "--gitops", &world.gitops]);
    let done = ran(&command.current_dir(world.sandbox.path("shop")).output().unwrap());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(world.show("apps/store.yaml").contains("A: \"1\""));
    // And a deploy takes the name that the app is registered under.
    world.good(&["deploy", "shop"]);
    assert!(
        world.sandbox.paths(&world.gitops).contains(&"releases/production/store/release.yaml".to_owned())
    );
}
