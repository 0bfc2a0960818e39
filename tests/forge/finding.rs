//! Which forge it is, and which token it gets.

use serde_json::Value;

use super::server::{JOB, Manner, TOKEN};
use super::world::World;
use crate::sandbox::ran;

const KINDS: [(Manner, &str); 3] =
    [(Manner::Github, "Bearer "), (Manner::Gitea, "token "), (Manner::Forgejo, "token ")];

#[test]
fn a_forge_that_nothing_names_is_asked_what_it_is() {
    for (manner, scheme) in KINDS {
        let world = World::new(manner);
        world.app("1");
        let mut command = world.command(&["deploy", "shop", "--pull-request"]);
        // No job: a person's shell.
        command.env("CUPAAS_CI", "none");
        let ran = ran(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{manner:?}: {}", ran.stderr);
        let heard = world.server.heard();
        let (asked, told): (Vec<_>, Vec<_>) =
            heard.iter().partition(|heard| !heard.path.starts_with("/repos"));
        assert!(
            asked.iter().all(|heard| heard.authorization.is_none()),
            "it is asked without a token: {asked:#?}"
        );
        let authorization = format!("{scheme}{TOKEN}");
        assert!(told.iter().all(|heard| heard.authorization.as_ref() == Some(&authorization)), "{manner:?}");
    }
}

#[test]
fn a_forge_that_is_named_is_not_asked() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request", "--forge", "gitea"]);
    assert!(command.env("CUPAAS_CI", "none").status().unwrap().success());
    assert!(world.server.heard().iter().all(|heard| heard.path.starts_with("/repos/me/gitops/")));
}

#[test]
fn a_users_name_before_the_token_is_a_login() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    assert!(command.env("CUPAAS_GITOPS_TOKEN", "ana:s3cr3t").status().unwrap().success());
    // `ana:s3cr3t`
    let authorization = Some("Basic YW5hOnMzY3IzdA==".to_owned());
    let heard = world.server.heard();
    let mut gitops = heard.iter().filter(|heard| heard.path.starts_with("/repos/me/gitops/"));
    assert!(gitops.all(|heard| heard.authorization == authorization));
}

#[test]
fn a_jobs_own_token_is_for_its_own_repository_on_its_own_server() {
    // For the app's repository: the job's.
    let world = World::new(Manner::Github);
    world.app("1");
    world.json(&["deploy", "shop", "--pull-request", "--status"]);
    for heard in world.server.heard() {
        let own = heard.path.starts_with("/repos/me/shop/");
        let token = if own { JOB } else { TOKEN };
        assert_eq!(heard.authorization, Some(format!("Bearer {token}")), "{}", heard.path);
    }
    // The GitOps repository is another one: nothing is sent there without its own token.
    let world = World::new(Manner::Github);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    let without = ran(&command.env_remove("CUPAAS_GITOPS_TOKEN").output().unwrap());
    assert_eq!(without.code, Some(2), "{}", without.stderr);
    assert!(without.stderr.contains("CUPAAS_GITOPS_TOKEN"), "{}", without.stderr);
    assert!(without.stderr.contains("error[forge-token-required]"), "{}", without.stderr);
    assert_eq!(world.server.lines(), Vec::<String>::new());
    // Another server says that it has the same repository.
    let (world, other) = (World::new(Manner::Github), World::new(Manner::Github));
    world.app("1");
    let mut command = world.command(&[
        "deploy",
        "shop",
        "--status",
        "--source-repository",
        "https://git.example.cu/me/other",
    ]);
    command.env("CUPAAS_CI_API", other.server.api()).env("CUPAAS_CI_SERVER", &other.server.url);
    let ran = ran(&command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no status"), "{}", ran.stderr);
    assert!(!other.server.heard().iter().any(|heard| heard.authorization.is_some()));
}

#[test]
fn the_jobs_own_token_will_do_where_the_gitops_repository_is_the_jobs_own() {
    for (manner, scheme) in KINDS {
        let world = World::new(manner);
        world.app("1");
        let mut command = world.command(&["deploy", "shop", "--pull-request", "--format", "json"]);
        command.env_remove("CUPAAS_GITOPS_TOKEN").env("CUPAAS_CI_REPOSITORY", "me/gitops");
        let ran = ran(&command.output().unwrap());
        assert_eq!(ran.code, Some(0), "{manner:?}: {}", ran.stderr);
        let (heard, own) = (world.server.heard(), Some(format!("{scheme}{JOB}")));
        assert!(heard.iter().any(|heard| heard.line() == "POST /repos/me/gitops/pulls"), "{manner:?}");
        assert!(heard.iter().all(|heard| heard.authorization == own), "{manner:?}");
    }
}

#[test]
fn git_gets_the_jobs_own_token_too() {
    // What is no address of the API is heard as it comes; this forge has no git behind it.
    let asked = |job: &str| {
        let world = World::new(Manner::Gitea);
        world.app("1");
        let mut command = world.command(&["diff", "shop"]);
        command.env("CUPAAS_GITOPS", format!("{}/me/gitops", world.server.url));
        command.env_remove("CUPAAS_GITOPS_TOKEN").env("CUPAAS_CI_REPOSITORY", job);
        assert_ne!(command.status().unwrap().code(), Some(0));
        let heard = world.server.heard();
        let git = heard.iter().find(|heard| heard.path == "/me/gitops/info/refs").unwrap();
        git.authorization.clone()
    };
    // `x-access-token:s3cr3t-of-a-job`
    let own = "Basic eC1hY2Nlc3MtdG9rZW46czNjcjN0LW9mLWEtam9i".to_owned();
    assert_eq!(asked("me/gitops"), Some(own));
    assert_eq!(asked("me/shop"), None);
}

#[test]
fn a_token_of_ones_own_comes_before_the_jobs() {
    let world = World::new(Manner::Github);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--status", "--format", "json"]);
    let ran = ran(&command.env("CUPAAS_FORGE_TOKEN", TOKEN).output().unwrap());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["notified"].as_array().unwrap().len(), 2, "{report:#}");
    let authorization = Some(format!("Bearer {TOKEN}"));
    assert!(world.server.heard().iter().all(|heard| heard.authorization == authorization));
}

#[test]
fn a_token_of_ones_own_goes_to_no_other_server_than_the_jobs() {
    let (world, other) = (World::new(Manner::Github), World::new(Manner::Gitea));
    world.app("1");
    let address = format!("{}/evil/app", other.server.url);
    let mut command = world.command(&["deploy", "shop", "--status", "--source-repository", &address]);
    let ran = ran(&command.env("CUPAAS_FORGE_TOKEN", TOKEN).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("no status"), "{}", ran.stderr);
    assert!(!other.server.heard().iter().any(|heard| heard.authorization.is_some()));
}

#[test]
fn a_gitops_repository_that_is_on_no_forge_has_no_pull_requests() {
    let world = World::new(Manner::Github);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    for name in ["CUPAAS_GITOPS_REPOSITORY", "CUPAAS_GITOPS_API"] {
        command.env_remove(name);
    }
    let ran = ran(&command.output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[forge-unknown]"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--gitops-repository"), "{}", ran.stderr);
    assert_eq!(world.sandbox.commits(&world.gitops), 1, "nothing was pushed");
}

#[test]
fn an_address_of_which_no_request_can_be_made_is_said() {
    let world = World::new(Manner::Gitea);
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request", "--forge", "gitea"]);
    let ran = ran(&command.env("CUPAAS_GITOPS_API", "https://git example.cu/api/v1").output().unwrap());
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[invalid-api-address]"), "{}", ran.stderr);
}

#[test]
fn an_empty_variable_is_none() {
    let world = World::new(Manner::Github);
    world.app("1");
    let mut command = world.command(&["deploy", "shop"]);
    let names = [
        "CUPAAS_FORGE",
        "CUPAAS_PULL_REQUEST",
        "CUPAAS_AUTO_MERGE",
        "CUPAAS_LABEL",
        "CUPAAS_REVIEWER",
        "CUPAAS_STATUS",
        "CUPAAS_FORGE_TIMEOUT",
    ];
    for name in names {
        command.env(name, "");
    }
    // Without it nobody is asked who approved the commit.
    command.env("GITHUB_TOKEN", "");
    let ran = ran(&command.output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(world.server.lines(), Vec::<String>::new());
}
