//! What a failed git says: each failure has the code of what has to be done about it.

use std::os::unix::fs::PermissionsExt;

use crate::sandbox::{APP, PLATFORM, Sandbox, ran};

const DIFF: [&str; 6] = ["diff", "app", "--image", "x:1", "--gitops", "https://git.example.cu/gitops.git"];

/// A git that ends with these words.
fn git_that_says(sandbox: &Sandbox, words: &str) {
    let folder = sandbox
        .write("bin", &[("words", words), ("git", "#!/bin/sh\n/bin/cat \"${0%/*}/words\" >&2; exit 128\n")]);
    std::fs::set_permissions(folder.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_words_of_git_have_a_code() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    for (words, code, exit) in [
        (
            "fatal: could not read Username for 'https://x': terminal prompts disabled",
            "repository-login-rejected",
            6,
        ),
        (
            "remote: Invalid credentials\nfatal: Authentication failed for 'https://x/'",
            "repository-login-rejected",
            6,
        ),
        (
            "fatal: unable to access 'https://x/': The requested URL returned error: 403",
            "repository-access-denied",
            6,
        ),
        ("git@x: Permission denied (publickey).", "repository-access-denied", 6),
        ("fatal: detected dubious ownership in repository at '/srv/gitops.git'", "unsafe-repository", 6),
        ("remote: Not Found\nfatal: repository 'https://x/' not found", "repository-not-found", 6),
        (
            "fatal: unable to access 'https://x/': The requested URL returned error: 301",
            "repository-moved",
            6,
        ),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.",
            "host-key-unknown",
            6,
        ),
        (
            "fatal: unable to access 'https://x/': SSL certificate problem: unable to get local issuer certificate",
            "certificate-untrusted",
            6,
        ),
        ("fatal: mismatched algorithms: client sha1; server sha256", "repository-unsupported", 6),
        ("fatal: transport 'https' not allowed", "repository-unsupported", 6),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "repository-unavailable", 5),
        ("", "repository-unavailable", 5),
    ] {
        git_that_says(&sandbox, words);
        let said = ran(&sandbox.cupaas(&DIFF).env("PATH", sandbox.path("bin")).output().unwrap());
        assert_eq!(said.code, Some(exit), "{words}: {}", said.stderr);
        assert!(said.stderr.contains(&format!("error[{code}]: cannot read https://git")), "{}", said.stderr);
    }
}

#[test]
fn without_git_and_without_room_for_a_copy_nothing_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = format!("file://{}", sandbox.gitops(&[("cupaas.yaml", PLATFORM)]));
    for (variable, code, exit) in [("PATH", "git-not-installed", 2), ("TMPDIR", "temporary-files", 7)] {
        let mut command = sandbox.cupaas(&["diff", "app", "--image", "x:1", "--gitops", &gitops]);
        let said = ran(&command.env(variable, "/nowhere").output().unwrap());
        assert_eq!(said.code, Some(exit), "{variable}: {}", said.stderr);
        assert!(said.stderr.contains(&format!("error[{code}]")), "{}", said.stderr);
    }
}

#[test]
fn a_folder_is_read_without_git() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let mut command = sandbox.cupaas(&["diff", "app", "--image", "x:1", "--gitops", &gitops]);
    let said = ran(&command.env("PATH", "/nowhere").output().unwrap());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}

#[test]
fn a_token_that_is_refused_is_named_and_one_that_is_missing_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let words = "fatal: could not read Username for 'https://git.example.cu': terminal prompts disabled";
    git_that_says(&sandbox, words);
    for (set, said, hint) in [
        (
            Some("CUPAAS_GITOPS_TOKEN"),
            "git.example.cu refused the token in CUPAAS_GITOPS_TOKEN",
            "it may have expired, been revoked, or belong to another server: set CUPAAS_GITOPS_TOKEN to a token",
        ),
        (None, words, "hint: set CUPAAS_GITOPS_TOKEN to a token that may write to the repository"),
    ] {
        let mut command = sandbox.cupaas(&DIFF);
        command.env("PATH", sandbox.path("bin"));
        command.envs(set.map(|name| (name, "s3cr3t-t0ken")));
        let ran = ran(&command.output().unwrap());
        assert_eq!(ran.code, Some(6), "{}", ran.stderr);
        assert!(ran.stderr.contains(said) && ran.stderr.contains(hint), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "git's own line stays: {}", ran.stderr);
        assert_eq!(ran.stderr.contains("refused"), set.is_some(), "{}", ran.stderr);
        assert!(!ran.stderr.contains("s3cr3t"), "{}", ran.stderr);
    }
}

#[test]
fn the_line_of_ssh_stays_and_has_a_hint() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    for (line, hint) in [
        ("Host key verification failed.", "ssh-keyscan git.example.cu >> ~/.ssh/known_hosts"),
        ("git@git.example.cu: Permission denied (publickey).", "ssh-add -l"),
        ("ssh: connect to host git.example.cu port 22: Network is unreachable", "check the network"),
    ] {
        git_that_says(&sandbox, &format!("{line}\nfatal: Could not read from remote repository."));
        let args = ["diff", "app", "--image", "x:1", "--gitops", "git@git.example.cu:me/gitops.git"];
        let said = ran(&sandbox.cupaas(&args).env("PATH", sandbox.path("bin")).output().unwrap());
        assert!(said.stderr.contains(line) && said.stderr.contains(hint), "{}", said.stderr);
    }
}
