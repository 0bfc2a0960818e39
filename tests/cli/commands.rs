//! Commands, exit codes, forms of output.

use std::path::Path;

use cupaas::parts::schema::Checker;
use serde_json::{Value, json};

use crate::sandbox::{APP, PLATFORM, Sandbox, ran};

const COMMANDS: [&str; 12] = [
    "new",
    "init",
    "check",
    "explain",
    "render",
    "diff",
    "deploy",
    "remove",
    "dockerfile",
    "schema",
    "completions",
    "man",
];

#[test]
fn every_command_has_a_help_that_says_what_it_does() {
    let sandbox = Sandbox::new();
    let all = sandbox.good(&["--help"]).stdout;
    assert!(all.contains("Exit codes:") && all.contains("Examples:"));
    for command in COMMANDS {
        assert!(all.contains(command), "{command}");
        let long = sandbox.good(&[command, "--help"]).stdout;
        let short = sandbox.good(&[command, "-h"]).stdout;
        assert!(long.contains("Usage: cupaas") && short.contains("Usage: cupaas"), "{command}");
        assert!(!long.starts_with("Usage"), "{command} does not say what it does");
    }
    assert!(sandbox.good(&["--version"]).stdout.starts_with("cupaas 0."));
}

#[test]
fn exit_codes_say_who_can_mend_it() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let good = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let code = |args: &[&str]| sandbox.run(args).code.unwrap();
    let with = |command: &'static str, gitops: &str| code(&[command, "app", "--gitops", gitops]);
    assert_eq!(code(&[]), 2);
    assert_eq!(code(&["nonsense"]), 2);
    assert_eq!(code(&["check", "nowhere"]), 2);
    assert_eq!(with("deploy", &good), 0);
    assert_eq!(code(&["diff", "app", "--gitops", &good, "--exit-code"]), 0);
    let set = ["diff", "app", "--gitops", &good, "--set", "A=1"];
    assert_eq!(code(&set), 0);
    assert_eq!(code(&[&set[..], &["--exit-code"]].concat()), 1);
    sandbox.write("wrong", &[(".cupaas", "runtime: image\nprocesess: {}\n")]);
    assert_eq!(code(&["check", "wrong", "--gitops", &good]), 3);
    sandbox.write("app", &[(".cupaas", &format!("{APP}volumes: {{a: {{path: /a, storage: 2Gi}}}}\n"))]);
    assert_eq!(with("deploy", &good), 0);
    sandbox.write("app", &[(".cupaas", &format!("{APP}volumes: {{a: {{path: /a, storage: 1Gi}}}}\n"))]);
    assert_eq!(with("deploy", &good), 4);
    assert_eq!(with("diff", &good), 0);
    assert_eq!(with("diff", "http://127.0.0.1:9/gitops.git"), 5);
    assert_eq!(with("diff", &sandbox.path("nothing.git").display().to_string()), 6);
    // The branch is checked out there, and git refuses to push to it.
    assert_eq!(with("deploy", &sandbox.path("gitops").display().to_string()), 6);
    sandbox.write("plain", &[("cupaas.yaml", PLATFORM)]);
    assert_eq!(with("diff", "plain"), 0);
    assert_eq!(with("deploy", "plain"), 6);
    sandbox.write(
        "broken",
        &[
            ("cupaas.yaml", PLATFORM),
            (
                "catalog/services/x/recipe.yaml",
                "summary: x\nversions: {default: '1'}\nfiles: [{template: none}]\n",
            ),
        ],
    );
    sandbox.write("app", &[(".cupaas", &format!("{APP}services: [x]\n"))]);
    assert_eq!(with("check", "broken"), 7);
}

#[test]
fn json_parses_and_has_a_status() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    let status = |command: &str| sandbox.json(&[command, "app", "--gitops", &gitops])["status"].clone();
    for (command, expected) in [
        ("check", "ok"),
        ("explain", "ok"),
        ("render", "ok"),
        ("diff", "differs"),
        ("deploy", "deployed"),
        ("deploy", "unchanged"),
        ("diff", "unchanged"),
        ("remove", "removed"),
        ("remove", "unchanged"),
    ] {
        assert_eq!(status(command), expected, "{command}");
    }
    let failed = sandbox.run(&["check", "app", "--gitops", &gitops, "--env", "x", "--format", "json"]);
    let value: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!((&value["status"], &value["exit_code"]), (&"failed".into(), &2.into()));
    assert_eq!(failed.code, Some(2));
    assert_eq!(failed.stderr, "");
    let new = sandbox.json(&["new", "--runtime", "image", "--forge", "none", "tmp"]);
    assert_eq!(new["status"], "ok");
}

#[test]
fn no_colour_leaves_a_terminal() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    for args in [&["diff", "app"][..], &["deploy", "app"], &["check", "nowhere"], &["--help"]] {
        let ran = sandbox.run(args);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn completions_and_the_manual_page_know_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.good(&["completions", shell]).stdout;
        assert!(script.contains("cupaas") && script.contains("CUPAAS_COMPLETE"), "{shell}");
        // As the script asks for what can follow `cupaas`.
        let mut ask = sandbox.cupaas(&["--", "cupaas", ""]);
        ask.env("CUPAAS_COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "1").env("_CLAP_IFS", "\n");
        let answers = ran(&ask.output().unwrap()).stdout;
        assert!(COMMANDS.iter().all(|command| answers.contains(command)), "{shell}: {answers}");
    }
    // Who has exported the variable asks nothing.
    let mut version = sandbox.cupaas(&["--version"]);
    assert!(ran(&version.env("CUPAAS_COMPLETE", "bash").output().unwrap()).stdout.starts_with("cupaas 0."));
    let man = sandbox.good(&["man"]).stdout;
    assert!(man.contains(".TH cupaas") && COMMANDS.iter().all(|command| man.contains(command)));
}

#[test]
fn each_command_has_a_manual_page_with_the_words_and_variables_of_its_flags() {
    let sandbox = Sandbox::new();
    sandbox.good(&["man", "--out", "man1"]);
    for command in COMMANDS {
        let page = std::fs::read_to_string(sandbox.path(&format!("man1/cupaas-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH cupaas-{command} 1")), "{command}");
        assert_eq!(sandbox.good(&["man", command]).stdout, page, "{command}");
    }
    let page = sandbox.good(&["man", "env", "set"]).stdout;
    assert_eq!(page, std::fs::read_to_string(sandbox.path("man1/cupaas-env-set.1")).unwrap());
    for words in ["CUPAAS_GITOPS_API", "The address of its API", "CUPAAS_CI_ACTOR", "Who started this job"] {
        assert!(page.contains(words), "{words}");
    }
    let wrong = sandbox.run(&["man", "env", "sat"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("there are: set, unset, list"), "{}", wrong.stderr);
}

#[test]
fn flags_of_a_ci_job_stand_once_where_a_repository_is_named() {
    let sandbox = Sandbox::new();
    for (command, there) in [("deploy", 1), ("check", 1), ("new", 1), ("init", 0), ("schema", 0), ("man", 0)]
    {
        let help = sandbox.good(&[command, "--help"]).stdout;
        let titles = help.lines().filter(|line| *line == "CI job:").count();
        let flags = help.lines().filter(|line| line.trim() == "--ci <CI>").count();
        assert_eq!((titles, flags), (there, there), "{command}");
    }
    let help = sandbox.good(&["help", "deploy"]).stdout;
    let titles: Vec<&str> =
        help.lines().filter(|line| !line.starts_with(' ') && line.ends_with(':')).collect();
    assert_eq!(titles, ["Arguments:", "Options:", "What:", "Where:", "Source:", "Pull request:", "CI job:"]);
}

#[test]
fn the_help_lists_all_variables() {
    let sandbox = Sandbox::new();
    let page = sandbox.good(&["help", "environment"]).stdout;
    for name in ["CUPAAS_ENV (--env)", "CUPAAS_GITOPS_TOKEN", "SOPS_AGE_KEY_FILE", "HTTPS_PROXY", "NO_COLOR"]
    {
        assert!(page.contains(&format!("\n  {name}\n      ")), "{name}");
    }
    assert_eq!(sandbox.good(&["environment"]).stdout, page);
}

#[test]
fn the_schemas_of_files_stand_in_docs() {
    let sandbox = Sandbox::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let update = std::env::var_os("UPDATE").is_some() && std::env::var_os("CI").is_none();
    for file in ["app", "platform", "registration", "recipe", "release", "report"] {
        let text = sandbox.good(&["schema", file]).stdout;
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let path = folder.join(format!("{file}.json"));
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, text, "docs/schemas/{file}.json: UPDATE=1 cargo test --test cli");
    }
}

/// The workflow of an app below the top of a repository, whose `origin` this is; what `new` said.
fn below(origin: &str, there: &[(&str, &str)], args: &[&str]) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.write("mono", there);
    sandbox.write("mono/services/shop", &[("requirements.txt", "flask\n")]);
    sandbox.git("mono", &["init", "-q"]);
    if !origin.is_empty() {
        sandbox.git("mono", &["remote", "add", "origin", origin]);
    }
    let new = sandbox.good(&[&["new", "mono/services/shop"], args].concat());
    (sandbox, new.stdout)
}

#[test]
fn a_workflow_is_written_where_the_forge_reads_it() {
    let (sandbox, _) = below("https://github.com/me/mono.git", &[], &[]);
    let read = |name: &str| std::fs::read_to_string(sandbox.path(name)).unwrap();
    let shop = read("mono/.github/workflows/deploy-services.shop.yaml");
    assert!(shop.contains("paths: [\"services/shop/**\""), "{shop}");
    assert!(read("mono/services/shop/.cupaas").contains("runtime: python"));
    assert!(!sandbox.path("mono/services/shop/.github").exists());
    // Another app of the same repository has its own, named from wherever one stands.
    sandbox.write("mono/api", &[("Dockerfile", "FROM scratch\n")]);
    let mut new = sandbox.cupaas(&["new"]);
    assert!(new.current_dir(sandbox.path("mono/api")).status().unwrap().success());
    let api = read("mono/.github/workflows/deploy-api.yaml");
    for (line, other) in api.lines().zip(shop.lines()).filter(|(line, _)| line.contains("group: ")) {
        assert_ne!(line, other, "one queue for two apps");
    }
    let bad = sandbox.write("mono/a${{ b }}", &[("Dockerfile", "FROM scratch\n")]);
    assert_eq!(sandbox.run(&["new", &bad.display().to_string()]).code, Some(2));
    assert!(!bad.join(".cupaas").exists(), "half of it is written");
}

#[test]
fn new_tells_which_forge_it_takes() {
    let at = |origin: &str, there: &[(&str, &str)], args: &[&str], folder: &str, why: &str| {
        let (sandbox, said) = below(origin, there, args);
        let file = format!("mono/{folder}/workflows/deploy-services.shop.yaml");
        assert!(sandbox.path(&file).is_file(), "{said}");
        assert!(said.contains(why), "{said}");
    };
    let gitea = [(".gitea/workflows/x.yaml", ""), (".github/workflows/x.yaml", "")];
    at("git@github.com:me/mono.git", &gitea, &[], ".github", "for GitHub, because origin is git@github.com");
    at(
        "https://codeberg.org/me/mono",
        &[],
        &[],
        ".forgejo",
        "for Forgejo, because origin is https://codeberg",
    );
    at("https://git.example.cu/me/mono", &gitea, &[], ".gitea", "for Gitea, because .gitea/ exists");
    at("", &[], &[], ".github", "for GitHub, because nothing points to another forge");
    at("https://github.com/me/mono", &[], &["--forge", "forgejo"], ".forgejo", "Next:");
}

#[test]
fn new_knows_the_catalog_of_the_repository_that_is_named() {
    let sandbox = Sandbox::new();
    let recipe = "summary: Gleam\nmarkers: [gleam.toml]\ndockerfile: Dockerfile.j2\n";
    let files = [("recipe.yaml", recipe), ("Dockerfile.j2", "FROM x\n")];
    sandbox.write("fleet/catalog/runtimes/gleam", &files);
    sandbox.write("shop", &[("gleam.toml", "x\n")]);
    let alone = sandbox.run(&["new", "shop"]);
    assert_eq!(alone.code, Some(2), "{}", alone.stdout);
    assert!(alone.stderr.contains("--gitops"), "{}", alone.stderr);
    sandbox.good(&["new", "shop", "--forge", "none", "--gitops", "fleet"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("shop/.cupaas")).unwrap(), "runtime: gleam\n");
    // What is built in is known without it.
    sandbox.write("web", &[("package.json", "{}\n")]);
    sandbox.good(&["new", "web", "--forge", "none"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("web/.cupaas")).unwrap(), "runtime: node\n");
    // A recipe that nobody would find is no reason to guess another runtime.
    sandbox.write("fleet", &[("catalog/runtime/go/recipe.yaml", "summary: Go\n")]);
    sandbox.write("other", &[("gleam.toml", "x\n")]);
    assert_eq!(sandbox.run(&["new", "other", "--gitops", "fleet"]).code, Some(3));
}

#[test]
fn new_takes_a_file_that_apps_of_many_languages_have_for_the_least() {
    let sandbox = Sandbox::new();
    for (name, files, runtime) in [
        ("rails", ["config.ru", "package.json", "Gemfile"], "ruby"),
        ("django", ["requirements.txt", "package.json", "README.md"], "python"),
        ("vite", ["index.html", "package.json", "README.md"], "node"),
    ] {
        sandbox.write(name, &files.map(|file| (file, "x\n")));
        sandbox.good(&["new", name, "--forge", "none"]);
        let written = std::fs::read_to_string(sandbox.path(&format!("{name}/.cupaas"))).unwrap();
        assert_eq!(written, format!("runtime: {runtime}\n"));
    }
}

#[test]
fn what_new_and_init_write_works() {
    let sandbox = Sandbox::new();
    sandbox
        .write("shop", &[("requirements.txt", "flask\ngunicorn\n"), ("app.py", "app = Flask(__name__)\n")]);
    sandbox.good(&["new", "shop", "--service", "mongodb"]);
    assert!(sandbox.path("shop/.github/workflows/deploy.yaml").is_file());
    assert_eq!(sandbox.run(&["new", "shop"]).code, Some(2));
    sandbox.good(&["init", "fleet", "--domain", "apps.example.cu"]);
    let platform = std::fs::read_to_string(sandbox.path("fleet/cupaas.yaml")).unwrap();
    let key = std::fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap();
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    assert!(!sandbox::read_all(&sandbox.path("fleet")).contains(secret));
    assert!(platform.contains("age1"));
    use std::os::unix::fs::PermissionsExt;
    let mode = sandbox.path("home/cupaas/age/keys.txt").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = sandbox.good(&["init", "fleet"]);
    assert!(again.stdout.contains("it was there"));
    assert_eq!(std::fs::read_to_string(sandbox.path("fleet/cupaas.yaml")).unwrap(), platform);
    sandbox.commit("fleet", 1_700_000_000);
    sandbox.git("", &["clone", "-q", "--bare", "fleet", "fleet.git"]);
    let deployed = sandbox.json(&["deploy", "shop", "--gitops", "fleet.git"]);
    assert_eq!(deployed["url"], "http://shop.apps.example.cu");
}

#[test]
fn either_engine_gets_an_entry_point_that_the_cluster_takes() {
    let checker = Checker::new((1, 36), &[]).unwrap();
    for (delivery, kinds) in
        [("flux", "GitRepository, Kustomization"), ("argocd", "AppProject, AppProject, Application")]
    {
        let sandbox = Sandbox::new();
        sandbox.good(&["init", "fleet", "--delivery", delivery, "--cluster", "barn"]);
        let text = std::fs::read_to_string(sandbox.path("fleet/bootstrap/barn.yaml")).unwrap();
        let objects: Vec<Value> =
            text.split("\n---\n").map(|one| serde_saphyr::from_str(one).unwrap()).collect();
        let found: Vec<&str> = objects.iter().filter_map(|object| object["kind"].as_str()).collect();
        assert_eq!(found.join(", "), kinds);
        for object in &objects {
            assert!(checker.object(object).is_empty(), "{:?}", checker.object(object));
        }
        let watched = objects.last().unwrap()["spec"].clone();
        let path = [&watched["path"], &watched["source"]["path"]].map(|path| path.as_str().unwrap_or(""));
        assert_eq!(path.concat().trim_start_matches("./"), "clusters/barn");
        assert!(sandbox.path("fleet/clusters/barn/.gitkeep").is_file());
    }
}

#[test]
fn an_app_that_argo_cd_delivers_comes_goes_and_comes_back_the_same() {
    let sandbox = Sandbox::new();
    let url = "https://git.example.cu/me/gitops.git";
    let next = sandbox.good(&["init", "fleet", "--delivery", "argocd", "--url", url]).stdout;
    assert!(next.contains("kubectl apply -f bootstrap/home.yaml") && !next.contains("age"), "{next}");
    assert!(!sandbox.path("home/cupaas/age").exists(), "Argo CD decrypts nothing");
    sandbox.commit("fleet", 1_700_000_000);
    sandbox.git("", &["clone", "-q", "--bare", "fleet", "fleet.git"]);
    sandbox.write(
        "shop",
        &[(
            ".cupaas",
            "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n",
        )],
    );
    let deploy = ["deploy", "shop", "--gitops", "fleet.git", "--image", "git.example.cu/me/shop:v1"];
    sandbox.good(&deploy);
    let bare = sandbox.path("fleet.git").display().to_string();
    let entry = "clusters/home/production/shop.yaml";
    let text = sandbox.show(&bare, entry);
    let application: Value = serde_saphyr::from_str(text.rsplit("\n---\n").next().unwrap()).unwrap();
    let spec = &application["spec"];
    assert_eq!((&spec["source"]["repoURL"], &spec["project"]), (&json!(url), &json!("cupaas-apps")));
    let bootstrap = std::fs::read_to_string(sandbox.path("fleet/bootstrap/home.yaml")).unwrap();
    assert!(bootstrap.contains("\n  name: cupaas-apps\n"), "{bootstrap}");
    let folder = format!("{}/", spec["source"]["path"].as_str().unwrap());
    assert!(sandbox.paths(&bare).contains(&format!("{folder}kustomization.yaml")), "{folder}");
    sandbox.good(&["remove", "--app", "shop", "--env", "production", "--gitops", "fleet.git"]);
    let left = sandbox.paths(&bare);
    assert!(!left.iter().any(|path| path == entry || path.starts_with(&folder)), "{left:?}");
    assert!(left.contains(&"clusters/home/.gitkeep".to_owned()), "the folder that is watched must stay");
    sandbox.good(&deploy);
    assert_eq!(sandbox.show(&bare, entry), text);
}

mod sandbox {
    use std::path::Path;

    pub(super) fn read_all(folder: &Path) -> String {
        let files = crate::sandbox::tree(folder).into_iter();
        files.map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned()).collect()
    }
}

#[test]
fn a_page_of_no_command_is_refused_by_its_code() {
    let ran = ran(&Sandbox::new().cupaas(&["man", "deplyo"]).output().unwrap());
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("error[unknown-command]"), "{}", ran.stderr);
}
