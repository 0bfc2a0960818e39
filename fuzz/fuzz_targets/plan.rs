//! Two texts as the same file, before and after: a plan that holds for both, and none where they are equal.
#![no_main]

use std::collections::BTreeSet;

use cupaas::parts::plan::{compare, ClusterFacts};
use cupaas::parts::tree::{Files, RepoPath};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (before, after) = text.split_once('\0').unwrap_or((text, ""));
    let allowed = BTreeSet::from(["mongodb".to_owned()]);
    for path in ["deploy/production/tasks/base/a.yaml", "clusters/home/production/tasks.yaml"] {
        let files = |text: &str| Files::from([(RepoPath::new(path).expect("a path"), text.to_owned())]);
        for expandable in [true, false] {
            let _ = compare(&files(before), &files(after), &allowed, ClusterFacts { expandable });
            let _ = compare(&files(before), &Files::new(), &allowed, ClusterFacts { expandable });
            let same = compare(&files(after), &files(after), &BTreeSet::new(), ClusterFacts { expandable });
            assert!(same.is_empty(), "the same text is a change");
        }
    }
});
