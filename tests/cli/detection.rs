//! Which runtime `new` takes for an app's folder.

use crate::sandbox::Sandbox;

#[test]
fn a_recipe_says_that_an_app_is_of_another_runtime() {
    let package = |text: &'static str| ("package.json", text);
    let cases: &[(&str, &[(&str, &str)], &str)] = &[
        (
            "site",
            &[package(r#"{"scripts": {"build": "vite build"}}"#), ("src/main.js", "document.title = 1")],
            "static",
        ),
        ("server", &[package(r#"{"scripts": {"build": "vite build", "start": "node server.js"}}"#)], "node"),
        ("bun", &[package(r#"{"scripts": {"start": "bun index.ts"}}"#), ("pnpm-lock.yaml", "")], "bun"),
        ("ruby", &[package("{}"), ("Gemfile", "gem 'sinatra'\n"), ("app.rb", "require 'sinatra'\n")], "ruby"),
        (
            "jekyll",
            &[
                ("Gemfile", "gem 'jekyll'\n"),
                ("Gemfile.lock", "GEM\n  specs:\n    jekyll (4.3.0)\n"),
                ("_config.yml", "title: site\n"),
            ],
            "static",
        ),
        ("manual", &[("requirements.txt", "mkdocs\n"), ("mkdocs.yml", "site_name: manual\n")], "static"),
        (
            "django",
            &[package(r#"{"scripts": {"build": "vite build"}}"#), ("manage.py", ""), ("uv.lock", "")],
            "python",
        ),
    ];
    let sandbox = Sandbox::new();
    for (name, files, runtime) in cases {
        let folder = sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let text = std::fs::read_to_string(folder.join(".cupaas")).unwrap();
        assert!(text.starts_with(&format!("runtime: {runtime}\n")), "{name}: {text}");
    }
    // Whoever names one has decided.
    let folder = sandbox.write("asked", &[("package.json", r#"{"scripts": {"build": "vite build"}}"#)]);
    sandbox.good(&["new", "asked", "--forge", "none", "--runtime", "node"]);
    assert!(std::fs::read_to_string(folder.join(".cupaas")).unwrap().starts_with("runtime: node\n"));
}
