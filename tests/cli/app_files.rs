//! What an app's files say is read in every form in which people write it, or it is said that it is not.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::sandbox::Sandbox;

const APP: &[(&str, &str)] = &[
    (".cupaas", "runtime: python\nprocesses: {web: {command: gunicorn app:app}}\n"),
    ("app.py", "from flask import Flask\napp = Flask(__name__)\n"),
];

/// What `explain` says of the version, and what is said beside it.
fn version(files: &[(&str, &str)]) -> (String, String) {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[APP, files].concat());
    explained(&sandbox)
}

fn explained(sandbox: &Sandbox) -> (String, String) {
    let ran = sandbox.run(&["explain", "app"]);
    let line = ran.stdout.lines().find_map(|line| line.strip_prefix("runtime.version"));
    let version = line.and_then(|line| line.split_whitespace().next()).unwrap_or_default();
    (version.to_owned(), ran.stderr)
}

#[test]
fn every_file_that_says_a_version_is_read() {
    let pip = ("requirements.txt", "flask\n");
    for (name, text, expected) in [
        (".python-version", "3.11\n", "3.11"),
        (".python-version", "# ours\n  cpython@3.11  # here\n", "3.11"),
        (".python-version", "3.11.4\n", "3.11"),
        (".python-version", ">=3.11,<3.12\n", "3.11"),
        ("runtime.txt", "python-3.11.4\n", "3.11"),
        ("runtime.txt", "3.11\n", "3.11"),
        (".tool-versions", "nodejs 20.1.0\npython 3.11.9 3.10.2\n", "3.11"),
        ("mise.toml", "[tools]\npython = \"3.11\"\n", "3.11"),
        (".mise.toml", "[tools]\npython = ['3.11.2', '3.10']\n", "3.11"),
        (".config/mise/config.toml", "[tools]\npython = 3.10\n", "3.10"),
        ("mise.toml", "[tools]\npython = {version = \"3.11\"}\n", "3.11"),
        ("Pipfile", "[requires]\npython_version = '3.11'\n", "3.11"),
        ("environment.yml", "dependencies:\n  - conda-forge::python=3.11.2\n", "3.11"),
        ("environment.yml", "dependencies:\n  - python >=3.9,<3.12\n", "3.11"),
        ("setup.cfg", "[options]\npython_requires = >=3.9,<3.12\n", "3.11"),
        ("setup.py", "setup(name='x', python_requires=\">=3.9,<3.12\")\n", "3.11"),
        ("pyproject.toml", "[project]\nrequires-python = '>=3.9, !=3.13.*, <3.14'\n", "3.12"),
        ("pyproject.toml", "[project]\nrequires-python = '===3.12.1'\n", "3.12.1"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.9,<3.13\"\n", "3.12"),
        ("pyproject.toml", "[tool.poetry.dependencies]\npython = {version = '~3.11'}\n", "3.11"),
        ("pyproject.toml", "project.requires-python = '<3.12'\n", "3.11"),
    ] {
        assert_eq!(version(&[pip, (name, text)]).0, expected, "{name}: {text}");
    }
}

#[test]
fn a_patch_is_the_images_where_the_manager_insists_on_it() {
    let uv = ("uv.lock", "version = 1\n");
    let project = ("pyproject.toml", "[project]\nname = \"x\"\nrequires-python = \">=3.12\"\n");
    assert_eq!(version(&[uv, project, (".python-version", "3.12.4\n")]).0, "3.12.4");
    assert_eq!(version(&[("poetry.lock", ""), project, (".python-version", "3.12.4\n")]).0, "3.12");
    let pipfile = ("Pipfile", "[requires]\npython_full_version = \"3.11.4\"\npython_version = \"3.11\"\n");
    assert_eq!(version(&[pipfile, ("Pipfile.lock", "{}")]).0, "3.11.4");
}

#[test]
fn a_version_that_is_not_understood_is_said() {
    let pip = ("requirements.txt", "flask\n");
    for (name, text) in [
        (".python-version", "pypy3.10-7.3.12\n"),
        (".python-version", "myproject-env\n"),
        (".tool-versions", "python latest\n"),
        ("runtime.txt", "pypy3.6-7.3.2\n"),
        ("pyproject.toml", "[project]\nrequires-python = 'three'\n"),
    ] {
        let (version, said) = version(&[pip, (name, text)]);
        assert_eq!(version, "3.13", "{name}");
        assert!(
            said.contains("warning[version-not-used]") && said.contains(&format!("app/{name}:")),
            "{said}"
        );
    }
}

#[test]
fn a_broken_file_of_the_project_is_an_error() {
    let broken = |runtime: &str, name: &str, text: &str| {
        let sandbox = Sandbox::new();
        sandbox.write(
            "app",
            &[(".cupaas", runtime), ("requirements.txt", "flask\n"), ("index.html", ""), (name, text)],
        );
        sandbox.run(&["check", "app"])
    };
    for (runtime, name, text) in [
        ("runtime: python\n", "pyproject.toml", "[project\n"),
        ("runtime: static\n", "package.json", "{\"scripts\": {\"build\": \"vite build\"}\n"),
        ("runtime: node\n", "package.json", "{\"scripts\": {\"start\": \"node a.js\",}, \"name\"}\n"),
        ("runtime: php\n", "composer.json", "<<<<<<< HEAD\n{}\n"),
        // Right as JSON, and no project.
        ("runtime: node\n", "package.json", "[]\n"),
        ("runtime: node\n", "package.json", "\n \"express\"\n"),
        ("runtime: php\n", "composer.json", "[1, {}]\n"),
        ("runtime: rust\n", "Cargo.toml", "[package]\nname = a\n"),
    ] {
        let ran = broken(runtime, name, text);
        assert_eq!(ran.code, Some(3), "{name} {}", ran.stderr);
        assert!(
            ran.stderr.contains("error[invalid-project-file]") && ran.stderr.contains(name),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("1 problem found"), "only that: {}", ran.stderr);
    }
    let below = broken(
        "runtime: python\nprocesses: {web: gunicorn app:app}\n",
        "template/pyproject.toml",
        "[{{ project }\n",
    );
    assert_eq!(below.code, Some(0), "{}", below.stderr);
}

/// An app whose files `make` has made; what `explain` says of its version, and what is said beside it.
fn made(make: impl Fn(&Path)) -> (String, String) {
    let sandbox = Sandbox::new();
    let app = sandbox.write("app", APP);
    make(&app);
    explained(&sandbox)
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_file_is_read_in_the_encodings_of_windows() {
    let marked = |text: &str| [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    for bytes in [utf16("3.11\r\n"), marked("3.11\n")] {
        let (version, said) = made(|app| {
            fs::write(app.join(".python-version"), &bytes).unwrap();
            fs::write(app.join("requirements.txt"), utf16("flask\r\n")).unwrap();
        });
        assert_eq!((version.as_str(), said.as_str()), ("3.11", ""));
    }
    let (version, said) = made(|app| {
        fs::write(app.join(".cupaas"), utf16("runtime: python:3.12\n")).unwrap();
        fs::write(app.join("Procfile"), marked("web: gunicorn app:app\r\n")).unwrap();
        fs::write(app.join("requirements.txt"), "flask\n").unwrap();
    });
    assert_eq!((version.as_str(), said.as_str()), ("3.12", ""));
    let (_, said) = made(|app| fs::write(app.join("requirements.txt"), "f\0l\0a\0s\0k\0\n\0").unwrap());
    assert!(said.contains("warning[file-not-read]") && said.contains("app/requirements.txt:1:1"), "{said}");
}

#[test]
fn a_link_is_followed_within_the_app_alone() {
    let (version, said) = made(|app| {
        fs::create_dir_all(app.join("deploy/files")).unwrap();
        fs::write(app.join("deploy/files/version"), "3.11\n").unwrap();
        fs::write(app.join("deploy/files/production.txt"), "flask\n").unwrap();
        symlink("deploy/files/version", app.join(".python-version")).unwrap();
        symlink("deploy/files", app.join("requirements")).unwrap();
        symlink("..", app.join("deploy/files/around")).unwrap();
    });
    assert_eq!((version.as_str(), said.as_str()), ("3.11", ""));
    for (target, name) in
        [("../outside", "runtime.txt"), ("/etc/hostname", "runtime.txt"), ("gone", "runtime.txt")]
    {
        let (version, said) = made(|app| {
            fs::write(app.join("../outside"), "python-3.11.1\n").unwrap();
            fs::write(app.join("requirements.txt"), "flask\n").unwrap();
            symlink(target, app.join(name)).unwrap();
        });
        assert_eq!(version, "3.13", "{target}");
        assert!(said.contains("warning[file-not-read]") && said.contains("app/runtime.txt:1:1"), "{said}");
    }
}

#[test]
fn no_folder_of_many_files_hides_another() {
    let (version, said) = made(|app| {
        fs::create_dir(app.join("assets")).unwrap();
        for number in 0..21_000 {
            fs::File::create(app.join(format!("assets/{number}"))).unwrap();
        }
        fs::write(app.join("requirements.txt"), "flask\n").unwrap();
        fs::write(app.join("runtime.txt"), "python-3.11.1\n").unwrap();
    });
    assert_eq!((version.as_str(), said.as_str()), ("3.11", ""));
}

#[test]
fn a_file_that_is_too_long_is_said_and_its_beginning_read() {
    let (version, said) = made(|app| {
        let long = format!("python-3.11.1\n{}", "# x\n".repeat(300_000));
        fs::write(app.join("runtime.txt"), long).unwrap();
        fs::write(app.join("requirements.txt"), format!("{}flask\n", "# x\n".repeat(200_000))).unwrap();
    });
    assert_eq!(version, "3.11");
    assert!(said.contains("app/runtime.txt:1:1") && said.contains("larger than 1 MiB"), "{said}");
    assert_eq!(said.matches("file-not-read").count(), 1, "{said}");
}

#[test]
fn a_lock_file_is_read_to_its_end() {
    let sandbox = Sandbox::new();
    let one =
        "[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { registry = \"https://pypi.org/simple\" }\n\n";
    let lock = |last: &str, packages: usize| {
        format!("version = 1\n{}[[package]]\nname = \"b\"\nsource = {{ {last} }}\n", one.repeat(packages))
    };
    assert!(lock("", 200_000).len() > 16 << 20);
    for (last, packages, git) in
        [("git = \"https://git.example.com/b.git#1\"", 200_000, true), ("registry = \"https://x\"", 1, false)]
    {
        let lock = lock(last, packages);
        sandbox.write("app", &[APP, &[("uv.lock", &lock), ("pyproject.toml", "[project]\n")]].concat());
        let ran = sandbox.run(&["dockerfile", "app"]);
        assert_eq!(ran.stdout.contains("install --yes --no-install-recommends git"), git, "{}", ran.stdout);
        assert!(!ran.stderr.contains("file-not-read"), "{}", ran.stderr);
    }
}

#[test]
fn what_an_app_runs_on_stays_while_it_lies_within_the_range() {
    let sandbox = Sandbox::new();
    let range = |text: &str| format!("[project]\nname = \"x\"\nrequires-python = \"{text}\"\n");
    sandbox.write(
        "app",
        &[APP, &[("requirements.txt", "flask\n"), ("pyproject.toml", &range(">=3.9,<3.12"))]].concat(),
    );
    let deploy = || assert_eq!(sandbox.run(&["deploy", "app", "--image", "r.example.cu/a:1"]).code, Some(0));
    assert_eq!(explained(&sandbox).0, "3.11");
    deploy();
    let wider = |text: &str| fs::write(sandbox.path("app/pyproject.toml"), range(text)).unwrap();
    wider(">=3.9");
    assert_eq!(explained(&sandbox).0, "3.11");
    wider(">=3.12");
    assert_eq!(explained(&sandbox).0, "3.14");
}
