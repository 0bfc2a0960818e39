//! What a reviewer would otherwise have to look for in every change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test

#[path = "tidy/codes.rs"]
mod codes;
#[path = "tidy/rooms.rs"]
mod rooms;

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;
use walkdir::WalkDir;

/// The pure modules: the same input gives the same output.
const PURE: [&str; 15] = [
    "report",
    "outcome",
    "publish",
    "plan",
    "render",
    "resolve",
    "yaml",
    "schema",
    "layout",
    "repository",
    "names",
    "expression",
    "backoff",
    "tree",
    "diagnostic",
];
/// The most lines of a file of `src/`, its tests left out.
const FILE: usize = 400;
/// The most lines of a function: each is to be seen on one screen.
const FUNCTION: usize = 60;
/// The most lines of a README: it is where people begin, and reference is in `docs/`.
const README: usize = 220;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder whose names end with `end`: the path from the root, and the text.
fn files(folder: &str, end: &str) -> Vec<(String, String)> {
    let walk = WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().filter_map(Result::ok);
    let wanted =
        walk.filter(|entry| entry.file_type().is_file() && entry.path().to_string_lossy().ends_with(end));
    let read = wanted.filter_map(|entry| {
        let path = entry.path().strip_prefix(root()).ok()?.display().to_string();
        Some((path, fs::read_to_string(entry.path()).ok()?))
    });
    read.collect()
}

/// The files of `src/` without their tests.
fn sources() -> Vec<(String, String)> {
    let tests = |path: &str| {
        path.ends_with("/tests.rs") || path.contains("/tests/") || path.ends_with("test_support.rs")
    };
    let without =
        |text: &str| text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
    files("src", ".rs")
        .into_iter()
        .filter(|(path, _)| !tests(path))
        .map(|(path, text)| (path, without(&text)))
        .collect()
}

fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The names of folders in a folder.
fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Names of recipes that are words of Rust, or of our own, as well.
const ALSO_WORDS: [&str; 3] = ["go", "node", "static"];

#[test]
fn the_code_knows_no_recipes_name() {
    let recipes: Vec<String> = ["templates/runtimes", "templates/services"]
        .iter()
        .flat_map(|folder| folders(&root().join(folder)))
        .collect();
    assert!(recipes.len() >= 2, "{recipes:?}");
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            // A comment and the description of a key may name one as an example.
            let code = line.split("//").next().unwrap_or_default();
            let text_for_people =
                code.contains("x-hint") || code.contains("let hint") || code.contains("doc =");
            for recipe in recipes.iter().filter(|_| !text_for_people) {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let names = |text: &str| text.split(|c| !word(c)).any(|part| part == recipe);
                // A literal of one word is a name, whatever else the word may be.
                let mut literals = code.split('"').skip(1).step_by(2).filter(|text| !text.contains(' '));
                let known = match ALSO_WORDS.contains(&recipe.as_str()) {
                    true => literals.any(names),
                    false => names(code),
                };
                if known {
                    wrong.push(format!("{path}:{}: {recipe}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    none(wrong);
}

#[test]
fn the_pure_modules_allow_themselves_nothing() {
    let pure = |path: &str| {
        let module = path.trim_start_matches("src/").split('/').next().unwrap_or_default();
        PURE.contains(&module.trim_end_matches(".rs"))
    };
    let allowing = |text: &str| text.contains("clippy::disallowed");
    none(
        sources()
            .into_iter()
            .filter(|(path, text)| pure(path) && allowing(text))
            .map(|(path, _)| path)
            .collect(),
    );
}

#[test]
fn every_file_says_what_it_is_and_fits_into_a_head() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        let name = path.rsplit('/').next().unwrap_or_default();
        if !text.starts_with("//! ") {
            wrong.push(format!("{path} does not begin with //!"));
        }
        if lines > FILE {
            wrong.push(format!("{path} has {lines} lines"));
        }
        if ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"].contains(&name) {
            wrong.push(format!("{path}: a name that says nothing"));
        }
    }
    none(wrong);
}

/// The functions of a text: the line of each, its name, and how many lines it has from there to its closing brace.
fn functions(text: &str) -> Vec<(usize, String, usize)> {
    let begins = Regex::new(r"^( *)(?:pub(?:\([a-z]+\))? )?(?:const |async |unsafe )*fn (\w+)").unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(function) = begins.captures(line) else { continue };
        // rustfmt puts the last brace, or the last parenthesis of a function without a body, below the first letter.
        let (brace, parenthesis) = (format!("{}}}", &function[1]), format!("{})", &function[1]));
        let ends = |line: &&str| **line == brace || (line.starts_with(&parenthesis) && line.ends_with(';'));
        let length = match line.ends_with(['}', ';']) {
            true => 1,
            false => lines[at..].iter().position(ends).map_or(lines.len() - at, |end| end + 1),
        };
        found.push((at + 1, function[2].to_owned(), length));
    }
    found
}

#[test]
fn every_function_is_read_on_one_screen() {
    let all = sources();
    let long = all.iter().flat_map(|(path, text)| {
        let long = functions(text).into_iter().filter(|(_, _, length)| *length > FUNCTION);
        long.map(move |(line, name, length)| format!("{path}:{line}: {name} has {length} lines"))
    });
    none(long.collect());
}

#[test]
fn functions_are_found_and_counted() {
    let text = "\
pub(crate) fn one<T>() {
    let x: fn(u8) = y;
}
impl X {
    const fn two(&self) -> u8 { 2 }

    fn three(
        a: u8,
    ) -> u8 {
        if a {
        }
    }
}
trait T {
    fn four();
    fn five(
        a: u8,
    ) -> u8;
}
// fn six() {
";
    let expected = [(1, "one", 3), (5, "two", 1), (7, "three", 6), (15, "four", 1), (16, "five", 3)];
    assert_eq!(functions(text), expected.map(|(line, name, length)| (line, name.to_owned(), length)));
}

#[test]
fn every_case_is_whole() {
    let mut places: Vec<PathBuf> = Vec::new();
    let below =
        |folder: PathBuf| folders(&folder).into_iter().map(move |name| folder.join(name)).collect::<Vec<_>>();
    // Manifests that are good or bad are tried by a test program of their own.
    let stages = below(root().join("tests/cases")).into_iter().filter(|stage| !stage.ends_with("schema"));
    places.extend(stages.flat_map(below));
    // An example that is workflow files alone is looked at by actionlint and zizmor.
    places.extend(below(root().join("examples")).into_iter().filter(|place| !place.join(".github").exists()));
    for kind in ["templates/runtimes", "templates/services"] {
        places.extend(below(root().join(kind)).into_iter().flat_map(|recipe| below(recipe.join("cases"))));
    }
    assert!(places.len() >= 100, "{}", places.len());
    let mut wrong = Vec::new();
    for place in places {
        let has = |name: &str| place.join(name).exists();
        let expected = [
            "expected",
            "expected.diff",
            "expected.paths",
            "expected.stderr",
            "expected.stdout",
            "expected.values.yaml",
        ];
        if !has("case.yaml") {
            wrong.push(format!("{} has no case.yaml", place.display()));
        }
        if !expected.iter().any(|name| has(name)) {
            wrong.push(format!("{} expects nothing", place.display()));
        }
    }
    none(wrong);
}

#[test]
fn every_recipe_is_whole() {
    let mut wrong = Vec::new();
    for kind in ["templates/runtimes", "templates/services"] {
        for name in folders(&root().join(kind)) {
            let folder = root().join(kind).join(&name);
            if !folder.join("recipe.yaml").is_file() {
                wrong.push(format!("{kind}/{name} has no recipe.yaml"));
            }
            if folders(&folder.join("cases")).is_empty() {
                wrong.push(format!("{kind}/{name} has no cases"));
            }
        }
    }
    none(wrong);
}

#[test]
fn both_readmes_have_the_same_parts() {
    let parts = |name: &str| {
        let text = fs::read_to_string(root().join(name)).ok()?;
        let mut code = false;
        let mut levels = Vec::new();
        for line in text.lines() {
            code ^= line.starts_with("```");
            if !code && line.starts_with('#') {
                levels.push(line.chars().take_while(|c| *c == '#').count());
            }
        }
        Some(levels)
    };
    if let (Some(one), Some(other)) = (parts("README.md"), parts("README.es.md")) {
        assert_eq!(one, other, "README.md and README.es.md do not have the same headings");
    }
}

#[test]
fn the_readmes_are_short() {
    for name in ["README.md", "README.es.md"] {
        let lines = fs::read_to_string(root().join(name)).unwrap().lines().count();
        assert!(lines <= README, "{name} has {lines} lines: reference belongs to docs/");
    }
}

#[test]
fn both_readmes_lead_to_every_page() {
    let mut wrong = Vec::new();
    for name in ["README.md", "README.es.md"] {
        let text = fs::read_to_string(root().join(name)).unwrap();
        let pages = files("docs", ".md")
            .into_iter()
            .filter(|(page, _)| !page.starts_with("docs/codes/"))
            .filter(|(page, _)| !text.contains(&format!("]({page})")));
        wrong.extend(pages.map(|(page, _)| format!("{name} does not lead to {page}")));
    }
    none(wrong);
}

/// The words of a picture differ from language to language, the drawing does not.
#[test]
fn the_picture_of_both_readmes_is_the_same() {
    let drawing = |name: &str| {
        let text = fs::read_to_string(root().join("docs/images").join(name)).unwrap();
        let without_words = |part: &str| {
            let (tag, words) = part.split_once('>').unwrap_or((part, ""));
            if tag == "style" { part.to_owned() } else { format!("{tag} {}", words.lines().count()) }
        };
        text.split('<').map(without_words).collect::<Vec<_>>()
    };
    assert_eq!(drawing("overview.svg"), drawing("overview.es.svg"));
}

/// The text of a Markdown file without its code.
fn prose(text: &str) -> String {
    let mut code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The anchors of a Markdown file's headings, as forges make them.
fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for heading in prose(text).lines().filter(|line| line.starts_with('#')) {
        let kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
        let words: String =
            heading.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect();
        let anchor = words.replace(' ', "-");
        let before = anchors.iter().filter(|one| **one == anchor).count();
        anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
    }
    anchors
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let walk = WalkDir::new(root()).sort_by_file_name().into_iter();
    let own = walk.filter_entry(|entry| entry.file_name() != "target" && entry.file_name() != ".git");
    let documents =
        own.filter_map(Result::ok).filter(|entry| entry.path().extension() == Some("md".as_ref()));
    let (mut wrong, mut count) = (Vec::new(), 0);
    for document in documents {
        let text = prose(&fs::read_to_string(document.path()).unwrap());
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://")) {
            count += 1;
            let (path, anchor) =
                link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let folder = document.path().parent().unwrap();
            let target = if path.is_empty() { document.path().to_owned() } else { folder.join(path) };
            let known = |anchor: &str| {
                anchors(&fs::read_to_string(&target).unwrap_or_default()).iter().any(|one| one == anchor)
            };
            if !target.exists() || !anchor.is_none_or(known) {
                let document = document.path().strip_prefix(root()).unwrap();
                wrong.push(format!("{}: {link} leads nowhere", document.display()));
            }
        }
    }
    assert!(count >= 100, "only {count} links were found");
    none(wrong);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX"), concat!("dbg", "!(")];
    let all = files("src", ".rs")
        .into_iter()
        .chain(files("tests", ".rs"))
        .chain(files("templates", ".j2"))
        .chain(files("templates", ".yaml"));
    let mut wrong = Vec::new();
    for (path, text) in all {
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    none(wrong);
}
