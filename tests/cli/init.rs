//! `init` in a clone: what the clone says of itself is not invented. And what is no repository at all.

use crate::sandbox::Sandbox;

fn file(sandbox: &Sandbox, name: &str) -> String {
    std::fs::read_to_string(sandbox.path(name)).unwrap()
}

#[test]
fn a_clones_own_branch_and_address_are_written() {
    for (origin, url) in [
        ("git@git.invalid:me/gitops.git", "ssh://git@git.invalid/me/gitops.git"),
        ("ssh://git@git.invalid:2222/me/gitops.git", "ssh://git@git.invalid:2222/me/gitops.git"),
        ("https://ana:s3cr3t@git.invalid/me/gitops", "https://git.invalid/me/gitops"),
        ("/srv/git/gitops.git", "ssh://git@git.example.com/me/gitops.git"),
    ] {
        for (branch, written) in [("live", "live"), ("1.0", "\"1.0\"")] {
            let sandbox = Sandbox::new();
            sandbox.git("", &["init", "-q", "-b", branch, "gitops"]);
            sandbox.git("gitops", &["remote", "add", "origin", origin]);
            sandbox.good(&["init", "gitops"]);
            let text = file(&sandbox, "gitops/bootstrap/home.yaml");
            assert!(text.contains(&format!("  url: {url}\n")), "{text}");
            assert!(text.contains(&format!("    branch: {written}\n")), "{text}");
            sandbox.git("", &["init", "-q", "-b", branch, "argo"]);
            sandbox.git("argo", &["remote", "add", "origin", origin]);
            sandbox.good(&["init", "argo", "--delivery", "argocd", "--url", "https://git.invalid/argo"]);
            let text = file(&sandbox, "argo/cupaas.yaml");
            assert!(
                text.contains(&format!("url: https://git.invalid/argo\n    revision: {written}\n")),
                "{text}"
            );
            assert!(
                file(&sandbox, "argo/bootstrap/home.yaml").contains(&format!("targetRevision: {written}\n"))
            );
        }
    }
}

#[test]
fn a_registry_is_a_host_and_a_path() {
    let sandbox = Sandbox::new();
    let init = |registry: &str| {
        let folder = format!("g{}", registry.len());
        sandbox.run(&["init", &folder, "--domain", "example.cu", "--registry", registry])
    };
    for good in ["git.example.cu/me", "localhost:5000", "git.example.cu:3000/me/team_a/"] {
        assert_eq!(init(good).code, Some(0), "{good}");
    }
    for bad in
        ["https://git.example.cu/me", "git.example.cu/me:v1", "git.example.cu//me", "git.example.cu/Me"]
    {
        let done = init(bad);
        assert_eq!(done.code, Some(2), "{bad}: {}", done.stderr);
        assert!(done.stderr.contains("without https://"), "{}", done.stderr);
    }
}

#[test]
fn a_file_is_no_gitops_repository() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", crate::sandbox::APP), ("x.bundle", "# v2 git bundle\n")]);
    let refused = sandbox.run(&["deploy", "app", "--gitops", "app/x.bundle"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("[invalid-address]") && refused.stderr.contains("is a file"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_folder_in_another_repository_is_not_that_one() {
    let sandbox = Sandbox::new();
    sandbox.git("", &["init", "-q", "-b", "live", "app"]);
    sandbox.git("app", &["remote", "add", "origin", "https://git.invalid/me/app.git"]);
    for folder in ["app/try", "alone"] {
        sandbox.write(folder, &[]);
        sandbox.good(&["init", folder]);
        let text = file(&sandbox, &format!("{folder}/bootstrap/home.yaml"));
        assert!(text.contains("branch: main\n") && text.contains("git.example.com"), "{text}");
    }
}
