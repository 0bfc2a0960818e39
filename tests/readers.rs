//! Writes YAML for other programs' readers: traps and random texts as keys, values and list items, each beside the
//! JSON that it was written from, and commands for the kubelet's own expansion. `tests/e2e/render.sh readers` reads
//! them back with the Go programs in `tests/e2e/go/`.
//!
//! Runs where `READERS_DIR` names a folder and says loudly that it did not run where not. `READERS_TEXTS` is how many
//! random texts are written (default 20,000).
#![allow(clippy::disallowed_methods, reason = "a test that writes files")]
#![allow(clippy::explicit_write, clippy::unwrap_used, reason = "a test")]

use std::io::Write;
use std::path::PathBuf;

use cupaas::parts::render::emit::to_yaml;
use cupaas::parts::resolve::command::literal;
use cupaas::parts::yaml::characters::lost;
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// What some reader takes for something else than a text, or for structure.
const TRAPS: &str = "|~|null|Null|NULL|true|True|TRUE|false|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|y|Y|n|N|0|-0|+1|00|0123\
    |0o17|0O17|0x1F|0X1f|0b11|0b-1|1_000|1__0|_1|1_|1e3|1E3|1e|.5|5.|+.5|.inf|-.Inf|.NaN|.nan|inf|nan|1:2|12:34:56|1:60\
    |190:20:30.15|2026-11-23|2026-1-2|2026-11-23T10:00:00Z|2026-11-23 10:00:00 +1|<<|=|*|&|!|%|@|`|'|\"|\\|?|:|-|--|---|...\
    |--- a|... a|- a|? a|: a|a:|a: b|a:b|a #b|a#b|#a|[|]|{|}|,|[a]|{a}|{a: b}|a,b|'a|\"a|''|\"\"|\\n|%YAML 1.1|!!str a|!a|&a|*a\
    |@a|`a| a|a |  |a  b|tRuE|kind: Pwned|{{ a }}|{% a %}|${X}|$(X)|$$(X)|$|$$|1.0|3.10|0.1e-7|12e03|9223372036854775808\
    |18446744073709551616|1e400|é|שלום|日本語|🦀|\u{301}a";
/// Those that hold a control character or end a line.
const LINES: &[&str] = &[
    "",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    "\n\na",
    "a\nb",
    "a\nb\n",
    "a\nb\n\n",
    " a\nb",
    "a\n b",
    "a \nb",
    "a\n \nb",
    "\ta",
    "a\t",
    "\ta\nb",
    "a\n\tb",
    "a\n\t\nb",
    "a\r",
    "a\r\nb",
    "\r\n",
    "a\rb",
    "#a\nb",
    "- a\nb",
    "a: b\nc: d\n",
    "\n---\na",
    "a\n---\nb",
    "a\n...\nb",
    "---\n",
    "--- |\n a",
    "a\0b",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}[0m",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "a\u{85}b",
    "a\u{85}\nb\n",
    "\u{9f}",
    "\u{a0}",
    "\u{a0}a\nb",
    "\u{ad}",
    "\u{200b}",
    "\u{2028}",
    "a\u{2029}b",
    "a\u{2028}\nb\n",
    "\u{feff}",
    "\u{feff}a",
    "a\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{e001}",
    "\u{e000}0\u{e001}",
    "\u{f8ff}",
    "\u{10000}",
    "\u{1fffe}",
    "\u{10ffff}",
];
/// Texts in one document.
const BATCH: usize = 250;

#[test]
fn documents_for_other_readers() {
    let Some(folder) = folder() else { return };
    let count = std::env::var("READERS_TEXTS").ok().map_or(20_000, |text| text.parse().unwrap());
    let long = "word ".repeat(400);
    let mut texts: Vec<String> = TRAPS.split('|').chain(LINES.iter().copied()).map(str::to_owned).collect();
    texts.extend(["|", ">", "|-\n a", ">+", "| a", "> a"].map(str::to_owned));
    texts.extend([
        long.clone(),
        long.trim().to_owned(),
        format!("{long}\n{long}"),
        "x".repeat(5000),
        " ".repeat(200),
    ]);
    texts.extend(random(count));
    let mut written = 0;
    for (number, batch) in texts.chunks(BATCH).enumerate() {
        let value = document(batch);
        std::fs::write(folder.join(format!("{number:05}.yaml")), to_yaml(&value).unwrap()).unwrap();
        std::fs::write(folder.join(format!("{number:05}.json")), value.to_string()).unwrap();
        written += batch.len();
    }
    // A text alone in its document is another way through the emitter.
    for (number, text) in texts.iter().take(400).enumerate() {
        let value = if number % 2 == 0 { json!(text) } else { json!([[text]]) };
        std::fs::write(folder.join(format!("alone-{number:05}.yaml")), to_yaml(&value).unwrap()).unwrap();
        std::fs::write(folder.join(format!("alone-{number:05}.json")), value.to_string()).unwrap();
    }
    // What the engines' kustomize has to pass on: every text that a value may be.
    let passed: Vec<&String> = texts.iter().filter(|text| lost(text).is_none()).collect();
    for (number, batch) in passed.chunks(BATCH).enumerate() {
        let folder = folder.join(format!("kustomize/{number:05}"));
        std::fs::create_dir_all(&folder).unwrap();
        let names = (0..).map(|at| format!("K{at}"));
        let data: Map<String, Value> = names.zip(batch).map(|(name, text)| (name, json!(text))).collect();
        let object =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data});
        let list = json!({"kind": "Kustomization", "resources": ["object.yaml"]});
        std::fs::write(folder.join("object.yaml"), to_yaml(&object).unwrap()).unwrap();
        std::fs::write(folder.join("kustomization.yaml"), to_yaml(&list).unwrap()).unwrap();
        std::fs::write(folder.join("expected"), object.to_string()).unwrap();
    }
    let mut commands: Vec<String> = texts.iter().filter(|text| text.contains('$')).cloned().collect();
    commands.extend(generate("[$()a-zé🦀{} ]{0,24}".boxed(), count / 2));
    commands.extend(generate("(\\$|\\$\\(|\\)|\\(|A|é){0,12}".boxed(), count / 2));
    let cases = commands.iter().map(|text| json!({"original": text, "literal": literal(text)}));
    std::fs::write(folder.join("expansion.list"), json!(cases.collect::<Vec<_>>()).to_string()).unwrap();
    writeln!(std::io::stderr(), "{written} texts and {} commands written", commands.len()).unwrap();
}

/// Each text as a key, a value, an item, and deeper; beside values that are no texts.
fn document(texts: &[String]) -> Value {
    // The emitter refuses longer keys, since no reader takes them on one line.
    let entries = || texts.iter().filter(|text| text.len() <= 1000);
    let values: Map<String, Value> = entries().map(|text| (text.clone(), json!(text))).collect();
    let lists: Map<String, Value> = entries().map(|text| (text.clone(), json!([text, [text], {}]))).collect();
    let deep: Vec<Value> =
        texts.iter().map(|text| json!({"name": "x", "value": text, "a": {"b": [{"c": text}]}})).collect();
    json!({
        "values": values, "lists": lists, "items": texts, "deep": deep,
        "others": [0, -1, 1.5, 4_294_967_296_u64, true, false, null, [], {}, {"a": null}],
    })
}

fn random(count: usize) -> Vec<String> {
    let any = "(?s).{0,60}".boxed();
    let yaml = "[ \t\n:#\\-?\\[\\]{},&*!|>'\"%@`=<~.\\\\0-9eExXoO_aynYN+]{0,16}".boxed();
    let numbers = "[-+]?[0-9_]{0,4}[.:eExXoObB]?[-+]?[0-9a-fA-F_:]{0,4}".boxed();
    let blocks = "([ \t#-]{0,2}[a-z:]{0,4}[ \t\r]{0,1}\n){0,4}[ \ta-z]{0,3}".boxed();
    let odd =
        r"[\x01-\x20\x7e-\xa1\u{2027}-\u{202a}\u{e000}-\u{e002}\u{feff}\u{fffc}-\u{ffff}a\n]{0,10}".boxed();
    [any, yaml, numbers, blocks, odd].into_iter().flat_map(|one| generate(one, count / 5)).collect()
}

fn generate(strategy: BoxedStrategy<String>, count: usize) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The folder; without it a line that a test's captured output does not swallow.
fn folder() -> Option<PathBuf> {
    let found = std::env::var_os("READERS_DIR").map(PathBuf::from);
    if found.is_none() {
        let line = "\n!!! SKIPPED: READERS_DIR is not set, nothing was written for other readers !!!\n";
        writeln!(std::io::stderr(), "{line}").unwrap();
    }
    found
}
