//! Edits of files as people write them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::diagnostic::Source;
use crate::load::platform::RegistrationFile;
use crate::yaml::edit::{YamlEdit, edit};
use crate::yaml::{document, node};

fn path(text: &str) -> Vec<String> {
    text.split('.').map(str::to_owned).collect()
}

fn set(at: &str, value: &str) -> YamlEdit {
    YamlEdit::Set(path(at), value.to_owned())
}

fn unset(at: &str) -> YamlEdit {
    YamlEdit::Unset(path(at))
}

fn edited(text: &str, changes: &[YamlEdit]) -> String {
    edit(&Source::new("apps/tasks.yaml", text), changes).unwrap().text.clone()
}

#[test]
fn each_layout_keeps_what_is_not_concerned() {
    for (before, change, after) in [
        ("", set("env.A", "1"), "env:\n  A: \"1\"\n"),
        ("# mine", set("env.A", "x"), "# mine\nenv:\n  A: x"),
        ("\u{feff}a: 1\r\n", set("env.A", "x"), "\u{feff}a: 1\r\nenv:\r\n  A: x\r\n"),
        ("\u{feff}", set("a", "x"), "\u{feff}a: x\n"),
        ("a: 1", set("b", "x"), "a: 1\nb: x"),
        (
            "env:\n    A: 1 # one\n    # two\nz: 1\n",
            set("env.B", "x"),
            "env:\n    A: 1 # one\n    B: x\n    # two\nz: 1\n",
        ),
        ("e:\n    A: 1\nf: {}\n", set("g.h", "x"), "e:\n    A: 1\nf: {}\ng:\n    h: x\n"),
        ("env: {A: 1}\n", set("env.B", "a b"), "env: {A: 1, B: \"a b\"}\n"),
        ("env: {}  # none\n", set("env.B", "x"), "env: {B: x}  # none\n"),
        (
            "env: {\n  A: 1, # c\n  B: 2  # d\n}\n",
            set("env.C", "x"),
            "env: {\n  A: 1, # c\n  B: 2, C: x  # d\n}\n",
        ),
        ("env: {A: 1,}\n", set("env.B", "x"), "env: {A: 1, B: x,}\n"),
        ("{a: 1}\n", set("b.c.d", "x"), "{a: 1, b: {c: {d: x}}}\n"),
        ("{\"a\": \"1\"}\n", set("b.c", "yes"), "{\"a\": \"1\", \"b\": {\"c\": \"yes\"}}\n"),
        ("{\n  \"a\": {}\n}\n", set("a.b", "x"), "{\n  \"a\": {\"b\": \"x\"}\n}\n"),
        ("{\"a\": 1, b: 2}\n", set("c", "x"), "{\"a\": 1, b: 2, c: x}\n"),
        ("\"a\": {}\n", set("a.b", "x"), "\"a\": {b: x}\n"),
        ("a: 1 # c\n", set("a", "2"), "a: 2 # c\n"),
        ("a: 'it' # c\n", set("a", "it's"), "a: 'it''s' # c\n"),
        ("a: \"x\"\n", set("a", "y\n"), "a: \"y\\n\"\n"),
        ("a: true\n", set("a", "yes"), "a: yes\n"),
        ("a: x\n", set("a", "yes"), "a: \"yes\"\n"),
        (
            "a: |  # head\n  one\n  two\n# next\nb: 1\n",
            set("a", "x"),
            "a: \"x\"  # head\n# next\nb: 1\n".replace("\"  #", "\" #").as_str(),
        ),
        ("a: one\n  two # c\nb: 1\n", set("a", "x"), "a: x # c\nb: 1\n"),
        ("a: |\n  x", set("b", "z"), "a: |\n  x\nb: z"),
        ("---\na: 1\n...\n", set("b", "z"), "---\na: 1\nb: z\n...\n"),
        ("a: 1 # one\nb: 2 # two\nc: 3\n", unset("b"), "a: 1 # one\n# two\nc: 3\n"),
        (
            "# top\nenv: # vars\n  # of A\n  A: 1 # x\n# end\n",
            unset("env.A"),
            "# top\n# vars\n# of A\n# x\n# end\n",
        ),
        ("env: {A: 1, B: 2, C: 3}\n", unset("env.A"), "env: {B: 2, C: 3}\n"),
        ("env: {A: 1, B: 2, C: 3}\n", unset("env.C"), "env: {A: 1, B: 2}\n"),
        ("env: {A: 1, B: 2, C: 3}\n", unset("env.B"), "env: {A: 1, C: 3}\n"),
        ("env: {\n  A: 1, # c\n  B: 2  # d\n}\n", unset("env.B"), "env: {\n  A: 1, # c\n    # d\n}\n"),
        ("env: {\n  A: 1, # c\n  B: 2  # d\n}\n", unset("env.A"), "env: {\n   # c\n  B: 2  # d\n}\n"),
        ("e:\n  A: |\n    x\n\n\n  # of B\n  B: 2\n", unset("e.A"), "e:\n\n\n  # of B\n  B: 2\n"),
        ("e:\n  A: |+\n    x\n\n\n  B: 2\n", unset("e.A"), "e:\n  B: 2\n"),
        ("e:\n  A: |\n\n    x\n\n  B: 2\n", unset("e.A"), "e:\n\n  B: 2\n"),
        ("e:\n\n  # of A\n  A: 1\n\n# end\n", unset("e.A"), "\n# of A\n\n# end\n"),
        ("A: one\n\n  two\n\nB: 1\n", unset("A"), "\nB: 1\n"),
        ("e:\n  A: |\n    x\n\n\nf: 1\n", set("e.B", "z"), "e:\n  A: |\n    x\n  B: z\n\n\nf: 1\n"),
        ("A: |\n  x\n\nB: 1\n", set("A", "z"), "A: \"z\"\n\nB: 1\n"),
        ("A: >-\r\n  x\r\n\r\nB: 1\r\n", unset("A"), "\r\nB: 1\r\n"),
        ("a: 1\nb: 2", unset("b"), "a: 1\n"),
        ("\u{feff}a: 1\nb: 2\n", unset("a"), "\u{feff}b: 2\n"),
        ("a: |\n  x\n  y\nb: 2\n", unset("a"), "b: 2\n"),
        ("e: {s: {env: {A: 1}}, p: {image: x}}\n", unset("e.s.env.A"), "e: {p: {image: x}}\n"),
        ("a: 1\n", unset("b.c"), "a: 1\n"),
    ] {
        assert_eq!(edited(before, &[change]), after, "{before:?}");
    }
}

#[test]
fn what_would_touch_something_else_is_refused_with_its_place() {
    for (text, change) in [
        ("a: &x 1\nb: *x\n", set("a", "2")),
        ("a: &x {b: 1}\nc: *x\n", set("a.d", "2")),
        ("a: &x 1\nb: *x\n", unset("a")),
        ("? a\n: 1\nb: 2\n", unset("a")),
        ("a: 1\n", set("a.b", "2")),
        ("a: [1]\n", set("a", "2")),
    ] {
        let problems = edit(&Source::new("apps/tasks.yaml", text), &[change]).unwrap_err();
        assert!(problems[0].span.to_string().starts_with("apps/tasks.yaml:"), "{text:?}");
        assert!(
            problems[0].message.to_string().contains("cannot change"),
            "{text:?}: {}",
            problems[0].message
        );
    }
}

/// Files as people write them: comments everywhere, every style, odd ends.
const FILES: [&str; 5] = [
    "# The shop.\nformat: 1\n\nrepository: 'https://git.example.cu/me/shop.git'   # moved in May\nbranches:\n  main: production # only this\n  \"next\": staging\n\n# What it needs:\nenv:\n  # as text\n  A: '1'\n  B: \"two words\"   # keep\n  C: |\n    first\n    # no comment\n  D: plain # last\n# between\nenvironments:\n  staging:\n    env: {A: 2, B: \"x, y\"} # short\n    # image: not yet\n  production: # careful\n    image: registry.example.cu/shop:1 # pinned by Ana\n",
    "repository: https://git.example.cu/me/shop.git\r\nenv: {A: 1, B: 'it''s'}   # one line\r\nenvironments: {staging: {env: {}}}\r\n# the end",
    "\u{feff}env: {\n  A: 1, # one\n  B: 2  # two\n  , C: 3\n}\n\n\n# end\n",
    "---\nenv:\n      A: >-\n        folded\n        text\n      B: one\n        two # c\n\n      # deep\n      C: ''\nformat: 1 # last\n",
    "{\"format\": 1, \"env\": {\"A\": \"1\"}, \"environments\": {\"staging\": {\"env\": {\"B\": \"2\"}}}} # JSON is YAML\n",
];

fn comments(text: &str) -> Vec<&str> {
    let marks = [
        "# The shop.",
        "# moved in May",
        "# only this",
        "# What it needs:",
        "# as text",
        "# keep",
        "# last",
        "# between",
        "# short",
        "# image: not yet",
        "# careful",
        "# pinned by Ana",
        "# one line",
        "# the end",
        "# one",
        "# two",
        "# end",
        "# c",
        "# deep",
        "# JSON is YAML",
    ];
    let mut found: Vec<(usize, &str)> = marks
        .into_iter()
        .flat_map(|mark| text.match_indices(mark).map(move |(at, _)| (at, mark)))
        .filter(|(at, mark)| {
            text[at + mark.len()..].is_empty() || text[at + mark.len()..].starts_with(['\n', '\r'])
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, mark)| mark).collect()
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-E]", "[A-Z_][A-Z0-9_]{0,8}"]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        "[ -~]{0,20}",
        "\\PC{0,12}",
        Just("a # b".to_owned()),
        Just("x: y\n- z\n".to_owned()),
        Just("no".to_owned())
    ]
}

fn change() -> impl Strategy<Value = YamlEdit> {
    let layer =
        prop_oneof![Just("env"), Just("environments.staging.env"), Just("environments.production.env")];
    prop_oneof![
        3 => (layer.clone(), name(), value()).prop_map(|(layer, name, value)| set(&format!("{layer}.{name}"), &value)),
        2 => (layer, name()).prop_map(|(layer, name)| unset(&format!("{layer}.{name}"))),
        1 => value().prop_map(|_| set("environments.staging.image", "registry.example.cu/shop:2")),
        1 => Just(unset("environments.staging.image")),
    ]
}

/// What a registration says of variables and images, by path.
fn said(text: &str) -> BTreeMap<String, String> {
    let file = document::read::<RegistrationFile>(&Source::new("f", text)).unwrap().value;
    let mut said = BTreeMap::new();
    said.extend(file.env.into_iter().map(|(name, value)| (format!("env.{name}"), value.0)));
    for (place, entry) in file.environments {
        let at = |rest: String| format!("environments.{place}.{rest}");
        said.extend(entry.env.into_iter().map(|(name, value)| (at(format!("env.{name}")), value.0)));
        said.extend(entry.image.map(|image| (at("image".to_owned()), image)));
    }
    said
}

/// Pieces that YAML is made of, in any order.
fn anything() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\n  "),
        Just("\r\n"),
        Just(": "),
        Just(":"),
        Just("a"),
        Just("env"),
        Just("b: 1"),
        Just("{"),
        Just("}"),
        Just(", "),
        Just("["),
        Just("]"),
        Just("# c"),
        Just(" # d"),
        Just("'x'"),
        Just("\"y\""),
        Just("|\n  z"),
        Just("&x "),
        Just("*x"),
        Just("- "),
        Just("? "),
        Just("---\n"),
        Just("...\n"),
        Just("\u{feff}"),
        Just("é"),
        Just(" "),
        Just("\t"),
        Just("!t "),
        Just("''"),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file looks like: it is changed as was meant, or refused.
    #[test]
    fn any_text_is_changed_as_was_meant_or_refused(text in anything(), deep in 1..3_usize, value in prop::option::of(value())) {
        let path: Vec<String> = ["env", "a"][..deep].iter().map(|key| (*key).to_owned()).collect();
        let change = match &value {
            Some(value) => YamlEdit::Set(path.clone(), value.clone()),
            None => YamlEdit::Unset(path.clone()),
        };
        if let Ok(new) = edit(&Source::new("f", text), &[change]) {
            let root = node::parse(&new).unwrap();
            let found = path.iter().try_fold(&root, |node, key| node.get(key));
            prop_assert_eq!(found.and_then(|node| node.text()), value.as_deref());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Hundreds of edits, one after the other, on each file.
    #[test]
    fn a_persons_words_survive_every_edit(file in 0..FILES.len(), changes in prop::collection::vec(change(), 100)) {
        let mut text = FILES[file].to_owned();
        let words = comments(FILES[file]);
        let mut meant = said(&text);
        for change in changes {
            let before = text.clone();
            text = edited(&text, std::slice::from_ref(&change));
            match &change {
                YamlEdit::Set(path, value) | YamlEdit::Plain(path, value) => drop(meant.insert(path.join("."), value.clone())),
                YamlEdit::Unset(path) => drop(meant.remove(&path.join("."))),
            }
            prop_assert_eq!(said(&text), meant.clone(), "{:?} on {:?}", change, before);
            prop_assert_eq!(comments(&text), words.clone(), "{:?} on {:?}", change, before);
            prop_assert_eq!(text.contains('\r'), FILES[file].contains('\r'));
            prop_assert_eq!(text.starts_with('\u{feff}'), FILES[file].starts_with('\u{feff}'));
            // Only one place of the text differs.
            let head = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
            let tail = before.bytes().rev().zip(text.bytes().rev()).take_while(|(a, b)| a == b).count();
            let changed = before.len().min(text.len()).saturating_sub(head + tail);
            prop_assert!(changed < 200, "{} bytes: {:?} on {:?}", changed, change, before);
        }
        for line in FILES[file].lines().filter(|line| line.contains("branches") || line.contains("main:")) {
            prop_assert!(text.contains(line), "{:?}", line);
        }
    }
}
