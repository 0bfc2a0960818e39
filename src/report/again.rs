//! What became of several releases in one commit → text and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::style::{FAINT, GOOD, STRONG, paint, tame};
use super::{Report, text};
use crate::again::Draft;
use crate::diagnostic::{Diagnostic, Failure};
use crate::edit::Edit;
use crate::load::gitops::{Edits, Gitops};
use crate::load::state::short;
use crate::plan::diff::{FileDiff, unified};
use crate::plan::{Change, Plan};
use crate::request::{Stage, Step};
use crate::resolve::image::Pinned;
use crate::resolve::release::Release;
use crate::scaffold;
use crate::tree::{Files, RepoPath};

/// What a run does to releases that stand in the GitOps repository.
#[derive(Debug)]
pub struct Again {
    /// The commit's first line.
    pub subject: String,
    /// Whether that was the wish, and the releases only follow.
    pub edited: bool,
    /// Files that the command writes itself.
    pub files: Vec<RepoPath>,
    /// What else a person has to know, or do.
    pub notes: Vec<String>,
    /// The pin that the command has set.
    pub pin: Option<Pinned>,
    /// The releases that change.
    pub releases: Vec<Release>,
    /// How many were looked at.
    pub looked_at: usize,
    /// What it does to the cluster.
    pub plan: Plan,
    /// Line by line; for `diff` alone.
    pub diffs: Vec<FileDiff>,
    /// Secrets that a deploy would make.
    pub makes: Vec<String>,
    /// What is said, and gone on.
    pub warnings: Vec<Diagnostic>,
    /// The commit, where there is one.
    pub commit: Option<String>,
    /// The GitOps repository.
    pub place: String,
    /// How often someone else was first.
    pub tries: u32,
    /// Whether it waits in a pull request.
    pub proposed: bool,
    /// Whether a difference ends with 1.
    pub exit_code: bool,
}

impl Again {
    /// What committing `drafts`, the changed ones of `looked_at` releases, would do.
    ///
    /// Errors: the repository's own.
    pub fn new(
        step: &Step,
        edit: &Edit,
        gitops: &mut Gitops,
        drafts: &[Draft],
        looked_at: usize,
        plan: Plan,
    ) -> Result<Self, Failure> {
        let subject = match (drafts, &edit.subject) {
            (_, Some(subject)) => subject.clone(),
            ([one], None) => format!("render({}/{}): again", one.release.app, one.release.environment),
            _ => format!("render: {} of {looked_at} releases again", drafts.len()),
        };
        let (mut before, mut after) = (Files::new(), Files::new());
        let files: Vec<RepoPath> = edit.files.keys().cloned().collect();
        if step.stage == Stage::Diff {
            gitops.edit(&Edits::new());
            before = gitops.read(&files)?;
            after.extend(edit.files.iter().filter_map(|(path, text)| Some((path.clone(), text.clone()?))));
            for draft in drafts {
                before.extend(draft.state.before.clone());
                after.extend(draft.tree.applied());
            }
        }
        let secret = |draft: &Draft| {
            let app = draft.release.app.clone();
            let name = move |made: &crate::render::MissingSecret| format!("{} of {app}", made.service);
            draft.tree.missing_secrets.iter().map(name).collect::<Vec<_>>()
        };
        Ok(Self {
            subject,
            edited: edit.subject.is_some(),
            notes: edit.notes.clone(),
            pin: edit.pin.clone(),
            files,
            releases: drafts.iter().map(|draft| draft.release.clone()).collect(),
            looked_at,
            plan,
            diffs: unified(&before, &after),
            makes: drafts.iter().flat_map(secret).collect(),
            warnings: drafts.iter().flat_map(|draft| draft.release.warnings.clone()).collect(),
            commit: None,
            place: String::new(),
            tries: 0,
            proposed: false,
            exit_code: step.exit_code,
        })
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty() && self.files.is_empty()
    }
}

/// One report for each release: `check`, `explain` and `render`.
///
/// Errors: a folder that cannot be written to.
pub fn each(step: &Step, drafts: Vec<Draft>) -> Result<Report, Failure> {
    let one = |draft: Draft| {
        let release = Box::new(draft.release);
        Ok(match step.stage {
            Stage::Render => {
                if let Some(folder) = &step.out {
                    scaffold::write_files(folder, &draft.tree.files)?;
                }
                Report::Rendered { release, files: draft.tree.files, out: step.out.clone() }
            }
            Stage::Explain => Report::Explained(release),
            _ => Report::Checked(release),
        })
    };
    let mut reports = drafts.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    Ok(if reports.len() == 1 { reports.remove(0) } else { Report::Each(reports) })
}

pub(super) fn text(again: &Again) -> String {
    if again.is_empty() && again.edited {
        return format!("{} {}: nothing to do\n", paint(GOOD, "ok"), tame(&again.subject));
    }
    if again.is_empty() {
        return format!("{} {}: nothing to do\n", paint(GOOD, "ok"), count(again.looked_at));
    }
    let mut text = words(again);
    if !again.diffs.is_empty() {
        text.push('\n');
    }
    text + &text::lines(&again.diffs)
}

/// What happens, without the lines.
pub(super) fn words(again: &Again) -> String {
    let which = format!("{} of {}", again.releases.len(), count(again.looked_at));
    let mut text = match &again.commit {
        _ if again.edited => {
            let word = match again.commit {
                Some(_) if again.proposed => paint(GOOD, "proposed"),
                Some(_) => paint(GOOD, "done"),
                None => paint(STRONG, "would do"),
            };
            let files = again.files.iter().map(|file| format!("  {} {file}\n", paint(FAINT, "·")));
            format!("{word} {}\n{}", tame(&again.subject), files.collect::<String>())
        }
        Some(_) if again.proposed => format!("{} {which}\n", paint(GOOD, "proposed")),
        Some(_) => format!("{} {which}\n", paint(GOOD, "deployed")),
        None => format!("{}\n", paint(STRONG, format!("A deploy of {which} would:"))),
    };
    if !again.releases.is_empty() {
        text.push_str(&plan(&again.plan));
    }
    for secret in &again.makes {
        let _ = writeln!(text, "  {} make and encrypt the credentials of {secret}", paint(FAINT, "+"));
    }
    if let Some(commit) = &again.commit {
        let _ = writeln!(text, "  commit {} in {}", short(commit), again.place);
    }
    for note in &again.notes {
        let _ = writeln!(text, "  {note}");
    }
    text
}

/// What is said beside the plan, one line each: what became of it, the files that an edit writes, and notes.
pub(super) fn outcome(again: &Again) -> Vec<String> {
    let mut lines: Vec<String> = again.files.iter().map(|file| format!("writes {file}")).collect();
    let which = format!("{} of {}", again.releases.len(), count(again.looked_at));
    match &again.commit {
        Some(commit) => {
            let word = if again.proposed { "proposed" } else { "deployed" };
            lines.push(format!("{word} {which}: commit {} in {}", short(commit), again.place));
        }
        None => lines.push(format!("{which} would change")),
    }
    lines.extend(again.notes.iter().cloned());
    lines
}

fn count(releases: usize) -> String {
    if releases == 1 { "1 release".to_owned() } else { format!("{releases} releases") }
}

/// The changes below the app that each belongs to, then what all of them add up to.
fn plan(whole: &Plan) -> String {
    let mut apps: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
    for change in &whole.changes {
        apps.entry(change.app.as_deref().unwrap_or_default()).or_default().push(change.clone());
    }
    let mut words = String::new();
    for (app, changes) in apps {
        let _ = writeln!(words, "{}", paint(STRONG, app));
        words.push_str(&text::changes(&changes));
    }
    words + &text::rest(whole)
}

pub(super) fn json(again: &Again) -> Value {
    let status = match (&again.commit, again.is_empty()) {
        (Some(_), _) if again.proposed => "proposed",
        (Some(_), _) if again.edited => "edited",
        (Some(_), _) => "deployed",
        (None, true) => "unchanged",
        (None, false) => "differs",
    };
    let release = |release: &Release| {
        json!({
            "app": release.app, "environment": release.environment, "image": release.image,
            "url": release.route.as_ref().map(|route| &route.url),
        })
    };
    json!({
        "status": status,
        "changed": !again.is_empty(),
        "blocked": again.plan.blocked(),
        "commit": again.commit,
        "gitops": again.place,
        "retries": again.tries,
        "releases": again.releases.iter().map(release).collect::<Vec<_>>(),
        "looked_at": again.looked_at,
        "files": again.files.iter().map(RepoPath::as_str).collect::<Vec<_>>(),
        "notes": again.notes,
        "pin": again.pin.as_ref().map(super::json::pin),
        "plan": again.plan,
        "summary": again.plan.summary(),
        "makes": again.makes,
        "diffs": again.diffs,
        "warnings": again.warnings.iter().map(super::Placed::from).collect::<Vec<_>>(),
    })
}
