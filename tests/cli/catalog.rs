//! `catalog …`: a recipe's life, from its first files to a test that fails.

use std::fs;

use crate::sandbox::Sandbox;

const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n";

#[test]
fn a_new_recipe_is_right_and_its_case_comes_out() {
    let sandbox = Sandbox::new();
    for (kind, name) in [("service", "my-cache"), ("runtime", "go")] {
        sandbox.good(&["catalog", "new", kind, name]);
        let folder = format!("catalog/{kind}s/{name}");
        let checked = sandbox.json(&["catalog", "check", &folder]);
        assert_eq!(checked["recipes"][0], format!("{kind}s/{name}"));
        assert_eq!(checked["warnings"], serde_json::json!([]));
        let tested = sandbox.good(&["catalog", "test", &folder]);
        assert_eq!(tested.stdout, format!("ok {kind}s/{name}/default\n"));
        assert_eq!(sandbox.run(&["catalog", "new", kind, name]).code, Some(2));
    }
    // From the catalog's folder, and from the repository's.
    assert_eq!(sandbox.good(&["catalog", "test", "catalog"]).stdout.lines().count(), 2);
    assert_eq!(sandbox.good(&["catalog", "check"]).stdout, "ok runtimes/go\nok services/my-cache\n");
    assert_eq!(sandbox.run(&["catalog", "new", "service", "no_name"]).code, Some(2));
    assert_eq!(sandbox.run(&["catalog", "check", "nowhere"]).code, Some(2));
    // Names that would be another thing's.
    for (kind, name) in
        [("service", "web"), ("service", "release"), ("runtime", "image"), ("runtime", "dockerfile")]
    {
        let refused = sandbox.run(&["catalog", "new", kind, name]);
        assert_eq!(refused.code, Some(2), "{name}");
        let said = format!("a {kind} cannot be called \"{name}\"");
        assert!(
            refused.stderr.contains(&said) && refused.stderr.contains("such as my-"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(sandbox.good(&["catalog", "check"]).stdout, "ok runtimes/go\nok services/my-cache\n");
}

#[test]
fn a_case_that_comes_out_otherwise_is_shown_and_can_be_written_again() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "cache"]);
    let workload = sandbox.path("catalog/services/cache/workload.yaml.j2");
    let text = fs::read_to_string(&workload).unwrap();
    fs::write(&workload, text.replace("\"--port\"", "\"--listen\"")).unwrap();
    let failed = sandbox.run(&["catalog", "test"]);
    assert_eq!(failed.code, Some(1), "{}", failed.stderr);
    assert!(
        failed.stdout.contains("-  - --port\n") && failed.stdout.contains("+  - --listen\n"),
        "{}",
        failed.stdout
    );
    let report = sandbox.run(&["catalog", "test", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!((&report["report"], &report["status"]), (&"catalog-test".into(), &"differs".into()));
    assert_eq!(sandbox.good(&["catalog", "test", "--update"]).stdout, "written services/cache/default\n");
    sandbox.good(&["catalog", "test"]);
    // A case of somebody's recipe changes nothing.
    let case = sandbox.path("catalog/services/cache/cases/default/case.yaml");
    let text = fs::read_to_string(&case).unwrap();
    fs::write(&case, text.replace("command: render", "command: deploy")).unwrap();
    let refused = sandbox.run(&["catalog", "test"]);
    assert!(refused.stdout.contains("a recipe's case runs one of"), "{}", refused.stdout);
    // Nor does it read or write anywhere else.
    for (line, said) in [
        ("args: [--plan-file=/tmp/x]", "cannot set --plan-file=/tmp/x"),
        ("args: [\"--out\", x]", "cannot set --out"),
        ("what: [--gitops=/tmp]", "cannot set --gitops=/tmp"),
        ("app: ../other", "cannot read \"../other\""),
        ("gitops: /etc", "cannot read \"/etc\""),
    ] {
        fs::write(&case, format!("{text}{line}\n")).unwrap();
        let refused = sandbox.run(&["catalog", "test"]);
        assert!(refused.code == Some(1) && refused.stdout.contains(said), "{line}: {}", refused.stdout);
    }
    fs::write(&case, &text).unwrap();
    let link = case.with_file_name("app").join("link");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    let refused = sandbox.run(&["catalog", "test"]);
    // That is refused before any case is run.
    assert!(
        refused.code == Some(3) && refused.stderr.contains("cases/default/app/link"),
        "{}",
        refused.stderr
    );
    // A recipe without a case is said.
    fs::remove_dir_all(sandbox.path("catalog/services/cache/cases")).unwrap();
    assert_eq!(
        sandbox.good(&["catalog", "test"]).stdout,
        "services/cache has no cases\nto add one: cases/<case>/ in the recipe's folder, with a case.yaml and an app/\n"
    );
}

#[test]
fn check_says_what_is_wrong_with_every_recipe_at_once() {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "cache", "--folder", "fleet/catalog"]);
    sandbox.good(&["catalog", "new", "runtime", "go", "--folder", "fleet/catalog"]);
    sandbox.write(
        "fleet",
        &[
            ("cupaas.yaml", PLATFORM),
            ("catalog/runtimes/go/recipe.yaml", "summary: x\nfacts: [{fact: a, files: [b], match: '(', is: '{file}'}]\n"),
            ("catalog/services/open/recipe.yaml", "summary: x\nversions: {default: '1'}\nimage: x\nport: 1\nworkload: w.yaml.j2\nfiles: [{template: shared/service/deployment.yaml.j2}, {template: s.yaml.j2}, {template: c.yaml.j2}]\n"),
            ("catalog/services/open/w.yaml.j2", "user: 1\ncpu: 50m\nmemory: 1Mi\n"),
            ("catalog/services/open/s.yaml.j2", "apiVersion: v1\nkind: Service\nmetadata: {name: open, namespace: {{ namespace }}}\nspec:\n  selector: {{ service.selector }}\n  ports: [{port: 1, targetPort: http}]\n"),
            ("catalog/services/open/c.yaml.j2", "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: open, namespace: {{ namespace }}}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"),
            ("catalog/service/redis/recipe.yaml", "summary: x\n"),
            ("catalog/runtime/node/Dockerfile.j2", "FROM x\n"),
            ("catalogue/services/redis/recipe.yaml", "summary: x\n"),
        ],
    );
    let ran = sandbox.run(&["catalog", "check", "fleet"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    for said in [
        "invalid regular expression",
        "fleet/catalog/runtimes/go/recipe.yaml:2:",
        "no NetworkPolicy lets the app reach Deployment \"open\"",
        "no container of Deployment \"open\" listens on port \"http\"",
        "fleet/catalog/services/open/recipe.yaml:6:",
        "did you mean catalog/services/redis/?",
        "did you mean catalog/runtimes/?",
        "did you mean catalog/?",
        "fleet/catalogue/services/redis/recipe.yaml:1:1",
    ] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("services/cache/"), "{}", ran.stderr);
    // A deploy says it too, of the recipes that it uses.
    fs::remove_dir_all(sandbox.path("fleet/catalog/service")).unwrap();
    fs::remove_dir_all(sandbox.path("fleet/catalog/runtime")).unwrap();
    let app = "name: a\nruntime: image\nservices: [open, redis]\nprocesses: {web: {command: serve}}\n";
    sandbox.write("app", &[(".cupaas", app)]);
    let check = ["check", "app", "--gitops", "fleet", "--image", "x:1"];
    let ran = sandbox.run(&check);
    assert!(ran.code == Some(3) && ran.stderr.contains("did you mean catalog/?"), "{}", ran.stderr);
    fs::remove_dir_all(sandbox.path("fleet/catalogue")).unwrap();
    let ran = sandbox.run(&check);
    assert!(ran.code == Some(7) && ran.stderr.contains("no NetworkPolicy"), "{}", ran.stderr);
    // A choice of a parameter is tried too.
    let workload = "user: 1\ncpu: 50m\nmemory: 1Mi\n{% if service.params.fast %}\ncarg: [x]\n{% endif %}";
    sandbox.write(
        "one",
        &[
            ("recipe.yaml", "summary: x\nversions: {default: '1'}\nimage: x\nport: 1\nworkload: w.yaml.j2\nparams: {fast: {type: boolean, default: false, doc: x}}\nfiles: [{template: shared/service/network-policy.yaml.j2}, {template: shared/service/deployment.yaml.j2}]\n"),
            ("w.yaml.j2", workload),
        ],
    );
    let ran = sandbox.run(&["catalog", "check", "one"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("with fast: true: unknown key \"carg\""), "{}", ran.stderr);
    assert!(ran.stderr.contains("one/w.yaml.j2:5:"), "{}", ran.stderr);
}

#[test]
fn list_and_show_know_the_recipes_at_hand() {
    let sandbox = Sandbox::new();
    sandbox.write("fleet", &[("cupaas.yaml", PLATFORM)]);
    sandbox.good(&["catalog", "new", "service", "mongodb", "--folder", "fleet/catalog"]);
    sandbox.good(&["catalog", "new", "service", "cache", "--folder", "fleet/catalog"]);
    let report = sandbox.json(&["catalog", "list", "--gitops", "fleet"]);
    let recipes = report["recipes"].as_array().unwrap();
    let origin = |name: &str| recipes.iter().find(|recipe| recipe["name"] == name).unwrap()["origin"].clone();
    assert_eq!([origin("mongodb"), origin("cache"), origin("python")], ["shadows", "catalog", "built-in"]);
    let alone = sandbox.json(&["catalog", "list"]);
    assert!(alone["recipes"].as_array().unwrap().iter().all(|recipe| recipe["origin"] == "built-in"));
    let shown = sandbox.good(&["catalog", "show", "cache", "--gitops", "fleet"]).stdout;
    for part in ["versions   1 (default)", "CACHE_URL", "memory     128Mi", "      - cache:"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let disks = "\ndisks: {logs: {default: 2Gi, path: /logs, doc: what happened}}\n";
    let recipe = std::fs::read_to_string(sandbox.path("fleet/catalog/services/cache/recipe.yaml")).unwrap();
    sandbox.write("fleet", &[("catalog/services/queue/recipe.yaml", &(recipe + disks))]);
    let shown = sandbox.good(&["catalog", "show", "queue", "--gitops", "fleet"]).stdout;
    for part in ["disks\n  logs: default 2Gi\n    what happened\n", "      disks: {logs: 2Gi}\n"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    let shown = sandbox.good(&["catalog", "show", "postgresql"]).stdout;
    for part in ["memory     512Mi", "POSTGRESQL_URL", "DATABASE_URL"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    assert!(!shown.contains("PUBLIC_URL"), "{shown}");
    let shown = sandbox.good(&["catalog", "show", "meilisearch"]).stdout;
    assert!(shown.contains("_PUBLIC_URL"), "{shown}");
    // Each example is one that works.
    let services: Vec<_> = recipes.iter().filter(|recipe| recipe["kind"] == "service").collect();
    assert!(services.len() >= 6, "{report:#}");
    for service in services {
        let example = service["example"].as_str().unwrap();
        let app = format!("name: a\nruntime: image\nprocesses: {{web: {{command: serve}}}}\n{example}");
        sandbox.write("app", &[(".cupaas", &app)]);
        sandbox.good(&["check", "app", "--gitops", "fleet", "--image", "x:1"]);
    }
    let unknown = sandbox.run(&["catalog", "show", "pyton"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean \"python\"?"), "{}", unknown.stderr);
}

#[test]
fn in_a_clone_every_command_looks_at_the_work_tree() {
    let sandbox = Sandbox::new();
    sandbox.write("fleet", &[("cupaas.yaml", PLATFORM)]);
    sandbox.commit("fleet", 1_700_000_000);
    // Nothing of it is committed.
    sandbox.good(&["catalog", "new", "service", "cache", "--folder", "fleet/catalog"]);
    for words in
        [&["catalog", "show", "cache"][..], &["catalog", "list"], &["catalog", "check"], &["catalog", "test"]]
    {
        for folder in ["fleet", "fleet/catalog"] {
            let ran = sandbox.cupaas(words).current_dir(sandbox.path(folder)).output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success() && said.contains("cache"), "{words:?} in {folder}: {said}");
        }
    }
    // What is named is a repository, of which the last commit counts.
    let named = sandbox.run(&["catalog", "show", "cache", "--gitops", "fleet"]);
    assert!(named.stderr.contains("unknown recipe"), "{}", named.stderr);
}

#[test]
fn a_part_that_cannot_be_rendered_is_said_before_somebody_uses_it() {
    let sandbox = Sandbox::new();
    let recipe = "summary: x\nversions: {default: \"1\", supported: [\"1\"]}\nparts: {stage: stage.j2}\n";
    let files = [
        ("runtimes/x/recipe.yaml", recipe),
        ("runtimes/x/stage.j2", "FROM x\nRUN {{ 1 // 0 }} {{ folder }}\n"),
    ];
    sandbox.write("catalog", &files);
    let refused = sandbox.run(&["catalog", "check"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert!(refused.stderr.contains("catalog/runtimes/x/stage.j2:2"), "{}", refused.stderr);
}
