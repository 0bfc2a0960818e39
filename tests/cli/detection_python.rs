//! What starts an app in Python, and what is said where nothing is sure to.

use crate::sandbox::Sandbox;

/// A folder, its files, and what is part of the line that starts it, or of what is said of it.
pub(super) type Case = (&'static str, &'static [(&'static str, &'static str)], &'static str);

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
    (
        "made-in-a-try",
        &[
            ("requirements.txt", "flask\ngunicorn\n"),
            (
                "main.py",
                "from flask import Flask\n\ntry:\n    app = Flask(__name__)\nexcept OSError:\n    raise\n",
            ),
        ],
        "gunicorn --bind 0.0.0.0:$PORT --worker-tmp-dir /dev/shm main:app",
    ),
    (
        "fasthtml",
        &[
            ("requirements.txt", "python-fasthtml\n"),
            (
                "main.py",
                "from fasthtml.common import *\n\napp, rt = fast_app(\n    live=True,\n)\n\nserve()\n",
            ),
        ],
        "--forwarded-allow-ips=* main:app",
    ),
    // Quart brings Hypercorn along.
    (
        "quart-below-src",
        &[
            ("requirements.txt", "quart\n"),
            ("src/shop/run.py", "from quart import Quart\n\napp = Quart(__name__)\n"),
        ],
        "hypercorn --bind 0.0.0.0:$PORT shop.run:app",
    ),
    // In the image /app is the package that the module's dots speak of.
    (
        "package-itself",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("main.py", "from fastapi import FastAPI\nfrom .routes import router\n\napp = FastAPI()\n"),
        ],
        "--forwarded-allow-ips=* app.main:app",
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
            ("app/colours.py", "RED = 1\n"),
        ],
        "main.py imports by dots",
    ),
    (
        "dotted-with-a-name",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("main.py", "from fastapi import FastAPI\nfrom .routes import router\n\napp = FastAPI()\n"),
            ("routes.py", "from shop.prices import PRICES\n"),
            ("prices.py", "PRICES = {}\n"),
        ],
        "main.py imports by dots",
    ),
    (
        "gives-out-nothing",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("static/site.css", ""),
            (
                "main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\napp.mount(\"/a\", StaticFiles(directory=\"static\"))\napp.mount(\"/b\", StaticFiles(directory=\"web/dist\"))\n",
            ),
        ],
        "the app gives out what is in web/dist, which is not there",
    ),
    (
        "modules-above",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            (
                "main.py",
                "import sys\nfrom pathlib import Path\nfrom fastapi import FastAPI\n\nTOP = Path(__file__).resolve().parent.parent\nsys.path.insert(0, str(TOP))\n\nfrom config.prices import PRICES\n\napp = FastAPI()\n",
            ),
        ],
        "main.py looks for modules above the app's folder",
    ),
    (
        "workspace-above",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"fastapi\", \"uvicorn\", \"tools\"]\n\n[tool.uv.sources]\ntools = { workspace = true }\n",
            ),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "takes packages from a uv workspace, which stands above",
    ),
    (
        "lock-without-a-package",
        &[
            ("Pipfile", "[packages]\nflask = \"*\"\ngunicorn = \"*\"\n"),
            ("Pipfile.lock", "{\n    \"default\": {\n        \"flask\": {}\n    }\n}\n"),
            ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
        ],
        "Pipfile.lock is out of date: it lacks gunicorn, which Pipfile names",
    ),
    (
        "lock-of-uv",
        &[
            (
                "pyproject.toml",
                "[project]\nname = \"shop\"\ndependencies = [\"Flask[async]>=3.1\", \"gunicorn\", \"colorama; sys_platform == 'win32'\"]\n",
            ),
            ("uv.lock", "[[package]]\nname = \"flask\"\n"),
            ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
        ],
        "uv.lock is out of date: it lacks gunicorn, which pyproject.toml names",
    ),
    (
        "packages-for-development",
        &[
            ("Pipfile", "[packages]\n\n[dev-packages]\nfastapi = \"*\"\n"),
            ("Pipfile.lock", "{}\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "fastapi is not among the dependencies that are installed",
    ),
    (
        "told-by-the-readme",
        &[
            ("requirements.txt", "nicegui\n"),
            ("README.md", "# Shop\n\n    python -m venv venv\n    $ python -m src.main\n"),
            ("src/main.py", "from nicegui import ui\n\nui.run()\n"),
        ],
        "write it, as `python -m src.main` in its README may be",
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
