//! A value never becomes structure: whatever stands in `.cupaas`, it arrives in the container byte for byte and
//! nowhere else, or the run is refused with a place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test

#[path = "support/kubelet.rs"]
mod kubelet;
mod values {
    pub(crate) mod rendered;
    pub(crate) mod traps;
}

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use kubelet::kubelet;
use values::rendered::{app, object, render, shape};
use values::traps::TRAPS;

/// What the kernel or kustomize would not pass on, however it is written.
fn is_lost(c: char) -> bool {
    matches!(c, '\0' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// The run is refused, and says where.
fn is_refused(app: &Value) -> Result<(), TestCaseError> {
    let Err(failure) = render(app) else {
        return Err(TestCaseError::fail(format!("it was not refused: {app}")));
    };
    prop_assert_eq!(failure.kind().exit_code(), 3, "{}", failure);
    prop_assert!(!failure.diagnostics.is_empty(), "{}", failure);
    Ok(())
}

/// Everything arrives, and nothing else is changed by it.
fn arrives(texts: &[&str], health: &str, mount: &str) -> Result<(), TestCaseError> {
    if texts.iter().chain([&health, &mount]).any(|text| text.contains(is_lost)) {
        return is_refused(&app(texts, health, mount));
    }
    let files =
        render(&app(texts, health, mount)).map_err(|failure| TestCaseError::fail(failure.to_string()))?;
    let base = "deploy/production/tasks/base";
    let web = object(&files, "deploy/production/tasks/app/deployment-web.yaml");
    let nightly = object(&files, "deploy/production/tasks/app/cronjob-nightly.yaml");
    let containers = [
        web["spec"]["template"]["spec"]["containers"][0].clone(),
        nightly["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0].clone(),
    ];
    for container in &containers {
        let words: Vec<Vec<u8>> = container["command"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| kubelet(word.as_str().unwrap()))
            .collect();
        let wanted: Vec<Vec<u8>> =
            ["program"].iter().chain(texts).map(|text| text.as_bytes().to_vec()).collect();
        prop_assert_eq!(words, wanted);
        // `/a//b/` and `/a/./b` are the folder /a/b, and are written as that.
        let parts: Vec<&str> = mount.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        prop_assert_eq!(&container["volumeMounts"][1]["mountPath"], &format!("/{}", parts.join("/")));
    }
    prop_assert_eq!(&containers[0]["readinessProbe"]["httpGet"]["path"], health);
    let config = object(&files, "deploy/production/tasks/app/configmap-tasks.yaml");
    for (number, text) in texts.iter().enumerate() {
        prop_assert_eq!(&config["data"][format!("T{number}")], text);
    }
    let first = texts.first().copied().unwrap_or_default();
    let service = object(&files, &format!("{base}/configmap-texts.yaml"));
    prop_assert_eq!(&service["data"]["text"], first);
    prop_assert_eq!(&service["data"]["inside"], &format!("<{first}>"));
    let plain: Vec<&str> = texts.iter().map(|_| "x").collect();
    let plain =
        render(&app(&plain, "/x", "/x")).map_err(|failure| TestCaseError::fail(failure.to_string()))?;
    prop_assert_eq!(shape(&files), shape(&plain));
    Ok(())
}

#[test]
fn every_trap_arrives() {
    let texts: Vec<&str> = TRAPS.iter().copied().filter(|trap| !trap.contains(is_lost)).collect();
    arrives(&texts, "/healthz?a=$(PORT)&b={{x}}#---%", "/data/{{ x }} $(PORT) '\"").unwrap();
    let long = "long 🦀 ".repeat(10_000);
    arrives(&[&long], "/x", "/x").unwrap();
    for trap in TRAPS.iter().filter(|trap| !trap.contains('\0')) {
        arrives(&[trap], "/x", "/x").unwrap_or_else(|error| panic!("{trap:?}: {error}"));
    }
}

#[test]
fn what_cannot_arrive_is_refused_with_its_place() {
    let refused = |app: &Value| {
        let failure = render(app).expect_err("it cannot arrive");
        assert_eq!(failure.kind().exit_code(), 3, "{failure}");
        assert!(!failure.diagnostics.is_empty(), "{failure}");
        assert!(
            failure.diagnostics.iter().all(|problem| problem.span.source.name.ends_with(".cupaas")),
            "{failure}"
        );
    };
    let plain = |key: &str, value: Value| {
        let mut app = app(&[], "/x", "/x");
        app[key] = value;
        app
    };
    refused(&plain("env", json!({"A": "a\0b"})));
    refused(&plain("env", json!({"A": "x".repeat(131_070)})));
    refused(&plain("release", json!(["a\0b"])));
    refused(&plain("processes", json!({"web": {"command": ["a\0b"]}})));
    refused(&plain("processes", json!({"web": {"command": ["a", "x".repeat(131_072)]}})));
    for text in TRAPS {
        refused(&plain("domains", json!([text])));
        if !is_name(text) {
            refused(&plain("volumes", json!({*text: {"path": "/a", "storage": "1Gi"}})));
        }
        if !text.starts_with('/') {
            refused(&app(&[], text, "/x"));
            refused(&app(&[], "/x", text));
        }
    }
}

fn is_name(text: &str) -> bool {
    regex_lite::Regex::new("^[a-z]([-a-z0-9]*[a-z0-9])?$").unwrap().is_match(text)
}

/// Any text, and texts of what readers stumble over.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(TRAPS).prop_map(str::to_owned),
        any::<String>(),
        "[ \t\n\r:#'\"{}$()&*!|>%@`a0~-]{0,24}",
        "[\u{7f}-\u{a0}\u{2028}\u{2029}\u{feff}\u{e000}-\u{e003}é🦀]{0,8}",
    ]
    .prop_map(|text| text.replace('\0', ""))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_arrives_where_it_belongs(texts in proptest::collection::vec(hostile(), 1..6)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        arrives(&texts, "/x", "/x")?;
    }

    #[test]
    fn any_path_arrives_or_is_refused(health in hostile(), mount in hostile()) {
        let (health, mount) = (format!("/{health}"), format!("/m{mount}"));
        match render(&app(&["x"], &health, &mount)) {
            Ok(_) => arrives(&["x"], &health, &mount)?,
            Err(failure) => {
                prop_assert_eq!(failure.kind().exit_code(), 3, "{}", failure);
                prop_assert!(!failure.diagnostics.is_empty());
            }
        }
    }

    #[test]
    fn any_domain_is_one_or_is_refused(host in hostile()) {
        let mut app = app(&["x"], "/x", "/x");
        app["domains"] = json!([format!("{host}.example.com")]);
        match render(&app) {
            Ok(files) => {
                let ingress = object(&files, "deploy/production/tasks/app/ingress-tasks.yaml");
                prop_assert_eq!(&ingress["spec"]["rules"][1]["host"], &format!("{host}.example.com"));
            }
            Err(failure) => prop_assert_eq!(failure.kind().exit_code(), 3, "{}", failure),
        }
    }
}
