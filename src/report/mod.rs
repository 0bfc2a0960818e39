//! Report | Failure → text, JSON, Markdown. Pure: it returns texts, and the caller prints them.

mod again;
mod bounded;
pub mod ci;
mod decided;
mod failure;
mod files;
mod json;
mod look;
mod markdown;
mod page;
mod secrets;
mod style;
mod sync;
mod text;
mod told;

use std::path::PathBuf;

use serde::Serialize;

use crate::cli::Format;
use crate::diagnostic::{Diagnostic, Failure};
use crate::forge::Told;
use crate::leaving::Leaving;
use crate::look::{AppFacts, Variables};
use crate::plan::Plan;
use crate::plan::diff::FileDiff;
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::scaffold::Wrote;
use crate::secrets::{Checked, Listing};
use crate::sync::Synced;
use crate::tree::Files;

pub use again::{Again, each};
pub use bounded::within;
pub use decided::{decided, differs, refused};
pub use files::{completions, man, schema};
pub use page::COMMENT;
pub use told::{comment, proposal, settled, unrenderable};

/// How a run ended that did its work.
#[derive(Debug)]
pub enum Report {
    /// `check`: all files are right.
    Checked(Box<Release>),
    /// `explain`.
    Explained(Box<Release>),
    /// `render`.
    Rendered {
        /// What was decided.
        release: Box<Release>,
        /// What a deploy would write.
        files: Files,
        /// Where it was written, where it was.
        out: Option<PathBuf>,
    },
    /// `diff`.
    Differs(Box<Difference>),
    /// `deploy` committed.
    Deployed(Box<Deployed>),
    /// `deploy` had nothing to do.
    Unchanged {
        /// What is deployed.
        release: Box<Release>,
    },
    /// A newer commit is deployed already.
    Superseded {
        /// What was to be deployed.
        release: Box<Release>,
        /// Which commit stands.
        why: String,
    },
    /// A pin holds the environment.
    Pinned {
        /// What was to be deployed.
        release: Box<Release>,
        /// What holds it.
        pin: Pinned,
    },
    /// `remove` committed, to its branch or beside it.
    Removed {
        /// What left.
        leaving: Leaving,
        /// What it does to the cluster.
        plan: Plan,
        /// The commit.
        commit: String,
        /// Whether it waits in a pull request.
        proposed: bool,
    },
    /// `remove` found nothing.
    Absent(Leaving),
    /// `app list` and `app show`.
    Apps(Vec<AppFacts>),
    /// `env list`.
    Variables(Variables),
    /// Releases that stand in the GitOps repository, looked at, compared or committed.
    Again(Box<Again>),
    /// `secret list`.
    Secrets(Listing),
    /// `secret check` found nothing wrong.
    SecretsChecked(Checked),
    /// `sync`.
    Synced(Box<Synced>),
    /// One report for each of several releases.
    Each(Vec<Report>),
    /// `new` and `init`.
    Wrote(Wrote),
    /// `dockerfile`.
    Dockerfile {
        /// What was decided.
        release: Box<Release>,
        /// The file.
        text: String,
    },
    /// What forges were told of a report.
    Told(Box<Told>),
    /// A text as it is.
    Text(String),
}

/// What `diff` found.
#[derive(Debug)]
pub struct Difference {
    /// What was decided.
    pub release: Release,
    /// What it does to the cluster.
    pub plan: Plan,
    /// Line by line.
    pub diffs: Vec<FileDiff>,
    /// Secrets that the deploy would make.
    pub makes: Vec<String>,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
}

/// What `deploy` did.
#[derive(Debug)]
pub struct Deployed {
    /// What is deployed.
    pub release: Release,
    /// What it does to the cluster.
    pub plan: Plan,
    /// The commit.
    pub commit: String,
    /// The GitOps repository.
    pub place: String,
    /// How often someone else was first.
    pub tries: u32,
    /// Whether it waits in a pull request.
    pub proposed: bool,
}

impl Report {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Differs(difference) if difference.exit_code && !difference.is_empty() => 1,
            Self::Synced(synced) => synced.exit_code(),
            Self::Again(again) if again.exit_code && !again.is_empty() => 1,
            Self::Told(told) => told.report.exit_code(),
            _ => 0,
        }
    }

    /// The report itself, whatever forges were told of it.
    pub fn itself(&self) -> &Self {
        match self {
            Self::Told(told) => told.report.itself(),
            other => other,
        }
    }

    /// The release that it is about, where it is about one.
    pub fn release(&self) -> Option<&Release> {
        match self {
            Self::Checked(release) | Self::Explained(release) => Some(release),
            Self::Rendered { release, .. }
            | Self::Dockerfile { release, .. }
            | Self::Unchanged { release }
            | Self::Pinned { release, .. }
            | Self::Superseded { release, .. } => Some(release),
            Self::Differs(difference) => Some(&difference.release),
            Self::Deployed(deployed) => Some(&deployed.release),
            Self::Told(told) => told.report.release(),
            _ => None,
        }
    }
}

impl Difference {
    /// Whether a deploy would do nothing.
    pub fn is_empty(&self) -> bool {
        self.plan.is_empty() && self.makes.is_empty()
    }
}

/// The report in the form that was asked for.
pub fn of(report: &Report, format: Format) -> String {
    match (format, report) {
        (_, Report::Text(text)) | (Format::Text | Format::Markdown, Report::Dockerfile { text, .. }) => {
            text.clone()
        }
        (Format::Matrix, Report::Synced(synced)) => sync::matrix(synced),
        (Format::Text | Format::Matrix, _) => text::of(report),
        (Format::Json, _) => json::of(report),
        (Format::Markdown, _) => markdown::of(report),
    }
}

/// What was said on the way; machines find it in the report.
pub fn warnings(report: &Report, format: Format) -> String {
    if let Report::Each(reports) = report {
        return reports.iter().map(|report| warnings(report, format)).collect();
    }
    if let Report::Told(told) = report {
        let own = if format == Format::Json { String::new() } else { told::warnings(told) };
        return warnings(&told.report, format) + &own;
    }
    if let (Format::Matrix, Report::Synced(synced)) = (format, report) {
        return sync::text(synced);
    }
    let warnings: &[Diagnostic] = match report {
        Report::Again(again) => &again.warnings,
        _ => report.release().map(|release| release.warnings.as_slice()).unwrap_or_default(),
    };
    if format == Format::Json { String::new() } else { failure::diagnostics(warnings) }
}

/// A failure in the form that was asked for.
pub fn failure(failure: &Failure, format: Format) -> String {
    match format {
        Format::Text | Format::Matrix => failure::text(failure),
        Format::Json => json::failure(failure),
        Format::Markdown => markdown::failure(failure),
    }
}

/// A diagnostic as machines read it.
#[derive(Debug, Serialize)]
struct Placed<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    severity: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
}

impl<'a> From<&'a Diagnostic> for Placed<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        let (line, column) = diagnostic.span.line_column();
        let severity = match diagnostic.severity {
            crate::diagnostic::Severity::Error => "error",
            crate::diagnostic::Severity::Warning => "warning",
        };
        let file = &diagnostic.span.source.name;
        Self { file, line, column, severity, message: &diagnostic.message, hint: diagnostic.hint.as_deref() }
    }
}
