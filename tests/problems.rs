//! One mistake hides no other: files that are right, a table of mistakes with what each must make cupaas say, and several
//! of them made at once: every pair of one file, and each beside those of all other files. All are said, at their places,
//! and nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test

#[path = "problems/keys.rs"]
mod keys;
#[path = "problems/mistakes.rs"]
mod mistakes;
#[path = "support/scratch.rs"]
mod scratch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use clap::Parser;
use cupaas::parts::cli::Cli;
use cupaas::parts::diagnostic::{Code, Diagnostic};
use cupaas::parts::outcome::Report;
use cupaas::parts::resolve::secrets::secret_object;
use cupaas::parts::run::action::Request;

use mistakes::{FILES, MISTAKES, Mistake};

/// A sealed secret of the app.
const SEALED: &str =
    include_str!("cases/secret/check-ok/gitops/releases/production/tasks/secrets/SECRET_KEY.yaml");

/// Places and what is said of them.
type Said = BTreeSet<(String, String)>;

/// The line of its file that a mistake is in, counted from 0.
fn line(mistake: &Mistake) -> usize {
    let text = FILES.iter().find(|(name, _)| *name == mistake.file).expect("a file of the table").1;
    let lines: Vec<usize> =
        (0..).zip(text.lines()).filter(|(_, line)| *line == mistake.from).map(|(index, _)| index).collect();
    assert_eq!(lines.len(), 1, "{:?} stands once in {}", mistake.from, mistake.file);
    lines[0]
}

/// What the mistake makes cupaas say.
fn expected(mistake: &Mistake) -> (String, String) {
    let before = mistake.to.split_once(mistake.at).expect("the place is in the line").0;
    let place = format!("{}:{}:{}", mistake.file, line(mistake) + 1, before.chars().count() + 1);
    (place, mistake.says.to_owned())
}

/// The files in a folder, where mistakes are made in them.
struct Sandbox(tempfile::TempDir);

impl Sandbox {
    /// All files as they are right.
    fn new() -> Self {
        let sandbox = Self(scratch::scratch());
        for (name, text) in FILES {
            sandbox.write(name, text);
        }
        for name in ["SECRET_KEY", "SIGNING_KEY"] {
            let text = SEALED.replace("SECRET_KEY", name);
            let text = text.replace(&secret_object("SECRET_KEY"), &secret_object(name));
            sandbox.write(&format!("releases/production/tasks/secrets/{name}.yaml"), &text);
        }
        sandbox
    }

    fn write(&self, name: &str, text: &str) {
        let folder = if name.starts_with('.') { "app" } else { "gitops" };
        let path = self.0.path().join(folder).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What `check` says of the files with these mistakes in them.
    fn said(&self, mistakes: &[&Mistake]) -> Said {
        let wrong = || FILES.iter().filter(|(name, _)| mistakes.iter().any(|mistake| mistake.file == *name));
        for (name, text) in wrong() {
            let mut lines: Vec<&str> = text.lines().collect();
            for mistake in mistakes.iter().filter(|mistake| mistake.file == *name) {
                lines[line(mistake)] = mistake.to;
            }
            self.write(name, &(lines.join("\n") + "\n"));
        }
        let found = check(self.0.path()).into_iter();
        wrong().for_each(|(name, text)| self.write(name, text));
        let prefix = format!("{}/app/", self.0.path().display());
        let mut all = Said::new();
        // What is right is warned of all the same.
        for problem in found.filter(|problem| problem.code != Code::VolumeShared) {
            let place = problem.span.to_string().replace(&prefix, "");
            let message = problem.message.to_string().replace(&prefix, "");
            assert!(all.insert((place, message)), "said twice: {problem:?}");
        }
        all
    }

    /// What is wrong with what is said of these mistakes.
    fn wrong(&self, mistakes: &[&Mistake]) -> Option<String> {
        let hidden: Vec<&str> = mistakes.iter().flat_map(|mistake| mistake.hides).copied().collect();
        let said = mistakes.iter().filter(|mistake| !hidden.contains(&mistake.says));
        let wanted: Said = said.map(|mistake| expected(mistake)).collect();
        let got = self.said(mistakes);
        let made: Vec<&str> = mistakes.iter().map(|mistake| mistake.to.trim()).collect();
        (wanted != got).then(|| format!("{made:?}\nwanted:\n{}got:\n{}", show(&wanted), show(&got)))
    }
}

/// What is wrong, or else what there is to warn of.
fn check(scratch: &Path) -> Vec<Diagnostic> {
    let path = |name: &str| scratch.join(name).display().to_string();
    let words = ["cupaas", "check", &path("app"), "--gitops", &path("gitops"), "--env", "production"]
        .map(str::to_owned);
    let source = [
        "--source-repository",
        "https://git.example.cu/me/tasks.git",
        "--source-commit",
        "5f0c6d1e2b7a4938f1c0d9e8b7a6958473625140",
    ];
    let cli = Cli::try_parse_from(words.into_iter().chain(source.map(str::to_owned))).unwrap();
    match Request::new(cli, None).and_then(|request| cupaas::run(&request, &|_| {})).map(|done| done.report) {
        Ok(Report::Checked(release)) => release.warnings,
        Ok(other) => panic!("{other:?}"),
        Err(failure) => {
            assert!(!failure.diagnostics.is_empty(), "{failure}");
            failure.diagnostics
        }
    }
}

fn show(said: &Said) -> String {
    said.iter().map(|(place, message)| format!("  {place}: {message}\n")).collect()
}

fn none(wrong: Vec<String>) {
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.into_iter().take(12).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_files_without_a_mistake_are_right() {
    none(Sandbox::new().wrong(&[]).into_iter().collect());
}

#[test]
fn each_mistake_is_said_by_itself() {
    let sandbox = Sandbox::new();
    none(MISTAKES.iter().filter_map(|mistake| sandbox.wrong(&[mistake])).collect());
}

/// The first mistake of each line, of these: two cannot be made in one.
fn one_in_a_line<'a>(mistakes: impl Iterator<Item = &'a Mistake>) -> Vec<&'a Mistake> {
    let mut lines = BTreeMap::new();
    for mistake in mistakes {
        lines.entry((mistake.file, line(mistake))).or_insert(mistake);
    }
    lines.into_values().collect()
}

#[test]
fn of_every_two_mistakes_in_one_file_both_are_said_and_nothing_else() {
    let pairs: Vec<[&Mistake; 2]> = MISTAKES
        .iter()
        .enumerate()
        .flat_map(|(index, one)| MISTAKES[..index].iter().map(move |other| [other, one]))
        .filter(|[one, other]| one.file == other.file && line(one) != line(other))
        .collect();
    let (one, other) = pairs.split_at(pairs.len() / 2);
    let run = |pairs: &[[&Mistake; 2]]| {
        let sandbox = Sandbox::new();
        pairs.iter().filter_map(|pair| sandbox.wrong(pair)).collect::<Vec<_>>()
    };
    let found = std::thread::scope(|scope| {
        let beside = scope.spawn(|| run(one));
        let here = run(other);
        [beside.join().unwrap(), here].concat()
    });
    none(found);
}

#[test]
fn each_mistake_is_said_beside_those_of_all_other_files() {
    let sandbox = Sandbox::new();
    let beside = |mistake: &'static Mistake| {
        let others = MISTAKES.iter().filter(|other| other.file != mistake.file);
        sandbox.wrong(&one_in_a_line(others.chain([mistake])))
    };
    none(MISTAKES.iter().filter_map(beside).collect());
}

#[test]
fn all_mistakes_at_once_are_all_said() {
    none(Sandbox::new().wrong(&one_in_a_line(MISTAKES.iter())).into_iter().collect());
}

/// Keys that are names which people make up, by file, so that another one is as good: of variables, secrets, volumes,
/// processes, sizes, branches, parameters. An environment of `.cupaas` may be another platform's: `explain` says so.
const NAMES: [(&str, &[&str]); 4] = [
    (
        ".cupaas",
        &[
            "LOG_LEVEL",
            "GREETING",
            "SIGNING_KEY",
            "uploads",
            "web",
            "worker",
            "nightly",
            "staging",
            "production",
        ],
    ),
    ("cupaas.yaml", &["production", "staging", "big", "TZ"]),
    ("apps/tasks.yaml", &["main", "COLOUR"]),
    ("catalog/services/cache/recipe.yaml", &["maxMemory"]),
];

/// What is neither a key of any file nor near to one.
const NO_KEY: &str = "wqxzj";

#[test]
fn no_key_is_passed_over_in_silence() {
    let sandbox = Sandbox::new();
    let key = regex_lite::Regex::new(r"(?:^|[\s{])([A-Za-z_]\w*):(?: |$)").unwrap();
    let (mut silent, mut tried) = (Vec::new(), 0);
    for (name, names) in NAMES {
        let text = FILES.iter().find(|(file, _)| *file == name).unwrap().1;
        let lines: Vec<&str> = text.lines().collect();
        for (at, written) in lines.iter().enumerate() {
            let keys = key.captures_iter(written).filter_map(|found| found.get(1));
            for found in keys.filter(|found| !names.contains(&found.as_str())) {
                tried += 1;
                let renamed = format!("{}{NO_KEY}{}", &written[..found.start()], &written[found.end()..]);
                let mut changed = lines.clone();
                changed[at] = &renamed;
                sandbox.write(name, &(changed.join("\n") + "\n"));
                let place = format!("{name}:{}:", at + 1);
                let says = |problem: &Diagnostic| {
                    problem.span.to_string().contains(&place) || problem.message.to_string().contains(NO_KEY)
                };
                if !check(sandbox.0.path()).iter().any(says) {
                    silent.push(format!("{place} {}", found.as_str()));
                }
            }
        }
        sandbox.write(name, text);
    }
    assert!(tried > 60, "{tried}");
    none(silent);
}
