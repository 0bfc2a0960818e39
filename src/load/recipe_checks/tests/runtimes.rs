//! Mistakes of runtimes that would do nothing, or do it for a few apps alone.

use super::{said, said_of};
use crate::load::catalog::RecipeKind;

/// What every recipe here begins with: three lines, and one of facts.
const HEAD: &str = "summary: x\nversions: {default: '1', supported: ['1']}\ndockerfile: Dockerfile.j2\n";
const DOCKERFILE: &str =
    "FROM x:{{ version }}\nRUN {{ system.build|join(' ') }} {{ main }}\nCMD {{ command }}\n";

/// What is said of a runtime that has the fact `main`, in the lines behind the fourth, and this Dockerfile.
fn of(rest: &str, dockerfile: &str) -> String {
    let facts = if rest.starts_with("facts:") {
        "#"
    } else {
        "facts: [{fact: main, files: [main.txt], is: '{file}'}]"
    };
    let recipe = format!("{HEAD}{facts}\n{rest}");
    said(RecipeKind::Runtime, &[("recipe.yaml", &recipe), ("Dockerfile.j2", dockerfile)])
}

/// Each mistake alone: what the recipe has, and the whole of what is said.
fn each(mistakes: &[(&str, &str)]) {
    for (rest, expected) in mistakes {
        assert_eq!(of(rest, DOCKERFILE).trim_end(), *expected, "{rest}");
    }
}

#[test]
fn what_is_right_is_not_said() {
    let right = r#"facts:
  - {fact: version, files: [.x-version], match: '^(\d+)', is: "{1}"}
  - {fact: main, files: ["cmd/*/main.txt", "**/main.txt"], is: "{*}{file}"}
  - {fact: lock, files: ["*.conf*", a.lock], key: a, format: toml, is: "{value}", without: "{folder}/b"}
start:
  - {when: main is string and lock|upper == 'A', command: run, process: worker}
  - {when: "true", command: "run {{ main | default('x') }}"}
checks: [{when: not main, warning: a, hint: "{% if lock is defined %}b{% endif %}"}]
params: {port: {type: integer, default: 1, doc: x}}
system: [{when: params.port > 1, build: [a]}]
writable: [{path: cache}, {path: /data}]
"#;
    assert_eq!(of(right, DOCKERFILE), "");
}

#[test]
fn filters_and_tests_are_ones_that_are_there() {
    each(&[
        (
            "start: [{when: main | uper, command: x}]",
            "recipe.yaml:5:23: unknown filter \"uper\" (did you mean \"upper\"?)",
        ),
        (
            "start: [{when: main is strng, command: 'x {{ main | defualt(1) }}'}]",
            "recipe.yaml:5:24: unknown test \"strng\" (did you mean \"string\"?)\n\
             recipe.yaml:5:53: unknown filter \"defualt\" (did you mean \"default\"?)",
        ),
        (
            "checks: [{when: main, error: '{{ main|uper }}', hint: \"{% if main is not deffined %}x{% endif %}\"}]",
            "recipe.yaml:5:39: unknown filter \"uper\" (did you mean \"upper\"?)\n\
             recipe.yaml:5:74: unknown test \"deffined\" (did you mean \"defined\"?)",
        ),
        (
            "env: [{name: X, value: \"{{ main.split('/') | last }}\"}]",
            "recipe.yaml:5:33: values have no method \"split\" (use a filter: `|split`)",
        ),
        ("ignore: ['{{ main|uper }}']", ""),
        (
            "start: [{command: '{{ hash(main) }} {{ main|mib }}'}]",
            "recipe.yaml:5:23: unknown name \"hash\" (available: main, params, version)\n\
             recipe.yaml:5:45: unknown filter \"mib\" (did you mean \"min\"?)",
        ),
    ]);
    let dockerfile = "FROM x\n{% if main is strng %}RUN {{ main|uper }}{% endif %}\n";
    assert_eq!(
        of("", dockerfile),
        "Dockerfile.j2:2:15: unknown test \"strng\" (did you mean \"string\"?)\n\
         Dockerfile.j2:2:35: unknown filter \"uper\" (did you mean \"upper\"?)\n"
    );
}

#[test]
fn files_that_can_never_be_found_are_said() {
    let one = |rule: &str, at: u32, said: &str| {
        let text = of(&format!("facts: [{{fact: main, is: '{{file}}', {rule}}}]"), DOCKERFILE);
        assert_eq!(text.trim_end(), format!("recipe.yaml:5:{at}: {said}"), "{rule}");
    };
    let inside = "paths begin in the app's folder, without a slash";
    one("files: [/shard.yml]", 44, &format!("no file can match \"/shard.yml\" ({inside})"));
    for path in ["../shard.yml", "a/./b", "a//b", "a/"] {
        let hint = "paths stay in the app's folder, and have no empty parts and no dots for parts";
        one(&format!("files: [{path}]"), 44, &format!("no file can match {path:?} ({hint})"));
    }
    let hint = "files are looked at whose paths have letters, digits and `_-./` alone";
    one("files: ['a b.txt']", 44, &format!("no file can match \"a b.txt\" ({hint})"));
    let hint = "files are looked for in the app's folder and three folders deep";
    one("files: [a/b/c/d/e.txt]", 44, &format!("no file can match \"a/b/c/d/e.txt\" ({hint})"));
    one("files: []", 43, "this rule looks at no file (name one, or remove the rule)");
    one(
        "files: [a], without: ../x",
        57,
        "no file can match \"../x\" (a path in the app's folder, such as \"{folder}/setup.cfg\")",
    );
    one(
        "files: [Procfile, a.json], key: x",
        44,
        "the name \"Procfile\" does not say what the file is written in (add `format`: json, toml, yaml, ini, properties or xml)",
    );
    each(&[
        (
            "skip: [main.txt, tests/a]",
            "recipe.yaml:4:30: \"main.txt\" is never looked at: `skip` has \"main.txt\" (remove it from `skip`, or name another file)\n\
             recipe.yaml:5:18: no file can match \"tests/a\" (each part of a path is compared: write one name, such as tests)",
        ),
        (
            "markers: [a/src/main.x, /x]",
            "recipe.yaml:5:11: no file can match \"a/src/main.x\" (it is looked for at the top of an app's folder and one folder deep: write a file's name, or `public/index.html`)\n\
             recipe.yaml:5:25: no file can match \"/x\" (it is looked for at the top of an app's folder and one folder deep: write a file's name, or `public/index.html`)",
        ),
        (
            "facts: [{fact: main, files: ['**/a'], is: '{*}'}]",
            "recipe.yaml:5:43: {*} needs a `*` in `files` (a `*` in `files` stands for a part of a name, `**` for folders)",
        ),
        (
            "facts: [{fact: main, files: [a], is: ''}]",
            "recipe.yaml:5:38: an empty value is never found (write what the fact is, such as \"{file}\")",
        ),
    ]);
}

#[test]
fn a_fact_has_a_name_of_its_own_that_can_be_read() {
    for name in ["image", "port", "command", "params", "version_by_default", "words", "not", "true", "loop"] {
        let text = of(
            &format!("facts:\n- {{fact: main, files: [a], is: b}}\n- {{files: [a], is: b, fact: '{name}'}}"),
            DOCKERFILE,
        );
        let said = format!(
            "recipe.yaml:7:29: {name:?} is something else in expressions and templates (give the fact another name)"
        );
        assert!(text.contains(&said), "{text}");
    }
    let text = of(
        "facts: [{fact: main, files: [a], is: b}, {fact: lock-file, files: [a], is: b}]\nwords: {my-tools: [a]}",
        DOCKERFILE,
    );
    for said in [
        "recipe.yaml:5:49: \"lock-file\" is no name that an expression can read (letters, digits and underscores, not beginning with a digit: lock_file)",
        "recipe.yaml:6:9: \"my-tools\" is no name that a template can read",
    ] {
        assert!(text.contains(said), "{text}");
    }
    let host = "facts: [{fact: host, files: [a], is: '{file}'}]\nstart: [{command: 'x {{ host }}'}]\n";
    assert_eq!(of(host, "FROM x\n"), "");
    let text = of(&format!("{host}env: [{{name: X, value: '{{{{ host }}}}'}}]\n"), "FROM x\n");
    assert!(text.starts_with("recipe.yaml:5:16: \"host\" is something else"), "{text}");
    each(&[
        (
            "facts: [{fact: main, files: [a], is: b, range: npm}]",
            "recipe.yaml:5:48: `range` is for the fact `version`, and not for \"main\" (remove it, or name the fact `version`)",
        ),
        (
            "facts: [{fact: main, files: [a], is: b, decides: true}]",
            "recipe.yaml:5:50: `decides` has no effect without `exclusive` (the first rule that finds \"main\" decides it anyway: remove it)",
        ),
        (
            "facts: [{fact: main, files: [a], is: b}, {fact: version, files: [a], is: '1'}]\nexclusive: {version: a}",
            "recipe.yaml:6:13: `exclusive` has no effect on the version (of versions every find counts: another choice is a warning of its own, and one outside a range an error)",
        ),
    ]);
}

#[test]
fn of_two_answers_one_would_be_ignored() {
    each(&[
        (
            "start: [{when: main, command: a, error: b}]",
            "recipe.yaml:5:41: a rule has either a `command` or an `error` (remove one of them)",
        ),
        (
            "checks: [{when: main, error: a, warning: b, hint: c}]",
            "recipe.yaml:5:42: a check either refuses or warns (remove `error` or `warning`)",
        ),
        (
            "start:\n- {command: a}\n- {when: main, command: b}\n- {command: c}",
            "recipe.yaml:7:3: this rule is never reached: the one above it has no `when`, and always fits (add `when` to that one, or move it to the end)",
        ),
        (
            "suggests: {release: [{command: a}, {command: b, when: main}]}",
            "recipe.yaml:5:36: this rule is never reached: the one above it has no `when`, and always fits (add `when` to that one, or move it to the end)",
        ),
        (
            "suggests: {processes: [{name: a, command: a}, {name: a, command: b, when: main}, {name: b, command: b}]}",
            "recipe.yaml:5:54: this rule is never reached: one above proposes \"a\" always (add `when` to that one, or remove one of them)",
        ),
        (
            "start: [{command: a, hint: b}]",
            "recipe.yaml:5:28: `hint` has no effect without `error` (say it in `warning`, behind a colon: `what: what to do`)",
        ),
        (
            "start: [{error: a, warning: b, oneOf: [main]}]",
            "recipe.yaml:5:29: `warning` has no effect beside `error` (remove it)\n\
             recipe.yaml:5:39: `oneOf` has no effect beside `error` (remove it)",
        ),
    ]);
}

#[test]
fn a_process_has_a_name_that_processes_can_have() {
    for name in ["Web", "my web", "-a"] {
        let text = of(&format!("start: [{{command: a, process: {name}}}]"), DOCKERFILE);
        assert!(text.starts_with("recipe.yaml:5:31: ") && text.contains("lower-case letters"), "{text}");
    }
    let text = of("start: [{command: a, process: release}]", DOCKERFILE);
    assert!(text.starts_with("recipe.yaml:5:31: the process name \"release\" is reserved"), "{text}");
}

#[test]
fn what_nobody_reads_is_said() {
    each(&[
        (
            "params: {size: {type: integer, default: 1, doc: x}}",
            "warning: recipe.yaml:5:10: nothing reads the parameter \"size\": setting it would change nothing (expressions and templates read it as `params.size`; or remove it)",
        ),
        (
            "facts:\n- {fact: main, files: [a], is: b}\n- {fact: lock, files: [a], is: b}\n- {fact: lock, files: [c], is: b, when: not lock}",
            "warning: recipe.yaml:7:10: nothing uses the fact \"lock\" (name it in an expression or a template, or remove its rules)",
        ),
        (
            "system: [{build: [a]}, {run: [b]}]",
            "recipe.yaml:5:30: no template prints `system.run`: these packages are installed nowhere (in the Dockerfile: `apt-get install -y {{ system.run | join(' ') }}`, where there are any)",
        ),
        // Whoever reads all of them reads each.
        (
            "params: {size: {type: integer, default: 1, doc: x}}\nstart: [{command: 'x {{ params|length }}'}]",
            "",
        ),
    ]);
}

#[test]
fn keys_of_services_are_none_of_runtimes() {
    let text = of("port: 80\nfiles: []\n", DOCKERFILE);
    let lines = ["port", "files"].map(|key| {
        format!("`{key}` is a key of services, and this is a runtime (remove it: nothing reads it here)")
    });
    assert_eq!(text, format!("recipe.yaml:5:1: {}\nrecipe.yaml:6:1: {}\n", lines[0], lines[1]));
    let recipe = "summary: x\nversions: {majorParts: 0, supported: ['1', '10', '2', '1'], default: '1'}\n";
    let text = said(RecipeKind::Runtime, &[("recipe.yaml", recipe)]);
    assert!(text.contains("recipe.yaml:2:24: "), "{text}");
    let recipe = "summary: x\nversions: {supported: ['1', '10', '2', '1', edge, '9'], default: '1'}\n";
    let text = said(RecipeKind::Runtime, &[("recipe.yaml", recipe)]);
    for said in [
        "recipe.yaml:1:1: no `dockerfile`: nothing says how an app's image is built (add `dockerfile: Dockerfile.j2`, a template beside recipe.yaml)",
        "recipe.yaml:2:35: \"2\" stands behind \"10\", which is later (write the oldest version first)",
        "recipe.yaml:2:40: the version \"1\" is there twice (remove one of them)",
        "recipe.yaml:2:51: \"9\" stands behind \"10\", which is later (write the oldest version first)",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn no_folder_hides_what_the_container_runs() {
    for path in [".", "/", "/etc", "/usr/bin", "../x", "/tmp", "node_modules", "node_modules/.bin"] {
        let text = of(&format!("reserved: [/opt/tool]\nwritable: [{{path: {path}}}]"), DOCKERFILE);
        assert!(
            text.starts_with(&format!("recipe.yaml:6:19: cannot mount an empty folder at {path:?}")),
            "{text}"
        );
    }
    let text = of(
        "reserved: [/opt/tool]\nwritable: [{path: node_modules/.cache}, {path: /opt/tool/cache}]",
        DOCKERFILE,
    );
    assert_eq!(text, "", "against apps, and what tools keep");
}

#[test]
fn a_recipe_has_a_name_that_apps_can_write() {
    let recipe = format!("{HEAD}facts: [{{fact: main, files: [a], is: b}}]\n");
    let of = |name: &str| {
        let files = [("recipe.yaml", recipe.as_str()), ("Dockerfile.j2", DOCKERFILE)];
        said_of(RecipeKind::Runtime, name, &files)
    };
    assert_eq!(of("crystal"), "");
    let text = of("cry_stal");
    assert!(
        text.starts_with("recipe.yaml:1:1: a recipe cannot be called \"cry_stal\" (rename its folder: "),
        "{text}"
    );
    assert!(of("image").contains(
        "a runtime cannot be called \"image\": `runtime: image` is an app whose image no recipe builds"
    ));
}

#[test]
fn variables_are_ones_that_an_app_can_have_and_each_rule_is_reached() {
    each(&[
        (
            "env: [{name: PORT, value: '9'}]",
            "recipe.yaml:5:14: PORT is given by cupaas (set `processes.web.port` instead)",
        ),
        (
            "env: [{name: A, value: a}, {name: A, value: b}]",
            "recipe.yaml:5:35: this rule is never reached: one above sets \"A\" always (add `when` to that one, or remove one of them)",
        ),
        ("env: [{name: A, value: a, when: main}, {name: B, value: b}, {name: A, value: b}]", ""),
        (
            "words: {main: [a]}\nstart: [{when: main in words.main, command: x}]",
            "recipe.yaml:5:9: \"main\" is a fact, too (give the list another name: `words.main` and `main` are easily taken for each other)",
        ),
        (
            "start: [{when: '{{ main }}', command: x}]",
            "recipe.yaml:5:16: invalid expression: syntax error: unexpected `}`, expected `:` (an expression stands without `{{ }}`: `main`)",
        ),
        (
            "params: {size: {type: integer, default: 8, doc: x, minimum: 64, maximum: 1}}\nstart: [{when: params.size > 8, command: x}]",
            "recipe.yaml:5:61: no value of \"size\" is within its bounds: `minimum` is more than `maximum` (write the least as `minimum`, and the most as `maximum`)",
        ),
    ]);
}

#[test]
fn a_passing_fact_is_read_by_checks_and_facts_alone() {
    let text = of(
        r#"facts:
  - {fact: main, files: [a], is: "{file}", passing: true}
  - {fact: other, files: [b], is: "{file}", when: main}
checks: [{when: main, warning: "{{ main }}", hint: a}]
start: [{when: other, command: "run {{ main }}"}]
"#,
        DOCKERFILE,
    );
    let expected = "Dockerfile.j2:2:37: the fact \"main\" is passing: checks and rules of facts alone read it (take out \
         `passing: true`, or read it in a check, or in a rule further down)\nrecipe.yaml:9:40: the fact \"main\" is passing";
    assert!(text.starts_with(expected) && text.lines().count() == 2, "{text}");
}
