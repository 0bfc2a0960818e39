//! Mistakes in new recipes, as people make them who have read the documents: each is said once, at its place, with what to
//! do about it.

use std::fs;

use crate::sandbox::Sandbox;

/// A file of the recipe, a text that stands once in it, and what stands there instead; with an empty text, all of it.
pub(crate) type Edit = (&'static str, &'static str, &'static str);

/// What is said: `place: message (hint)`, each once, in order.
pub(crate) fn said(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
    let ran = sandbox.run(&words);
    assert_ne!(ran.code, Some(7), "{}", ran.stdout);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let found = report["diagnostics"].as_array().or_else(|| report["warnings"].as_array());
    let text = |one: &serde_json::Value| {
        let hint = one["hint"].as_str().map(|hint| format!(" ({hint})")).unwrap_or_default();
        let file = one["file"].as_str().unwrap_or_default().replace("catalog/", "");
        format!("{file}:{}:{}: {}{hint}", one["line"], one["column"], one["message"].as_str().unwrap())
    };
    found.into_iter().flatten().map(text).collect()
}

/// What `catalog check` says of a new recipe with these edits.
pub(crate) fn checked(kind: &str, edits: &[Edit]) -> Vec<String> {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", kind, "foo"]);
    for (file, from, to) in edits {
        let path = sandbox.path(&format!("catalog/{kind}s/foo/{file}"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let text = if from.is_empty() { (*to).to_owned() } else { text.replacen(from, to, 1) };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    said(&sandbox, &["catalog", "check"])
}

#[test]
fn a_mistake_in_a_workload_is_said_at_its_key() {
    let workload = "services/foo/workload.yaml.j2";
    for (from, to, expected) in [
        (
            "user: 999",
            "user: couchdb",
            "1:1: expected a whole number, found a string (the number of the image's user, not its name: `docker run --rm --entrypoint id IMAGE`)",
        ),
        ("memory:", "memroy:", "3:1: unknown key \"memroy\" (did you mean \"memory\"?)"),
        ("cpu: {{ service.cpu }}\n", "", "1:1: missing key \"cpu\""),
        (
            "env:",
            "ports:\n- name: x\n  port: 1\n- name: other\n  prt: 2\nenv:",
            "9:3: unknown key \"prt\" (did you mean \"port\"?)",
        ),
        (
            "env:",
            "initContainers: [{name: x, comand: [a]}]\nenv:",
            "5:28: unknown key \"comand\" (did you mean \"command\"?)",
        ),
        (
            "cpu: {{ service.cpu }}",
            "cpu: \"x{{ service.labels }}\"",
            "2:1: only text, numbers and booleans can be part of a text (a list or a mapping is the whole value of its key: `labels: {{ service.labels }}`)",
        ),
        (
            " | string",
            "",
            "4:1: deployment-foo.yaml: spec.template.spec.containers[0].args[1]: expected a string, found a number (make a text of it, quotes do not: `{{ service.port | string }}`)",
        ),
        (
            "{{ service.port | string }}",
            "\"{{ service.port }}\"",
            "4:1: deployment-foo.yaml: spec.template.spec.containers[0].args[1]: expected a string, found a number (make a text of it, quotes do not: `{{ service.port | string }}`)",
        ),
    ] {
        // A key that is misspelt is not missing too.
        let got = checked("service", &[("workload.yaml.j2", from, to)]);
        assert_eq!(got, [format!("{workload}:{expected}")], "{to}");
    }
}

#[test]
fn what_the_parts_of_a_service_need_is_said_where_it_lacks() {
    let description = "services/foo/recipe.yaml";
    let disk: Edit = ("recipe.yaml", "port: 6379", "port: 6379\nstorage: {default: 1Gi, path: /data}");
    let rule = |part: &'static str| ("recipe.yaml", "files:\n", part);
    for (edits, expected) in [
        (
            vec![("recipe.yaml", "port: 6379\n", "")],
            "3:1: missing key \"port\" (shared/service/service.yaml.j2 needs it: `port: 8080`)",
        ),
        (
            vec![("recipe.yaml", "image: docker.io/library/foo:{{ version }}\n", "")],
            "3:1: missing key \"image\" (shared/service/deployment.yaml.j2 needs it: `image: registry.example.com/server:{{ version }}`)",
        ),
        (
            vec![rule("files:\n  - {template: shared/service/claim.yaml.j2}\n")],
            "32:16: shared/service/claim.yaml.j2 is for a service with a disk, and this one has no `storage` (add `storage: {default: 1Gi, path: /data}`, or leave this rule out)",
        ),
        (
            vec![disk, ("recipe.yaml", "service/deployment", "service/stateful-set")],
            "33:3: no rule makes the claim \"foo\" of StatefulSet \"foo\" (add `{template: shared/service/claim.yaml.j2}`, or one of the recipe's own)",
        ),
        (
            vec![("recipe.yaml", "  - {template: shared/service/service.yaml.j2}\n", "")],
            "32:3: no rule makes a Service for Deployment \"foo\" (add `{template: shared/service/service.yaml.j2}`, or one of the recipe's own)",
        ),
        (
            vec![rule("files:\n  - {template: service/claim.yaml.j2}\n")],
            "32:16: \"service/claim.yaml.j2\" does not exist beside recipe.yaml (did you mean \"shared/service/claim.yaml.j2\"?)",
        ),
        (
            vec![("recipe.yaml", "{name: HOST", "{name: user")],
            "23:12: user does not fit here (upper-case letters, digits and underscores, beginning with a letter)",
        ),
        (
            vec![("recipe.yaml", "docker.io/library/foo:{{ version }}", "{{ version }}")],
            "10:9: a key must be a scalar, not a list or mapping (a text that begins with `{{` has to stand in quotes: \"{{ … }}\")",
        ),
    ] {
        assert_eq!(checked("service", &edits), [format!("{description}:{expected}")], "{edits:?}");
    }
    let own = |text: &'static str| {
        checked("service", &[rule("files:\n  - {template: a.yaml.j2}\n"), ("a.yaml.j2", "", text)])
    };
    assert_eq!(
        own("\n"),
        [
            "services/foo/a.yaml.j2:1:1: rendered nothing, and not one Kubernetes object (begin it with `apiVersion:`; where there is to be no object, say so by `when` of its rule)"
        ]
    );
    assert_eq!(
        own("a: b\n---\nc: d\n"),
        [
            "services/foo/a.yaml.j2:3:1: rendered several documents: a template makes one object, and each further one needs a template and a rule of its own"
        ]
    );
}

#[test]
fn a_mistake_in_a_runtimes_rules_is_said_with_what_was_meant() {
    let description = "runtimes/foo/recipe.yaml";
    let of_main = |is: &'static str| ("recipe.yaml", "is: \"{file}\"", is);
    for (edit, expected) in [
        (
            ("recipe.yaml", "'^v?(\\d+)'", "\"^v?(\\d+)\""),
            "15:51: not valid YAML: while parsing a quoted scalar, found unknown escape character (in double quotes a backslash begins an escape such as \\n: write single quotes, in which it stands for itself)",
        ),
        (
            of_main("key: a, format: yml, is: \"{value}\""),
            "16:53: must be one of \"json\", \"properties\", \"xml\", \"toml\", \"yaml\", \"ini\" (did you mean \"yaml\"?)",
        ),
        (
            of_main("is: \"{key}\""),
            "16:41: {key} needs a `key` (`key` is the way to a value in the file, such as `key: engines.node`)",
        ),
        (
            of_main("is: {file}"),
            "16:41: expected a string, found a mapping (a text that begins with `{` has to stand in quotes)",
        ),
        (
            ("recipe.yaml", "when: main\n", "when: main && version\n"),
            "26:16: invalid expression: syntax error: unexpected character (write `and`)",
        ),
        (
            ("recipe.yaml", "when: main\n", "when: main || version\n"),
            "26:17: invalid expression: syntax error: unexpected `|`, expected identifier (write `or`)",
        ),
        (
            ("recipe.yaml", "when: main\n", "when: main = 'x'\n"),
            "26:16: invalid expression: syntax error: unexpected input after expression (write `==`)",
        ),
    ] {
        assert_eq!(checked("runtime", &[edit]), [format!("{description}:{expected}")]);
    }
    assert_eq!(
        checked("runtime", &[("Dockerfile.j2", "EXPOSE", "{% if main %}\nEXPOSE")]),
        [
            "runtimes/foo/Dockerfile.j2:7:1: invalid template: `{% if %}` is never closed (close it with `{% endif %}`)"
        ]
    );
}

#[test]
fn a_file_that_is_not_where_or_what_it_should_be_is_said_once() {
    let made = |kind: &str, act: &dyn Fn(&Sandbox, std::path::PathBuf)| {
        let sandbox = Sandbox::new();
        sandbox.good(&["catalog", "new", kind, "foo"]);
        act(&sandbox, sandbox.path(&format!("catalog/{kind}s/foo")));
        (said(&sandbox, &["catalog", "check"]), sandbox)
    };
    let rename = |from: &'static str, to: &'static str| {
        move |_: &Sandbox, folder: std::path::PathBuf| {
            let to = folder.join(to);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(folder.join(from), to).unwrap();
        }
    };
    let (got, _) = made("service", &rename("recipe.yaml", "recipe.yml"));
    let misnamed = "services/foo/recipe.yml:1:1: recipe.yml is not read: a recipe's description is called recipe.yaml (rename recipe.yml to recipe.yaml)";
    assert_eq!(got, [misnamed]);
    let rule = "lower-case letters, digits and inner hyphens, beginning with a letter, at most 15";
    for (name, near) in [("a-name-of-sixteen", ""), ("Etcd", ", such as etcd")] {
        let (got, _) =
            made("service", &|_, folder| fs::rename(&folder, folder.with_file_name(name)).unwrap());
        let message = format!("a recipe cannot be called {name:?} (rename its folder: {rule}{near})");
        assert_eq!(got, [format!("services/{name}/recipe.yaml:1:1: {message}")]);
    }
    let (got, _) = made("runtime", &|sandbox, folder| {
        fs::create_dir_all(sandbox.path("catalog/runtimes/lang")).unwrap();
        fs::rename(folder, sandbox.path("catalog/runtimes/lang/crystal")).unwrap();
    });
    assert_eq!(
        got,
        [
            "runtimes/lang/crystal/recipe.yaml:1:1: this recipe is ignored: it is too deep in catalog/runtimes/ (move its folder to catalog/runtimes/crystal/)"
        ]
    );
    let (got, _) = made("runtime", &|_, folder| {
        let text = fs::read_to_string(folder.join("recipe.yaml")).unwrap();
        fs::write(folder.join("recipe.yaml"), text.replace("Dockerfile.j2", "Dockerfile")).unwrap();
        fs::rename(folder.join("Dockerfile.j2"), folder.join("Dockerfile")).unwrap();
    });
    assert_eq!(
        got,
        [
            "runtimes/foo/recipe.yaml:29:13: \"Dockerfile\" is not a template: the name of one ends with .j2 (rename the file to \"Dockerfile.j2\", and say so here)"
        ]
    );
    let (got, _) = made("runtime", &|_, folder| fs::remove_file(folder.join("Dockerfile.j2")).unwrap());
    assert_eq!(
        got,
        [
            "runtimes/foo/recipe.yaml:29:13: \"Dockerfile.j2\" does not exist beside recipe.yaml (add the file beside recipe.yaml)"
        ]
    );
    let (got, sandbox) = made("runtime", &rename("cases", "case"));
    let folder = "catalog/runtimes/foo";
    let ignored = format!("the cases in {folder}/case/ are not run (did you mean {folder}/cases/?)");
    let ignored = [format!("runtimes/foo/case/default/case.yaml:1:1: {ignored}")];
    assert_eq!(got, ignored);
    assert_eq!(said(&sandbox, &["catalog", "test"]), ignored);
}

#[test]
fn a_schema_of_the_platforms_that_is_wrong_is_said_at_its_own_file() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "foo"]);
    sandbox.good(&["catalog", "new", "service", "bar"]);
    sandbox.write(
        "catalog/schemas",
        &[("x.json", "{nope\n"), ("y.yaml", "a: b\n"), ("README.md", "what for\n")],
    );
    let got = said(&sandbox, &["catalog", "check"]);
    let [first, second] = got.as_slice() else { panic!("{got:#?}") };
    assert!(first.starts_with("schemas/x.json:1:1: not valid YAML"), "{first}");
    let message = "schemas/y.yaml:1:1: this schema does not say which kind it describes";
    assert!(second.starts_with(message) && second.contains("x-kubernetes-group-version-kind"), "{second}");
}

#[test]
fn a_case_that_cannot_be_run_has_a_place_and_nothing_to_update() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "foo"]);
    let case = sandbox.path("catalog/services/foo/cases/default/case.yaml");
    let text = fs::read_to_string(&case).unwrap();
    let tested = || {
        let ran = sandbox.run(&["catalog", "test"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(!ran.stdout.contains("--update") && !ran.stdout.contains("os error"), "{}", ran.stdout);
        ran.stdout
    };
    let place = "catalog/services/foo/cases/default/case.yaml";
    for (from, to, expected) in [
        ("command: render", "command: deploy", "2:10: a recipe's case runs one of"),
        ("command: render", "command: rendr", "did you mean \"render\"?"),
        ("environment:", "args: [--full, --out]\nenvironment:", "3:16: a recipe's case cannot set --out"),
        ("environment:", "enviroment:", "3:1: unknown key \"enviroment\" (did you mean \"environment\"?)"),
    ] {
        fs::write(&case, text.replacen(from, to, 1)).unwrap();
        let said = tested();
        assert!(said.contains(expected) && said.contains(&format!("  {place}:")), "{said}");
    }
    fs::write(&case, &text).unwrap();
    fs::rename(case.with_file_name("app"), case.with_file_name("ap")).unwrap();
    assert!(tested().contains("cases/default/app/ is missing"));
    fs::remove_file(&case).unwrap();
    assert!(tested().contains(&format!("{place} is missing")));
}
