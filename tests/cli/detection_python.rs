//! What starts an app in Python, and on which version.

use crate::sandbox::Sandbox;

/// A folder, its files, and what is part of the line that starts it, or of what is said of it.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const STARTS: &[Case] = &[
    // What the app's own files start is no guess.
    (
        "said",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("compose.yaml", "services:\n  api:\n    command: uvicorn --workers 2 shop.api:app --reload\n"),
            ("shop/api.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("admin.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "shop.api:app",
    ),
    (
        "said-factory",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("docker-entrypoint.sh", "exec uvicorn \\\n  shop.main.run:make_app --factory\n"),
            (
                "src/shop/main/run.py",
                "from fastapi import FastAPI\n\ndef make_app(\n    *providers,\n) -> FastAPI:\n",
            ),
            ("app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "--factory shop.main.run:make_app",
    ),
    (
        "said-wrapped",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("run.py", "import uvicorn\n\nuvicorn.run(\n    \"shop.web:app\", port=1)\n"),
            ("shop/web.py", "from fastapi import FastAPI\n\nhttp = FastAPI()\napp = ASGIApp(http)\n"),
        ],
        "shop.web:app",
    ),
    (
        "said-file",
        &[
            ("requirements.txt", "streamlit\n"),
            ("docker-compose.yml", "services:\n  ui:\n    command: streamlit run pages/first.py\n"),
            ("pages/first.py", "import streamlit as st\n"),
            ("other.py", "import streamlit as st\n"),
        ],
        "streamlit run pages/first.py",
    ),
    (
        "said-elsewhere",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("docker/compose.yml", "    command: uvicorn app.main:app\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "main:app",
    ),
    (
        "entrypoint",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"fastapi[standard]\"]\n\n[tool.fastapi]\nentrypoint = \"shop.web:app\"\n",
            ),
            ("shop/web.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("shop/main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "shop.web:app",
    ),
    (
        "deep-factory",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("app/presentation/api/main.py", "from fastapi import FastAPI\n\ndef create_app() -> FastAPI:\n"),
        ],
        "uvicorn --host 0.0.0.0 --port $PORT --proxy-headers --forwarded-allow-ips=* --factory app.presentation.api.main:create_app",
    ),
    (
        "application",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            (
                "app/__init__.py",
                "from fastapi import FastAPI\n\ndef application() -> FastAPI:\n    ...\n\napp = application()\n",
            ),
            ("app/__main__.py", ""),
        ],
        "app:app",
    ),
    // Dash shows nothing without the module that lays it out.
    (
        "dash-index",
        &[
            ("requirements.txt", "dash\ngunicorn\n"),
            ("app.py", "import dash\n\napp = dash.Dash(__name__)\nserver = app.server\n"),
            ("index.py", "from app import app, server\n\napp.layout = html.Div()\n"),
        ],
        "index:server",
    ),
    (
        "dash-beside-fastapi",
        &[
            ("requirements.txt", "dash\nfastapi\ngunicorn\nuvicorn\n"),
            (
                "app.py",
                "\"\"\"Shows what the FastAPI app has.\"\"\"\nimport dash\n\napp = dash.Dash(__name__)\nserver = app.server\n",
            ),
        ],
        "gunicorn --bind 0.0.0.0:$PORT --worker-tmp-dir /dev/shm app:server",
    ),
    // A module that others import is not what starts.
    (
        "streamlit-parts",
        &[
            ("requirements.txt", "streamlit\n"),
            ("menu.py", "import streamlit as st\n"),
            ("sidebar.py", "import streamlit as st\n"),
            ("pages/first.py", "from sidebar import show\n"),
        ],
        "streamlit run menu.py",
    ),
    (
        "made-by-any-name",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            (
                "main.py",
                "from fastapi import FastAPI\n\ndef start_application():\n    return FastAPI()\n\napp = start_application()\n",
            ),
        ],
        "main:app",
    ),
    (
        "scripts-beside",
        &[
            ("requirements.txt", "flask\n"),
            ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
            ("create_users.py", "def main():\n    ...\n\nif __name__ == \"__main__\":\n    main()\n"),
            ("backup.py", "def main():\n    ...\n\nif __name__ == \"__main__\":\n    main()\n"),
        ],
        "flask --app app:app run",
    ),
];

#[test]
fn what_an_apps_own_files_start_goes_before_guesses() {
    let sandbox = Sandbox::new();
    for (name, files, command) in STARTS {
        sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let explained = sandbox.good(&["explain", name]).stdout;
        let line = explained.lines().find(|line| line.starts_with("processes.web.command"));
        assert!(line.is_some_and(|line| line.contains(command)), "{name}: {line:?}");
    }
}

const SAID: &[Case] = &[
    (
        "dash-laid-out",
        &[
            ("requirements.txt", "dash\ngunicorn\n"),
            ("app.py", "import dash\n\napp = dash.Dash(__name__)\nserver = app.server\n"),
            ("index.py", "from app import app\n\napp.layout = html.Div()\n"),
        ],
        "no server is given index:app.server",
    ),
    (
        "said-twice",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("compose.yaml", "    command: uvicorn shop.api:app\n    command: uvicorn shop.admin:app\n"),
            ("shop/api.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
            ("shop/admin.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "several files could be what starts: shop/admin.py, shop/api.py",
    ),
    (
        "dotted",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("main.py", "from fastapi import FastAPI\nfrom .routes import router\n\napp = FastAPI()\n"),
        ],
        "main.py imports by dots",
    ),
    (
        "gradio-beside-server",
        &[
            ("requirements.txt", "gradio\nfastapi\n"),
            ("app.py", "import gradio as gr\n\ndemo = gr.Blocks()\ndemo.launch()\n"),
            ("hooks/app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "Gradio with app.py, and a server for hooks.app:app",
    ),
    (
        "bot-that-answers",
        &[
            ("requirements.txt", "pyTelegramBotAPI\n"),
            (
                "webhook.py",
                "import telebot\nfrom http.server import HTTPServer\n\nHTTPServer(('', 8000), handler).serve_forever()\n",
            ),
        ],
        "webhook.py answers over HTTP too",
    ),
];

#[test]
fn what_cannot_be_told_is_said() {
    let sandbox = Sandbox::new();
    for (name, files, words) in SAID {
        sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let said = sandbox.run(&["check", name]);
        assert!(said.stderr.contains(words), "{name}: {}", said.stderr);
    }
}

/// A file that says 3.11, in the words that people use.
const VERSIONS: &[(&str, &str)] = &[
    ("runtime.txt", "python-3.11.4"),
    ("runtime.txt", "# what Render reads\npython-3.11\n"),
    ("runtime.txt", "PYTHON_VERSION = 3.11.9"),
    ("runtime.txt", "python~=3.11.0"),
    ("runtime.txt", "Python: 3.11.13 (main, Jun  4 2025)"),
    ("runtime.txt", "'python-3.11.x'"),
    ("runtime.txt", "Python 3.11.0rc2"),
    ("runtime.txt", "python|3.11"),
    ("runtime.txt", "contain: python-3.11.5"),
    ("runtime.txt", "echo \"3.11.9\" > /srv/runtime.txt"),
    ("runtime.txt", "'python-3.11.11' | Out-File -Encoding ascii runtime.txt"),
    (".python-version", "\"3.11.0\" \n"),
    (".python-version", "shop_3.11.1\n"),
    (".python-version", "big-shop-3.11\n"),
    (".python-version", "cpython-3.11.5-linux-x86_64-gnu\n"),
    ("vercel.json", "{\"functions\": {\"api/*.py\": {\"runtime\": \"python3.11\"}}}"),
    ("render.yaml", "services:\n  - type: web\n    envVars:\n      PYTHON_VERSION: 3.11.9\n"),
    ("netlify.toml", "[build.environment]\n  PYTHON_VERSION = \"3.11\"\n"),
    (
        "render.yaml",
        "services:\n  - type: web\n    envVars:\n      - key: PYTHON_VERSION\n        value: 3.11.6\n",
    ),
];

#[test]
fn a_version_counts_in_whatever_words_a_file_has_it() {
    let sandbox = Sandbox::new();
    for (index, (file, text)) in VERSIONS.iter().enumerate() {
        let name = format!("shop{index}");
        sandbox.write(&name, &[(file, text), ("requirements.txt", "flask\n"), ("app.py", "app = 1\n")]);
        sandbox.good(&["new", &name, "--forge", "none"]);
        let explained = sandbox.good(&["explain", &name]).stdout;
        let version = explained.lines().find(|line| line.starts_with("runtime.version"));
        assert!(
            version.is_some_and(|line| line.contains(" 3.11 ") && line.contains(file)),
            "{text}: {explained}"
        );
    }
}

/// What a name of another interpreter, or of a virtual environment alone, says is no version of this one.
#[test]
fn a_name_is_no_version() {
    let sandbox = Sandbox::new();
    for (index, text) in ["pypy3.11-7.3.12", "shop", "venv311-shop"].iter().enumerate() {
        let name = format!("shop{index}");
        sandbox.write(
            &name,
            &[(".python-version", text), ("requirements.txt", "flask\n"), ("app.py", "app = 1\n")],
        );
        sandbox.good(&["new", &name, "--forge", "none"]);
        let said = sandbox.run(&["check", &name]).stderr;
        assert!(said.contains("version-not-used"), "{text}: {said}");
    }
}

/// Where the packages stand, and that they are what is installed.
const LISTS: &[Case] = &[
    (
        "setup-cfg",
        &[
            ("pyproject.toml", "[build-system]\nrequires = [\"setuptools\"]\n"),
            ("setup.cfg", "[options]\ninstall_requires =\n    fastapi\n    uvicorn\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "-r setup.cfg",
    ),
    (
        "misspelled",
        &[
            ("requirments.txt", "flask\ngunicorn\n"),
            ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
        ],
        "pip install -r requirments.txt",
    ),
];

#[test]
fn what_names_the_packages_is_installed() {
    let sandbox = Sandbox::new();
    for (name, files, words) in LISTS {
        sandbox.write(name, files);
        sandbox.good(&["new", name, "--forge", "none"]);
        let image = sandbox.good(&["dockerfile", name]).stdout;
        assert!(image.contains(words), "{name}: {image}");
    }
}
