//! Which texts are addresses and branch names.

use std::path::Path;

use cupaas::parts::diagnostic::Kind;
use cupaas::parts::git::{BranchName, RepositoryUrl};

#[test]
fn what_people_write_is_an_address() {
    let cases = [
        ("/srv/gitops.git", "/srv/gitops.git"),
        ("gitops", "/home/me/gitops"),
        ("../gitops", "/home/me/../gitops"),
        ("./-x", "/home/me/./-x"),
        ("./a:b", "/home/me/./a:b"),
        ("file:///srv/gitops.git", "file:///srv/gitops.git"),
        ("https://git.example/o/r.git", "https://git.example/o/r.git"),
        ("http://10.0.0.1:3000/o/r", "http://10.0.0.1:3000/o/r"),
        ("https://[::1]:3000/o/r", "https://[::1]:3000/o/r"),
        ("ssh://git@git.example:22/o/r.git", "ssh://git@git.example:22/o/r.git"),
        ("git@git.example:o/r.git", "git@git.example:o/r.git"),
        ("host:r", "host:r"),
    ];
    for (text, wanted) in cases {
        let address = RepositoryUrl::parse(text, Path::new("/home/me")).unwrap();
        assert_eq!(address.as_str(), wanted);
    }
}

#[test]
fn what_could_run_or_leak_something_is_not() {
    let cases = [
        "",
        "-x",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c x",
        "fd::1",
        "http::https://x/y",
        "transport::x",
        "ext::ssh://x/y",
        "ext::sh://x",
        "git://x/y",
        "ftp://x/y",
        "HTTPS://x/y",
        "javascript://x/y",
        "https://",
        "https:///x",
        "https://x",
        "https://x/",
        "ssh://",
        "ssh://-oProxyCommand=x/y",
        "ssh://git@-oProxyCommand=x/y",
        "ssh://-x@host/y",
        "-x@host:y",
        "git@-oProxyCommand=x:y",
        "-host:y",
        "git@host:",
        "git@host:-y",
        "host name:y",
        "https://user:pass@x/y",
        "https://TOKEN@x/y",
        "https:/u:TOKEN@x/y",
        "//u:TOKEN@x/y",
        "u:TOKEN@host:x",
        "https://u:TO/TOKEN@x/y",
        "x/y?token=TOKEN",
        "ssh://user:pass@x/y",
        "user:pass@host:y",
        "https://x/y\n",
        "https://x/%0ahost=evil",
        "https://x/%00",
        "a\0b",
        "file://host/path",
        "file://",
        "file:///",
        "ssh://a b/c",
        "https://x$(y)/z",
    ];
    for text in cases {
        let failure = RepositoryUrl::parse(text, Path::new("/home/me")).expect_err(text);
        let secret = text.contains("pass@") || text.contains("TOKEN");
        let code = if secret { "address-with-credentials" } else { "invalid-address" };
        assert_eq!((failure.code.as_str(), failure.kind()), (code, Kind::Usage), "{text:?}");
        assert!(
            !failure.message.to_string().contains("pass") && !failure.message.to_string().contains("TOKEN"),
            "{failure}"
        );
        if text.contains("pass@x") || text.contains("TOKEN") {
            assert!(
                failure.hints.iter().any(|hint| hint.to_string().contains("CUPAAS_GITOPS_TOKEN")),
                "{text:?}"
            );
        }
    }
}

#[test]
fn branch_names_are_those_of_git() {
    for good in ["main", "a/b", "feature/ü", "a.b", "a@b", "x-1"] {
        assert!(BranchName::parse(good).is_ok(), "{good}");
        assert_eq!(checked_by_git(good), Some(true));
    }
    let bad = [
        "", "-x", "--all", "a b", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b",
        ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "HEAD", "a@{1}", "a\nb", "a\u{7f}",
    ];
    for bad in bad {
        let failure = BranchName::parse(bad).unwrap_err();
        assert_eq!((failure.code.as_str(), failure.kind()), ("invalid-branch", Kind::Usage), "{bad:?}");
        // git itself reads these as something else, or refuses them where a branch is made.
        if !matches!(bad, "-x" | "--all" | "@" | "HEAD") {
            assert_ne!(checked_by_git(bad), Some(true), "{bad:?}");
        }
    }
}

fn checked_by_git(name: &str) -> Option<bool> {
    let mut git = std::process::Command::new("git");
    git.args(["check-ref-format", &format!("refs/heads/{name}")]).stderr(std::process::Stdio::null());
    git.output().ok().map(|output| output.status.success())
}
