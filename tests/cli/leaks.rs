//! What others are for, or what somebody has typed in a wrong place, gets neither to a terminal nor to another program.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::world::{STAGED, World};
use crate::sandbox::{APP, PLATFORM, Sandbox, ran};

const TOKEN: &str = "t0ken-of-s0mebody";

#[test]
fn an_address_that_may_hold_credentials_is_refused_and_not_shown() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    let before = world.head();
    for address in [
        format!("u:{TOKEN}@git.example.cu:me/x"),
        format!("https:/u:{TOKEN}@git.example.cu/me/x"),
        format!("//u:{TOKEN}@git.example.cu/me/x"),
        format!("https://u:a/{TOKEN}@git.example.cu/me/x"),
        format!("git.example.cu/me/x?token={TOKEN}"),
    ] {
        for format in ["text", "json", "markdown"] {
            let gitops = world.sandbox.run(&["deploy", "app", "--gitops", &address, "--format", format]);
            let image = ["--image", "docker.io/library/nginx:1"];
            let stated = ["deploy", "app", "--source-repository", &address, "--format", format];
            let stated = world.run(&[&stated[..], &image].concat());
            for ran in [gitops, stated] {
                assert_eq!(ran.code, Some(2), "{address}: {}{}", ran.stdout, ran.stderr);
                assert!(
                    !format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN),
                    "{}{}",
                    ran.stdout,
                    ran.stderr
                );
                let said = format!("{}{}", ran.stdout, ran.stderr);
                assert!(format == "markdown" || said.contains("address-with-credentials"), "{said}");
            }
        }
    }
    assert_eq!(world.head(), before, "nothing was committed");
    let add =
        world.run(&["app", "add", &format!("u:{TOKEN}@git.example.cu:me/x"), "--branch", "main=production"]);
    assert!(
        add.code != Some(0) && !format!("{}{}", add.stdout, add.stderr).contains(TOKEN),
        "{}",
        add.stderr
    );
}

#[test]
fn help_does_not_say_what_a_variable_holds() {
    let sandbox = Sandbox::new();
    for words in
        [&["deploy", "--help"][..], &["help", "sync"], &["secret", "set", "-h"], &["help", "environment"]]
    {
        let mut command = sandbox.cupaas(words);
        for name in ["CUPAAS_GITOPS", "CUPAAS_SOURCE_REPOSITORY", "CUPAAS_GITOPS_API", "CUPAAS_GITOPS_TOKEN"]
        {
            command.env(name, format!("https://u:{TOKEN}@git.example.cu/{name}"));
        }
        let ran = ran(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("CUPAAS_GITOPS") && !ran.stdout.contains(TOKEN), "{}", ran.stdout);
    }
}

#[test]
fn a_value_that_was_typed_as_the_name_of_a_file_is_not_repeated() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}secrets: [KEY]\n"))]);
    for value in [TOKEN.to_owned(), format!("{TOKEN}/x"), TOKEN.repeat(40)] {
        for format in ["text", "json"] {
            let set = ["secret", "set", "KEY", "app", "--file", &value, "--format", format];
            let ran = sandbox.run(&set);
            assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(TOKEN), "{}{}", ran.stdout, ran.stderr);
        }
    }
    fs::create_dir(sandbox.path("a-folder")).unwrap();
    let folder = sandbox.run(&["secret", "set", "KEY", "app", "--file", "a-folder"]);
    assert!(folder.stderr.contains("a-folder"), "what is there is named: {}", folder.stderr);
}

#[test]
fn git_is_given_no_secret_that_others_are_for() {
    let world = World::new(&[("cupaas.yaml", STAGED)]);
    let sandbox = &world.sandbox;
    sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    // A git that writes down what it is given, and then is git; and a hook of the repository.
    let found = std::process::Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let (real, log) = (String::from_utf8(found).unwrap(), sandbox.path("given").display().to_string());
    let git = format!("#!/bin/sh\nenv >>{log}\nexec {} \"$@\"\n", real.trim());
    let bin = sandbox.write("bin", &[("git", &git)]);
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let hook = format!("#!/bin/sh\nenv >>{log}\n");
    fs::write(format!("{}/hooks/post-receive", world.gitops), hook).unwrap();
    fs::set_permissions(format!("{}/hooks/post-receive", world.gitops), fs::Permissions::from_mode(0o755))
        .unwrap();
    let args = ["deploy", "app", "--env", "production", "--image", "docker.io/library/nginx:1"];
    let mut command = sandbox.cupaas(&[&args[..], &["--gitops", &world.gitops]].concat());
    command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()));
    for name in [
        "SOPS_AGE_KEY",
        "CUPAAS_GITOPS_TOKEN",
        "CUPAAS_FORGE_TOKEN",
        "CUPAAS_SOURCE_TOKEN",
        "CUPAAS_REGISTRY_PASSWORD",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GITEA_TOKEN",
        "FORGEJO_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
        "INPUT_GITOPS_TOKEN",
    ] {
        command.env(name, format!("{TOKEN}-{name}"));
    }
    let done = ran(&command.env("SEEN", "is-seen").output().unwrap());
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let given = fs::read_to_string(log).unwrap();
    assert!(given.contains("SEEN=is-seen"), "what is no secret of ours is handed on");
    let found: Vec<&str> = given.lines().filter(|line| line.contains(TOKEN)).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_mark_that_turns_the_direction_does_not_reach_a_terminal() {
    let world = World::new(&[("cupaas.yaml", PLATFORM), ("apps/a\u{200f}b\u{202e}c.yaml", "nonsense: 1\n")]);
    world.sandbox.write("app\u{200f}x", &[(".cupaas", "name: shop\nruntime: imag\n")]);
    for words in [&["check", "app\u{200f}x"][..], &["app", "list"], &["check", "--all"]] {
        for format in ["text", "markdown"] {
            let ran = world.run(&[words, &["--format", format]].concat());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert!(!said.contains(['\u{200f}', '\u{202e}']), "{words:?}: {said:?}");
        }
    }
}

#[test]
fn a_deploy_that_landed_says_so_by_its_code_where_nobody_can_be_told() {
    let world = World::new(&[("cupaas.yaml", PLATFORM)]);
    world.sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let before = world.head();
    let args = ["deploy", "app", "--gitops", &world.gitops, "--image", "docker.io/library/nginx:1"];
    let output = world.sandbox.cupaas(&args).stdout(full()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("warning: cannot write to standard output"), "{said}");
    assert_ne!(world.head(), before);
    let mut again = world.sandbox.cupaas(&args);
    assert_eq!(again.stdout(full()).stderr(full()).status().unwrap().code(), Some(0));
    // Where the text is all that was asked for, there is nothing without it.
    let render = ["render", "app", "--gitops", &world.gitops, "--image", "docker.io/library/nginx:1"];
    assert_eq!(world.sandbox.cupaas(&render).stdout(full()).output().unwrap().status.code(), Some(2));
}
