//! A change of any YAML: refused with a place, or made; what it leaves is YAML that says what was meant.
#![no_main]

use cupaas::parts::diagnostic::Source;
use cupaas::parts::yaml::edit::{edit, YamlEdit};
use cupaas::parts::yaml::node;

libfuzzer_sys::fuzz_target!(|data: (String, Vec<String>, Option<String>)| {
    let (text, path, value) = data;
    if path.is_empty() {
        return;
    }
    let change = match &value {
        Some(value) => YamlEdit::Set(path.clone(), value.clone()),
        None => YamlEdit::Unset(path.clone()),
    };
    match edit(&Source::new("apps/tasks.yaml", text), &[change]) {
        Ok(new) => {
            let root = node::parse(&new).expect("it was read before it was given out");
            let found = path.iter().try_fold(&root, |node, key| node.get(key));
            assert_eq!(found.and_then(|node| node.text()), value.as_deref());
        }
        Err(problems) => cupaas_fuzz::say_all(problems),
    }
});
