use crate::load::app_file::AppFile;
use crate::load::platform::{PlatformFile, RegistrationFile};
use crate::load::recipe::RecipeFile;

use super::super::document::{Document, read_leniently, schema_of};
use super::*;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

fn read(text: &str) -> (Document<AppFile>, Vec<String>) {
    let (document, problems) = read_leniently::<AppFile>(&Source::new("f", text));
    let said = |problem: &Diagnostic| format!("{}: {}", problem.span, problem.message);
    (document.unwrap(), problems.iter().map(said).collect())
}

#[test]
fn a_misspelt_key_is_read_as_the_one_that_was_meant() {
    let (file, said) = read("runtim: python\nprocess:\n  web: {comand: x, size: huge}\n");
    assert_eq!(
        said,
        ["f:1:1: unknown key \"runtim\"", "f:2:1: unknown key \"process\"", "f:3:9: unknown key \"comand\""]
    );
    assert_eq!(file.value.runtime.name, "python");
    assert_eq!(file.value.processes["web"].size.as_deref(), Some("huge"));
    assert!(file.value.processes["web"].command.is_some());
    assert_eq!(file.at(&["processes", "web", "size"]).to_string(), "f:3:26");
}

#[test]
fn a_guess_that_does_not_fit_says_nothing_more() {
    let (file, said) = read("runtime: image\nservice: mongodb\nnames: Not A Name\n");
    assert_eq!(said, ["f:2:1: unknown key \"service\"", "f:3:1: unknown key \"names\""]);
    assert!(file.value.services.is_empty() && file.value.name.is_none());
}

#[test]
fn what_is_wrong_is_left_out_and_doubted() {
    let (file, said) = read(
        "runtime: [python]\nservices: [Mongo, cache, {db: {storage: 5 Gi, name: x}}]\n\
         volumes: {a: {path: relative, storage: 1Gi}}\nenvironments: {staging-2: {domains: [a b]}}\n",
    );
    assert_eq!(
        said,
        [
            "f:1:10: expected a string or a mapping, found a list",
            "f:2:12: Mongo does not fit here",
            "f:2:41: 5 Gi does not fit here",
            "f:3:21: relative does not fit here",
            "f:4:16: staging-2 does not fit here",
            "f:4:38: a b does not fit here",
        ]
    );
    let names: Vec<&str> = file.value.services.iter().map(|entry| entry.recipe.as_str()).collect();
    assert_eq!(names, ["cache", "db"]);
    for doubted in [
        &["runtime"][..],
        &["services", "1", "db", "storage"],
        &["services"],
        &["volumes", "a", "path"],
        &["volumes", "a"],
        &["environments", "staging-2", "env"],
    ] {
        assert!(!file.is_sound(doubted), "{doubted:?}");
    }
    for sound in [
        &["services", "1", "db", "name"][..],
        &["services", "0"],
        &["volumes", "a", "storage"],
        &["volumes", "b"],
        &["name"],
    ] {
        assert!(file.is_sound(sound), "{sound:?}");
    }
}

#[test]
fn of_a_file_that_cannot_be_read_nothing_is_sound() {
    for text in ["runtime: [", "- runtime: image\n", "text"] {
        let (file, said) = read(text);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(!file.is_sound(&["processes", "web"]));
    }
}

#[test]
fn a_file_of_mistakes_is_not_mended_one_by_one() {
    let entries: String = (0..=MOST).map(|n| format!("  e{n}: {{x: 1}}\n")).collect();
    let (file, said) = read(&format!("runtime: image\nenvironments:\n{entries}"));
    // Each of them, that this is where mending ends, and that there are too many environments.
    assert_eq!(said.len(), MOST + 2);
    assert!(file.value.environments.is_empty() && !file.is_sound(&["runtime"]));
}

#[test]
fn of_two_keys_the_first_is_read() {
    let (file, said) = read("runtime: image\nname: a\nruntime: python\nservce: [x]\n");
    assert_eq!(said, ["f:3:1: duplicate key \"runtime\"", "f:4:1: unknown key \"servce\""]);
    assert_eq!(file.value.runtime.name, "image");
}

/// Any value made of keys and words that our files know, and of some that they do not.
fn anything() -> impl Strategy<Value = Value> {
    const KEYS: [&str; 40] = [
        "name",
        "runtime",
        "runtim",
        "services",
        "servces",
        "processes",
        "process",
        "web",
        "Worker",
        "command",
        "port",
        "size",
        "scale",
        "min",
        "max",
        "env",
        "A",
        "1X",
        "secrets",
        "file",
        "domains",
        "volumes",
        "path",
        "storage",
        "environments",
        "production",
        "staging-2",
        "cluster",
        "domian",
        "routing",
        "ingress",
        "gateway",
        "namespace",
        "sizes",
        "cpu",
        "memory",
        "branches",
        "params",
        "facts",
        "files",
    ];
    let word = prop::sample::select(vec!["python", "Mongo!", "x", "", "5Gi", "/a", "many", "a.b", "null"]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        (-1i64..9).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let key = prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::btree_map(key, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A tree that is mended can be read, and one that is right is left as it is.
fn holds<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(text: &str) {
    let source = Source::new("f", text);
    let (document, problems) = read_leniently::<T>(&source);
    let document = document.expect("what is mended can be read");
    let as_written = crate::yaml::node::parse(&source).unwrap();
    let wrong = OwnSchema::new(schema_of::<T>()).violations(&as_written.to_json());
    assert_eq!(problems.is_empty(), wrong.is_empty(), "{problems:?}");
    assert!(!problems.is_empty() || (document.root == as_written && document.is_sound(&[])));
}

proptest! {
    #[test]
    fn whatever_is_written_the_rest_can_be_read(value in anything()) {
        let text = value.to_string();
        holds::<AppFile>(&text);
        holds::<PlatformFile>(&text);
        holds::<RegistrationFile>(&text);
        holds::<RecipeFile>(&text);
    }
}
