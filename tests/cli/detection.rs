//! Which runtime `new` takes for an app's folder.

use crate::sandbox::Sandbox;

/// A folder, its files, and the runtime that is written.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn a_recipe_says_that_an_app_is_of_another_runtime() {
    let cases: &[Case] = &[
        (
            "site",
            &[
                ("package.json", r#"{"scripts": {"build": "vite build"}}"#),
                ("src/main.js", "document.title = 1"),
            ],
            "static",
        ),
        (
            "server",
            &[("package.json", r#"{"scripts": {"build": "vite build", "start": "node server.js"}}"#)],
            "node",
        ),
        (
            "bun",
            &[("package.json", r#"{"scripts": {"start": "bun index.ts"}}"#), ("pnpm-lock.yaml", "")],
            "bun",
        ),
        (
            "ruby",
            &[("package.json", "{}"), ("Gemfile", "gem 'sinatra'\n"), ("app.rb", "require 'sinatra'\n")],
            "ruby",
        ),
        ("jekyll", &[("Gemfile", "gem 'github-pages'\n"), ("_config.yml", "title: site\n")], "static"),
        ("workspace", &[("go.work", "go 1.26\n\nuse ./api\n"), ("api/go.mod", "module api\n")], "go"),
        ("bot", &[("bot.py", "import telegram\n")], "python"),
        ("manual", &[("requirements.txt", "mkdocs\n"), ("mkdocs.yml", "site_name: manual\n")], "static"),
        (
            "django",
            &[
                ("package.json", r#"{"scripts": {"build": "vite build"}}"#),
                ("manage.py", ""),
                ("uv.lock", ""),
            ],
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
