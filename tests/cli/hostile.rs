//! Words that could be options, paths that could lead out, repositories that could run something.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::sandbox::{APP, PLATFORM, Sandbox};

#[test]
fn addresses_and_branches_are_no_options_and_no_programs() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let touched = sandbox.path("touched");
    let touch = format!("touch {}", touched.display());
    let addresses = [
        format!("ext::sh -c '{touch}'"),
        format!("--upload-pack={touch}"),
        format!("-u{touch}"),
        format!("ssh://-oProxyCommand={touch}/x"),
        format!("git@-oProxyCommand={touch}:x"),
        "fd::17/x".to_owned(),
        "https://".to_owned(),
        "file://..".to_owned(),
        "a\nb".to_owned(),
    ];
    for address in &addresses {
        let argument = format!("--gitops={address}");
        let code = sandbox.run(&["deploy", "app", &argument]).code;
        assert!(matches!(code, Some(2 | 5 | 6)), "{address:?}: {code:?}");
        let mut from_environment = sandbox.cupaas(&["deploy", "app"]);
        let code = from_environment.env("CUPAAS_GITOPS", address).output().unwrap().status.code();
        assert!(matches!(code, Some(2 | 5 | 6)), "{address:?}: {code:?}");
    }
    for branch in [
        "-f",
        "--upload-pack=x",
        "a..b",
        "../main",
        "refs/heads/main",
        "a b",
        "main:x",
        "+main",
        "@{1}",
        "x.lock",
    ] {
        let branch = format!("--gitops-branch={branch}");
        let code = sandbox.run(&["diff", "app", "--gitops", &gitops, &branch]).code;
        assert!(matches!(code, Some(2 | 3)), "{branch}: {code:?}");
    }
    assert!(!touched.exists(), "a command was run");
}

#[test]
fn names_do_not_lead_out_of_their_folders() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    for name in ["..", "../x", "a/b", "/etc", ".git", "a\\b", "-x", "A", "a_b", "", "a\n", "a-"] {
        for flag in ["--app", "--env"] {
            let argument = format!("{flag}={name}");
            for command in ["diff", "deploy", "remove"] {
                let ran = sandbox.run(&[command, "app", "--gitops", &gitops, &argument]);
                let fine = name.is_empty() && ran.code == Some(0);
                assert!(matches!(ran.code, Some(2 | 3)) || fine, "{command} {argument}: {ran:?}");
            }
        }
        let text = format!("name: {name:?}\n{APP}");
        sandbox.write("named", &[(".cupaas", &text)]);
        assert_eq!(sandbox.run(&["check", "named", "--gitops", &gitops]).code, Some(3), "{name:?}");
    }
    let outside: Vec<_> = sandbox
        .paths(&gitops)
        .into_iter()
        .filter(|path| !path.contains("/app") && path != "cupaas.yaml")
        .collect();
    assert!(outside.iter().all(|path| path.starts_with("hosts/app.")), "{outside:?}");
}

#[test]
fn links_in_the_repository_are_not_followed() {
    for place in [
        "deploy/production/app",
        "releases/production/app",
        "clusters/home/production",
        "deploy",
        "cupaas.yaml",
        "catalog",
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("app", &[(".cupaas", APP)]);
        let outside = sandbox.write("outside", &[("cupaas.yaml", PLATFORM)]);
        let gitops = sandbox.write("gitops", &[("cupaas.yaml", PLATFORM)]);
        let link = gitops.join(place);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&link);
        symlink(&outside, &link).unwrap();
        sandbox.commit("gitops", 1_700_000_000);
        sandbox.git("", &["clone", "-q", "--bare", "gitops", "gitops.git"]);
        // A checked-out branch is refused by git itself, so the bare one.
        for place_of_gitops in ["gitops.git", "plain"] {
            if place_of_gitops == "plain" {
                fs::remove_dir_all(gitops.join(".git")).unwrap();
                fs::rename(&gitops, sandbox.path("plain")).unwrap();
            }
            let ran = sandbox.run(&["deploy", "app", "--gitops", place_of_gitops]);
            assert!(matches!(ran.code, Some(3 | 6)), "{place} in {place_of_gitops}: {ran:?}");
        }
        let left: Vec<_> = fs::read_dir(&outside).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["cupaas.yaml"], "{place}");
    }
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let sandbox = Sandbox::new();
    let app = sandbox.write("app", &[(".cupaas", APP), (".gitattributes", "* filter=evil diff=evil\n")]);
    let gitops = sandbox.write("gitops", &[("cupaas.yaml", PLATFORM), (".gitattributes", "* filter=evil\n")]);
    sandbox.commit("app", 1_700_000_000);
    sandbox.commit("gitops", 1_700_000_000);
    let touched = sandbox.path("touched");
    let script = format!("#!/bin/sh\necho $0 >> {}\n", touched.display());
    for repository in [&app, &gitops] {
        for hook in [
            "post-checkout",
            "pre-commit",
            "pre-push",
            "reference-transaction",
            "post-index-change",
            "fsmonitor",
        ] {
            let path = repository.join(".git/hooks").join(hook);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let config = repository.join(".git/config");
        let evil = repository.join(".git/hooks/fsmonitor");
        let mut text = fs::read_to_string(&config).unwrap();
        text += &format!(
            "[core]\n\tfsmonitor = {0}\n\tsshCommand = {0}\n\tpager = {0}\n\teditor = {0}\n[filter \"evil\"]\n\tclean = {0}\n\tsmudge = {0}\n[diff \"evil\"]\n\ttextconv = {0}\n[credential]\n\thelper = {0}\n",
            evil.display()
        );
        fs::write(config, text).unwrap();
    }
    // Files that differ, so that a filter would be asked.
    fs::write(app.join(".cupaas"), format!("{APP}env: {{A: b}}\n")).unwrap();
    let address = format!("file://{}", gitops.display());
    for args in [&["check", "app"][..], &["diff", "app"]] {
        sandbox.good(&[args, &["--gitops", &address]].concat());
    }
    assert!(!touched.exists(), "{}", fs::read_to_string(&touched).unwrap_or_default());
}

#[test]
fn text_from_files_does_not_steer_a_terminal() {
    let sandbox = Sandbox::new();
    let app = format!("{APP}env: {{A: \"\\e]0;x\\a\\e[2J\"}}\n");
    sandbox.write("app", &[(".cupaas", &app)]);
    for command in ["explain", "diff", "render"] {
        let ran = sandbox.run(&[command, "app"]);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{command}");
    }
}
