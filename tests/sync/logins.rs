//! Who may read: git servers with a login, a private certificate authority, registries with a login.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cupaas::parts::registry::{self, Access, Lookup, Reference};
use cupaas::parts::token::Secret;

use super::registry::{Manner, Registry};
use super::tls;
use super::world::{APP, World, read};
use crate::descendants::Family;
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
fn no_process_is_started_with_the_token_among_its_words() {
    const SECRET: &str = "t0ken";
    let world = World::new(&[]);
    // While a request is answered, git is at work: that is when another user of the machine would look.
    let (family, seen) = (Family::default(), Arc::new(Mutex::new(Vec::<u8>::new())));
    let (of_server, scanned) = (family.clone(), Arc::clone(&seen));
    let server = Server::start(&world.sandbox.path(""), move |request: &Request| {
        scanned.lock().unwrap().extend(of_server.command_lines().join("\n").into_bytes());
        match request.headers.get("authorization").map(String::as_str) {
            Some(TOKEN) => Answer::Pass,
            _ => Answer::Status(401, "WWW-Authenticate: Basic realm=\"x\"".to_owned()),
        }
    });
    register(&world, &server.url);
    // Every git that is started writes down its words and its environment, too.
    let found = Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let real = String::from_utf8(found).unwrap();
    let log = world.sandbox.path("started");
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; cat /proc/$$/cmdline /proc/$PPID/cmdline; }} >> {}\nexec {} \"$@\"\n",
        log.display(),
        real.trim()
    );
    let bin = world.sandbox.write("bin", &[("git", &script)]);
    std::fs::set_permissions(bin.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    for (time, format) in [(1_700_000_100, "json"), (1_700_000_200, "text"), (1_700_000_300, "markdown")] {
        world.built("shop", time, &[(".cupaas", APP), ("version", format)]);
        let mut command = world.command(&["--format", format]);
        command.env("CUPAAS_SOURCE_TOKEN", SECRET).env("CUPAAS_SOURCE_HOSTS", &server.url).env("PATH", &path);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        family.begins_with(child.id());
        let done = ran(&child.wait_with_output().unwrap());
        assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
        assert!(
            !done.stdout.contains(SECRET) && !done.stderr.contains(SECRET),
            "{}{}",
            done.stdout,
            done.stderr
        );
    }
    assert!(world.release("shop").contains("commit: "), "nothing was deployed");
    let asked = server.seen.lock().unwrap();
    assert!(
        asked.iter().any(|request| request.headers.get("authorization").is_some_and(|login| login == TOKEN))
    );
    let encoded = TOKEN.trim_start_matches("Basic ");
    for (place, bytes) in
        [("a scan", seen.lock().unwrap().clone()), ("a start", std::fs::read(&log).unwrap())]
    {
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("ls-remote") && text.contains("fetch"), "{place} saw no git at work");
        assert!(!text.contains(SECRET) && !text.contains(encoded), "{place} saw the token");
    }
    let objects = world.sandbox.git("", &["-C", &world.gitops, "cat-file", "--batch-all-objects", "--batch"]);
    assert!(!objects.contains(SECRET) && !objects.contains(encoded));
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
        timeout: Duration::from_secs(20),
        ..Access::default()
    }
}

fn look(registry: &Registry, access: &Access) -> Result<Lookup, cupaas::parts::diagnostic::Failure> {
    registry::look_up(&Reference::parse(&format!("{}/team/shop:abc", registry.host)).unwrap(), access)
}

#[test]
fn a_registry_is_asked_in_its_own_manner() {
    for manner in [Manner::Basic, Manner::Bearer, Manner::Redirect, Manner::Silent] {
        let registry = Registry::start(&[manner]);
        assert_eq!(look(&registry, &access(true)).unwrap(), Lookup::Missing, "{manner:?}");
        let digest = registry.push("team/shop", "abc");
        assert_eq!(look(&registry, &access(true)).unwrap(), Lookup::Digest(digest), "{manner:?}");
        if matches!(manner, Manner::Basic | Manner::Bearer) {
            let failure = look(&registry, &access(false)).unwrap_err();
            assert_eq!(failure.code.as_str(), "registry-login-missing");
            assert!(failure.hints[0].to_string().contains("CUPAAS_REGISTRY_USER"), "{failure}");
        }
    }
}

#[test]
fn a_registry_that_hides_what_is_not_there_is_told_from_one_that_refuses_us() {
    for manners in [
        &[Manner::Basic, Manner::Hidden][..],
        &[Manner::Bearer, Manner::Hidden],
        &[Manner::Bearer, Manner::NoTokenFor],
    ] {
        let registry = Registry::start(manners);
        let hidden = look(&registry, &access(true)).unwrap();
        assert!(
            matches!(&hidden, Lookup::Hidden(note) if note.contains("nobody has pushed")),
            "{manners:?}: {hidden:?}"
        );
        // Without a login that is taken nothing can be told: to build everything again would help nobody.
        let wrong = Access { login: Some(("ana".to_owned(), Secret::new("wrong"))), ..access(true) };
        for (access, code) in [(access(false), "registry-login-missing"), (wrong, "registry-login-rejected")]
        {
            let failure = look(&registry, &access).unwrap_err();
            assert_eq!(
                (failure.code.as_str(), failure.kind().exit_code()),
                (code, 6),
                "{manners:?}: {failure}"
            );
        }
        let digest = registry.push("team/shop", "abc");
        assert_eq!(look(&registry, &access(true)).unwrap(), Lookup::Digest(digest), "{manners:?}");
    }
}

#[test]
fn an_image_that_was_never_pushed_is_built_whatever_its_registry_says() {
    let world = World::asking(
        &[Manner::Bearer, Manner::Hidden],
        "production: {cluster: home}",
        &[("shop", "repository: ROOT/shop\n")],
    );
    let commit = world.source(
        "shop",
        "trunk",
        1_700_000_100,
        &[(".cupaas", "runtime: dockerfile\n"), ("Dockerfile", "FROM x\n")],
    );
    let sync = || {
        let mut command = world.command(&["--format", "json"]);
        command.env("CUPAAS_REGISTRY_USER", "ana").env("CUPAAS_REGISTRY_PASSWORD", "s3cr3t");
        read(&ran(&command.output().unwrap()))
    };
    let done = sync();
    assert_eq!((done.code, done.status("shop")), (Some(0), "to-build"), "{:#}", done.value);
    assert!(done.app("shop")["notes"][0].as_str().unwrap().contains("may not pull"), "{:#}", done.value);
    world.registry.push("team/shop", &commit);
    assert_eq!(sync().status("shop"), "deployed");
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
fn whoever_a_registry_redirects_to_gets_no_login_by_asking_for_one() {
    for manner in [Manner::Basic, Manner::Bearer] {
        let other = Registry::start(&[manner]);
        other.push("team/shop", "abc");
        let registry = Registry::start_redirecting(&other.host);
        let failure = look(&registry, &access(true)).unwrap_err();
        assert_eq!(failure.code.as_str(), "registry-login-rejected", "{failure}");
        let seen = [registry.seen(), other.seen()].concat();
        assert!(seen.iter().any(|line| line.contains("/v2/team/shop/manifests/abc")), "{seen:?}");
        assert!(seen.iter().all(|line| !line.contains("Basic") && !line.contains("Bearer")), "{seen:?}");
    }
}

#[test]
fn a_login_goes_to_no_token_server_that_is_not_spoken_to_by_http() {
    let registry = Registry::start(&[Manner::Bearer, Manner::OddRealm]);
    let failure = look(&registry, &access(true)).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind().exit_code()), ("insecure-token-server", 6));
}

#[test]
fn a_registry_that_is_not_there_is_tried_again_later() {
    let nobody = Reference::parse("127.0.0.1:1/team/shop:abc").unwrap();
    let failure = registry::look_up(&nobody, &access(false)).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.kind().exit_code()), ("registry-unavailable", 5), "{failure}");
}
