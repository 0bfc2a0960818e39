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
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    for (variable, code, exit) in [("PATH", "git-not-installed", 2), ("TMPDIR", "temporary-files", 7)] {
        let mut command = sandbox.cupaas(&["diff", "app", "--image", "x:1", "--gitops", &gitops]);
        let said = ran(&command.env(variable, "/nowhere").output().unwrap());
        assert_eq!(said.code, Some(exit), "{variable}: {}", said.stderr);
        assert!(said.stderr.contains(&format!("error[{code}]")), "{}", said.stderr);
    }
}
