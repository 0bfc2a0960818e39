//! A plan → a page of Markdown that is never longer than its reader takes: the sums first, then every app, then objects,
//! then lines. It is cut between objects, and says what it leaves out; every app is named or counted.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::plan::diff::FileDiff;
use crate::plan::{ObjectChange, Plan};
use crate::report::cut;
use crate::report::markup::{caused, escaped, fenced};
use crate::report::plan::changes;

/// The most bytes of a comment or of a pull request's text. GitHub takes 65,536 characters; the others take more.
pub(crate) const COMMENT: usize = 65_536;
/// The most names in a sentence.
const NAMED: usize = 20;
/// What the words around a list may take.
const AROUND: usize = 400;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    /// The heading, in Markdown.
    pub(super) title: &'a str,
    /// What stands below it, in Markdown.
    pub(super) words: &'a str,
    pub(super) plan: &'a Plan,
    /// Secrets that a deploy would make.
    pub(super) makes: &'a [String],
    pub(super) diffs: &'a [FileDiff],
}

impl Page<'_> {
    /// The page, in at most `longest` bytes.
    pub(super) fn write(&self, longest: usize) -> String {
        let words = cut::lines(self.words, longest / 4);
        let mut page = format!("### {}\n\n{words}", self.title);
        let _ = writeln!(page, "**{}**\n", self.sums());
        self.troubles(&mut page, longest / 4);
        self.apps(&mut page, longest / 2);
        self.objects(&mut page, longest / 4 * 3);
        self.lines(&mut page, longest);
        page
    }

    /// What it adds up to.
    fn sums(&self) -> String {
        let summary = self.plan.summary();
        let (new, changed, gone) = (summary.created, summary.updated, summary.deleted);
        let mut parts = vec![format!("{new} created, {changed} changed, {gone} deleted")];
        let lists = [
            ("restarts", &summary.restarts),
            ("unavailable meanwhile:", &summary.outages),
            ("runs", &summary.jobs),
        ];
        for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            parts.push(format!("{what} {}", listed(names)));
        }
        if !self.makes.is_empty() {
            parts.push(format!("makes and encrypts the credentials of {}", listed(self.makes)));
        }
        parts.join("; ")
    }

    /// What would be refused or lost.
    fn troubles(&self, page: &mut String, until: usize) {
        let refused =
            self.plan.refusals.iter().map(|refusal| format!("- {}\n", caused("refused", &refusal.cause())));
        let lost = self.plan.losses.iter().map(|loss| {
            let word = if loss.allowed { "data loss, allowed" } else { "data loss" };
            format!("- {}\n", caused(word, &loss.cause()))
        });
        let lines: Vec<String> = refused.chain(lost).collect();
        let shown = fitting(&lines, until.saturating_sub(page.len() + AROUND));
        page.extend(lines[..shown].iter().map(String::as_str));
        if shown < lines.len() {
            let _ = writeln!(page, "- and {} more of this kind", lines.len() - shown);
        }
        if !lines.is_empty() {
            page.push('\n');
        }
    }

    /// One row an app, where there are several.
    fn apps(&self, page: &mut String, until: usize) {
        let mut apps: BTreeMap<&str, Plan> = BTreeMap::new();
        for change in &self.plan.changes {
            let app = change.app.as_deref().unwrap_or("(no app)");
            apps.entry(app).or_default().changes.push(change.clone());
        }
        if apps.len() < 2 {
            return;
        }
        let row = |app: &str, plan: &Plan| {
            let summary = plan.summary();
            let (new, changed, gone) = (summary.created, summary.updated, summary.deleted);
            format!("| {app} | {new} | {changed} | {gone} | {} |\n", summary.restarts.len())
        };
        let rows: Vec<String> = apps.iter().map(|(app, plan)| row(&escaped(app), plan)).collect();
        page.push_str(
            "| app | created | changed | deleted | restarts |\n| --- | ---: | ---: | ---: | ---: |\n",
        );
        let shown = fitting(&rows, until.saturating_sub(page.len() + AROUND));
        page.extend(rows[..shown].iter().map(String::as_str));
        if shown < rows.len() {
            let mut rest = Plan::default();
            rest.changes.extend(apps.into_values().skip(shown).flat_map(|plan| plan.changes));
            page.push_str(&row(&format!("and {} more apps", rows.len() - shown), &rest));
        }
        page.push('\n');
    }

    /// One line an object, with what its change does.
    fn objects(&self, page: &mut String, until: usize) {
        let plain = |change: &ObjectChange| {
            anstream::adapter::strip_str(&changes(std::slice::from_ref(change))).to_string()
        };
        let objects: Vec<String> = self.plan.changes.iter().map(plain).collect();
        if objects.is_empty() {
            return;
        }
        // Long lists are folded away; the fence may be as long as the longest run in them.
        let folded = objects.len() > NAMED;
        let fence = objects.iter().map(|object| longest_run(object)).max().unwrap_or(0) * 2;
        let shown = fitting(&objects, until.saturating_sub(page.len() + AROUND + fence));
        let list = fenced("text", &objects[..shown].concat());
        let list = if shown == 0 { String::new() } else { list };
        if folded {
            let _ = write!(page, "<details><summary>{} objects</summary>\n\n{list}", objects.len());
        } else {
            page.push_str(&list);
        }
        if shown < objects.len() {
            let _ =
                writeln!(page, "\n{} objects are not named here: there is no room.", objects.len() - shown);
        }
        page.push_str(if folded { "\n</details>\n\n" } else { "\n" });
    }

    /// One folded block a file, as many as there is room for.
    fn lines(&self, page: &mut String, until: usize) {
        let mut left = 0;
        for file in self.diffs {
            let name = escaped(&file.path);
            let block =
                format!("<details><summary>{name}</summary>\n\n{}\n</details>\n", fenced("diff", &file.text));
            if page.len() + block.len() + AROUND <= until {
                page.push_str(&block);
            } else {
                left += 1;
            }
        }
        if left > 0 {
            let all = self.diffs.len();
            let _ = writeln!(
                page,
                "\nThe lines of {left} of {all} files are left out, because this page would be too long: `cupaas diff` \
                 shows them."
            );
        }
    }
}

/// How many of the texts, from the first on, fit into so many bytes.
fn fitting(texts: &[String], room: usize) -> usize {
    let mut used = 0;
    let fits = |text: &&String| {
        used += text.len();
        used <= room
    };
    texts.iter().take_while(fits).count()
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| escaped(name)).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
