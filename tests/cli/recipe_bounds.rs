//! Recipes that ask for too much work, memory or depth: said in a moment, with what is too much and its place.

use std::time::{Duration, Instant};

use crate::sandbox::{Ran, Sandbox};

const RUNTIME: &str = "dockerfile: D.j2\nsummary: x\nversions: {default: '22', supported: ['22']}\n";
const SERVICE: &str = "format: 1\nsummary: x\nversions: {default: '1', supported: ['1']}\nimage: 'x:{{ version }}'\n\
                       port: 1\nfiles: [{template: a.yaml.j2}]\n";

/// What `command` says of an app that uses the recipe, which is a file of `catalog/<kind>/x/` and others beside it.
fn run(command: &str, kind: &str, files: &[(&str, &str)]) -> Ran {
    let sandbox = Sandbox::new();
    sandbox.good(&["init", "try"]);
    if kind == "runtimes" {
        sandbox.write("try/catalog/runtimes/x", &[("D.j2", "FROM x\n")]);
    }
    sandbox.write(&format!("try/catalog/{kind}/x"), files);
    let app = match kind {
        "runtimes" => "name: a\nruntime: x\n",
        _ => "name: a\nruntime: image\nservices: [x]\nprocesses: {web: {command: serve}}\n",
    };
    sandbox.write("app", &[(".cupaas", app), ("main.x", "text"), (&"a".repeat(200), "")]);
    let start = Instant::now();
    let image: &[&str] = if command == "render" { &["--image", "docker.io/library/nginx:1"] } else { &[] };
    let ran = sandbox.run(&[&[command, "app", "--gitops", "try", "--env", "production"], image].concat());
    assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
    ran
}

fn refused(command: &str, kind: &str, files: &[(&str, &str)], said: &str, place: &str) {
    let ran = run(command, kind, files);
    assert!(matches!(ran.code, Some(3 | 7)), "{said}: {:?} {}", ran.code, ran.stderr);
    let all = ran.stderr.contains(said) && ran.stderr.contains(&format!("catalog/{kind}/x/{place}"));
    assert!(all, "{said} {place}: {:.2000}", ran.stderr);
}

#[test]
fn every_step_of_a_runtime_has_a_bound() {
    let stars = format!("{RUNTIME}facts: [{{fact: a, files: ['{}b'], is: x}}]\n", "*a".repeat(99));
    assert_eq!(run("explain", "runtimes", &[("recipe.yaml", &stars)]).code, Some(0));
    let plus = format!("start: [{{when: \"a{}\", command: x}}]", " + a".repeat(100_000));
    let filters = format!("start: [{{when: \"a{}\", command: x}}]", "|string".repeat(50_000));
    let pattern = |pattern: &str| format!("facts: [{{fact: a, files: [main.x], match: '{pattern}', is: x}}]");
    let long = format!("facts: [{{fact: a, files: ['{}'], is: x}}]", "*a".repeat(50_000));
    let rules = format!("facts: [{}]", "{fact: a, files: [x], is: x}, ".repeat(301));
    let loops = "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}";
    for (key, said) in [
        (plus, "2000 bytes"),
        (filters, "2000 bytes"),
        (long, "at most 200 characters"),
        (rules, "at most 300 items"),
        (pattern("((a{1000}){1000}){1000}"), "invalid regular expression"),
        (pattern(&"(".repeat(900)), "invalid regular expression"),
        (
            "params: {p: {type: text, default: a, doc: x, pattern: '(a{300}){100}'}}".to_owned(),
            "invalid regular expression",
        ),
        ("start: [{when: '[[0] * 99999999] == [[0] * 99999999]', command: x}]".to_owned(), "for numbers"),
        (format!("start: [{{command: '{loops}'}}]"), "more steps"),
        (
            "start: [{when: '[x, x]|map(\"default\", range(3000)|list)|list == [1]', command: x}]".to_owned(),
            "5000 values",
        ),
    ] {
        refused(
            "explain",
            "runtimes",
            &[("recipe.yaml", &format!("{RUNTIME}{key}\n"))],
            said,
            "recipe.yaml:4:",
        );
    }
    let recipe = format!("{RUNTIME}start: [{{command: x}}]\n");
    let filters = format!("FROM x\nRUN {{{{ a{} }}}}\n", "|e".repeat(5000));
    let branches = format!("FROM x\n{{% if a %}}{}{{% endif %}}\n", "{%elif a%}".repeat(5000));
    for (template, said, place) in [
        (format!("FROM x\n{loops}\n"), "more steps", "D.j2:2:"),
        (filters, "2000 bytes", "D.j2:2:"),
        (branches, "200 `elif`", "D.j2:2:"),
        ("x".repeat(1 << 20), "64 KiB", "D.j2:1:"),
        (
            "FROM x\n{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = [n.a] %}{% endfor %}"
                .to_owned(),
            "32 levels",
            "D.j2:2:",
        ),
        ("FROM x\n{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}".to_owned(), "recursion", "D.j2:2:"),
    ] {
        refused("dockerfile", "runtimes", &[("recipe.yaml", &recipe), ("D.j2", &template)], said, place);
    }
}

#[test]
fn every_step_of_a_service_has_a_bound() {
    let doubled = format!("{{% set a = [0] %}}{}", "{% set a = a + a %}".repeat(28));
    let nested = "\n{% set a = [0] %}{% set b = [0] %}".to_owned()
        + &"{% set a = [a, a] %}{% set b = [b, b] %}".repeat(40);
    for (template, said, place) in [
        (format!("{nested}\na: {{{{ a == b }}}}"), "5000 values within", "a.yaml.j2:2:"),
        (format!("{nested}\na: {{{{ [a, b] | sort }}}}"), "5000 values within", "a.yaml.j2:2:"),
        (format!("{nested}\na: {{{{ a in [b] }}}}"), "5000 values within", "a.yaml.j2:2:"),
        ("a: {{ {'x': [1]} }}{{ nobody.x }}".to_owned(), "unknown name \"nobody\"", "a.yaml.j2:1:23"),
        ("a: {{ [0] * 100000000 }}".to_owned(), "for numbers", "a.yaml.j2:1:"),
        (format!("{doubled}a: {{{{ a }}}}"), "more than 200000 values", "a.yaml.j2:1:"),
        (format!("{doubled}a: {{{{ hash(a) }}}}"), "more than 200000 values", "a.yaml.j2:1:"),
        (format!("{doubled}a: {{{{ parts('b.j2', 'x', a) }}}}"), "more than 200000 values", "a.yaml.j2:1:"),
        ("a: {{ part('a.yaml.j2') }}".to_owned(), "16 parts within each other", "a.yaml.j2:1:"),
        ("{% for i in range(99999) %}{{ part('c.j2') }}{% endfor %}".to_owned(), "more steps", "c"),
        ("a: x\n".to_owned() + &"# x\n".repeat(1 << 15), "64 KiB", "a.yaml.j2:1:"),
        (
            "{% for i in range(30000) %}a{{ i }}: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n{% endfor %}".to_owned(),
            "1024 KiB",
            "a.yaml.j2",
        ),
        (format!("a: {}{}", "[".repeat(5000), "]".repeat(5000)), "invalid YAML", "a.yaml.j2"),
    ] {
        let place = if place == "c" { "" } else { place };
        let files = [
            ("recipe.yaml", SERVICE),
            ("a.yaml.j2", &template),
            ("b.j2", "b: 1"),
            ("c.j2", "{% for i in range(9999) %}{% endfor %}c: 1"),
        ];
        refused("render", "services", &files, said, place);
    }
}

#[test]
fn what_rules_look_for_in_all_files_has_a_bound() {
    let sandbox = Sandbox::new();
    sandbox.good(&["init", "try"]);
    let start = "start: [{command: x}]\n";
    let one = "{fact: a, files: ['*.x'], match: 'x([a-z]{900})', is: x}";
    let all = "{fact: a, files: ['*.x'], match: '(.)', all: true, is: '{file}{1}'}";
    let many = "abcd".repeat(1 << 8);
    sandbox.write("app", &[(".cupaas", "name: a\nruntime: x\n")]);
    for (rule, files, text, said) in [
        // A large expression over thousands of files.
        (one, 9000, &many, "more work than they may"),
        (all, 100, &many, "find more than 4 MiB"),
    ] {
        let _ = std::fs::remove_dir_all(sandbox.path("app"));
        let names: Vec<String> = (0..files).map(|number| format!("a{number}.x")).collect();
        sandbox.write("app", &[(".cupaas", "name: a\nruntime: x\n")]);
        let written: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
        sandbox.write("app", &written);
        let recipe = format!("{RUNTIME}facts:\n  - {rule}\n{start}");
        sandbox.write("try/catalog/runtimes/x", &[("recipe.yaml", &recipe), ("D.j2", "FROM x\n")]);
        let begun = Instant::now();
        let ran = sandbox.run(&["explain", "app", "--gitops", "try", "--env", "production"]);
        assert_eq!(ran.code, Some(3), "{said}: {:.2000}", ran.stderr);
        let place = ran.stderr.contains("catalog/runtimes/x/recipe.yaml:5:");
        assert!(place && ran.stderr.contains(said), "{said}: {:.2000}", ran.stderr);
        assert!(begun.elapsed() < Duration::from_secs(30), "{said}: it took {:?}", begun.elapsed());
    }
}
