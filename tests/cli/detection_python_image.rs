//! Which Python an app's image has, and which packages.

use super::detection_python::Case;
use crate::sandbox::Sandbox;

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
    ("runtime.txt", "pyhton-3.11.3"),
    ("runtime.txt", "Python 3.11.4,"),
    ("runtime.txt", "contain: python-3.11.5"),
    ("runtime.txt", "echo \"3.11.9\" > /srv/runtime.txt"),
    ("runtime.txt", "'python-3.11.11' | Out-File -Encoding ascii runtime.txt"),
    (".python-version", "\"3.11.0\" \n"),
    (".python-version", "shop_3.11.1\n"),
    (".python-version", "big-shop-3.11\n"),
    (".python-version", "PYTHON_VERSION=3.11.0"),
    (".python-version", "Version: 3.11.13\n"),
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
    // A server that no package is.
    (
        "server-of-a-lock",
        &[
            ("pyproject.toml", "[project]\nname = \"shop\"\ndependencies = [\"fastapi\"]\n"),
            ("uv.lock", "[[package]]\nname = \"fastapi\"\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "uv pip install --python /opt/venv uvicorn",
    ),
    // Modules that call those beside them without their package's name.
    (
        "beside",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("app/__init__.py", ""),
            ("app/config.py", "PORT = 1\n"),
            ("app/main.py", "from config import PORT\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"),
        ],
        "PYTHONPATH=/app/app",
    ),
    (
        "gives-out-what-is-built",
        &[
            ("requirements.txt", "fastapi\nuvicorn\n"),
            ("package.json", "{\"scripts\": {\"build\": \"vite build\"}}"),
            (
                "main.py",
                "from fastapi import FastAPI\n\napp = FastAPI()\napp.mount(\"/\", StaticFiles(directory=\"dist\"))\n",
            ),
        ],
        "npm run build",
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
