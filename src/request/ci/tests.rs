//! Jobs as the three forges describe them, and as nobody should.

use super::*;

const HEAD: &str = "1111111111111111111111111111111111111111";
const MERGE: &str = "2222222222222222222222222222222222222222";
const BASE: &str = "3333333333333333333333333333333333333333";

fn variables(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.trim().split_once('='));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn read(text: &str, event: &str) -> Option<Ci> {
    Ci::read(&variables(text), &Given::default(), |_| Some(event.as_bytes().to_vec()))
}

fn github(more: &str) -> String {
    format!(
        "GITHUB_ACTIONS=true\nGITHUB_SERVER_URL=https://github.com\nGITHUB_API_URL=https://api.github.com\n\
         GITHUB_REPOSITORY=ana/shop\nGITHUB_ACTOR=ana\nGITHUB_RUN_ID=77\nGITHUB_RUN_NUMBER=5\n\
         GITHUB_EVENT_PATH=/event.json\nGITHUB_WORKSPACE=/work\nGITHUB_OUTPUT=/o\nGITHUB_STEP_SUMMARY=/s\n{more}"
    )
}

/// As all three send it, cut to what matters.
fn event(head_repository: &str) -> String {
    format!(
        r#"{{"number": 12, "repository": {{"full_name": "ana/shop"}}, "pull_request": {{"number": 12,
        "head": {{"sha": "{HEAD}", "ref": "feature", "repo": {head_repository}}},
        "base": {{"sha": "{BASE}", "ref": "main", "repo": {{"full_name": "ana/shop"}}}}}}}}"#
    )
}

const OWN: &str = r#"{"full_name": "Ana/Shop"}"#;

#[test]
fn a_push_on_each_forge() {
    let ci = read(&github(&format!("GITHUB_REF=refs/heads/main\nGITHUB_SHA={HEAD}")), "{}").unwrap();
    assert_eq!(ci.forge, Forge::Github);
    assert_eq!(ci.run_url.as_deref(), Some("https://github.com/ana/shop/actions/runs/77"));
    assert_eq!((ci.branch.as_deref(), ci.commit.as_deref()), (Some("main"), Some(HEAD)));
    assert_eq!((ci.pull_request, ci.output), (None, Some(PathBuf::from("/o"))));

    // The server's own address ends in a slash, and the API's variable may be an older runner's.
    let ci = read(
        &format!(
            "GITHUB_ACTIONS=true\nGITEA_ACTIONS=true\nGITEA_ACTIONS_RUNNER_VERSION=1.0.8\nGITEA_OUTPUT=/gitea\n\
             GITHUB_OUTPUT=/github\nGITHUB_SERVER_URL=https://git.example.cu/\nGITHUB_REPOSITORY=ana/shop\n\
             GITHUB_RUN_ID=77\nGITHUB_RUN_NUMBER=5\nGITHUB_REF=refs/heads/main\nGITHUB_SHA={HEAD}"
        ),
        "",
    )
    .unwrap();
    assert_eq!(ci.forge, Forge::Gitea);
    assert_eq!(ci.api.as_deref(), Some("https://git.example.cu/api/v1"));
    assert_eq!(ci.run_url.as_deref(), Some("https://git.example.cu/ana/shop/actions/runs/77"));
    assert_eq!(ci.output, Some(PathBuf::from("/gitea")));

    // Forgejo calls itself by all three names; its pages are numbered in each repository.
    let ci = read(
        "FORGEJO_ACTIONS=true\nGITEA_ACTIONS=true\nGITHUB_ACTIONS=true\nFORGEJO_SERVER_URL=https://code.example.cu/\n\
         GITHUB_SERVER_URL=https://wrong.example.cu\nGITHUB_REPOSITORY=ana/shop\nGITHUB_RUN_ID=77\n\
         FORGEJO_RUN_NUMBER=5\nFORGEJO_REF=refs/heads/12/merge",
        "{}",
    )
    .unwrap();
    assert_eq!(ci.forge, Forge::Forgejo);
    assert_eq!(ci.run_url.as_deref(), Some("https://code.example.cu/ana/shop/actions/runs/5"));
    assert_eq!(ci.branch.as_deref(), Some("12/merge"), "a branch may be called so");
}

#[test]
fn an_enterprise_servers_api_stands_below_it() {
    let mut variables = variables(&github("GITHUB_SERVER_URL=https://ghe.example.cu"));
    variables.remove("GITHUB_API_URL");
    let ci = Ci::read(&variables, &Given::default(), |_| None).unwrap();
    assert_eq!(ci.api.as_deref(), Some("https://ghe.example.cu/api/v3"));
}

#[test]
fn a_pull_request_is_about_its_own_commit_and_is_no_branch() {
    let names =
        ["REF=refs/pull/12/merge\nGITHUB_REF_NAME=12/merge", "REF=refs/pull/12/head\nGITHUB_REF_NAME=12"];
    for name in names {
        let text = github(&format!("GITHUB_EVENT_NAME=pull_request\nGITHUB_{name}\nGITHUB_SHA={MERGE}"));
        let ci = read(&text, &event(OWN)).unwrap();
        let request = ci.pull_request.as_ref().unwrap();
        assert_eq!((request.number, request.fork, request.base.as_deref()), (12, false, Some("main")));
        assert_eq!(
            (ci.commit.as_deref(), ci.checkout.as_deref(), &ci.branch),
            (Some(HEAD), Some(MERGE), &None)
        );
        for head in [Some(MERGE), Some(HEAD), None] {
            let built = ci.built(Some("https://github.com/ana/shop"), head).unwrap();
            assert_eq!((built.commit.as_deref(), built.branch.as_deref()), (Some(HEAD), Some("main")));
            assert!(built.pull_request);
        }
        assert_eq!(ci.built(Some("git@github.com:ana/shop.git"), Some(BASE)), None, "some other commit");
        assert_eq!(
            ci.built(Some("https://github.com/ana/other-shop"), Some(MERGE)),
            None,
            "some other repository"
        );
    }
}

#[test]
fn only_what_is_known_to_be_the_same_repository_is_no_fork() {
    for (repository, fork) in [
        (OWN, false),
        (r#"{"full_name": "eve/shop"}"#, true),
        (r#"{"full_name": ["ana/shop"]}"#, true),
        ("null", true),
    ] {
        let ci = read(&github("GITHUB_EVENT_NAME=pull_request"), &event(repository)).unwrap();
        assert_eq!(ci.pull_request.unwrap().fork, fork, "{repository}");
    }
}

#[test]
fn an_event_of_the_target_is_the_targets_unless_the_proposal_is_checked_out() {
    let text = "GITHUB_EVENT_NAME=pull_request_target\nGITHUB_REF=refs/heads/main\nGITHUB_SHA=";
    let ci = read(&github(&format!("{text}{BASE}")), &event(r#"{"full_name": "eve/shop"}"#)).unwrap();
    assert_eq!(ci.commit.as_deref(), Some(BASE));
    let built = ci.built(None, Some(BASE)).unwrap();
    assert_eq!((built.pull_request, built.branch.as_deref()), (false, Some("main")));
    let built = ci.built(None, Some(HEAD)).unwrap();
    assert_eq!((built.pull_request, built.commit.as_deref()), (true, Some(HEAD)));
}

#[test]
fn a_tag_is_no_branch() {
    for text in
        ["GITHUB_REF=refs/tags/main", "GITHUB_REF_NAME=main\nGITHUB_REF_TYPE=tag", "GITHUB_REF_NAME=12/merge"]
    {
        assert_eq!(read(&github(text), "{}").unwrap().branch, None, "{text}");
    }
    let ci = read(&github("GITHUB_REF_NAME=main\nGITHUB_REF_TYPE=branch"), "{}").unwrap();
    assert_eq!(ci.branch.as_deref(), Some("main"));
}

#[test]
fn an_odd_event_stops_nothing_and_is_taken_for_a_fork() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = format!(r#"{{"pull_request": {deep}}}"#);
    let odd = [
        "",
        "null",
        "[]",
        "\"x\"",
        "{\"pull_request\": 7}",
        "{\"pull_request\": {\"number\": \"12\", \"head\": []}}",
        "{\"pull_request\": {\"number\": -1}}",
        "{\"pull_request\": {\"number\": 1e400}}",
        "\u{0}\u{fffd}",
        &deep,
        &request,
    ];
    for event in odd {
        let ci = read(&github("GITHUB_REF=refs/pull/12/merge\nGITHUB_BASE_REF=main"), event).unwrap();
        let request = ci.pull_request.unwrap();
        assert_eq!((request.number, request.fork, request.base.as_deref()), (12, true, Some("main")));
        assert_eq!(read(&github("GITHUB_REF=refs/heads/main"), event).unwrap().pull_request, None);
    }
    let event = event(OWN)
        .replace(HEAD, "$(touch x)")
        .replace("feature", "-f\\n::error::")
        .replace("main", "a\\u0000b");
    let request = read(&github("GITHUB_EVENT_NAME=pull_request"), &event).unwrap().pull_request.unwrap();
    assert_eq!((request.head, request.branch, request.base), (None, None, None));
}

#[test]
fn odd_variables_are_left_out() {
    let ci = read(
        "GITHUB_ACTIONS=true\nGITHUB_SERVER_URL=https://ana:s3cr3t@git.example.cu\nGITHUB_API_URL=file:///etc\n\
         GITHUB_REPOSITORY=../..\nGITHUB_RUN_ID=1/../2\nGITHUB_SHA=HEAD\nGITHUB_REF=refs/heads/-x",
        "",
    )
    .unwrap();
    let nothing = [&ci.server, &ci.api, &ci.repository, &ci.run_url, &ci.commit, &ci.branch];
    assert!(nothing.iter().all(|text| text.is_none()), "{ci:?}");
    for text in ["GITHUB_ACTIONS=", "GITHUB_ACTIONS=false", "CI=true", "GITHUB_REPOSITORY=ana/shop"] {
        assert_eq!(read(text, "{}"), None, "{text}");
    }
}

#[test]
fn what_is_given_by_hand_wins() {
    let some = |text: &str| Some(text.to_owned());
    let given = Given {
        ci: Some(CiForge::Gitea),
        ci_server: some("http://127.0.0.1:3000/"),
        ci_api: None,
        ci_repository: some("me/app"),
        ci_pull_request: some("9"),
        ci_actor: some("ana"),
        run_url: some("https://ci.example.cu/1"),
        plan_file: None,
    };
    let read = |given: &Given| Ci::read(&variables(&github("")), given, |_| Some(event(OWN).into_bytes()));
    let ci = read(&given).unwrap();
    assert_eq!(ci.forge, Forge::Gitea);
    assert_eq!(ci.server.as_deref(), Some("http://127.0.0.1:3000"));
    assert_eq!(ci.repository.as_deref(), Some("me/app"));
    assert_eq!(ci.run_url.as_deref(), Some("https://ci.example.cu/1"));
    let request = ci.pull_request.unwrap();
    assert_eq!((request.number, request.head, request.fork), (9, None, true), "not the event's");
    let twelve = Given { ci_pull_request: some("12"), ..given };
    assert_eq!(read(&twelve).unwrap().pull_request.unwrap().head.as_deref(), Some(HEAD));
    assert_eq!(read(&Given { ci: Some(CiForge::None), ..Given::default() }), None);
}
