//! What somebody meets who has never used the program: each message says what is so, and what to type.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::sandbox::{APP, PLATFORM, Ran, Sandbox, ran, tree};

/// `check` of an app, which fails.
fn refused(sandbox: &Sandbox, gitops: &str) -> Ran {
    let done = sandbox.run(&["check", "app", "--gitops", gitops]);
    assert_ne!(done.code, Some(0), "{}", done.stdout);
    done
}

#[test]
fn an_empty_repository_none_and_one_without_a_platform_are_told_apart() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.git("", &["init", "-q", "--bare", "-b", "main", "empty.git"]);
    let other = sandbox.gitops(&[("README.md", "words")]);
    sandbox.write("folder", &[]);
    let empty = sandbox.path("empty.git").display().to_string();
    for (gitops, code, says) in [
        (
            empty.as_str(),
            "missing-platform",
            &["the GitOps repository is empty", "begin it:", "git clone", "cupaas init", "git push"][..],
        ),
        (
            other.as_str(),
            "missing-platform",
            &[
                "has no cupaas.yaml on its branch main",
                "--gitops-branch",
                "git clone",
                "cupaas init",
                "git push",
            ],
        ),
        ("folder", "missing-platform", &["the folder folder has no cupaas.yaml", "`cupaas init folder`"]),
        ("app", "missing-platform", &["the folder app has no cupaas.yaml", "it is an app's folder"]),
        ("nowhere.git", "repository-not-found", &["check the path", "git init --bare", "cupaas init gitops"]),
    ] {
        let said = refused(&sandbox, gitops).stderr;
        assert!(said.contains(&format!("error[{code}]")), "{said}");
        let missing: Vec<_> = says.iter().filter(|words| !said.contains(**words)).collect();
        assert!(missing.is_empty(), "{missing:?} in {said}");
        assert_eq!(said.contains("is empty"), gitops == empty, "{said}");
    }
    // The commands are the right ones.
    sandbox.git("", &["clone", "-q", &empty, "begun"]);
    sandbox.good(&["init", "begun"]);
    sandbox.commit("begun", 1_700_000_000);
    sandbox.git("begun", &["push", "-q", "origin", "HEAD:main"]);
    sandbox.good(&["check", "app", "--gitops", &empty]);
}

/// `init` in the app's folder, at a terminal at which this is typed.
fn init_at_a_terminal(sandbox: &Sandbox, answer: &str) -> Ran {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let terminal: OwnedFd = File::options().read(true).write(true).open(name).unwrap().into();
    let mut ours = File::from(ours);
    ours.write_all(answer.as_bytes()).unwrap();
    let mut command = sandbox.cupaas(&["init", "app"]);
    command.stdin(Stdio::from(terminal.try_clone().unwrap()));
    command.stderr(Stdio::from(terminal.try_clone().unwrap())).stdout(Stdio::piped());
    ran(&command.output().unwrap())
}

#[test]
fn a_platform_in_an_apps_folder_is_asked_for_twice() {
    for file in [".cupaas", "requirements.txt", "Dockerfile", "Procfile"] {
        let sandbox = Sandbox::new();
        let app = sandbox.write("app", &[(file, "name: shop\n")]);
        let before = tree(&app);
        let refused = sandbox.run(&["init", "app"]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        for words in ["[app-in-folder]", file, "`cupaas new`", "cupaas init ../gitops", "--allow-app-folder"]
        {
            assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
        }
        assert_eq!(init_at_a_terminal(&sandbox, "\n").code, Some(2));
        assert_eq!(init_at_a_terminal(&sandbox, "n\n").code, Some(2));
        assert_eq!(tree(&app), before, "nothing was written");
        assert_eq!(init_at_a_terminal(&sandbox, "y\n").code, Some(0));
        assert!(app.join("cupaas.yaml").is_file());
        // It is a platform's now.
        sandbox.good(&["init", "app"]);
    }
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.good(&["init", "app", "--allow-app-folder"]);
}

#[test]
fn a_deploy_to_this_machine_says_that_no_cluster_has_seen_it() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let words = ["No cluster has seen this", "show --stat", "cupaas init", "cupaas deploy --gitops URL"];
    let said = sandbox.good(&["deploy", "app"]).stdout;
    assert!(words.iter().all(|words| said.contains(words)), "{said}");
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let said = sandbox.good(&["deploy", "app", "--gitops", &gitops]).stdout;
    assert!(!said.contains("No cluster"), "{said}");
}

#[test]
fn a_tag_that_may_change_is_said_and_one_that_cannot_is_not() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let digest = format!("x@sha256:{}", "1".repeat(64));
    let commit = format!("x:{}", "2".repeat(40));
    for (image, said) in [("x:latest", 1), ("x", 1), ("x:v2", 1), (&digest, 0), (&commit, 0)] {
        let out = sandbox.good(&["deploy", "app", "--gitops", &gitops, "--image", image]).stdout;
        assert_eq!(out.matches("named by a tag").count(), said, "{image}: {out}");
    }
}

#[test]
fn a_workflow_says_what_to_do_while_the_action_has_no_release() {
    let changes = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CHANGELOG.md")).unwrap();
    let released = changes.lines().filter(|line| line.starts_with("## [")).count() > 1;
    for forge in ["github", "gitea", "forgejo"] {
        let sandbox = Sandbox::new();
        sandbox.write("app", &[("requirements.txt", "flask\n")]);
        let said = sandbox.good(&["new", "app", "--forge", forge]).stdout;
        assert_eq!(said.contains("write cupaas@main for each cupaas@v0"), !released, "{said}");
    }
}
