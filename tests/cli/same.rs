//! Same input, same bytes.

use std::collections::BTreeMap;

use crate::sandbox::{Sandbox, tree};

const APP: &str = "name: shop\nruntime: python\nservices: [mongodb, {mongodb: {name: second}}]\n\
    processes: {web: {scale: 2}, worker: {command: work}}\nrelease: migrate\n\
    env: {Z: '1', A: '2', M: '3'}\nvolumes: {b: {path: /b, storage: 1Gi}, a: {path: /a, storage: 1Gi}}\n";

#[test]
fn two_places_times_and_languages_give_the_same_bytes() {
    let one = Sandbox::new();
    let two = Sandbox::new();
    let files = [(".cupaas", APP), ("app.py", "x = 1\n"), ("requirements.txt", "flask\n")];
    one.write("app", &files);
    let mut reversed = files;
    reversed.reverse();
    two.write("another/place/of/it", &reversed);
    let first = one.cupaas(&["render", "app", "--out", "out"]).status().unwrap();
    let environment = BTreeMap::from([
        ("TZ", "Pacific/Kiritimati"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("COLUMNS", "20"),
        ("USER", "someone"),
        ("HOSTNAME", "elsewhere"),
        ("CLICOLOR_FORCE", "1"),
        ("ZZZ", "1"),
    ]);
    let mut second = two.cupaas(&["render", "another/place/of/it", "--out", "out"]);
    second.envs(environment.into_iter().rev());
    assert!(first.success() && second.status().unwrap().success());
    let (first, second) = (tree(&one.path("out")), tree(&two.path("out")));
    assert!(first.len() > 20);
    for ((path, bytes), (other, others)) in first.iter().zip(&second) {
        assert_eq!(path, other);
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(others), "{path}");
    }
    assert_eq!(first.len(), second.len());
    let all: String = first.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
    assert!(!all.contains(env!("CARGO_PKG_VERSION")), "the generator's version stands in what it makes");
}
