//! Versions that get no more fixes, as of the app's commit and never of today.

use crate::sandbox::{PLATFORM, Sandbox};

/// What `check` warns of where the app's commit is of `time`.
fn warned(app: &str, time: Option<u32>) -> Vec<String> {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    sandbox.write("shop", &[(".cupaas", app)]);
    if let Some(time) = time {
        sandbox.commit("shop", time);
    }
    let checked = sandbox.json(&["check", "shop", "--gitops", &gitops, "--env", "production"]);
    let warnings = checked["warnings"].as_array().unwrap();
    let ended = warnings.iter().filter(|warning| warning["code"] == "version-ended");
    ended.map(|warning| warning["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_version_has_ended_at_the_time_of_the_commit_or_it_has_not() {
    let app = "name: shop\nruntime: python:3.9\nservices: [mongodb: {version: \"6.0\"}]\nprocesses: {web: {command: serve}}\n";
    let python = "python 3.9 ended on 2025-10-31: it gets no more fixes";
    let mongodb = "mongodb 6.0 ended on 2025-07-31: it gets no more fixes";
    for (time, expected) in [
        (None, vec![]),
        (Some(1_753_919_999), vec![]),
        (Some(1_753_920_000), vec![mongodb]),
        (Some(1_761_868_799), vec![mongodb]),
        (Some(1_767_225_600), vec![python, mongodb]),
    ] {
        let mut said = warned(app, time);
        said.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(said, expected, "{time:?}");
    }
    let newer = app.replace("3.9", "3.13").replace("6.0", "8.0");
    assert_eq!(warned(&newer, Some(1_767_225_600)), Vec::<String>::new());
}
