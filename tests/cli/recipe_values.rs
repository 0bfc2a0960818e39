//! Values of recipes that are ones for YAML, and that nobody means: said at their place, before an app or a cluster meets them.

use std::fs;

use crate::cli::recipe_mistakes::{Edit, checked, said};
use crate::sandbox::Sandbox;

#[test]
fn an_amount_of_a_workload_has_a_unit() {
    let workload = "services/foo/workload.yaml.j2";
    let (cores, bytes) = (
        "cores, such as 0.5, or thousandths of a core, such as 250m",
        "a number with a unit, such as 512Mi or 5Gi",
    );
    for (from, to, expected) in [
        ("{{ service.cpu }}", "100", format!("2:1: expected a string, found a number ({cores})")),
        ("{{ service.cpu }}", "\"100\"", format!("2:1: 100 of CPU is more than 64 cores ({cores})")),
        ("{{ service.memory }}", "512", format!("3:1: expected a string, found a number ({bytes})")),
        ("{{ service.memory }}", "{{ service.memory_mib }}", format!("3:1: expected a string, found a number ({bytes})")),
        ("{{ service.memory }}", "\"512\"", format!("3:1: 512 of memory is too little ({bytes})")),
        (
            "env:",
            "initContainers:\n- name: a\n  command: [a]\n  memory: \"32\"\nenv:",
            format!("8:3: 32 of memory is too little ({bytes})"),
        ),
        (
            "user: 999",
            "user: 0",
            "1:1: pods of the restricted standard do not run as root (the number of another user, whose files the program writes: `docker run --rm --entrypoint cat IMAGE /etc/passwd` lists them)".to_owned(),
        ),
        ("{{ service.cpu }}", "{{ cpu }}", "2:9: unknown name \"cpu\" (did you mean \"service.cpu\"?)".to_owned()),
        ("args:", "\targs:", "4:2: rendered invalid YAML".to_owned()),
        ("env:\n- name", "env:\n-name", "6:1: rendered invalid YAML".to_owned()),
    ] {
        let got = checked("service", &[("workload.yaml.j2", from, to)]);
        let whole = format!("{workload}:{expected}");
        let [one] = got.as_slice() else { panic!("{to}: {got:#?}") };
        match expected.ends_with("YAML") {
            true => assert!(one.starts_with(&whole) && one.ends_with(')'), "{to}: {one}"),
            false => assert_eq!(*one, whole, "{to}"),
        }
    }
}

#[test]
fn an_image_is_one_that_a_registry_could_know() {
    let hint = "expected one such as git.example.cu/team/tasks:v1 or …@sha256:…";
    for (image, shown) in [
        ("couchdb {{ version }}", "couchdb 1"),
        ("https://docker.io/library/CouchDB:{{ version }}", "https://docker.io/library/CouchDB:1"),
    ] {
        let edits = [("recipe.yaml", "docker.io/library/foo:{{ version }}", image)];
        let expected = format!("services/foo/recipe.yaml:10:8: {shown:?} is not an image reference ({hint})");
        assert_eq!(checked("service", &edits.map(leaked)), [expected]);
    }
    let ping: Edit = ("recipe.yaml", "workload:", "ping: {command: [a], image: Foo}\nworkload:");
    let got = checked("service", &[ping]);
    assert!(got.len() == 1 && got[0].contains("\"Foo\" is not an image reference"), "{got:?}");
    let of = |from: &'static str, to: &'static str| checked("runtime", &[("Dockerfile.j2", from, to)]);
    let call = "{{ image(\"docker.io/library/alpine:\" ~ version) }}";
    let place = "runtimes/foo/Dockerfile.j2:2:";
    let got = of("alpine:", "Perl :");
    assert!(
        got.len() == 1
            && got[0].starts_with(place)
            && got[0].contains("\"docker.io/library/Perl :1\" is not an image reference"),
        "{got:?}"
    );
    let expected = format!("{place}1: \"Perl:1\" is not an image reference ({hint})");
    assert_eq!(of(call, "--platform=linux/amd64 Perl:{{ version }} AS a"), [expected]);
    assert!(
        of(call, "{{ image(\"docker.io/library/node:\" ~ main ~ version) }} AS a\nFROM a\nFROM scratch")
            .is_empty()
    );
}

fn leaked((file, from, to): (&'static str, &'static str, &str)) -> Edit {
    (file, from, to.to_owned().leak())
}

#[test]
fn a_version_is_read_by_somebody() {
    let versions: Edit = ("recipe.yaml", "supported: [\"1\"]", "supported: [\"1\", \"2\"]");
    let image: Edit = ("recipe.yaml", ":{{ version }}", ":1");
    let [got] = &checked("service", &[versions, image])[..] else { panic!() };
    assert!(got.contains("recipe.yaml:8:3: neither `image` nor a template reads `version`"), "{got}");
    let from: Edit = ("Dockerfile.j2", " ~ version", " ~ 1");
    let [got] = &checked("runtime", &[versions, from])[..] else { panic!() };
    assert!(got.contains("recipe.yaml:8:3: no template reads `version`"), "{got}");
    assert!(checked("runtime", &[versions]).is_empty() && checked("service", &[image]).is_empty());
}

#[test]
fn what_an_editor_of_windows_writes_is_read_as_everybody_elses() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "foo"]);
    sandbox.good(&["catalog", "new", "runtime", "bar"]);
    let folder = "catalog/services/foo";
    let rule = "config: [{file: foo.conf, path: /etc/foo.conf}]\nworkload:";
    let edit = |file: &str, act: &dyn Fn(String) -> String| {
        let path = sandbox.path(file);
        fs::write(&path, act(fs::read_to_string(&path).unwrap_or_default())).unwrap();
    };
    edit(&format!("{folder}/recipe.yaml"), &|text| text.replace("workload:", rule));
    edit(&format!("{folder}/foo.conf"), &|_| "\u{feff}a = 1\r\nb = 2\r\n".to_owned());
    edit("catalog/runtimes/bar/Dockerfile.j2", &|text| format!("\u{feff}{}", text.replace('\n', "\r\n")));
    let case = "about: x\ncommand: render\nenvironment: production\nimage: a/b:1\nexpect: [deploy/production/hello/base/**]\n";
    edit(&format!("{folder}/cases/default/case.yaml"), &|_| case.to_owned());
    sandbox.good(&["catalog", "test", "--update", folder]);
    sandbox.good(&["catalog", "test", "catalog/runtimes/bar"]);
    let made = sandbox.path(&format!("{folder}/cases/default/expected/deploy/production/hello/base"));
    let made = fs::read_dir(made).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let made: String = made.collect();
    assert!(made.contains("a = 1\n    b = 2\n") && !made.contains(['\r', '\u{feff}']), "{made}");
}

#[test]
fn what_comes_out_with_another_exit_code_can_be_expected() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "runtime", "foo"]);
    let case = sandbox.path("catalog/runtimes/foo/cases/default");
    fs::remove_file(case.join("app/main.txt")).unwrap();
    let ran = sandbox.run(&["catalog", "test"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for said in [
        "exit code 3 and not 0",
        "if that is right: `exit: 3` in case.yaml",
        "catalog/runtimes/foo/cases/default/app/.cupaas:",
    ] {
        assert!(ran.stdout.contains(said), "{said}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("cupaas catalog test --update"), "{}", ran.stdout);
    let text = fs::read_to_string(case.join("case.yaml")).unwrap();
    fs::write(case.join("case.yaml"), text + "exit: 3\n").unwrap();
    sandbox.good(&["catalog", "test", "--update"]);
    sandbox.good(&["catalog", "test"]);
    assert!(fs::read_to_string(case.join("expected.stderr")).unwrap().contains("there is no main.txt"));
}

#[test]
fn of_a_recipe_that_is_wrong_a_test_says_that_alone() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "runtime", "foo"]);
    let recipe = sandbox.path("catalog/runtimes/foo/recipe.yaml");
    let text = fs::read_to_string(&recipe).unwrap();
    fs::write(&recipe, text.replace("files: [main.txt], is: \"{file}\"", "files: [main.txt]")).unwrap();
    let expected = "runtimes/foo/recipe.yaml:16:5: missing key \"is\" (what the fact is, such as `is: \"{file}\"`, or `is: \"{1}\"` for the first group of `match`)";
    assert_eq!(said(&sandbox, &["catalog", "check"]), [expected]);
    assert_eq!(said(&sandbox, &["catalog", "test"]), [expected]);
}

#[test]
fn a_probe_by_a_number_that_no_port_has_is_warned_of() {
    let probe: Edit =
        ("workload.yaml.j2", "env:", "readinessProbe:\n  httpGet: {path: /up, port: 5985}\nenv:");
    assert_eq!(
        checked("service", &[probe]),
        [
            "services/foo/workload.yaml.j2:6:24: readinessProbe asks port 5985, and the container has 6379 (ask a port that it has; of one that the program opens by itself this says nothing)"
        ]
    );
    let own: Edit = ("workload.yaml.j2", "env:", "readinessProbe:\n  httpGet: {path: /up, port: 6379}\nenv:");
    assert!(checked("service", &[own]).is_empty());
}

#[test]
fn a_service_that_selects_nothing_is_said_where_it_selects() {
    let rule: Edit = ("recipe.yaml", "shared/service/service.yaml.j2", "own.yaml.j2");
    let own: Edit = (
        "own.yaml.j2",
        "",
        "apiVersion: v1\nkind: Service\nmetadata: {name: foo, namespace: {{ namespace }}}\nspec:\n  selector: {a: b}\n  ports: [{port: 6379}]\n",
    );
    let got = checked("service", &[rule, own]);
    assert!(
        got.len() == 1
            && got[0].starts_with(
                "services/foo/own.yaml.j2:5:3: Service \"foo\" selects no pod of Deployment \"foo\""
            ),
        "{got:?}"
    );
}

#[test]
fn a_file_of_a_configuration_has_numbers_of_amounts() {
    let rule: Edit = ("recipe.yaml", "workload:", "config: [{file: a.conf.j2, path: /a.conf}]\nworkload:");
    let text: Edit =
        ("a.conf.j2", "", "{{ service.memory | mib }} {{ '1Ki' | bytes }} {{ '2m' | seconds }}\n");
    assert!(checked("service", &[rule, text]).is_empty());
    let text: Edit = ("a.conf.j2", "", "{{ service.memory | literal }}\n");
    let got = checked("service", &[rule, text]);
    assert!(got.len() == 1 && got[0].contains("unknown filter \"literal\""), "{got:?}");
}

#[cfg(unix)]
#[test]
fn all_files_that_cannot_be_read_are_said_as_they_were_typed() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "foo"]);
    let folder = sandbox.path("catalog/services/foo");
    fs::write(folder.join("a.yaml.j2"), b"# caf\xe9\n").unwrap();
    std::os::unix::fs::symlink("recipe.yaml", folder.join("b.yaml.j2")).unwrap();
    for typed in ["catalog/services/foo", "catalog", "."] {
        let got = said(&sandbox, &["catalog", "check", typed]);
        assert_eq!(
            got,
            [
                "services/foo/a.yaml.j2:1:6: is not UTF-8 text (save the file as UTF-8)",
                "services/foo/b.yaml.j2:1:1: is a symbolic link, which cupaas does not follow",
            ],
            "{typed}"
        );
    }
}

#[test]
fn a_check_takes_a_folder_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "foo"]);
    for command in ["check", "test"] {
        let ran = sandbox.run(&["catalog", command, "--gitops", "."]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("cupaas catalog {command} .\n")), "{}", ran.stderr);
    }
}

#[test]
fn the_service_of_the_page_is_right() {
    let sandbox = Sandbox::new();
    let blocks = include_str!("../../docs/recipes.md").split("```yaml\n# ").skip(1);
    let mut written = 0;
    for block in blocks.filter(|block| block.starts_with("catalog/services/store/")) {
        let (path, text) = block.split_once('\n').unwrap();
        sandbox.write(".", &[(path, text.split("```").next().unwrap())]);
        written += 1;
    }
    assert_eq!(written, 2);
    assert_eq!(said(&sandbox, &["catalog", "check"]), [""; 0]);
}

#[test]
fn the_page_names_each_key_that_must_be_there() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/schemas/recipe.json")).unwrap();
    let page = include_str!("../../docs/recipes.md");
    let (_, table) = page.split_once("### Keys that must be there").unwrap();
    let (table, _) = table.split_once("### For a runtime").unwrap();
    for (name, one) in schema["$defs"].as_object().unwrap() {
        for key in one["required"].as_array().into_iter().flatten().filter(|_| name != "OfSecret") {
            let key = key.as_str().unwrap();
            let is_there = table.contains(&format!("`{key}`")) || table.contains(&format!(".{key}`"));
            assert!(is_there, "{name}: {key}");
        }
    }
}
