//! Report | Failure → what a forge's runner understands: annotations, groups, outputs, a summary. A runner takes lines of
//! a step's output for commands; no line that is not meant so may be one.
//!
//! Commands and their escapes: GitHub, "Workflow commands for GitHub Actions", and `@actions/core`. Gitea's and Forgejo's
//! runners know groups and masks, and print annotations as they are.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Failure, Message, Severity, Source};
use crate::forge::Forge;
use crate::outcome::sync::SyncOutcome;
use crate::outcome::{Outcome, Report};
use crate::report::markup::escaped;
use crate::report::plan::lines;
use crate::report::style::tame;
use crate::report::{Format, cut, json, markdown, sync};

/// GitHub shows so many annotations of a severity and a step; the last one says how many more there are.
const SHOWN: usize = 10;
/// More lines than these are folded.
const LONG: usize = 30;
/// The most bytes of a step's summary.
pub(crate) const SUMMARY: usize = 1024 * 1024;

/// What a step gives to the steps behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// The output's name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// How a run ended.
pub(crate) type Ended = Result<Outcome, Failure>;

/// What standard output gets, made of `whole`, the report in its format: no line is a command but those that fold what
/// is long.
pub(crate) fn shown(ended: &Ended, format: Format, whole: String) -> String {
    match format {
        // Only a string of JSON can hold this, and there it may be written so.
        Format::Json | Format::Matrix => whole.replace("##[", "#\\u0023["),
        _ if ended.as_ref().is_ok_and(|outcome| is_data(&outcome.report)) => whole,
        Format::Markdown => guarded(&whole),
        Format::Text | Format::Html => {
            let diffs = match ended.as_ref().map(|outcome| &outcome.report) {
                Ok(Report::Differs(difference)) => difference.diffs.as_slice(),
                Ok(Report::Rerendered(done)) => done.diffs.as_slice(),
                _ => &[],
            };
            let lines = lines(diffs);
            match whole.strip_suffix(&lines) {
                Some(words) if lines.lines().count() > LONG => {
                    let files =
                        if diffs.len() == 1 { "1 file".to_owned() } else { format!("{} files", diffs.len()) };
                    format!(
                        "{}::group::line by line, {files}\n{}::endgroup::\n",
                        guarded(words),
                        guarded(&lines)
                    )
                }
                _ => guarded(&whole),
            }
        }
    }
}

/// Whether a report is a file for another program, whose bytes may not change.
fn is_data(report: &Report) -> bool {
    match report {
        Report::Rendered { out: None, .. }
        | Report::Dockerfile { .. }
        | Report::Text(_)
        | Report::HandOver(_) => true,
        Report::Each(reports) => reports.iter().any(is_data),
        _ => false,
    }
}

/// A text in which no line is a command: neither `::name::` at its beginning nor `##[name]` anywhere.
pub(crate) fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let plain = anstream::adapter::strip_str(line).to_string();
        if plain.trim_start().starts_with("::") || plain.contains("##[") {
            guarded.push_str(&plain.replacen("::", ": :", 1).replace("##[", "## ["));
        } else {
            guarded.push_str(line);
        }
    }
    guarded
}

/// What is wrong or worth a warning, each on a line of its own, for standard error. `place` gives a file's path from the
/// root of the job's repository, where it is one of its files.
pub(crate) fn annotations(ended: &Ended, forge: Forge, place: &dyn Fn(&Source) -> Option<String>) -> String {
    let mut notes = Vec::new();
    match ended {
        Ok(outcome) => {
            notes.extend(outcome.notices.warnings().map(|warning| Note {
                severity: Severity::Warning,
                file: None,
                place: None,
                message: warning.clone(),
                hints: Vec::new(),
            }));
            collect(&outcome.report, place, &mut notes);
            if let Some(Err(failure)) = &outcome.notices.rollout {
                failed(failure, "", place, &mut notes);
            }
        }
        Err(failure) => failed(failure, "", place, &mut notes),
    }
    // What is said of the platform with each release is said once.
    let mut said = BTreeSet::new();
    notes.retain(|note| said.insert(note.plain()));
    match forge {
        Forge::Github => {
            [Severity::Error, Severity::Warning].into_iter().map(|of| commands(&notes, of)).collect()
        }
        Forge::Gitea | Forge::Forgejo => {
            // What has no place was said in these words already.
            let placed = notes.iter().filter(|note| note.place.is_some());
            guarded(&placed.map(|note| format!("{}\n", note.plain())).collect::<String>())
        }
    }
}

/// One annotation.
struct Note {
    severity: Severity,
    /// The path from the root of the job's repository, where it is a file of it.
    file: Option<String>,
    /// As the person knows it, with line and column.
    place: Option<(String, usize, usize)>,
    message: String,
    hints: Vec<Message>,
}

impl Note {
    fn plain(&self) -> String {
        let place = self.place.as_ref().map(|(name, line, column)| {
            format!("{}:{line}:{column}: ", tame(self.file.as_ref().unwrap_or(name)))
        });
        let hints: String =
            self.hints.iter().map(|hint| format!(" (hint: {})", tame(&hint.to_string()))).collect();
        let line = format!("{}{}: {}{hints}", place.unwrap_or_default(), self.word(), tame(&self.message));
        line.replace('\n', " ")
    }

    fn word(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    fn command(&self) -> String {
        let mut properties = vec!["title=cupaas".to_owned()];
        let mut message = String::new();
        if let Some((name, line, column)) = &self.place {
            match &self.file {
                Some(file) => {
                    properties.insert(0, format!("file={},line={line},col={column}", property(file)))
                }
                None => message = format!("{name}:{line}:{column}: "),
            }
        }
        message.push_str(&self.message);
        for hint in &self.hints {
            let _ = write!(message, "\nhint: {hint}");
        }
        format!("::{} {}::{}\n", self.word(), properties.join(","), data(&tame(&message)))
    }
}

fn commands(notes: &[Note], severity: Severity) -> String {
    let notes: Vec<&Note> = notes.iter().filter(|note| note.severity == severity).collect();
    let shown = if notes.len() > SHOWN { SHOWN - 1 } else { notes.len() };
    let mut text: String = notes[..shown].iter().map(|note| note.command()).collect();
    if let (left @ 1.., Some(note)) = (notes.len() - shown, notes.first()) {
        let message = format!("{left} more {}s are in the log", note.word());
        let rest = Note { severity, file: None, place: None, message, hints: Vec::new() };
        text.push_str(&rest.command());
    }
    text
}

fn collect(report: &Report, place: &dyn Fn(&Source) -> Option<String>, notes: &mut Vec<Note>) {
    let warnings: &[Diagnostic] = match report {
        Report::Each(reports) => return reports.iter().for_each(|report| collect(report, place, notes)),
        Report::Synced(synced) => {
            for entry in &synced.entries {
                let app = sync::title(entry);
                if let SyncOutcome::Failed(failure) = &entry.outcome {
                    failed(failure, &format!("{app}: "), &|_| None, notes);
                }
                notes.extend(
                    entry.warnings.iter().map(|warning| note(warning, &format!("{app}: "), &|_| None)),
                );
            }
            return;
        }
        Report::Rerendered(done) => &done.warnings,
        Report::Status(all) => &all.problems,
        _ => report.release().map(|release| release.warnings.as_slice()).unwrap_or_default(),
    };
    notes.extend(warnings.iter().map(|warning| note(warning, "", place)));
}

fn failed(failure: &Failure, of: &str, place: &dyn Fn(&Source) -> Option<String>, notes: &mut Vec<Note>) {
    notes.extend(failure.diagnostics.iter().map(|diagnostic| note(diagnostic, of, place)));
    let mut push = |message: &Message, hints: &[Message]| {
        let message = format!("{of}{message}");
        notes.push(Note {
            severity: Severity::Error,
            file: None,
            place: None,
            message,
            hints: hints.to_vec(),
        });
    };
    failure.causes.iter().for_each(|cause| push(&cause.message, &cause.hints));
    // Places and causes say it all.
    if failure.diagnostics.is_empty() && failure.causes.is_empty() {
        push(&failure.message, &failure.hints);
    }
}

fn note(diagnostic: &Diagnostic, of: &str, place: &dyn Fn(&Source) -> Option<String>) -> Note {
    let (line, column) = diagnostic.span.line_column();
    let source = &diagnostic.span.source;
    Note {
        severity: diagnostic.severity,
        file: place(source),
        place: Some((source.name.clone(), line, column)),
        message: format!("{of}{}", diagnostic.message),
        hints: diagnostic.hint.iter().cloned().collect(),
    }
}

/// The text behind a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The report as JSON, whatever is printed.
pub(crate) fn plan(ended: &Ended) -> String {
    match ended {
        Ok(outcome) => json::of(outcome),
        Err(failure) => json::failure(failure),
    }
}

/// What the steps behind this one may want to know. A failure says nothing of what it would have changed.
pub(crate) fn outputs(ended: &Ended, plan_file: Option<&str>) -> Vec<Output> {
    let mut outputs = Vec::new();
    let mut give = |name, value: Option<String>| outputs.extend(value.map(|value| Output { name, value }));
    if let Ok(outcome) = ended {
        let report = &outcome.report;
        let route = report.release().and_then(|release| release.route.as_ref());
        give("changed", report.changed().map(|changed| changed.to_string()));
        give("commit", report.commit().map(str::to_owned));
        give("url", route.map(|route| route.url.clone()));
        give("pull-request-url", outcome.notices.pull_request.as_ref().map(|request| request.url.clone()));
        if let Report::Synced(synced) = &outcome.report {
            give("matrix", Some(sync::matrix(synced).trim_end().to_owned()));
        }
    }
    give("plan-file", plan_file.map(str::to_owned));
    outputs
}

/// Outputs as a runner's file takes them. `delimiter` is what no value can hold: nobody can guess it.
pub(crate) fn output_file(outputs: &[Output], delimiter: &str) -> String {
    let whole = |output: &&Output| !output.value.contains(delimiter);
    let one = |Output { name, value }: &Output| format!("{name}<<{delimiter}\n{value}\n{delimiter}\n");
    outputs.iter().filter(whole).map(one).collect()
}

/// A page for the run's summary, of at most `room` bytes; nothing where the report is no news.
pub(crate) fn summary(ended: &Ended, room: usize) -> Option<String> {
    let page = match ended {
        Err(failure) => cut::lines(&markdown::failure(failure), room.saturating_sub(1)),
        Ok(outcome) => {
            let report = &outcome.report;
            let title = match report {
                Report::Differs(difference) if !difference.is_empty() => String::new(),
                Report::Rerendered(done) if !done.is_empty() => String::new(),
                Report::Synced(_) => String::new(),
                Report::Deployed(_)
                | Report::Differs(_)
                | Report::Unchanged { .. }
                | Report::Superseded { .. }
                | Report::Pinned { .. }
                | Report::Held { .. } => {
                    let release = report.release()?;
                    format!("### cupaas: {} in {}\n\n", escaped(&release.app), escaped(&release.environment))
                }
                Report::Rerendered(_) | Report::Removed { .. } | Report::Absent(_) => {
                    "### cupaas\n\n".to_owned()
                }
                _ => return None,
            };
            title.clone() + &markdown::within(outcome, room.checked_sub(title.len() + 1)?)
        }
    };
    Some(format!("{page}\n")).filter(|page| page.len() <= room)
}

#[cfg(test)]
mod tests;
