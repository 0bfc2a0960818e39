//! Every form of report and every kind of failure, as machines read it. The sandbox holds whatever is printed against the
//! schema; here nothing of the schema may be left over.

use std::collections::BTreeSet;

use cupaas::parts::report::Document;
use cupaas::parts::yaml::document::schema_of;
use serde_json::Value;

use crate::sandbox::report_schema::check;
use crate::sandbox::{APP, PLATFORM, Sandbox};

/// The forms that the schema knows.
fn forms() -> BTreeSet<String> {
    let schema = schema_of::<Document<'_>>();
    let all = schema["oneOf"].as_array().unwrap();
    all.iter().map(|form| form["properties"]["report"]["const"].as_str().unwrap().to_owned()).collect()
}

/// Runs a command and gives its report.
fn report(sandbox: &Sandbox, args: &[&str]) -> Value {
    let ran = sandbox.run(&[args, &["--format", "json"]].concat());
    let value: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{args:?}: {ran:?}"));
    assert_eq!(value["format"], 1, "{value:#}");
    value
}

#[test]
fn every_command_prints_a_report_of_the_schema() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox.write("other", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let mut seen = BTreeSet::new();
    for args in [
        &["check", "app"][..],
        &["explain", "app"],
        &["render", "app"],
        &["diff", "app"],
        &["deploy", "app", "--source-repository", "https://git.example.cu/me/app.git"],
        &["deploy", "app", "--source-repository", "https://git.example.cu/me/app.git"],
        &["deploy", "other"],
        &["check", "--all"],
        &["deploy", "--all"],
        &["app", "list"],
        &["status"],
        &["history", "--app", "app"],
        &["history", "app", "--diff", "2999-01-01"],
        &["status", "--at", "2999-01-01"],
        &["open", "app"],
        &["diff", "--env", "production", "--to", "production", "--app", "app"],
        &["env", "set", "A=1", "--app", "app"],
        &["env", "list", "--app", "app"],
        &["sync", "--dry-run"],
        &["remove", "app", "--source-repository", "https://git.example.cu/me/app.git"],
        &["remove", "app", "--source-repository", "https://git.example.cu/me/app.git"],
        &["check", "nowhere"],
    ] {
        let value = report(&sandbox, &[args, &["--gitops", &gitops]].concat());
        seen.insert(value["report"].as_str().unwrap().to_owned());
    }
    sandbox.write(
        "shop",
        &[("requirements.txt", "flask\n"), (".cupaas", "runtime: python\nprocesses: {web: {command: x}}\n")],
    );
    // The repository of this machine has a key for secrets.
    for args in [
        &["deploy", "app"][..],
        &["secret", "list", "app"],
        &["secret", "check", "app"],
        &["new", "--runtime", "image", "--forge", "none", "tmp"],
        &["dockerfile", "shop"],
        &["catalog", "new", "service", "cache"],
        &["catalog", "list"],
        &["catalog", "check"],
        &["catalog", "test"],
    ] {
        seen.insert(report(&sandbox, args)["report"].as_str().unwrap().to_owned());
    }
    // A text is printed as it is; the file for the plan gets it as a report.
    let plan = sandbox.path("plan.json");
    sandbox.good(&["explain", "codes", "--plan-file", plan.to_str().unwrap()]);
    let text = std::fs::read_to_string(plan).unwrap();
    check(&text);
    seen.insert(serde_json::from_str::<Value>(&text).unwrap()["report"].as_str().unwrap().to_owned());
    // Of a forge's statuses: tests/forge/waiting.rs prints it, against the same schema.
    seen.insert("wait".to_owned());
    assert_eq!(seen, forms());
}

#[test]
fn every_kind_of_failure_is_a_report_with_its_code() {
    let sandbox = Sandbox::new();
    let volume = |size: &str| format!("{APP}volumes: {{a: {{path: /a, storage: {size}}}}}\n");
    sandbox.write("app", &[(".cupaas", &volume("2Gi"))]);
    sandbox.write("wrong", &[(".cupaas", "runtime: image\nprocesess: {}\n")]);
    sandbox.write("plain", &[("cupaas.yaml", PLATFORM)]);
    let recipe = "summary: x\nversions: {default: '1'}\nfiles: [{template: none}]\n";
    sandbox.write("broken", &[("cupaas.yaml", PLATFORM), ("catalog/services/x/recipe.yaml", recipe)]);
    sandbox.write("uses", &[(".cupaas", &format!("{APP}services: [x]\n"))]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    sandbox.good(&["deploy", "app", "--gitops", &gitops]);
    sandbox.write("app", &[(".cupaas", &volume("1Gi"))]);
    for (exit, args) in [
        (2, ["check", "nowhere", &gitops]),
        (3, ["check", "wrong", &gitops]),
        (4, ["deploy", "app", &gitops]),
        (5, ["diff", "app", "http://127.0.0.1:9/gitops.git"]),
        (6, ["deploy", "app", "plain"]),
        (7, ["check", "uses", "broken"]),
    ] {
        let value = report(&sandbox, &[args[0], args[1], "--gitops", args[2]]);
        assert_eq!((value["report"].as_str(), value["exit_code"].as_i64()), (Some("failure"), Some(exit)));
        let code = value["code"].as_str().unwrap();
        let page = sandbox.good(&["explain", code]).stdout;
        assert!(page.starts_with(&format!("# {code}\n")) && page.contains(&format!("Exit code: {exit}\n")));
        if exit == 4 {
            assert_eq!(value["causes"][0]["code"], "volume-shrinks");
            assert_eq!(value["plan"]["refusals"][0]["code"], "volume-shrinks");
        }
    }
}

#[test]
fn explain_takes_a_code_where_no_folder_has_its_name() {
    let sandbox = Sandbox::new();
    let all = sandbox.good(&["explain", "codes"]).stdout;
    assert!(all.lines().any(|code| code == "volume-shrinks"), "{all}");
    sandbox.write("volume-shrinks", &[(".cupaas", APP)]);
    let folder = sandbox.good(&["explain", "volume-shrinks"]).stdout;
    assert!(!folder.starts_with("# volume-shrinks"), "{folder}");
    let slip = sandbox.run(&["explain", "volume-shrink"]);
    assert_eq!(slip.code, Some(2), "{slip:?}");
    let said = "error[folder-not-found]: volume-shrink is neither a folder nor a code";
    assert!(
        slip.stderr.starts_with(said) && slip.stderr.contains("did you mean \"volume-shrinks\"?"),
        "{slip:?}"
    );
}
