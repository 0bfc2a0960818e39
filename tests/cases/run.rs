//! One case: its folders are put where nothing else is, the command is run in this process, and what comes out is
//! compared with what is expected.

use std::collections::BTreeMap;
use std::path::Path;

use anstream::adapter::strip_str;
use clap::Parser;
use cupaas::parts::cli::Cli;
use cupaas::parts::git::{Author, FileChanges, bare};
use cupaas::parts::outcome::Report;
use cupaas::parts::report::{self, Detail, Format};
use cupaas::parts::run::action::Request;
use cupaas::parts::tree::{Files, RepoPath};
use walkdir::WalkDir;

use super::case_file::{self, CaseFile};
use super::compare;
use super::expect::{self, Expected};

/// What a run printed and made.
struct Outcome {
    exit: u8,
    stdout: String,
    stderr: String,
    files: Option<Files>,
}

/// Runs the case in `folder`; errors: everything that is not as expected, in words.
pub(crate) fn case(root: &Path, folder: &Path, update: bool) -> Result<(), String> {
    let case = case_file::read(folder)?;
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let place = |given: &Option<String>, name: &str| match given {
        Some(path) => root.join(path),
        None => folder.join(name),
    };
    // A copy stands in no repository, so that nothing is found out about one.
    copy(&place(&case.app, "app"), &scratch.path().join("app"))?;
    let gitops = place(&case.gitops, "gitops");
    if gitops.is_dir() {
        copy(&gitops, &scratch.path().join("gitops"))?;
    }
    if folder.join("before").is_dir() {
        make_repository(scratch.path())?;
        copy(&folder.join("before"), &scratch.path().join("before"))?;
        let outcome = run(&case, "deploy", scratch.path(), "before")?;
        if outcome.exit != 0 {
            return Err(format!("before/ cannot be deployed:\n{}", outcome.stderr));
        }
    }
    let outcome = run(&case, &case.command, scratch.path(), "app")?;
    super::report_schema::check(&outcome.stdout);
    if outcome.exit != case.exit {
        return Err(format!(
            "exit code {} and not {}\n{}{}",
            outcome.exit, case.exit, outcome.stdout, outcome.stderr
        ));
    }
    if let (Some(files), Some(trees)) = (&outcome.files, std::env::var_os("TREES_DIR")) {
        let name = folder.strip_prefix(root).unwrap_or(folder).display().to_string().replace('/', "-");
        compare::write_files(&Path::new(&trees).join(name), files).map_err(|error| error.to_string())?;
    }
    let expected = match &outcome.files {
        Some(files) => Expected::of(&case, files)?,
        None if case.command == "diff" || case.expect.is_empty() => Expected::default(),
        None => return Err("it expects files, and makes none".to_owned()),
    };
    let (stdout, diff) = match (&outcome.files, case.command.as_str()) {
        (Some(_), _) => (String::new(), String::new()),
        (None, "diff") => (String::new(), expect::diff(&case, &outcome.stdout)?),
        (None, _) => (outcome.stdout, String::new()),
    };
    let texts = BTreeMap::from([
        ("expected.stdout", stdout),
        ("expected.diff", diff),
        ("expected.stderr", outcome.stderr),
        ("expected.values.yaml", expected.values),
        ("expected.paths", expected.paths),
    ]);
    if update {
        compare::write(folder, &expected.files, &texts).map_err(|error| error.to_string())
    } else {
        compare::check(folder, &expected.files, &texts)
    }
}

/// Makes a repository of the GitOps folder, which can be deployed to.
fn make_repository(scratch: &Path) -> Result<(), String> {
    let folder = scratch.join("gitops");
    let mut files = BTreeMap::new();
    for (path, bytes) in compare::files_below(&folder) {
        files.insert(RepoPath::new(path).map_err(|error| error.to_string())?, Some(bytes));
    }
    let author = Author { name: "tester".to_owned(), email: "tester@example.cu".to_owned() };
    let message = "Begin\n".to_owned();
    let change = FileChanges { folders: BTreeMap::new(), files, message, author, time: 1_700_000_000 };
    bare::init_bare(&scratch.join("gitops.git"), "main", &change).map_err(|failure| failure.to_string())?;
    std::fs::remove_dir_all(folder).map_err(|error| error.to_string())
}

fn run(case: &CaseFile, command: &str, scratch: &Path, app: &str) -> Result<Outcome, String> {
    let path = |name: &str| scratch.join(name).display().to_string();
    let mut words = vec!["cupaas".to_owned()];
    words.extend(command.split(' ').map(str::to_owned));
    // `secret set NAME`: what a command is about stands before the folder.
    words.extend(case.what.iter().filter(|_| app == "app").map(|word| word.0.clone()));
    words.push(path(app));
    for name in ["gitops", "gitops.git"] {
        if scratch.join(name).is_dir() {
            words.extend(["--gitops".to_owned(), path(name)]);
        }
    }
    let repository = Some(&case.source_repository).filter(|text| !text.is_empty());
    let commit = Some(&case.source_commit).filter(|text| !text.is_empty());
    for (flag, value) in [
        ("--env", case.environment.as_ref()),
        ("--image", case.image.as_ref()),
        ("--source-repository", repository),
        ("--source-commit", commit),
    ] {
        words.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value.clone()]));
    }
    // What a case adds is about the command that it shows.
    if app == "app" {
        words.extend(case.args.iter().map(|word| word.0.clone()));
    }
    let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
    let format = cli.format;
    let result = Request::new(cli, None).and_then(|request| cupaas::run(&request, &|_| {}));
    let plain = |text: String| masked(&strip_str(&text).to_string(), scratch);
    Ok(match result {
        Ok(done) => Outcome {
            exit: done.report.exit_code(),
            stderr: plain(report::warnings(&done, format)),
            stdout: plain(report::of(&done, format, Detail::Folded)),
            files: match done.report {
                Report::Rendered { files, .. } => Some(files),
                _ => None,
            },
        },
        Err(failure) => {
            let text = plain(report::failure(&failure, format));
            // What is for machines is printed where they read.
            let (stdout, stderr) = match format {
                Format::Text => (String::new(), text),
                _ => (text, String::new()),
            };
            Outcome { exit: failure.kind().exit_code(), stdout, stderr, files: None }
        }
    })
}

/// The text without what differs from one run to the next.
fn masked(text: &str, scratch: &Path) -> String {
    let text = text.replace(&format!("{}/", scratch.display()), "");
    let commit = regex_lite::Regex::new("commit [0-9a-f]{10}").expect("it is a pattern");
    let text = commit.replace_all(&text, "commit …………");
    // Of what was encrypted, which differs each time; one of digits alone is in quotes.
    let sealed = regex_lite::Regex::new("cupaas.dev/secrets: [\\\\\"']*[0-9a-f]{16}[\\\\\"']*")
        .expect("it is a pattern");
    let text = sealed.replace_all(&text, "cupaas.dev/secrets: …………");
    // Of the release Job's pod, which changes with every line of a template.
    let job = regex_lite::Regex::new("release-[0-9a-f]{8}\\b").expect("it is a pattern");
    let text = job.replace_all(&text, "release-…");
    let time = regex_lite::Regex::new("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z").expect("it is a pattern");
    time.replace_all(&text, "…………").into_owned()
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in WalkDir::new(from) {
        let entry = entry.map_err(|error| error.to_string())?;
        let target = to.join(entry.path().strip_prefix(from).map_err(|error| error.to_string())?);
        let copied = if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target)
        } else {
            std::fs::copy(entry.path(), &target).map(drop)
        };
        copied.map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}
