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

/// The files that a runner gives to a step.
fn files(sandbox: &Sandbox, command: &mut Command) {
    command.env("GITHUB_OUTPUT", sandbox.path("output")).env("GITHUB_STEP_SUMMARY", sandbox.path("summary"));
    command.env("GITHUB_WORKSPACE", sandbox.path("")).env("CUPAAS_PLAN_FILE", sandbox.path("plan.json"));
}

/// What a step gave out, read as a runner reads it.
fn outputs(sandbox: &Sandbox) -> std::collections::BTreeMap<String, String> {
    let text = std::fs::read_to_string(sandbox.path("output")).unwrap_or_default();
    let mut lines = text.lines();
    let mut outputs = std::collections::BTreeMap::new();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}

#[test]
fn a_step_says_what_it_did() {
    for forge in ["GITHUB", "GITEA", "FORGEJO"] {
        let sandbox = Sandbox::new();
        let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
        let commit = checkout(&sandbox);
        let step = |args: &[&str]| {
            let _ = std::fs::remove_file(sandbox.path("output"));
            let mut command = job(&sandbox, forge, &[args, &["app", "--gitops", &gitops]].concat());
            command.env("GITHUB_REF", "refs/heads/main").env("GITHUB_SHA", &commit);
            files(&sandbox, &mut command);
            let done = run(&mut command);
            assert_eq!(done.code, Some(0), "{}", done.stderr);
            done
        };
        let diff = step(&["diff"]);
        assert!(diff.stdout.contains("\n::group::line by line, ") && diff.stdout.ends_with("::endgroup::\n"));
        let plan: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(sandbox.path("plan.json")).unwrap()).unwrap();
        assert_eq!(plan["status"], "differs");
        assert_eq!(outputs(&sandbox)["changed"], "true");
        assert_eq!(outputs(&sandbox)["plan-file"], sandbox.path("plan.json").display().to_string());

        step(&["deploy"]);
        let given = outputs(&sandbox);
        assert_eq!(given["changed"], "true");
        assert_eq!(given["commit"], sandbox.git("", &["-C", &gitops, "rev-parse", "main"]).trim());
        assert_eq!(given["url"], "http://tasks.apps.example.cu");
        step(&["deploy"]);
        assert_eq!(outputs(&sandbox)["changed"], "false");
        assert!(!outputs(&sandbox).contains_key("commit"));
        let summary = std::fs::read_to_string(sandbox.path("summary")).unwrap();
        assert_eq!(summary.matches("### cupaas: tasks in production\n").count(), 3, "{summary}");

        let _ = std::fs::remove_file(sandbox.path("output"));
        let mut sync = job(&sandbox, forge, &["sync", "--gitops", &gitops, "--format", "matrix"]);
        files(&sandbox, &mut sync);
        let done = run(&mut sync);
        assert_eq!(outputs(&sandbox)["matrix"], done.stdout.trim_end(), "{}", done.stderr);
    }
}

#[test]
fn a_mistake_is_shown_where_it_stands() {
    let sandbox = Sandbox::new();
    // The same name, but another repository's file.
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM), ("apps/tasks.yaml", "colour: blue\n")]);
    sandbox.write("apps", &[("tasks.yaml", "colour: red\n")]);
    sandbox.write("app", &[(".cupaas", "runtime: image\nprocess: {}\nenv: {'::error::x': '1'}\n")]);
    let check = |forge: &str| {
        let mut command = job(&sandbox, forge, &["check", "app", "--gitops", &gitops, "--env", "production"]);
        files(&sandbox, &mut command);
        let done = run(&mut command);
        assert_eq!(done.code, Some(3), "{}", done.stderr);
        done.stderr
    };
    let said = check("GITHUB");
    assert!(
        said.contains("\n::error file=app/.cupaas,line=2,col=1,title=cupaas::unknown key \"process\""),
        "{said}"
    );
    assert!(said.contains("\n::error title=cupaas::apps/tasks.yaml:1:1: unknown key \"colour\""), "{said}");
    let said = check("FORGEJO");
    assert!(said.contains("\napp/.cupaas:2:1: error: unknown key \"process\" (hint: "), "{said}");
    assert!(!said.lines().any(|line| line.trim_start().starts_with("::")), "{said}");
}

#[test]
fn no_text_of_an_app_is_a_command() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let hostile = "name: tasks\nruntime: image\nprocesses:\n  web: {command: serve}\nenv:\n  A: |\n    ::set-output name=url::x\n    ##[add-path]/tmp\n    ::error::x\n  B: \"a\\r::add-mask::e\"\n";
    sandbox.write("app", &[(".cupaas", hostile)]);
    let mut bad = hostile.to_owned();
    bad.push_str("services:\n  - \"::stop-commands::x\"\n  - |-\n    a\n    ::error::y\n");
    sandbox.write("bad", &[(".cupaas", &bad)]);
    let steps: [&[&str]; 7] = [
        &["check", "app"],
        &["explain", "app"],
        &["diff", "app"],
        &["diff", "app", "--format", "json"],
        &["diff", "app", "--format", "markdown"],
        &["diff", "bad"],
        &["deploy", "a\n::error::b"],
    ];
    for args in steps {
        let mut command =
            job(&sandbox, "GITHUB", &[args, &["--gitops", &gitops, "--env", "production"]].concat());
        let done = run(&mut command);
        let mut all = String::new();
        for stream in [&done.stdout, &done.stderr] {
            for line in stream.split(['\n', '\r']) {
                let ours =
                    ["::error title=cupaas::", "::error file=", "::group::line by line", "::endgroup::"];
                let command = line.trim_start().starts_with("::") || line.contains("##[");
                assert!(!command || ours.iter().any(|ours| line.starts_with(ours)), "{args:?}: {line:?}");
                all.push_str(line);
            }
        }
        assert!(!all.is_empty());
    }
    // Wrong words are repeated by whoever reads them.
    let done = run(&mut job(&sandbox, "GITHUB", &["deploy", "--env", "x", "--no\n::error::b"]));
    assert_eq!(done.code, Some(2));
    assert!(!done.stderr.lines().any(|line| line.starts_with("::")), "{}", done.stderr);
}

#[test]
fn a_runners_file_that_cannot_be_written_fails_no_deploy() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let commit = checkout(&sandbox);
    let mut deploy = job(&sandbox, "GITHUB", &["deploy", "app", "--gitops", &gitops, "--env", "production"]);
    deploy
        .env("GITHUB_SHA", commit)
        .env("GITHUB_OUTPUT", "/nowhere/output")
        .env("GITHUB_STEP_SUMMARY", "/nowhere/s");
    let done = run(&mut deploy);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("warning: cannot write /nowhere/output"), "{}", done.stderr);
    assert_eq!(sandbox.commits(&gitops), 2);
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let help = |args: &[&str]| {
        let sandbox = Sandbox::new();
        sandbox.good(args).stdout
    };
    // Every variable that stands for a flag, of every command.
    let pages = [&["deploy", "--help"][..], &["render", "--help"], &["diff", "--help"], &["environment"]];
    let all: String = pages.iter().map(|args| help(args)).collect();
    let names: std::collections::BTreeSet<&str> = all
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .filter(|word| word.starts_with("CUPAAS_"))
        .collect();
    assert!(names.len() > 25, "{names:?}");
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    checkout(&sandbox);
    let with_all_empty = |args: &[&str]| {
        let mut command = job(&sandbox, "GITHUB", args);
        for name in names.iter().filter(|name| **name != "CUPAAS_HOME") {
            command.env(name, "");
        }
        run(&mut command)
    };
    let words = ["app", "--gitops", &gitops, "--env", "production"];
    for command in ["check", "render", "diff", "deploy", "remove"] {
        let done = with_all_empty(&[&[command], &words[..]].concat());
        assert_eq!(done.code, Some(0), "{command}: {}", done.stderr);
    }
    // The help names the variable and never its value, and a flag that is typed is meant.
    let done = with_all_empty(&["deploy", "--help"]);
    assert!(done.stdout.contains("[env: CUPAAS_CI]"), "{}", done.stdout);
    for flag in ["--ci=", "--format=", "--forge="] {
        let done = with_all_empty(&[&["deploy", flag], &words[..]].concat());
        assert_eq!(done.code, Some(2), "{flag}: {}", done.stderr);
    }
}

#[test]
fn no_job_deploys_into_a_repository_that_is_gone_with_it() {
    let sandbox = Sandbox::new();
    checkout(&sandbox);
    // The last one is a CI that is no forge's.
    for (forge, named) in [("GITHUB", false), ("GITEA", true), ("FORGEJO", true), ("", true)] {
        let job = |words: &[&str]| {
            let mut command = job(&sandbox, forge, words);
            if forge.is_empty() {
                command = sandbox.cupaas(words);
                command.env("CI", "true");
            }
            command
        };
        for words in [
            &["deploy", "app"][..],
            &["remove", "app"],
            &["env", "set", "A=1"],
            // What looks would find nothing, and be green.
            &["sync"],
            &["sync", "--dry-run"],
            &["sync", "--format", "matrix"],
            &["diff", "--all"],
            &["check", "--all"],
            &["secret", "check", "--all"],
            &["app", "list"],
            &["app", "show", "tasks"],
            &["diff", "--app", "tasks"],
        ] {
            let mut command = job(words);
            if named {
                command.env("CUPAAS_GITOPS", "");
            }
            let done = run(&mut command);
            assert_eq!(done.code, Some(2), "{forge} {words:?}: {}", done.stderr);
            assert!(done.stderr.contains("CUPAAS_GITOPS"), "{}", done.stderr);
        }
    }
    assert!(!sandbox.path("home/cupaas").exists());
    let tried = run(sandbox.cupaas(&["deploy", "app"]).env("CI", "true"));
    assert_eq!(tried.code, Some(0), "no variable, no job that means another one: {}", tried.stderr);
    for words in [&["diff", "app"][..], &["check", "app"]] {
        let looked = run(job(&sandbox, "GITHUB", words).env("CUPAAS_GITOPS", ""));
        assert_eq!(looked.code, Some(0), "{words:?}: {}", looked.stderr);
    }
    let tried = run(&mut job(&sandbox, "GITHUB", &["deploy", "app", "--ci", "none"]));
    assert_eq!(tried.code, Some(0), "{}", tried.stderr);
    for (variable, value) in [("CUPAAS_CI", "none"), ("CI", "false")] {
        let tried = run(sandbox.cupaas(&["deploy", "app"]).env("CI", "true").env(variable, value));
        assert_eq!(tried.code, Some(0), "{}", tried.stderr);
    }
}

#[test]
fn a_machine_without_a_home_deploys_where_a_repository_is_named() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    checkout(&sandbox);
    let homeless = |words: &[&str]| {
        let mut command = sandbox.cupaas(words);
        run(command.env_remove("HOME").env_remove("CUPAAS_HOME"))
    };
    let named = homeless(&["deploy", "app", "--gitops", &gitops, "--env", "production"]);
    assert_eq!(named.code, Some(0), "{}", named.stderr);
    let looked = homeless(&["check", "--all", "--gitops", &gitops]);
    assert_eq!(looked.code, Some(0), "{}", looked.stderr);
    for words in [&["deploy", "app"][..], &["init", "fleet"]] {
        let done = homeless(words);
        assert_eq!(done.code, Some(2), "{words:?}: {}", done.stderr);
        assert!(done.stderr.contains("neither CUPAAS_HOME nor HOME"), "{words:?}: {}", done.stderr);
    }
}
