//! Which runtime `new` takes for an app's folder.

use crate::sandbox::Sandbox;

/// A folder, its files, and the runtime that is written.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const RUNTIMES: &[Case] = &[
    (
        "site",
        &[("package.json", r#"{"scripts": {"build": "vite build"}}"#), ("src/main.js", "document.title = 1")],
        "static",
    ),
    (
        "server",
        &[("package.json", r#"{"scripts": {"build": "vite build", "start": "node server.js"}}"#)],
        "node",
    ),
    ("bun", &[("package.json", r#"{"scripts": {"start": "bun index.ts"}}"#), ("pnpm-lock.yaml", "")], "bun"),
    (
        "ruby",
        &[("package.json", "{}"), ("Gemfile", "gem 'sinatra'\n"), ("app.rb", "require 'sinatra'\n")],
        "ruby",
    ),
    ("jekyll", &[("Gemfile", "gem 'github-pages'\n"), ("_config.yml", "title: site\n")], "static"),
    ("workspace", &[("go.work", "go 1.26\n\nuse ./api\n"), ("api/go.mod", "module api\n")], "go"),
    ("bot", &[("bot.py", "import telegram\n")], "python"),
    ("manual", &[("requirements.txt", "mkdocs\n"), ("mkdocs.yml", "site_name: manual\n")], "static"),
    // Settings that are comments are none.
    (
        "next",
        &[
            ("package.json", r#"{"dependencies": {"next": "16"}, "scripts": {"start": "next start"}}"#),
            ("next.config.mjs", "export default {\n  // output: \"export\",\n};\n"),
        ],
        "node",
    ),
    (
        "nuxt-files",
        &[("package.json", r#"{"dependencies": {"nuxt": "4"}, "scripts": {"build": "nuxt generate"}}"#)],
        "static",
    ),
    (
        "next-files",
        &[
            ("package.json", r#"{"dependencies": {"next": "16"}, "scripts": {"build": "next build"}}"#),
            ("next.config.mjs", "export default {\n  basePath: '/a', output: 'export',\n};\n"),
        ],
        "static",
    ),
    (
        "vue",
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "vue-cli-service serve", "build": "vue-cli-service build"}}"#,
            ),
            ("src/main.js", ""),
        ],
        "static",
    ),
    (
        "gatsby",
        &[
            (
                "package.json",
                r#"{"scripts": {"start": "npm run develop", "develop": "gatsby develop", "build": "gatsby build"}}"#,
            ),
            ("gatsby-config.js", ""),
        ],
        "static",
    ),
    ("hugo", &[("config.toml", "baseURL = '/'\n"), ("archetypes/default.md", "")], "static"),
    ("public", &[("public/index.html", "")], "static"),
    ("buildpack", &[("static.json", "{\"root\": \"dist\"}"), ("dist/index.html", "")], "static"),
    ("server-and-pages", &[("package.json", "{}"), ("public/index.html", "")], "node"),
    ("php", &[("htdocs/index.php", ""), ("htdocs/index.html", "")], "php"),
    ("before-modules", &[("web.go", "package main\n")], "go"),
    ("go-beside", &[("package.json", "{}"), ("tool.go", "package main\n")], "node"),
    ("no-manifest", &[("server.js", "")], "node"),
    (
        "django",
        &[("package.json", r#"{"scripts": {"build": "vite build"}}"#), ("manage.py", ""), ("uv.lock", "")],
        "python",
    ),
];

#[test]
fn a_recipe_says_that_an_app_is_of_another_runtime() {
    let sandbox = Sandbox::new();
    for (name, files, runtime) in RUNTIMES {
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

/// A folder, its files, and the line that starts it.
type Started = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const STARTS: &[Started] = &[
    ("yarn-node", &[("package.json", r#"{"scripts": {"start": "yarn node index.js"}}"#)], "node index.js"),
    (
        "filter",
        &[
            ("package.json", r#"{"scripts": {"start": "pnpm --filter=server start"}}"#),
            ("pnpm-lock.yaml", ""),
        ],
        "pnpm --filter=server start",
    ),
    (
        "build-first",
        &[("package.json", r#"{"scripts": {"start": "npm run migrate && node server.js"}}"#)],
        "npm run migrate && exec node server.js",
    ),
    (
        "remix",
        &[(
            "package.json",
            r#"{"dependencies": {"@remix-run/serve": "1"}, "scripts": {"start": "remix-serve build"}}"#,
        )],
        "remix-serve build",
    ),
    (
        "migrating-next",
        &[(
            "package.json",
            r#"{"dependencies": {"next": "16"}, "scripts": {"start": "prisma migrate deploy && next start"}}"#,
        )],
        "prisma migrate deploy && exec next start",
    ),
    (
        "standalone",
        &[
            ("package.json", r#"{"dependencies": {"next": "16"}, "scripts": {"start": "A=0 next start"}}"#),
            ("next.config.js", "module.exports = {\n  output: 'standalone',\n}\n"),
        ],
        "A=0 exec node .next/standalone/server.js",
    ),
    (
        "nest",
        &[
            (
                "package.json",
                r#"{"dependencies": {"@nestjs/core": "11"}, "scripts": {"start:prod": "node dist/apps/old/main"}}"#,
            ),
            ("nest-cli.json", r#"{"monorepo": true, "root": "apps/gateway"}"#),
        ],
        "node dist/apps/gateway/main",
    ),
    (
        "bun-file",
        &[("package.json", r#"{"scripts": {"start": "bun run src/index.ts"}}"#), ("bun.lock", "")],
        "bun run src/index.ts",
    ),
    ("old-nuxt", &[("package.json", r#"{"dependencies": {"nuxt": "^2.15.0"}}"#)], "nuxt start"),
    (
        "adding",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("server.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("main.py", "from server import app\nfrom ui import router\n\napp.include_router(router)\n"),
        ],
        "main:app",
    ),
    (
        "src-api",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("src/shop/__init__.py", ""),
            ("src/shop/api/app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "uvicorn --host 0.0.0.0 --port $PORT --proxy-headers --forwarded-allow-ips=* shop.api.app:app",
    ),
    (
        "usual-place",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("app/main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("fix.py", "app = FastAPI()\n"),
        ],
        "app.main:app",
    ),
    (
        "made-with-another",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            ("run.py", "from shop import create_app\n\napp, sockets = create_app([])\n"),
            ("shop/__init__.py", "from flask import Flask\n\ndef create_app(args=None):\n    return 1, 2\n"),
        ],
        "run:app",
    ),
    (
        "streamlit",
        &[("requirements.txt", "streamlit\n"), ("src/ui/streamlit_app.py", "import streamlit as st\n")],
        "streamlit run src/ui/streamlit_app.py",
    ),
    (
        "classes",
        &[
            (
                "pom.xml",
                "<project><build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId>\
                 <goals><goal>copy-dependencies</goal></goals></plugin></plugins></build></project>",
            ),
            ("src/main/java/Shop.java", "class Shop { public static void main(String[] args) {} }"),
        ],
        "java -cp target/classes:target/dependency/* Shop",
    ),
    (
        "open-version",
        &[("build.gradle", "plugins {\n\tid 'java'\n\tid 'org.springframework.boot' version '4.0.+'\n}\n")],
        "java -jar app.jar",
    ),
    (
        "release-module",
        &[
            ("mix.exs", "[app: :shop, deps: [{:ecto_sql, \"~> 3.0\"}]]\n"),
            ("mix.lock", "%{\n  \"ecto_sql\": {:hex, :ecto_sql, \"3.0.0\"},\n}\n"),
            ("lib/shop/release.ex", "defmodule Shop.Release do\nend\n"),
        ],
        "bin/shop start",
    ),
];

#[test]
fn what_people_write_to_start_is_what_starts() {
    let sandbox = Sandbox::new();
    for (name, files, command) in STARTS {
        sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let explained = sandbox.good(&["explain", name]).stdout;
        let line = explained.lines().find(|line| line.starts_with("processes.web.command"));
        assert!(line.is_some_and(|line| line.contains(command)), "{name}: {line:?}");
    }
    // It is Spring Boot's, whatever its version is, and told the port.
    assert!(!sandbox.good(&["check", "open-version"]).stderr.contains("PORT"));
    // A file is no script, and passes on what it is told.
    assert!(!sandbox.good(&["check", "bun-file"]).stderr.contains("SIGTERM"));
}

const SAID: &[Started] = &[
    (
        "locked",
        &[("static.json", r#"{"basic_auth": true}"#), ("public_html/index.html", "")],
        "asks visitors for a password",
    ),
    (
        "redirects",
        &[("static.json", "{\n  \"redirects\": {}\n}"), ("public_html/index.html", "")],
        "not in force: redirects",
    ),
    ("scala", &[("build.sbt", ""), ("public/index.html", "")], "in a language that no recipe is for"),
    (
        "no-routes",
        &[
            (
                "manage.py",
                "import django\nos.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")\n",
            ),
            ("requirements.txt", "django\n"),
            ("shop/settings.py", "DEBUG = False\n"),
        ],
        "no ROOT_URLCONF",
    ),
    ("no-main", &[("pom.xml", "<project></project>")], "pom.xml names no main class"),
    ("gradle-war", &[("build.gradle", "plugins {\n    id 'war'\n}\n")], "this app is a war"),
    ("no-package", &[("server.js", "")], "no package.json"),
    (
        "program",
        &[("package.json", r#"{"bin": {"shop": "index.js"}}"#), ("index.js", "")],
        "index.js may be no server",
    ),
    ("nest-port", &[("package.json", r#"{"dependencies": {"@nestjs/core": "11"}}"#)], "the port in PORT"),
    (
        "member",
        &[(
            "package.json",
            r#"{"dependencies": {"shop-db": "workspace:*"}, "scripts": {"start": "node a"}}"#,
        )],
        "shop-db and what else has `workspace:` are packages of the repository, above the app's folder",
    ),
    (
        "site-member",
        &[("package.json", r#"{"dependencies": {"ui": "workspace:*"}, "scripts": {"build": "vite build"}}"#)],
        "ui and what else has `workspace:`",
    ),
    (
        "any",
        &[("package.json", r#"{"dependencies": {"db": "*"}, "scripts": {"start": "node a"}}"#)],
        "any version of db",
    ),
    (
        "packages",
        &[
            ("package.json", r#"{"workspaces": ["apps/*"]}"#),
            ("apps/api/package.json", r#"{"scripts": {"start": "node dist/index.js"}}"#),
            ("apps/web/package.json", r#"{"scripts": {"build": "vite build"}}"#),
        ],
        "which package of the repository starts is not known: apps/api, apps/web",
    ),
    (
        "router",
        &[("package.json", r#"{"devDependencies": {"@react-router/dev": "7"}}"#)],
        "makes a server here",
    ),
    ("lock-alone", &[("composer.lock", "{}"), ("public/index.php", "")], "no composer.json"),
    (
        "unsaid",
        &[("Gemfile", "gem 'puma'\n"), ("Gemfile.lock", "GEM\n"), ("config.ru", "")],
        "nothing says which Ruby",
    ),
    (
        "secret-file",
        &[("mix.exs", "[app: :shop]\n"), ("config/prod.exs", "import_config \"prod.secret.exs\"\n")],
        "imports prod.secret.exs, which is not committed",
    ),
    (
        "at-build",
        &[("mix.exs", "[app: :shop]\n"), ("config/prod.exs", "config :shop, key: System.get_env(\"KEY\")\n")],
        "reads the environment where the image is built",
    ),
    (
        "old-elixir",
        &[("mix.exs", "[app: :shop]\n"), ("elixir_buildpack.config", "elixir_version=1.10.4\n")],
        "no version of elixir that is supported lies within elixir_buildpack.config",
    ),
    (
        "pages",
        &[
            ("go.mod", "module shop\n"),
            ("main.go", "package main\n\n//go:embed all:web/dist\nvar pages embed.FS\n"),
        ],
        "the program has web/dist in itself",
    ),
    (
        "replaced",
        &[
            ("go.mod", "module shop\n\nreplace db => ../db\n"),
            ("main.go", "package main\n\nfunc main() {}\n"),
        ],
        "../db is a module above the app's folder",
    ),
    (
        "inheriting",
        &[
            ("Cargo.toml", "[package]\nname = \"shop\"\nversion.workspace = true\n"),
            ("src/main.rs", "fn main() {}\n"),
        ],
        "takes `version.workspace` from a workspace above",
    ),
    (
        "conflict",
        &[
            ("runtime.txt", "<<<<<<< HEAD\npython-3.10\n=======\npython-3.11\n>>>>>>> main\n"),
            ("requirements.txt", "flask\n"),
            ("app.py", "from flask import Flask\napp = Flask(__name__)\n"),
        ],
        "is no version of python",
    ),
];

#[test]
fn what_starts_nothing_and_what_is_not_in_force_is_said() {
    let sandbox = Sandbox::new();
    for (name, files, words) in SAID {
        sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let said = sandbox.run(&["check", name]);
        assert!(said.stderr.contains(words), "{name}: {}", said.stderr);
    }
}

#[test]
fn files_of_another_runtime_are_said() {
    let sandbox = Sandbox::new();
    sandbox
        .write("two", &[("go.mod", "module shop\n"), ("main.go", "package main\n"), ("pyproject.toml", "")]);
    let said = sandbox.good(&["new", "two", "--forge", "none"]).stdout;
    assert!(
        said.contains("go is taken; pyproject.toml is of python: `--runtime python` takes that"),
        "{said}"
    );
}

#[test]
fn an_app_in_a_folder_is_pointed_to() {
    let sandbox = Sandbox::new();
    sandbox.write("both", &[("backend/requirements.txt", "flask\n"), ("frontend/package.json", "{}")]);
    sandbox.run(&["new", "both", "--forge", "none"]).failed(
        2,
        "runtime-not-detected",
        &["`cupaas new both/backend`", "requirements.txt (python)", "`cupaas new both/frontend`"],
    );
}
