mod runtimes;
mod services;

use std::fmt::Write;

use crate::diagnostic::Severity;
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::recipe::RecipeFile;
use crate::tree::{Files, RepoPath};
use crate::yaml::document;

/// What is said of a recipe: `file:line:column: message (hint)`, a line each.
fn said(kind: RecipeKind, files: &[(&str, &str)]) -> String {
    said_of(kind, "x", files)
}

/// The same of a recipe with this name.
fn said_of(kind: RecipeKind, name: &str, files: &[(&str, &str)]) -> String {
    let folder = if kind == RecipeKind::Runtime { "runtimes" } else { "services" };
    let named = |file: &str| RepoPath::new(format!("catalog/{folder}/{name}/{file}")).unwrap();
    let files: Files = files.iter().map(|(file, text)| (named(file), (*text).to_owned())).collect();
    let (recipe, mut problems) = Catalog::new(files).get_leniently(kind, name);
    problems.extend(recipe.map(|recipe| recipe.warnings.clone()).unwrap_or_default());
    problems.sort_by_key(|problem| (problem.span.source.name.clone(), problem.span.range.start));
    let mut text = String::new();
    for problem in problems {
        let (line, column) = problem.span.line_column();
        let file = problem.span.source.name.rsplit('/').next().unwrap().to_owned();
        let hint = problem.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
        let kind = if problem.severity == Severity::Warning { "warning: " } else { "" };
        let _ = writeln!(text, "{kind}{file}:{line}:{column}: {}{hint}", problem.message);
    }
    text
}

#[test]
fn a_console_is_words_and_no_template() {
    let recipe = "summary: x\nversions: {default: '1', supported: ['1']}\nimage: x:{{ version }}\nport: 1\n\
        console: [-c, 'psql -d {{ app }}', \"a\\u0007\"]\nfiles:\n  - {template: shared/service/service.yaml.j2}\n";
    let text = said(RecipeKind::Service, &[("recipe.yaml", recipe)]);
    for line in [
        "recipe.yaml:5:11: \"-c\" is no program (the first word is the program)",
        "recipe.yaml:5:15: no templates are rendered here",
        "recipe.yaml:5:36: holds a control character",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn every_built_in_recipe_is_right() {
    let catalog = Catalog::default();
    let mut all = vec![(RecipeKind::Shared, "shared".to_owned())];
    for kind in [RecipeKind::Runtime, RecipeKind::Service] {
        all.extend(catalog.names(kind).into_iter().map(|name| (kind, name)));
    }
    for (kind, name) in all {
        let recipe = catalog.get(kind, &name).unwrap_or_else(|wrong| panic!("{name}: {wrong:#?}")).unwrap();
        assert_eq!(super::check(&recipe), [], "{name}");
        // Not looked at again by any run.
        let wrong = document::read::<RecipeFile>(&recipe.description.source).err();
        assert_eq!(wrong, None, "{name}");
    }
}

#[test]
fn a_runtime_says_all_that_is_wrong_with_it_at_once() {
    let recipe = r#"summary: x
versions: {default: "3", supported: ["1", "2"]}
facts:
  - {fact: framework, files: [a], match: "(x", is: "{1}"}
  - {fact: server, files: [a], match: "(x)", is: "{2}", when: framwork and not port}
  - {fact: port, files: [a], is: "{vaule}", where: file == "a" and fodler, below: frameworks}
  - {fact: lock, files: [a], is: "{value}", within: "[", whole: true, when: "not (framework"}
exclusive: {servr: use one}
checks:
  - {when: sever and version, error: "{{ version_by_defualt }}", hint: "{% if x %}", at: lok}
start:
  - {when: framework == "flask" and serve, command: "run {{ servers }}", oneOf: [prt]}
system:
  - {when: '"a" in has', build: [x]}
dockerfile: Dockerfile.j2
"#;
    let dockerfile =
        "FROM x:{{ version }}\nRUN {{ system.biuld }} {{ framework }} {{ comand }} {{ mirror }}\n";
    let text = said(RecipeKind::Runtime, &[("recipe.yaml", recipe), ("Dockerfile.j2", dockerfile)]);
    let expected = r#"Dockerfile.j2:2:8: system has no "biuld" (did you mean "build"?)
Dockerfile.j2:2:43: unknown name "comand" (did you mean "command"?)
recipe.yaml:2:21: the default version "3" is not supported (supported: 1, 2; add it there, or choose one of them)
recipe.yaml:4:42: invalid regular expression (found open group without closing ')')
recipe.yaml:5:50: {2} needs a group that `match` does not have: it has 1 (a group stands in parentheses: `(…)`)
recipe.yaml:5:63: unknown name "framwork" (did you mean "framework"?)
recipe.yaml:5:80: the fact "port" is found further down (a rule sees the facts of the rules above it: move that one up, or this one down)
recipe.yaml:6:12: "port" is something else in expressions and templates (give the fact another name)
recipe.yaml:6:34: {vaule} stands for nothing (did you mean "value"?)
recipe.yaml:6:68: unknown name "fodler" (did you mean "folder"?)
recipe.yaml:6:83: no rule above finds the fact "frameworks" (did you mean "framework"?)
recipe.yaml:7:34: {value} needs a `key` (`key` is the way to a value in the file, such as `key: engines.node`)
"#;
    assert!(text.starts_with(expected), "{text}");
    for line in [
        "recipe.yaml:7:53: invalid regular expression",
        "recipe.yaml:7:53: `within` has no effect without `match`",
        "`whole` has no effect here",
        "recipe.yaml:7:83: invalid expression: syntax error",
        "recipe.yaml:8:13: no rule finds the fact \"servr\" (did you mean \"server\"?)",
        "recipe.yaml:10:12: unknown name \"sever\" (did you mean \"server\"?)",
        "recipe.yaml:10:42: unknown name \"version_by_defualt\" (did you mean \"version_by_default\"?)",
        "recipe.yaml:10:73: invalid template: `{% if %}` is never closed (close it with `{% endif %}`)",
        "recipe.yaml:10:90: no rule finds the fact \"lok\" (did you mean \"lock\"?)",
        "recipe.yaml:12:37: unknown name \"serve\" (did you mean \"server\"?)",
        "recipe.yaml:12:61: unknown name \"servers\" (did you mean \"server\"?)",
        "recipe.yaml:12:82: no rule finds the fact \"prt\" (did you mean \"port\"?)",
        "recipe.yaml:14:20: unknown name \"has\" (available: framework, lock, params, port, server, version)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn the_version_lies_within_all_that_is_found_where_that_is_ranges() {
    let recipe = "summary: x\nversions: {default: \"1\"}\nfacts:\n  - {fact: version, files: [a.json], key: a, is: \"{value}\", all: true}\n";
    let text = said(RecipeKind::Runtime, &[("recipe.yaml", recipe)]);
    assert!(text.contains("`all` for the version needs `range`"), "{text}");
}

#[test]
fn a_part_of_a_value_is_no_range() {
    let said_of = |rest: &str| {
        let rule = format!("{{fact: version, files: [a.json], key: a, range: npm, is: \"{{value}}\"{rest}}}");
        let recipe = format!("summary: x\nversions: {{default: \"1\"}}\nfacts: [{rule}]\n");
        said(RecipeKind::Runtime, &[("recipe.yaml", &recipe)])
    };
    let warning = "warning: recipe.yaml:3:66: {value} is only the part that `match` finds";
    assert!(said_of(", match: '\\d+'").contains(warning), "{}", said_of(", match: '\\d+'"));
    assert!(!said_of(", match: '^[^*]+$'").contains("warning"));
    assert!(!said_of("").contains("warning"));
}

#[test]
fn a_service_says_all_that_is_wrong_with_it_at_once() {
    let recipe = r#"summary: x
versions: {supported: ["1"]}
image: x:{{ verison }}
params:
  size: {type: integer, default: "64", doc: x}
  mode: {type: text, default: c, doc: x, choices: [a, b, 1]}
  name: {type: text, default: c, doc: x}
credentials:
  - {key: password, when: service.params.sise > 1}
  - {key: pass word}
  - {key: password}
provides:
  - {name: URL, value: "x://$({{ prefix }}_PASWORD)@$({{ prefix }}_HOST)$(OTHER)$$(TEXT)"}
  - {name: PASSWORD, secret: pasword}
  - {name: SEED, value: a, secret: password}
  - {name: PASSWORD}
  - {name: HOST, value: "{{ nme }}"}
rotation: [{say: "{{ secrt }}"}]
ping: {command: [a, "{{ service.prot }}"]}
workload: wrkload.yaml.j2
files:
  - {template: shared/service/servise.yaml.j2}
  - {template: own.yaml.j2, each: process, as: process, when: proces.port}
  - {template: none.yaml.j2, as: x}
"#;
    let own = "kind: x\nname: {{ servise.name }}\nport: {{ service.params.prt }}\n";
    let files =
        [("recipe.yaml", recipe), ("own.yaml.j2", own), ("workload.yaml.j2", "{{ a"), ("README.md", "")];
    let text = said(RecipeKind::Service, &files);
    for line in [
        "own.yaml.j2:2:10: unknown name \"servise\" (did you mean \"service\"?)",
        "own.yaml.j2:3:10: service.params has no \"prt\"",
        "recipe.yaml:2:11: no default version: a new app would get none (add `default`, one of 1)",
        "recipe.yaml:3:13: unknown name \"verison\" (did you mean \"version\"?)",
        "recipe.yaml:5:34: invalid default of \"size\" (expected a whole number: x)",
        "recipe.yaml:6:31: invalid default of \"mode\" (expected one of \"a\", \"b\", 1: x)",
        "recipe.yaml:6:58: invalid choice of \"mode\"",
        "recipe.yaml:7:9: \"name\" is a setting that every service has",
        "recipe.yaml:9:27: service.params has no \"sise\" (did you mean \"size\"?)",
        "recipe.yaml:10:11: \"pass word\" is no key of a Secret",
        "recipe.yaml:11:11: the key \"password\" is there twice",
        "recipe.yaml:13:24: no variable above is called \"PASWORD\"",
        "recipe.yaml:13:24: HOST stands further down, and is not expanded here",
        "recipe.yaml:13:24: $(OTHER) names no variable of this service",
        "recipe.yaml:14:30: \"pasword\" is no key of `credentials` (did you mean \"password\"?)",
        "recipe.yaml:15:5: a variable has either a `value` or a `secret` (remove one of them)",
        "recipe.yaml:16:12: PASSWORD is there twice",
        "recipe.yaml:16:5: PASSWORD has no value",
        "recipe.yaml:17:29: unknown name \"nme\" (did you mean \"name\"?)",
        "recipe.yaml:18:22: unknown name \"secrt\" (did you mean \"secret\"?)",
        "recipe.yaml:19:25: service has no \"prot\" (did you mean \"port\"?)",
        "recipe.yaml:20:11: \"wrkload.yaml.j2\" does not exist beside recipe.yaml (did you mean \"workload.yaml.j2\"?)",
        "recipe.yaml:22:16: unknown shared part \"shared/service/servise.yaml.j2\"",
        "recipe.yaml:23:35: \"process\" is no list of a release (did you mean \"processes\"?)",
        "recipe.yaml:23:63: unknown name \"proces\" (did you mean \"process\"?)",
        "recipe.yaml:24:16: \"none.yaml.j2\" does not exist beside recipe.yaml",
        "recipe.yaml:24:34: `as` has no effect without `each`",
        "warning: workload.yaml.j2:1:1: nothing in the recipe names this file",
        "workload.yaml.j2:1:4: invalid template: syntax error",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("TEXT"), "{text}");
}
