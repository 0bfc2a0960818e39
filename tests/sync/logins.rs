//! Who may read: git servers with a login, a private certificate authority, registries with a login.

use std::time::Duration;

use cupaas::publish::Secret;
use cupaas::registry::{self, Access, Reference};

use super::registry::{Manner, Registry};
use super::tls;
use super::world::{APP, World, read};
use crate::http::{Answer, Request, Server};
use crate::sandbox::ran;

/// `x-access-token:t0ken`.
const TOKEN: &str = "Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=";

/// A server of the world's repositories that wants a token.
fn locked(world: &World) -> Server {
    Server::start(&world.sandbox.path(""), |request: &Request| {
        match request.headers.get("authorization").map(String::as_str) {
            Some(TOKEN) => Answer::Pass,
            _ => Answer::Status(401, "WWW-Authenticate: Basic realm=\"x\"".to_owned()),
        }
    })
}

fn register(world: &World, url: &str) {
    let text = format!("repository: {url}/shop/.git\n");
    world.sandbox.write("gitops/apps", &[("shop.yaml", &text)]);
    world.sandbox.commit("gitops", 1_700_000_001);
    world.sandbox.git("gitops", &["push", "-q", &world.gitops, "main"]);
}

#[test]
fn a_token_goes_to_the_hosts_that_are_named_and_nowhere_else() {
    let world = World::new(&[]);
    let server = locked(&world);
    register(&world, &server.url);
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    let sync = |hosts: &str| {
        let mut command = world.command(&["--format", "json"]);
        command.env("CUPAAS_SOURCE_TOKEN", "t0ken").env("CUPAAS_SOURCE_HOSTS", hosts);
        read(&ran(&command.output().unwrap()))
    };
    for hosts in ["", "other.example", &server.url.replace("http://", "https://")] {
        let done = sync(hosts);
        assert_eq!((done.code, done.status("shop")), (Some(6), "failed"), "{:#}", done.value);
        assert!(done.app("shop")["failure"].to_string().contains("CUPAAS_SOURCE_TOKEN"));
    }
    let unasked =
        server.seen.lock().unwrap().iter().any(|request| request.headers.contains_key("authorization"));
    assert!(!unasked, "the token was sent to a host that was not named");
    let done = sync(&server.url);
    assert_eq!(done.status("shop"), "deployed", "{:#}", done.value);
    assert!(!done.value.to_string().contains("t0ken"));
    // Without any, git's own credential helpers are asked.
    world.built("shop", 1_700_000_200, &[("a", "2")]);
    let helper = "!f() { echo username=x-access-token; echo password=t0ken; }; f";
    let mut command = world.command(&["--format", "json"]);
    command
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "credential.helper")
        .env("GIT_CONFIG_VALUE_0", helper);
    assert_eq!(read(&ran(&command.output().unwrap())).status("shop"), "deployed");
}

#[test]
fn a_server_and_a_registry_behind_a_private_authority_are_reached() {
    let world = World::new(&[]);
    let server = locked(&world);
    let front = tls::front(server.url.trim_start_matches("http://"), &world.sandbox.path("tmp"));
    register(&world, &format!("https://{}", front.host));
    world.built("shop", 1_700_000_100, &[(".cupaas", APP)]);
    let sync = |variable: &str| {
        let mut command = world.command(&["--format", "json"]);
        command.env("CUPAAS_SOURCE_TOKEN", "t0ken").env("CUPAAS_SOURCE_HOSTS", &front.host);
        command.env(variable, &front.authority);
        read(&ran(&command.output().unwrap()))
    };
    let done = sync("UNRELATED");
    assert_eq!(done.status("shop"), "failed", "{:#}", done.value);
    assert!(done.app("shop")["failure"].to_string().contains("certificate"), "{:#}", done.value);
    let done = sync("GIT_SSL_CAINFO");
    assert_eq!(done.status("shop"), "deployed", "{:#}", done.value);

    // The registry: the same program with an authority in SSL_CERT_FILE.
    let front = tls::front(&world.registry.host, &world.sandbox.path("tmp"));
    let platform = world.sandbox.show(&world.gitops, "cupaas.yaml");
    let platform = platform.replace(&world.registry.host, &front.host);
    world.sandbox.git("gitops", &["pull", "-q", &world.gitops, "main"]);
    world.sandbox.write("gitops", &[("cupaas.yaml", &platform)]);
    let place = format!("repository: {}\n", world.sandbox.path("shop").display());
    world.sandbox.write("gitops", &[("apps/other.yaml", &place)]);
    world.sandbox.git("gitops", &["rm", "-qf", "apps/shop.yaml"]);
    world.sandbox.commit("gitops", 1_700_000_002);
    world.sandbox.git("gitops", &["push", "-q", &world.gitops, "main"]);
    let commit = world.built("shop", 1_700_000_300, &[("a", "3")]);
    world.registry.push("team/other", &commit);
    let mut command = world.command(&["--format", "json", "--app", "other"]);
    command.env("SSL_CERT_FILE", &front.authority);
    let done = read(&ran(&command.output().unwrap()));
    assert_eq!(done.status("other"), "deployed", "{:#}", done.value);
    assert!(done.app("other")["image"].as_str().unwrap().starts_with(&front.host));
}

fn access(login: bool) -> Access {
    Access {
        login: login.then(|| ("ana".to_owned(), Secret::new("s3cr3t"))),
        patience: Duration::from_secs(20),
        ..Access::default()
    }
}

fn look(registry: &Registry, access: &Access) -> Result<Option<String>, cupaas::diagnostic::Failure> {
    registry::digest(&Reference::parse(&format!("{}/team/shop:abc", registry.host)).unwrap(), access)
}

#[test]
fn a_registry_is_asked_in_its_own_manner() {
    for manner in [Manner::Basic, Manner::Bearer, Manner::Redirect, Manner::Silent] {
        let registry = Registry::start(&[manner]);
        assert_eq!(look(&registry, &access(true)).unwrap(), None, "{manner:?}");
        let digest = registry.push("team/shop", "abc");
        assert_eq!(look(&registry, &access(true)).unwrap(), Some(digest), "{manner:?}");
        if matches!(manner, Manner::Basic | Manner::Bearer) {
            let failure = look(&registry, &access(false)).unwrap_err();
            assert!(failure.hints[0].contains("CUPAAS_REGISTRY_USER"), "{failure}");
        }
    }
}

#[test]
fn a_login_is_not_taken_along_by_a_redirect() {
    let registry = Registry::start(&[Manner::Basic, Manner::Redirect]);
    registry.push("team/shop", "abc");
    // Elsewhere wants one too, and gets none.
    assert!(look(&registry, &access(true)).is_err());
    let seen = registry.seen();
    assert!(seen.iter().any(|line| line.contains("/elsewhere/")), "{seen:?}");
    assert!(seen.iter().all(|line| !line.contains("/elsewhere/") || !line.contains("Basic")), "{seen:?}");
}

#[test]
fn a_registry_that_is_not_there_is_tried_again_later() {
    let nobody = Reference::parse("127.0.0.1:1/team/shop:abc").unwrap();
    let failure = registry::digest(&nobody, &access(false)).unwrap_err();
    assert_eq!(failure.kind.exit_code(), 5, "{failure}");
}
