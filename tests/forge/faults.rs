//! A forge that answers late, wrongly, from elsewhere, or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::server::{Fault, JOB, Manner, TOKEN};
use super::world::{BRANCH, World};
use crate::sandbox::{Ran, ran};

fn say(code: u16, headers: &str, message: &str) -> Option<Fault> {
    Some(Fault::Say(code, headers.to_owned(), json!({"message": message}).to_string()))
}

/// `deploy --pull-request`, with little patience.
fn propose(world: &World) -> Ran {
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    let ran = ran(&command.env("CUPAAS_FORGE_TIMEOUT", "2").output().unwrap());
    for secret in [TOKEN, JOB] {
        assert!(!format!("{ran:?}").contains(secret), "{}{}", ran.stdout, ran.stderr);
    }
    ran
}

#[test]
fn faults_that_pass_are_waited_out() {
    for code in [500, 502, 503, 504] {
        let world = World::faulty(
            Manner::Github,
            move |_, count| if count == 1 { say(code, "", "oops") } else { None },
        );
        world.app("1");
        let ran = propose(&world);
        assert_eq!(ran.code, Some(0), "{code}: {}", ran.stderr);
        assert_eq!(world.server.state(|state| state.pulls.len()), 1);
    }
}

#[test]
fn limits_are_waited_for_where_that_is_short() {
    let limits = [
        (429, "Retry-After: 1\r\n", "Too Many Requests"),
        (403, "Retry-After: 1\r\n", "You have exceeded a secondary rate limit"),
        (403, "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1\r\n", "API rate limit exceeded"),
    ];
    for (code, headers, message) in limits {
        let world = World::faulty(Manner::Github, move |heard, count| {
            if count == 1 && heard.method == "POST" { say(code, headers, message) } else { None }
        });
        world.app("1");
        let began = Instant::now();
        let ran = propose(&world);
        assert_eq!(ran.code, Some(0), "{code}: {}", ran.stderr);
        assert!(began.elapsed() >= Duration::from_secs(1));
        assert_eq!(world.server.state(|state| state.pulls.len()), 1);
    }
}

#[test]
fn a_limit_that_is_long_is_said_with_its_end() {
    let headers = "Date: Mon, 23 Nov 2026 17:16:12 GMT\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1795455972\r\n";
    for (code, headers) in [(403, headers), (429, "Retry-After: 1801\r\n")] {
        let world = World::faulty(Manner::Github, move |heard, _| {
            if heard.method == "POST" { say(code, headers, "API rate limit exceeded") } else { None }
        });
        world.app("1");
        let ran = propose(&world);
        assert_eq!(ran.code, Some(5), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("error[forge-rate-limited]") && ran.stderr.contains("(in 1801 s)"),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr.contains("POST ") && ran.stderr.contains("/repos/me/gitops/pulls"),
            "{}",
            ran.stderr
        );
        let posts = world.server.heard().iter().filter(|heard| heard.method == "POST").count();
        assert_eq!(posts, 1, "nobody asks again before that");
    }
}

#[test]
fn a_missing_right_is_named() {
    let cases = [
        (Manner::Github, 403, "`pull-requests: write`"),
        (Manner::Github, 404, "`pull-requests: write`"),
        (Manner::Gitea, 403, "`write:repository`"),
        (Manner::Forgejo, 404, "`write:repository`"),
    ];
    for (manner, code, words) in cases {
        let world = World::faulty(manner, move |heard, _| {
            let headers = "X-Accepted-GitHub-Permissions: pull_requests=write\r\n";
            if heard.method == "POST" {
                say(code, headers, "Resource not accessible by personal access token")
            } else {
                None
            }
        });
        world.app("1");
        let ran = propose(&world);
        assert_eq!(ran.code, Some(6), "{}", ran.stderr);
        assert!(ran.stderr.contains("error[forge-access-denied]"), "{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{code}: {}", ran.stderr);
        assert!(ran.stderr.contains("Resource not accessible"), "{}", ran.stderr);
        assert!(ran.stderr.contains("the server asks for: pull_requests=write"), "{}", ran.stderr);
        assert_eq!(ran.stderr.contains("also answer 404"), code == 404);
        assert_eq!(
            world.server.heard().iter().filter(|heard| heard.method == "POST").count(),
            1,
            "once is enough"
        );
        assert!(world.tip(BRANCH).is_some(), "what was pushed is found by the next run");
    }
}

#[test]
fn a_token_that_is_not_accepted_is_said() {
    let world = World::faulty(Manner::Github, |_, _| say(401, "", "Bad credentials"));
    world.app("1");
    let ran = propose(&world);
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[forge-token-rejected]"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the token in CUPAAS_GITOPS_TOKEN was refused: it is invalid"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_its_api_does_not_have_is_no_answer() {
    let text = || Some(Fault::Say(200, String::new(), "\"a text\"".to_owned()));
    let world = World::faulty(Manner::Gitea, move |_, _| text());
    world.app("1");
    let ran = propose(&world);
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[forge-answer-invalid]"), "{}", ran.stderr);
}

#[test]
fn a_lost_answer_makes_no_second_pull_request() {
    for manner in [Manner::Github, Manner::Gitea] {
        let lost = AtomicBool::new(false);
        let world = World::faulty(manner, move |heard, _| {
            let first = heard.method == "POST"
                && heard.path.ends_with("/pulls")
                && !lost.swap(true, Ordering::SeqCst);
            first.then_some(Fault::WorkAndBreak)
        });
        world.app("1");
        let ran = propose(&world);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert_eq!(world.server.state(|state| state.pulls.len()), 1, "{manner:?}");
        assert!(ran.stdout.contains("pull request opened"), "{}", ran.stdout);
    }
}

#[test]
fn a_silent_forge_is_given_up() {
    let world = World::faulty(Manner::Gitea, |_, _| Some(Fault::Silence));
    world.app("1");
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    let began = Instant::now();
    let ran = ran(&command.env("CUPAAS_FORGE_TIMEOUT", "1").output().unwrap());
    assert_eq!(ran.code, Some(5), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[forge-unavailable]: GET "), "{}", ran.stderr);
    assert!(ran.stderr.contains("timeout"), "{}", ran.stderr);
    assert!(began.elapsed() < Duration::from_secs(60));
    let tries = world.server.heard().len();
    assert!((2..=5).contains(&tries), "{tries}");
}

#[test]
fn a_token_goes_to_no_other_host() {
    let other = World::new(Manner::Github);
    let elsewhere = other.server.url.replace("127.0.0.1", "localhost");
    for code in [301, 302, 307, 308] {
        let to = elsewhere.clone();
        let world = World::faulty(Manner::Github, move |heard, _| {
            say(code, &format!("Location: {to}/api/v3{}\r\n", heard.path), "Moved")
        });
        world.app("1");
        let ran = propose(&world);
        assert_eq!(ran.code, Some(6), "{}", ran.stderr);
        assert!(ran.stderr.contains("error[forge-redirected]"), "{}", ran.stderr);
    }
    assert_eq!(other.server.lines(), Vec::<String>::new());
}

#[test]
fn a_renamed_repository_is_followed_on_its_own_host() {
    let world = World::faulty(Manner::Github, |heard, _| {
        let rest = heard.path.strip_prefix("/repos/me/gitops")?;
        let query = if heard.query.is_empty() { String::new() } else { format!("?{}", heard.query) };
        say(307, &format!("Location: /api/v3/repos/me/platform{rest}{query}\r\n"), "Moved Permanently")
    });
    world.app("1");
    let ran = propose(&world);
    // Its pull requests are those of the new name.
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let authorized = world.server.heard().iter().all(|heard| heard.authorization.is_some());
    assert!(authorized && world.server.state(|state| state.pulls.len()) == 1);
}

#[test]
fn nothing_that_a_server_says_shows_a_token() {
    let world = World::faulty(Manner::Github, |heard, _| {
        let echo = format!("you sent {} \u{1b}[31m", heard.authorization.clone().unwrap_or_default());
        say(422, "", &echo)
    });
    world.app("1");
    let ran = propose(&world);
    assert_eq!(ran.code, Some(6));
    assert!(
        ran.stderr.contains("error[forge-request-rejected]")
            && ran.stderr.contains("you sent Bearer ***")
            && !ran.stderr.contains("\u{1b}[31m"),
        "{:?}",
        ran.stderr
    );
}

#[test]
fn what_is_no_json_is_no_api() {
    let world =
        World::faulty(Manner::Gitea, |_, _| Some(Fault::Say(200, String::new(), "<html>".to_owned())));
    world.app("1");
    let ran = propose(&world);
    assert_eq!(ran.code, Some(6), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("error[not-an-api]") && ran.stderr.contains("is the address of its API"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_private_authority_is_trusted_by_ssl_cert_file() {
    let world = World::new(Manner::Github);
    world.app("1");
    let plain = world.server.url.trim_start_matches("http://");
    let front = crate::tls::front(plain, &world.sandbox.path(""));
    let api = format!("https://{}/api/v3", front.host);
    let mut command =
        world.command(&["deploy", "shop", "--pull-request", "--gitops-api", &api, "--forge", "github"]);
    let trusted = ran(&command.env("SSL_CERT_FILE", &front.authority).output().unwrap());
    assert_eq!(trusted.code, Some(0), "{}", trusted.stderr);
    world.app("2");
    let mut command =
        world.command(&["deploy", "shop", "--pull-request", "--gitops-api", &api, "--forge", "github"]);
    let strange = ran(&command.env("CUPAAS_FORGE_TIMEOUT", "1").output().unwrap());
    assert_eq!(strange.code, Some(5), "{}", strange.stderr);
}

#[test]
fn a_proxy_is_gone_through_and_around() {
    let world = World::new(Manner::Github);
    world.app("1");
    // Nobody listens there.
    let mut command = world.command(&["deploy", "shop", "--pull-request"]);
    command.env("HTTP_PROXY", "http://127.0.0.1:9").env("CUPAAS_FORGE_TIMEOUT", "1");
    let behind = ran(&command.output().unwrap());
    assert_eq!(behind.code, Some(5), "{}", behind.stderr);
    assert_eq!(world.server.lines(), Vec::<String>::new());
    let around = ran(&command.env("NO_PROXY", "127.0.0.1").output().unwrap());
    assert_eq!(around.code, Some(0), "{}", around.stderr);
}
