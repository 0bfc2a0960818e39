//! One way down: ARCHITECTURE.md draws the rooms of `src/` in the order in which they may import from each other. What
//! is drawn there is what is checked here.
//!
//! An import is a path that begins with `crate::` or `super::`, in a `use` or in the code; a test's own imports do not
//! count, and neither does what `lib.rs` and `main.rs`, which stand above all rooms, import.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;

use super::{none, root, sources};

/// The rooms from the top to the bottom; those of one level do not import from each other.
fn levels(architecture: &str) -> Vec<Vec<String>> {
    let drawn = architecture.split("## The rooms").nth(1).and_then(|part| part.split("```").nth(1)).unwrap();
    let drawn = drawn.trim_start_matches("text").replace('\n', " ");
    let level = |level: &str| level.split(',').map(|room| room.trim().to_owned()).collect();
    drawn.split('→').map(level).collect()
}

/// Everything that a `use` names, each as a whole path.
fn paths(tree: &str, before: &str, all: &mut Vec<String>) {
    let (mut depth, mut start) = (0, 0);
    for (at, c) in tree.char_indices().chain([(tree.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = tree[start..at].trim();
                start = (at + 1).min(tree.len());
                match part.split_once('{') {
                    Some((prefix, inside)) => {
                        let inside = inside.trim_end().trim_end_matches('}');
                        paths(inside, &format!("{before}{prefix}"), all);
                    }
                    None if part.is_empty() => {}
                    None => {
                        let name = part.split(" as ").next().unwrap_or_default();
                        all.push(format!("{before}{name}").trim_end_matches("::self").to_owned());
                    }
                }
            }
            _ => {}
        }
    }
}

/// What a file imports from the crate: paths without `crate::`. `calls` takes along what a module reaches in its children by
/// their names alone.
fn imports(path: &str, text: &str, calls: bool) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .fold(String::new(), |text, line| text + line + "\n");
    let mut all = Vec::new();
    let uses = Regex::new(r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?use ([^;]+);").unwrap();
    for found in uses.captures_iter(&code) {
        paths(&found[1], "", &mut all);
    }
    let spelled = Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap();
    let rest = uses.replace_all(&code, "");
    all.extend(spelled.find_iter(&rest).map(|found| found.as_str().to_owned()));
    let mut module: Vec<&str> = path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
    let is_parent = module.last() == Some(&"mod");
    if is_parent {
        module.pop();
    }
    let children = Regex::new(r"(?m)^\s*(?:pub(?:\([a-z]+\))? )?mod (\w+);").unwrap();
    let children: BTreeSet<&str> =
        children.captures_iter(&code).filter_map(|c| c.get(1)).map(|c| c.as_str()).collect();
    let named = Regex::new(r"\b(\w+)::\w+").unwrap();
    let named = named.captures_iter(&rest).filter(|found| calls && children.contains(&found[1]));
    let named: Vec<String> = named.map(|found| found[0].to_owned()).collect();
    all.extend(named);
    let absolute = |path: String| {
        if let Some(rest) = path.strip_prefix("crate::") {
            return Some(rest.to_owned());
        }
        let first = path.split("::").next().unwrap_or_default();
        if children.contains(first) {
            return Some(format!("{}::{path}", module.join("::")));
        }
        let (mut base, mut rest) = (module.clone(), path.as_str());
        while let Some(above) = rest.strip_prefix("super::") {
            base.pop();
            rest = above;
        }
        (rest != path).then(|| base.iter().copied().chain([rest]).collect::<Vec<_>>().join("::"))
    };
    all.into_iter().filter_map(absolute).collect()
}

/// `src/` as its imports say: file → what it imports. Roots stand above all of it.
fn house(calls: bool) -> BTreeMap<String, BTreeSet<String>> {
    let inside = sources().into_iter().filter(|(path, _)| path != "src/lib.rs" && path != "src/main.rs");
    inside.map(|(path, text)| (path.clone(), imports(&path, &text, calls))).collect()
}

fn room(path: &str) -> &str {
    let inside = path.trim_start_matches("src/");
    inside.split(['/', ':']).next().unwrap_or_default().trim_end_matches(".rs")
}

/// Imports that point up, or to a room of the same level, and rooms that nobody has drawn.
fn upward(levels: &[Vec<String>], house: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let level = |room: &str| levels.iter().position(|level| level.iter().any(|one| one == room));
    let mut wrong = Vec::new();
    for (path, imports) in house {
        let Some(from) = level(room(path)) else {
            wrong.push(format!("{path}: ARCHITECTURE.md draws no room {}", room(path)));
            continue;
        };
        for import in imports.iter().filter(|import| room(import) != room(path)) {
            match level(room(import)) {
                Some(to) if to > from => {}
                Some(_) => wrong.push(format!("{path} imports {import}, which is not below it")),
                None => wrong.push(format!("{path} imports {import}, which is in no room")),
            }
        }
    }
    wrong
}

/// The file in which what `import` names is written: a name that its module only hands on is looked for where it is.
fn file<'a>(import: &str, house: &'a BTreeMap<String, BTreeSet<String>>) -> Option<&'a str> {
    let parts: Vec<&str> = import.split("::").collect();
    (1..=parts.len()).rev().find_map(|count| {
        let (module, name) = (parts[..count].join("/"), parts.get(count));
        let alone = house.get_key_value(&format!("src/{module}.rs"));
        let parent = house.get_key_value(&format!("src/{module}/mod.rs"));
        let (path, imports) = alone.or(parent)?;
        let handed_on = name.and_then(|name| {
            let inside = format!("{}::", parts[..count].join("::"));
            let end = format!("::{name}");
            imports.iter().find(|one| one.starts_with(&inside) && one.ends_with(&end) && *one != import)
        });
        handed_on.and_then(|there| file(there, house)).or(Some(path.as_str()))
    })
}

/// Files that import each other, by whichever way: each circle once.
fn circles(house: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<&str>> {
    let next = |path: &str| -> BTreeSet<&str> {
        let files = house[path].iter().filter_map(|import| file(import, house));
        files.filter(|file| *file != path).collect()
    };
    let arrows: BTreeMap<&str, BTreeSet<&str>> =
        house.keys().map(|path| (path.as_str(), next(path))).collect();
    let reachable = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut left: Vec<&str> = arrows[from].iter().copied().collect();
        while let Some(path) = left.pop() {
            if seen.insert(path) {
                left.extend(&arrows[path]);
            }
        }
        seen
    };
    let all: BTreeMap<&str, BTreeSet<&str>> = arrows.keys().map(|path| (*path, reachable(path))).collect();
    let mut circles: BTreeSet<Vec<&str>> = BTreeSet::new();
    for (path, seen) in all.iter().filter(|(path, seen)| seen.contains(**path)) {
        circles.insert(seen.iter().copied().filter(|other| all[other].contains(path)).collect());
    }
    circles.into_iter().collect()
}

fn architecture() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

#[test]
fn imports_point_down() {
    none(upward(&levels(&architecture()), &house(false)));
}

/// What a room could only have from the root of the crate, which stands above it.
fn of_the_root(text: &str) -> Vec<&str> {
    Regex::new(r"\bcrate::\w+\(").unwrap().find_iter(text).map(|found| found.as_str()).collect()
}

#[test]
fn the_root_defines_nothing_and_nothing_is_called_there() {
    for (path, text) in sources() {
        none(
            of_the_root(&text)
                .iter()
                .map(|call| format!("{path} calls {call}…), which is the root's"))
                .collect(),
        );
        let defines =
            Regex::new(r"(?m)^ *(pub(\(.*\))? )?(fn|struct|enum|trait|impl|const|static|type)\b").unwrap();
        assert!(path != "src/lib.rs" || !defines.is_match(&text), "src/lib.rs only says what is public");
    }
    assert_eq!(of_the_root("crate::run(&request); crate::run::land(); use crate::{run};"), ["crate::run("]);
}

#[test]
fn no_files_import_each_other() {
    let (imported, called) = (house(false), house(true));
    let apart = circles(&called).into_iter().filter(|circle| !is_one_module(circle));
    let all: BTreeSet<Vec<&str>> = circles(&imported).into_iter().chain(apart).collect();
    none(all.into_iter().map(|circle| format!("a circle: {}", circle.join(" → "))).collect());
}

/// Whether one of the files is the module that all others stand in: it calls them, and they have its types.
fn is_one_module(circle: &[&str]) -> bool {
    circle.iter().any(|path| {
        let folder = path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned() + "/";
        circle.iter().all(|other| other == path || other.starts_with(&folder))
    })
}

#[test]
fn the_table_has_the_rooms_that_are_drawn() {
    let architecture = architecture();
    let drawn: Vec<String> = levels(&architecture).into_iter().flatten().collect();
    let part = architecture.split("## The rooms").nth(1).unwrap();
    let part = part.split("\n## ").next().unwrap();
    let rows = part.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: Vec<String> =
        rows.map(|name| name.trim_end_matches('/').trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(listed, drawn, "the table and the picture of ARCHITECTURE.md");
    let there: BTreeSet<String> = house(false).keys().map(|path| room(path).to_owned()).collect();
    let drawn: BTreeSet<String> = drawn.into_iter().filter(|room| room != "main" && room != "lib").collect();
    assert_eq!(drawn, there, "the rooms of ARCHITECTURE.md, and those of src/");
}

/// What the tests above must find: an import that points up, a room that nobody has drawn, a circle.
#[test]
fn each_violation_is_found() {
    let levels = levels("## The rooms\n```text\nrun → plan, git → tree\n```\n");
    let with = |files: &[(&str, &str)]| -> BTreeMap<String, BTreeSet<String>> {
        files.iter().map(|(path, text)| ((*path).to_owned(), imports(path, text, true))).collect()
    };
    let sound = with(&[
        ("src/run/mod.rs", "pub mod a;\npub use a::A;\nuse crate::plan::Plan;\n"),
        ("src/run/a.rs", "use crate::tree::{self, Files};\n// crate::run::b is only named\n"),
        ("src/run/b.rs", "use crate::run::{A};\nfn f() { crate::plan::x::g() }\n"),
        ("src/plan/mod.rs", "mod x;\nuse super::tree;\n"),
        ("src/plan/x.rs", ""),
        ("src/tree.rs", ""),
    ]);
    assert_eq!((upward(&levels, &sound), circles(&sound)), (Vec::new(), Vec::new()));
    for (path, text) in [
        ("src/tree.rs", "use crate::{\n    plan::{Plan},\n};\n"),
        ("src/plan/mod.rs", "fn f() { let _ = super::run::a::A; }\n"),
        ("src/plan/mod.rs", "use crate::git::Commit;\n"),
        ("src/helpers.rs", "use crate::tree::Files;\n"),
        ("src/run/a.rs", "use crate::helpers::x;\n"),
    ] {
        let found = upward(&levels, &with(&[(path, text)]));
        assert_eq!(found.len(), 1, "{path} {text}: {found:?}");
    }
    let circle = with(&[
        ("src/run/mod.rs", "mod a;\nmod b;\npub use b::B;\n"),
        ("src/run/a.rs", "use super::B;\n"),
        ("src/run/b.rs", "fn f() { crate::run::a::g() }\n"),
    ]);
    assert_eq!(circles(&circle), [["src/run/a.rs", "src/run/b.rs"]]);
    let called = with(&[
        ("src/run/edit/mod.rs", "mod a;\nfn f() { a::g() }\n"),
        ("src/run/edit/a.rs", "use crate::run::b::h;\n"),
        ("src/run/b.rs", "use crate::run::edit::f;\n"),
    ]);
    let found = circles(&called);
    assert_eq!(found, [["src/run/b.rs", "src/run/edit/a.rs", "src/run/edit/mod.rs"]]);
    assert!(!is_one_module(&found[0]) && is_one_module(&found[0][1..]));
}
