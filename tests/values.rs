//! A value never becomes structure: whatever stands in `.cupaas`, it arrives in the container byte for byte and
//! nowhere else, or the run is refused with a place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test

use std::collections::BTreeMap;
use std::path::Path;

use clap::Parser;
use cupaas::cli::Cli;
use cupaas::diagnostic::Failure;
use cupaas::report::Report;
use cupaas::request::Request;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Texts that some reader of YAML, some template, shell or controller takes for something else.
const TRAPS: &[&str] = &[
    "",
    " ",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Y",
    "null",
    "NULL",
    "~",
    "true",
    "True",
    "0",
    "00",
    "0123",
    "0o17",
    "0x1F",
    "0b1",
    "1e3",
    "1_000",
    ".5",
    ".inf",
    "-.INF",
    ".NaN",
    "+1",
    "3.10",
    "12:34:56",
    "1:2",
    "2026-11-23",
    "<<",
    "=",
    "{{ app }}",
    "{% raw %}",
    "{# x #}",
    "${X}",
    "$${X}",
    "$(PORT)",
    "$$(PORT)",
    "$(",
    "$",
    "$$",
    "$é",
    "a: b",
    "a #b",
    "#a",
    "- a",
    "-",
    "--",
    "---",
    "...",
    "--- a",
    "kind: Pwned",
    "\n---\nkind: Pwned\n",
    "x\n---\napiVersion: v1\nkind: Secret",
    "\t",
    "\ta\nb",
    "a\tb",
    "a\n",
    "a\n\n",
    "\na",
    "\n",
    " a\nb",
    "a\n b",
    "a \nb",
    "a\r\nb",
    "\r",
    "a\u{85}b",
    "\u{7f}",
    "\u{80}",
    "\u{9b}31m",
    "\u{9f}",
    "a\u{2028}b",
    "\u{2029}",
    "\u{feff}a",
    "\u{e000}0\u{e001}",
    "\u{e001}",
    "\u{fffe}",
    "\u{10ffff}",
    "🦀",
    "שלום",
    "\u{202e}abc",
    "e\u{301}",
    "|",
    ">",
    "|-\n a",
    "'",
    "\"",
    "''",
    "\\",
    "\\n",
    "%a",
    "@a",
    "`a",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "[a",
    "]",
    "{a",
    "}",
    ",",
    "?",
    "? a",
    ":",
    ": a",
    "a:",
    "a,b",
    "*",
    "a'b\"c",
    "`id`",
    "; rm -rf /",
    "\u{1b}[2J",
    "\u{1}",
];

const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n\
    registry: {prefix: registry.example.cu/team}\nrouting: {domains: ['*.example.com']}\n";
const RECIPE: &str = "summary: takes a text\nversions: {default: '1'}\nport: 99\n\
    params: {text: {type: text, default: '', doc: any text}}\n\
    provides: [{name: TEXT, value: plain}]\nfiles: [{template: object.yaml.j2}]\n";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ service.name }}\n  namespace: {{ namespace }}\n\
    data:\n  text: {{ service.params.text }}\n  inside: {{ \"<\" ~ service.params.text ~ \">\" }}\n";

/// Files by path.
type Rendered = BTreeMap<String, String>;

/// Renders an app; its file is written as JSON, which is YAML.
fn render(app: &Value) -> Result<Rendered, Failure> {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, "gitops/cupaas.yaml", PLATFORM);
    write(&folder, "gitops/catalog/services/texts/recipe.yaml", RECIPE);
    write(&folder, "gitops/catalog/services/texts/object.yaml.j2", OBJECT);
    write(&folder, "app/.cupaas", &as_written(app));
    let path = |name: &str| folder.path().join(name).display().to_string();
    // Every flag that the environment could give too is given here.
    let (app, gitops, out) = (path("app"), path("gitops"), path("out"));
    let words = [
        "cupaas",
        "render",
        &app,
        "--gitops",
        &gitops,
        "--out",
        &out,
        "--app",
        "tasks",
        "--env",
        "production",
        "--image",
        "x:1",
        "--source-repository",
        "https://git.example.cu/me/tasks",
        "--source-commit",
        "abc",
        "--source-branch",
        "main",
        "--gitops-branch",
        "main",
        "--format",
        "text",
    ];
    let request = Request::new(Cli::try_parse_from(words).unwrap())?;
    match cupaas::run(&request, &|_| {})? {
        Report::Rendered { files, .. } => {
            Ok(files.into_iter().map(|(path, text)| (path.to_string(), text)).collect())
        }
        other => panic!("{other:?}"),
    }
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path: &Path = &folder.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// JSON with everything escaped that a YAML file may not hold as it is.
fn as_written(value: &Value) -> String {
    let escape = |c: char| match c {
        '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        c => c.to_string(),
    };
    value.to_string().chars().map(escape).collect()
}

fn object(files: &Rendered, path: &str) -> Value {
    serde_saphyr::from_str(&files[path]).unwrap_or_else(|error| panic!("{error}\n{}", files[path]))
}

/// The tree without its texts: what a value must not change.
fn shape(files: &Rendered) -> BTreeMap<String, Vec<Value>> {
    files
        .iter()
        .filter(|(path, _)| !path.ends_with("release.yaml"))
        .map(|(path, text)| {
            let documents: Vec<Value> = text
                .split("\n---\n")
                .filter(|_| path.starts_with("clusters/"))
                .map(|one| serde_saphyr::from_str(one).unwrap())
                .collect();
            let documents = if documents.is_empty() && path.ends_with(".yaml") {
                vec![serde_saphyr::from_str(text).unwrap()]
            } else {
                documents
            };
            (path.clone(), documents.into_iter().map(without_texts).collect())
        })
        .collect()
}

fn without_texts(value: Value) -> Value {
    match value {
        Value::String(_) => json!("text"),
        Value::Array(items) => items.into_iter().map(without_texts).collect(),
        Value::Object(entries) => {
            let said = |(key, value): &(String, Value)| {
                key != SUBSTITUTE
                    && !(key == "annotations"
                        && value.as_object().is_some_and(|map| map.keys().all(|key| key == SUBSTITUTE)))
            };
            entries
                .into_iter()
                .filter(|(key, value)| said(&(key.clone(), value.clone())))
                .map(|(key, value)| (key, without_texts(value)))
                .collect()
        }
        other => other,
    }
}

/// Said of an object that holds `${`, so that Flux leaves it as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// What the kubelet makes of a word of a command, with no variable but PORT (its source:
/// `third_party/forked/golang/expansion`).
fn kubelet(text: &str) -> Vec<u8> {
    let input = text.as_bytes();
    let (mut output, mut at) = (Vec::new(), 0);
    while at < input.len() {
        if input[at] != b'$' || at + 1 >= input.len() {
            output.push(input[at]);
            at += 1;
            continue;
        }
        match input[at + 1] {
            b'$' => output.push(b'$'),
            b'(' => match input[at + 1..].iter().position(|byte| *byte == b')') {
                Some(close) => {
                    output.extend(b"EXPANDED");
                    at += close;
                }
                None => output.extend(b"$("),
            },
            // It takes one byte for a character.
            byte => output.extend(format!("${}", char::from(byte)).into_bytes()),
        }
        at += 2;
    }
    output
}

/// An app with a text in every place that takes one.
fn app(texts: &[&str], health: &str, mount: &str) -> Value {
    let env: serde_json::Map<String, Value> =
        texts.iter().enumerate().map(|(number, text)| (format!("T{number}"), json!(text))).collect();
    let words: Vec<&str> = ["program"].into_iter().chain(texts.iter().copied()).collect();
    json!({
        "runtime": "image",
        "env": env,
        "services": [{"texts": {"text": texts.first().copied().unwrap_or_default()}}],
        "processes": {
            "web": {"command": words, "health": health},
            "nightly": {"command": words, "schedule": "0 3 * * *"},
        },
        "volumes": {"disk": {"path": mount, "storage": "1Gi"}},
    })
}

/// What the kernel or kustomize would not pass on, however it is written.
fn is_lost(c: char) -> bool {
    matches!(c, '\0' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// The run is refused, and says where.
fn is_refused(app: &Value) -> Result<(), TestCaseError> {
    let Err(failure) = render(app) else {
        return Err(TestCaseError::fail(format!("it was not refused: {app}")));
    };
    prop_assert_eq!(failure.kind.exit_code(), 3, "{}", failure);
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
        assert_eq!(failure.kind.exit_code(), 3, "{failure}");
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
                prop_assert_eq!(failure.kind.exit_code(), 3, "{}", failure);
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
            Err(failure) => prop_assert_eq!(failure.kind.exit_code(), 3, "{}", failure),
        }
    }
}
