//! In a job of a forge's CI, as its runner describes it.

use std::process::Command;

use crate::sandbox::{APP, PLATFORM, Ran, Sandbox, ran};

const TWO: &str = "environments:\n  production: {cluster: home, branch: main}\n  staging: {cluster: home}\nregistry: {prefix: registry.example.cu}\n";

/// A job of the repository `ana/tasks` on this forge: `FORGEJO`, `GITEA` or `GITHUB`.
fn job(sandbox: &Sandbox, forge: &str, args: &[&str]) -> Command {
    let mut command = sandbox.cupaas(args);
    command.env("CI", "true").env("GITHUB_ACTIONS", "true");
    match forge {
        "FORGEJO" => command.env("FORGEJO_ACTIONS", "true").env("GITEA_ACTIONS", "true"),
        "GITEA" => command.env("GITEA_ACTIONS", "true"),
        _ => &mut command,
    };
    command.env("GITHUB_SERVER_URL", "https://git.example.cu/").env("GITHUB_REPOSITORY", "ana/tasks");
    command.env("GITHUB_RUN_ID", "77").env("GITHUB_RUN_NUMBER", "5").env("GITHUB_ACTOR", "ana");
    command
}

fn run(command: &mut Command) -> Ran {
    ran(&command.output().unwrap())
}

/// The checkout of a commit that lies on no branch, as runners make it; the commit.
fn checkout(sandbox: &Sandbox) -> String {
    sandbox.write("app", &[(".cupaas", APP)]);
    let commit = sandbox.commit("app", 1_700_000_100);
    sandbox.git("app", &["checkout", "-q", "--detach"]);
    sandbox.git("app", &["remote", "add", "origin", "https://git.example.cu/ana/tasks"]);
    commit
}

#[test]
fn a_commit_says_which_job_made_it() {
    for (forge, page) in [("GITHUB", 77), ("GITEA", 77), ("FORGEJO", 5)] {
        let sandbox = Sandbox::new();
        let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
        let commit = checkout(&sandbox);
        let mut deploy = job(&sandbox, forge, &["deploy", "app", "--gitops", &gitops]);
        deploy.env("GITHUB_REF", "refs/heads/main").env("GITHUB_SHA", &commit);
        let done = run(&mut deploy);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let message = sandbox.git("", &["-C", &gitops, "log", "-1", "--format=%B", "main"]);
        for trailer in [
            format!("Cupaas-Source: https://git.example.cu/ana/tasks@{commit}\n"),
            format!("Cupaas-Run: https://git.example.cu/ana/tasks/actions/runs/{page}\n"),
            "Cupaas-Actor: ana\n".to_owned(),
        ] {
            assert!(message.contains(&trailer), "{forge}: no {trailer} in {message}");
        }
        let record = sandbox.show(&gitops, "releases/production/tasks/release.yaml");
        assert!(record.contains("branch: main"), "{record}");
    }
}

#[test]
fn the_branch_of_a_job_says_which_environment() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", TWO)]);
    let commit = checkout(&sandbox);
    let environment = |reference: &str, sha: &str, repository: &str| {
        let mut diff = job(&sandbox, "GITHUB", &["diff", "app", "--gitops", &gitops, "--format", "json"]);
        diff.env("GITHUB_REF", reference).env("GITHUB_SHA", sha).env("GITHUB_REPOSITORY", repository);
        let done = run(&mut diff);
        let value: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        value["environment"].as_str().map(str::to_owned).unwrap_or_else(|| done.stdout.clone())
    };
    assert_eq!(environment("refs/heads/main", &commit, "ana/tasks"), "production");
    assert_eq!(environment("refs/heads/other", &commit, "ana/tasks"), "staging");
    // What is checked out is something else than what the job is about.
    assert_eq!(environment("refs/heads/main", &commit, "ana/other"), "staging");
    assert_eq!(environment("refs/heads/main", &"1".repeat(40), "ana/tasks"), "staging");
}

#[test]
fn a_pull_request_shows_what_merging_would_do_and_deploys_nothing_unasked() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", TWO)]);
    let merge = checkout(&sandbox);
    let own = "1".repeat(40);
    let event = format!(
        r#"{{"pull_request": {{"number": 12, "head": {{"sha": "{own}", "ref": "main", "repo": {{"full_name": "eve/tasks"}}}},
        "base": {{"ref": "main", "repo": {{"full_name": "ana/tasks"}}}}}}}}"#
    );
    sandbox.write("", &[("event.json", &event)]);
    let event = sandbox.path("event.json");
    let at = |args: &[&str]| {
        let mut command = job(&sandbox, "GITHUB", &[args, &["app", "--gitops", &gitops]].concat());
        command
            .env("GITHUB_REF", "refs/pull/12/merge")
            .env("GITHUB_REF_NAME", "12/merge")
            .env("GITHUB_SHA", &merge);
        command.env("GITHUB_EVENT_NAME", "pull_request").env("GITHUB_EVENT_PATH", &event);
        run(&mut command)
    };
    let diff = at(&["diff", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&diff.stdout).unwrap();
    assert_eq!(value["environment"], "production", "{}", diff.stdout);
    assert!(
        value["image"]["reference"].as_str().is_some_and(|image| image.ends_with(&own)),
        "{}",
        value["image"]
    );
    let deploy = at(&["deploy"]);
    assert_eq!(deploy.code, Some(2), "{}", deploy.stderr);
    assert!(deploy.stderr.contains("--env"), "{}", deploy.stderr);
    assert_eq!(sandbox.commits(&gitops), 1);
    let deploy = at(&["deploy", "--env", "staging"]);
    assert_eq!(deploy.code, Some(0), "{}", deploy.stderr);
    assert!(sandbox.paths(&gitops).iter().any(|path| path.starts_with("deploy/staging/tasks/")));
}
