//! The step of the workflow that `new` writes in which the image is built and pushed, run as a runner does; docker is a
//! stand-in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::{Ran, Sandbox, ran};

/// Says on standard error what it is asked; `$INSPECT` is what it knows of an image.
const DOCKER: &str = r#"#!/bin/sh
echo "docker $*" >&2
case $1 in
  login) [ "$(cat)" = "the password" ] ;;
  build) for folder; do :; done; cd "$folder" && grep -q '^FROM ' && ls ;;
  inspect) [ -n "$INSPECT" ] && echo "$INSPECT" ;;
esac
"#;
const DIGEST: &str = "registry.example.cu/me/tasks@sha256:1111";

struct Runner {
    sandbox: Sandbox,
    /// The step's script.
    script: String,
    /// The workflow's own variables.
    variables: Vec<(String, String)>,
}

impl Runner {
    /// In the repository of an app in this folder.
    fn new(forge: &str, folder: &str) -> Self {
        let files = [("requirements.txt", "flask\n"), ("app.py", "app = Flask(__name__)\n")];
        Self::of(forge, folder, &files)
    }

    /// The same of an app with these files.
    fn of(forge: &str, folder: &str, files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let app = format!("repository/{folder}");
        let app = sandbox.write(&app, files);
        sandbox.git("repository", &["init", "-q", "-b", "main"]);
        sandbox.good(&["new", &app.display().to_string(), "--forge", forge]);
        let workflows = sandbox.path(&format!("repository/.{forge}/workflows"));
        let file = fs::read_dir(workflows).unwrap().next().unwrap().unwrap().path();
        let workflow: Value = serde_saphyr::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let steps = workflow["jobs"]["deploy"]["steps"].as_array().unwrap();
        let build = steps.iter().find(|step| step["id"] == "build").unwrap();
        let script = build["run"].as_str().unwrap().to_owned();
        let own = workflow["env"].as_object().unwrap().iter();
        let asked = build["env"].as_object().unwrap().iter();
        let own = own.chain(asked.filter(|(name, _)| name.starts_with("BUILD_")));
        let variables = own.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
        sandbox.write("bin", &[("docker", DOCKER)]);
        let docker = sandbox.path("bin/docker");
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
        Self { sandbox, script, variables }
    }

    /// The step's own variables that are for the build, each with the expression that gives its value.
    fn given(&self) -> Vec<String> {
        let given = self.variables.iter().filter(|(name, _)| name.starts_with("BUILD_"));
        given.map(|(name, value)| format!("{name}: {value}")).collect()
    }

    /// The same runner, where the repository gives this for that expression and nothing for others.
    fn with(mut self, values: &[(&str, &str)]) -> Self {
        for (name, value) in &mut self.variables {
            if name.starts_with("BUILD_") {
                let given = values.iter().find(|(asked, _)| name == asked);
                *value = given.map_or(String::new(), |(_, given)| (*given).to_owned());
            }
        }
        self
    }

    /// What the step says, and what it gives out.
    fn run(&self, image: &str, inspect: &str) -> (Ran, String) {
        let output = self.sandbox.path("output");
        fs::write(&output, "").unwrap();
        let cupaas = Path::new(env!("CARGO_BIN_EXE_cupaas")).parent().unwrap().display();
        let path =
            format!("{}:{cupaas}:{}", self.sandbox.path("bin").display(), std::env::var("PATH").unwrap());
        // The shell of a step that names none; `sh` is the one of the least.
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &self.script]).current_dir(self.sandbox.path("repository"));
        shell.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        shell.env("PATH", path).env("HOME", self.sandbox.path("home")).env("GITHUB_OUTPUT", &output);
        shell.env("CI", "true").env("GITHUB_SHA", "abc").env("IMAGE", image).env("INSPECT", inspect);
        // Empty, as a variable of the repository that is not set is.
        shell.env("CUPAAS_GITOPS", "").env("REGISTRY_USER", "ana").env("REGISTRY_PASSWORD", "the password");
        let done = ran(&shell.output().unwrap());
        (done, fs::read_to_string(output).unwrap())
    }
}

#[test]
fn the_digest_of_what_was_pushed_is_given_out() {
    for (forge, folder, suffix) in
        [("github", "", ""), ("gitea", "services/shop", "-services.shop"), ("forgejo", "-dash", "-dash-")]
    {
        let runner = Runner::new(forge, folder);
        let (done, output) = runner.run("registry.example.cu:5000/me/tasks", DIGEST);
        assert_eq!(done.code, Some(0), "{forge}: {}{}", done.stdout, done.stderr);
        assert_eq!(output, format!("image={DIGEST}\n"), "{forge}");
        for said in [
            "docker login --username ana --password-stdin registry.example.cu:5000\n".to_owned(),
            format!("docker push registry.example.cu:5000/me/tasks{suffix}"),
            "requirements.txt\n".to_owned(),
        ] {
            let all = done.stdout.clone() + &done.stderr;
            assert!(all.contains(&said), "{forge}: no {said} in {all}");
        }
    }
}

#[test]
fn no_image_is_given_out_that_has_no_digest() {
    for forge in ["github", "gitea", "forgejo"] {
        let runner = Runner::new(forge, "");
        for inspect in ["", "registry.example.cu/me/tasks:abc"] {
            let (done, output) = runner.run("registry.example.cu/me/tasks", inspect);
            assert_ne!(done.code, Some(0), "{forge} {inspect:?}: {}", done.stdout);
            assert_eq!(output, "", "{forge} {inspect:?}");
        }
    }
}

#[test]
fn the_password_goes_to_no_registry_that_is_not_named() {
    for (forge, folder) in [("github", ""), ("gitea", ""), ("forgejo", ""), ("github", "services/shop.api")] {
        let runner = Runner::new(forge, folder);
        for image in ["", "shop", "shop.example", "me/shop", "me/shop.example"] {
            let (done, _) = runner.run(image, DIGEST);
            assert_ne!(done.code, Some(0), "{forge} {image:?}: {}", done.stdout);
            assert!(done.stderr.contains("CUPAAS_IMAGE_NAME"), "{forge} {image:?}: {}", done.stderr);
            assert!(!done.stderr.contains("docker"), "{forge} {image:?}: {}", done.stderr);
        }
        assert_eq!(runner.run("localhost/shop", DIGEST).0.code, Some(0));
    }
}

#[test]
fn nothing_is_built_where_no_dockerfile_can_be_made() {
    let runner = Runner::new("github", "");
    runner.sandbox.write("repository", &[(".cupaas", "runtime: nonsense\n")]);
    let (done, _) = runner.run("registry.example.cu/me/tasks", DIGEST);
    assert_ne!(done.code, Some(0));
    assert!(done.stderr.contains("docker login"), "{}", done.stderr);
    assert!(!done.stderr.contains("docker build"), "{}", done.stderr);
}

#[test]
fn the_build_gets_what_the_dockerfile_asks_for_and_the_repository_has() {
    let npmrc = "@me:registry=https://npm.example.cu/\n//npm.example.cu/:_authToken=${NPM_TOKEN}\n";
    let package = "{\"scripts\": {\"start\": \"node server.js\"}}";
    let files = [("package.json", package), (".npmrc", npmrc), ("server.js", "listen(process.env.PORT)\n")];
    for (forge, folder) in [("github", ""), ("gitea", "services/shop"), ("forgejo", "")] {
        let runner = Runner::of(forge, folder, &files);
        let given =
            ["BUILD_SECRET_NPMRC: ${{ secrets.NPMRC }}", "BUILD_SECRET_NPM_TOKEN: ${{ secrets.NPM_TOKEN }}"];
        assert_eq!(runner.given(), given, "{forge}");
        let runner = runner.with(&[("BUILD_SECRET_NPM_TOKEN", "it is secret")]);
        let (done, _) = runner.run("registry.example.cu/me/shop", DIGEST);
        assert_eq!(done.code, Some(0), "{forge}: {}{}", done.stdout, done.stderr);
        let asked = " --secret id=NPM_TOKEN,env=BUILD_SECRET_NPM_TOKEN --file - ";
        assert!(done.stderr.contains(asked), "{forge}: {}", done.stderr);
        let all = done.stdout + &done.stderr;
        assert!(!all.contains("it is secret") && !all.contains("id=npmrc"), "{forge}: {all}");
    }
}

#[test]
fn a_dockerfile_of_the_apps_own_is_asked_too() {
    let text =
        "ARG NODE=24\nFROM node:${NODE}\nARG VITE_API_URL\nRUN --mount=type=secret,id=github_token,env=T x\n";
    let runner = Runner::of("github", "", &[("Dockerfile", text)]);
    let given = [
        "BUILD_SECRET_BUILD_GITHUB_TOKEN: ${{ secrets.BUILD_GITHUB_TOKEN }}",
        "BUILD_ARG_VITE_API_URL: ${{ vars.VITE_API_URL }}",
    ];
    let mut found = runner.given();
    found.sort_by(|one, other| other.cmp(one));
    assert_eq!(found, given);
    let runner = runner.with(&[("BUILD_ARG_VITE_API_URL", "https://a b\"c")]);
    let (done, _) = runner.run("registry.example.cu/me/shop", DIGEST);
    assert_eq!(done.code, Some(0), "{}{}", done.stdout, done.stderr);
    let asked = " --build-arg VITE_API_URL=https://a b\"c --file - ";
    assert!(done.stderr.contains(asked), "{}", done.stderr);
    // What asks for nothing gets nothing.
    assert_eq!(Runner::new("github", "").given(), Vec::<String>::new());
}
