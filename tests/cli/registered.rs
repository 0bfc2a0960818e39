//! `app add`, `list`, `show` and `remove`: where the platform's apps come from.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use super::world::{STAGED, URL, World};
use crate::sandbox::{APP, PLATFORM, Sandbox, ran};

#[test]
fn an_app_is_added_listed_shown_and_removed() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    let done = world.json(&["app", "add", URL, "--branch", "main=production", "--branch", "next=staging"]);
    assert_eq!(
        (done["status"].as_str(), done["files"][0].as_str()),
        (Some("edited"), Some("apps/shop.yaml"))
    );
    let file = "format: 1\nrepository: https://git.example.cu/me/shop.git\nbranches:\n  main: production\n  next: staging\n";
    assert_eq!(world.show("apps/shop.yaml"), file);
    let message = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(message.starts_with(&format!("app(shop): add {URL}\n\nCupaas-App: shop\n")), "{message}");
    let head = world.head();
    assert_eq!(world.json(&["app", "add", URL])["status"], "unchanged");
    assert_eq!(world.head(), head);
    world.good(&["app", "add", "git@git.example.cu:me/mono", "--path", "./services/mail/"]);
    assert!(world.show("apps/mail.yaml").contains("path: services/mail\n"));
    let list = world.json(&["app", "list"]);
    assert_eq!(list["apps"][1]["branches"]["next"], "staging", "{list}");
    assert!(world.good(&["app", "show", "mail"]).stdout.contains("services/mail"));
    assert_eq!(world.run(&["app", "show", "shops"]).code, Some(2));
    world.good(&["app", "remove", "mail"]);
    assert!(!world.sandbox.paths(&world.gitops).contains(&"apps/mail.yaml".to_owned()));
    // What is gone without a trace is as unknown as what never was.
    for args in [&["app", "remove", "mail"][..], &["remove", "--app", "mail", "--env", "production"]] {
        let unknown = world.run(args);
        assert_eq!(unknown.code, Some(2), "{}", unknown.stdout);
        assert!(unknown.stderr.contains("error[unknown-app]"), "{}", unknown.stderr);
    }
    assert!(world.run(&["app", "remove", "shopp"]).stderr.contains("did you mean \"shop\"?"));
    let message = world.sandbox.git("", &["-C", &world.gitops, "log", "-1", "--format=%B", "main"]);
    assert!(message.starts_with("remove(mail)\n\nCupaas-App: mail\n"), "{message}");
}

#[test]
fn hostile_registrations_are_refused_with_a_place() {
    let world = World::new(&[
        ("cupaas.yaml", STAGED),
        ("apps/my-shop.yaml", "# ours\nrepository: https://a.example/my-shop\n"),
    ]);
    let head = world.head();
    for (args, said) in [
        (vec!["--", "--upload-pack=touch /tmp/x"], "URL:1:1"),
        (vec!["ext::sh -c id"], "URL:1:1"),
        (vec!["ssh://-oProxyCommand=id/x"], "URL:1:1"),
        (vec!["-c:x/y"], "unexpected argument"),
        (vec!["https://ana:s3cr3t@git.example.cu/a.git"], "contains credentials"),
        (vec!["https://t0ken-s3cr3t@git.example.cu/a.git"], "contains credentials"),
        (vec!["https://git.example.cu/a.git?token=s3cr3t"], "has a query or a fragment"),
        (vec!["https://git.example.cu/a.git#s3cr3t"], "has a query or a fragment"),
        (vec!["fd::17"], "URL:1:1"),
        (vec!["../repo"], "is a relative path"),
        (vec![URL, "--branch", "main=prod"], "--branch:1:1"),
        (vec![URL, "--branch", "a..b=production"], "--branch:1:1"),
        (vec![URL, "--branch", "main"], "--branch:1:1"),
        (vec![URL, "--path", "../other"], "--path:1:1"),
        (vec![URL, "--path", "/etc"], "--path:1:1"),
        (vec![URL, "--name", "My_Shop"], "--name:1:1"),
        // Another repository whose name becomes the same DNS label.
        (vec!["https://b.example/My_Shop.git"], "apps/my-shop.yaml:2:13"),
        // The same repository under another name.
        (vec!["git@a.example:my-shop.git", "--name", "twin"], "apps/my-shop.yaml:2:13"),
    ] {
        // The flags first: what follows `--` is none.
        let ran = world.sandbox.run(&[&["app", "add", "--gitops", &world.gitops], &args[..]].concat());
        assert!(matches!(ran.code, Some(2 | 3)), "{args:?}: {:?} {}", ran.code, ran.stderr);
        assert!(ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("s3cr3t") && !ran.stdout.contains("s3cr3t"), "{}", ran.stderr);
    }
    assert_eq!(world.head(), head);
    // A folder of this machine is fine on it, and means nothing in CI.
    let ci = |args: &[&str]| ran(&world.sandbox.cupaas(args).env("CI", "true").output().unwrap());
    for place in ["/srv/git/local.git", "file:///srv/git/local.git"] {
        let refused = ci(&["app", "add", place, "--gitops", &world.gitops]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("a local folder"), "{}", refused.stderr);
    }
    world.good(&["app", "add", "/srv/git/local.git"]);
}

#[test]
fn a_hostile_file_is_refused_where_it_is_read_and_shows_no_password() {
    for (text, said) in [
        ("repository: https://ana:s3cr3t@git.example.cu/a.git # moved\n", "apps/shop.yaml:1:13"),
        ("repository: https://git.example.cu/a.git?private_token=s3cr3t\n", "apps/shop.yaml:1:13"),
        ("format: 1\nrepository: \"ext::sh -c id\"\n", "apps/shop.yaml:2:13"),
        ("repository: --upload-pack=id\n", "apps/shop.yaml:1:13"),
        ("path: ../../etc\n", "apps/shop.yaml:1:7"),
        ("branches: {'a b': production}\n", "apps/shop.yaml:1:12"),
    ] {
        let world = World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", text)]);
        world.sandbox.write("shop", &[(".cupaas", APP)]);
        for args in [
            &["app", "list"][..],
            &["env", "set", "A=1", "--app", "shop"],
            &["deploy", "shop", "--env", "production", "--source-repository", URL],
        ] {
            let ran = world.run(args);
            assert_eq!(ran.code, Some(3), "{args:?} {text:?}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains(said), "{args:?} {text:?}: {}", ran.stderr);
            assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
        }
    }
}

#[test]
fn everything_that_is_wrong_with_a_registration_is_said_at_once() {
    let text = "repository: https://ana:s3cr3t@git.example.cu/shop.git\nrepo: x\npath: ../up\nbranches: {'a b': production}\n\
        env:\n  PORT: 1\n  2B: x\nenvironments:\n  production: {env: {GOOD: 1, PORT: 2}}\n";
    let other = "path: /etc\nnope: 1\n";
    let world = World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", text), ("apps/other.yaml", other)]);
    world.sandbox.write("shop", &[(".cupaas", &format!("{APP}env: {{PORT: 3}}\n"))]);
    let of_shop =
        ["1:13", "2:1", "3:7", "4:12", "6:9", "7:3", "9:37"].map(|at| format!("apps/shop.yaml:{at}"));
    let of_other = ["1:7", "2:1"].map(|at| format!("apps/other.yaml:{at}"));
    for (args, places) in [
        (&["app", "list"][..], [&of_other[..], &of_shop[..]].concat()),
        (&["app", "show", "shop"], [&of_other[..], &of_shop[..]].concat()),
        (&["env", "set", "A=1", "--app", "shop"], of_shop.to_vec()),
        (&["env", "list", "--app", "shop"], of_shop.to_vec()),
        (&["deploy", "shop", "--env", "production"], [&of_shop[..], &["shop/.cupaas:3:13".into()]].concat()),
    ] {
        let ran = world.run(args);
        assert_eq!(ran.code, Some(3), "{args:?}: {}", ran.stdout);
        let found = ran.stderr.lines().filter_map(|line| line.trim_start().strip_prefix("--> "));
        assert_eq!(found.collect::<Vec<_>>(), places, "{args:?}: {}", ran.stderr);
        let wrong_url = places.contains(&of_shop[0]);
        assert_eq!(ran.stderr.contains("error[invalid-repository-url]"), wrong_url, "{}", ran.stderr);
        assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    }
    let text = "{repository: https://ana:s3cr3t@git.example.cu/shop.git, nope: 1}\n";
    let line = World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", text)]).run(&["app", "list"]);
    assert!(line.stderr.contains("unknown key") && !line.stderr.contains("s3cr3t"), "{}", line.stderr);
    // Nor by what is found later on that line.
    let text =
        "{repo: https://ana:s3cr3t@git.example.cu/shop.git, branches: {main: nowhere}, env: {PORT: 1}}\n";
    let world = World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", text)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    let ran = world.run(&["check", "shop", "--env", "production"]);
    assert!(ran.stderr.contains("contains credentials") && ran.stderr.contains("nowhere"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    // What a person has left empty.
    let empty =
        World::new(&[("cupaas.yaml", STAGED), ("apps/shop.yaml", "repository: https://x.cu/shop\nenv:\n")]);
    let ran = empty.run(&["env", "set", "A=1", "--app", "shop"]);
    assert!(
        ran.stderr.contains("apps/shop.yaml:2:4") && ran.stderr.contains("remove the key"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_registration_that_would_be_overlooked_is_an_error_everywhere() {
    let file = format!("repository: {URL}\n");
    for both in [false, true] {
        let mut files = vec![("cupaas.yaml", STAGED), ("apps/shop.yml", file.as_str())];
        if both {
            files.push(("apps/shop.yaml", &file));
        }
        let world = World::new(&files);
        world.sandbox.write("shop", &[(".cupaas", APP)]);
        for args in [
            &["app", "list"][..],
            &["app", "show", "shop"],
            &["app", "add", URL],
            &["env", "set", "A=1", "--app", "shop"],
            &["env", "list", "--app", "shop"],
            &["pin", "--app", "shop", "--env", "production"],
            &["check", "shop", "--env", "production", "--source-repository", URL],
            &["deploy", "shop", "--env", "production", "--source-repository", URL],
            &["app", "remove", "shop"],
            &["sync", "--app", "shop", "--dry-run"],
        ] {
            let ran = world.run(args);
            assert_eq!(ran.code, Some(3), "{args:?}: {}{}", ran.stdout, ran.stderr);
            let said = ran.stdout + &ran.stderr;
            let hint = if both { "delete it" } else { "git mv apps/shop.yml apps/shop.yaml" };
            assert!(said.contains("apps/shop.yml:1:1") && said.contains(hint), "{args:?}: {said}");
        }
    }
}

#[test]
fn a_name_with_accents_is_folded_and_one_of_other_letters_is_asked_for() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    let added = world.json(&["app", "add", "https://git.example.cu/me/Ñandú.git"]);
    assert_eq!(added["files"][0], "apps/nandu.yaml", "{added}");
    // As browsers write an address.
    let encoded = world.run(&["app", "add", "https://git.example.cu/you/%C3%B1and%C3%BA.git"]);
    assert!(encoded.stderr.contains("apps/nandu.yaml:2:13"), "{}", encoded.stderr);
    let refused = world.run(&["app", "add", "https://git.example.cu/me/магазин.git"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("--name"), "{}", refused.stderr);
    world.sandbox.write("магазин", &[(".cupaas", APP)]);
    let refused = world.run(&["check", "магазин", "--env", "production"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert!(refused.stderr.contains("name: tasks"), "{}", refused.stderr);
}

#[test]
fn a_first_deploy_registers_or_is_refused_as_the_platform_says() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &[]);
    assert_eq!(world.show("apps/shop.yaml"), format!("format: 1\nrepository: {URL}\n"));
    let other = world.run(&["deploy", "shop", "--source-repository", "https://git.example.cu/you/shop.git"]);
    assert_eq!(other.code, Some(6), "{}", other.stderr);
    assert!(other.stderr.contains("error[owner-mismatch]"), "{}", other.stderr);
    let strict = World::new(&[("cupaas.yaml", &format!("{PLATFORM}unregistered: refuse\n"))]);
    strict.sandbox.write("shop", &[(".cupaas", APP)]);
    let refused = strict.run(&["deploy", "shop", "--source-repository", URL]);
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("error[registration-required]")
            && refused.stderr.contains("cupaas.yaml:5:15")
            && refused.stderr.contains("app add"),
        "{}",
        refused.stderr
    );
    strict.good(&["app", "add", URL]);
    strict.deploy("shop", &[]);
}

#[test]
fn an_app_that_was_removed_and_added_again_finds_its_credentials() {
    let identity = {
        let sandbox = Sandbox::new();
        sandbox.good(&["init", "platform"]);
        let text = fs::read_to_string(sandbox.path("platform/cupaas.yaml")).unwrap();
        text.lines()
            .find_map(|line| line.find("age1").map(|at| line[at..].trim_end_matches(']').to_owned()))
            .unwrap()
    };
    let world = World::new(&[("cupaas.yaml", &format!("{PLATFORM}secrets: {{recipients: [{identity}]}}\n"))]);
    world.sandbox.write("shop", &[(".cupaas", &format!("{APP}services: [mongodb]\n"))]);
    world.good(&["app", "add", URL]);
    world.deploy("shop", &[]);
    let kept = world.show("releases/production/shop/credentials/mongodb.yaml");
    let applied = "deploy/production/shop/base/secret-mongodb-credentials.yaml";
    let removed = world.json(&["app", "remove", "shop"]);
    assert_eq!(removed["environments"][0], "production", "{removed}");
    let left = world.sandbox.paths(&world.gitops);
    assert!(!left.iter().any(|path| path.starts_with("apps/") || path.starts_with("deploy/")), "{left:?}");
    let mistaken = world.run(&["env", "set", "A=1", "--app", "shop"]);
    assert_eq!(mistaken.code, Some(2), "{}", mistaken.stderr);
    for args in [&["env", "list", "--app", "shop"][..], &["pin", "--app", "shop", "--env", "production"]] {
        let gone = world.run(args);
        assert!(
            gone.code == Some(2) && gone.stderr.contains("error[app-removed]"),
            "{args:?}: {}",
            gone.stderr
        );
    }
    let slip = world.run(&["deploy", "--app", "shopp"]);
    assert!(slip.code == Some(2) && slip.stderr.contains("did you mean \"shop\"?"), "{}", slip.stderr);
    // What waits is this repository's: no other gets it by taking the name, nor another folder of the same.
    let other = "https://git.example.cu/you/shop.git";
    for args in [&[other][..], &[URL, "--path", "shop", "--name", "shop"]] {
        let taken = world.run(&[&["app", "add"], args].concat());
        assert_eq!(taken.code, Some(2), "{}", taken.stdout);
        for said in [
            "error[name-taken]",
            URL,
            "is kept in production",
            "--name",
            "git rm -r releases/production/shop",
        ] {
            assert!(taken.stderr.contains(said), "{said}: {}", taken.stderr);
        }
    }
    assert_eq!(world.json(&["app", "remove", "shop"])["status"], "unchanged", "what waits is known");
    world.good(&["app", "add", URL]);
    world.deploy("shop", &[]);
    assert_eq!(world.show("releases/production/shop/credentials/mongodb.yaml"), kept);
    assert_eq!(world.show(applied), kept);
}

#[test]
fn many_commands_at_once_lose_nothing() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("shop", &[(".cupaas", APP)]);
    world.deploy("shop", &[]);
    let start = |args: &[&str]| {
        let mut command = world.sandbox.cupaas(&[args, &["--gitops", world.gitops.as_str()]].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let variables = (0..6).map(|number| start(&["env", "set", &format!("V{number}=x"), "--app", "shop"]));
    let mut children: Vec<_> = variables.collect();
    children.extend(
        (0..3).map(|number| start(&["app", "add", &format!("https://git.example.cu/me/app-{number}")])),
    );
    for child in children {
        let ran = ran(&child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    let file = world.show("apps/shop.yaml");
    let config = world.show("deploy/production/shop/app/configmap-shop.yaml");
    for number in 0..6 {
        assert!(
            file.contains(&format!("V{number}: x")) && config.contains(&format!("V{number}: ")),
            "{file}{config}"
        );
    }
    assert_eq!(world.json(&["app", "list"])["apps"].as_array().unwrap().len(), 4);
    assert_eq!(world.json(&["deploy", "--all"])["status"], "unchanged");
}

/// The commands of the page run as they stand there, after the README's first command.
#[test]
fn the_commands_of_the_page_on_apps_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/apps.md")).unwrap();
    let block = text.split_once("```sh\n").unwrap().1.split("```").next().unwrap();
    assert_eq!(block.lines().count(), 10, "{block}");
    let sandbox = Sandbox::new();
    sandbox.good(&["deploy", &root.join("examples/tasks/app").display().to_string()]);
    let script = format!("set -eu\ncupaas() {{ '{}' \"$@\"; }}\n{block}", env!("CARGO_BIN_EXE_cupaas"));
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", &script])
        .current_dir(sandbox.path(""))
        .env("CUPAAS_HOME", sandbox.path("home/cupaas"))
        .env("CUPAAS_CI", "none");
    let done = ran(&shell.stdin(Stdio::null()).output().unwrap());
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("GREETING") && done.stderr.is_empty(), "{}{}", done.stdout, done.stderr);
}
