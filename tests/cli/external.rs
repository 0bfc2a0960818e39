//! A service that somebody else runs, from the first word to what the cluster gets.

use std::io::Write;
use std::process::Stdio;

use crate::sandbox::{Sandbox, ran};

const APP: &str = "name: shop\nruntime: image\nservices: [{postgresql: {external: true}}]\n\
    processes: {web: {command: serve}}\n";

#[test]
fn what_a_deploy_lists_is_what_has_to_be_set() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let deploy = ["deploy", "app", "--image", "docker.io/library/shop:1"];
    let refused = sandbox.run(&deploy);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    for name in ["HOST", "DATABASE", "USERNAME", "PASSWORD"] {
        let command = format!("`cupaas secret set POSTGRESQL_{name} --app shop --env production app`");
        assert!(refused.stderr.contains(&command), "{command}\n{}", refused.stderr);
        let args =
            ["secret", "set", &format!("POSTGRESQL_{name}"), "--app", "shop", "--env", "production", "app"];
        let mut command = sandbox.cupaas(&args);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"theirs").unwrap();
        let set = ran(&child.wait_with_output().unwrap());
        assert_eq!(set.code, Some(0), "{}", set.stderr);
        assert!(!set.stdout.contains("until .cupaas lists it"), "{}", set.stdout);
    }
    let done = sandbox.json(&deploy);
    let files: Vec<String> = serde_json::from_value(done["files"].clone()).unwrap_or_default();
    assert!(!files.iter().any(|file| file.contains("statefulset")), "nothing runs it here: {files:?}");
    let listed = sandbox.good(&["secret", "list", "app"]);
    assert!(listed.stdout.contains("POSTGRESQL_PASSWORD"), "{}", listed.stdout);
    sandbox.good(&["secret", "check", "app"]);
}
