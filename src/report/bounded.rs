//! A report → Markdown that fits into what a forge takes: what it adds up to first, then whole objects and whole files
//! while they fit, and how many were left out.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::markdown::{escaped, fenced, of, plain};
use super::{Report, again, text};
use crate::plan::diff::FileDiff;
use crate::plan::{Action, Plan};

/// What the page is made of besides what is counted: headings, fences, sentences.
const FRAME: usize = 1000;

/// The report as Markdown of at most `most` bytes.
pub fn within(report: &Report, most: usize) -> String {
    let whole = of(report);
    if whole.len() <= most {
        return whole;
    }
    let room = most.saturating_sub(FRAME);
    match report {
        Report::Differs(difference) => {
            let title = format!("{} in {}", difference.release.app, difference.release.environment);
            page(&title, &text::rest(&difference.plan), &difference.plan, &difference.diffs, room)
        }
        Report::Again(again) => page(&again.subject, &again::around(again), &again.plan, &again.diffs, room),
        _ => lines(&whole, most),
    }
}

/// A page cut behind a line.
pub(super) fn lines(page: &str, most: usize) -> String {
    if page.len() <= most {
        return page.to_owned();
    }
    let lines: Vec<&str> = page.split_inclusive('\n').collect();
    let (kept, left) = fitting(&lines, most.saturating_sub(FRAME));
    // A fence that is open is closed by one as long.
    let fence = kept.lines().filter(|line| line.starts_with("```")).fold("", |open, line| {
        let fence = &line[..line.len() - line.trim_start_matches('`').len()];
        if open.is_empty() {
            fence
        } else if fence == open {
            ""
        } else {
            open
        }
    });
    format!("{kept}{fence}\n\n{left} more lines are not shown here.\n")
}

/// `words` is what is said of the whole; of the objects each takes a line or several.
fn page(title: &str, words: &str, plan: &Plan, diffs: &[FileDiff], room: usize) -> String {
    let words = plain(words);
    let words: Vec<&str> = words.split_inclusive('\n').collect();
    let (words, silent) = fitting(&words, room / 4);
    let apps = apps(plan);
    let (named, unnamed) = fitting(&apps, room / 4);
    let objects: Vec<String> =
        plan.changes.iter().map(|change| plain(&text::changes(std::slice::from_ref(change)))).collect();
    let (objects, hidden) = fitting(&objects, room / 4);
    let used = words.len() + named.len() + objects.len();
    let files: Vec<String> = diffs.iter().map(|file| file.text.clone()).collect();
    let (lines, unseen) = fitting(&files, room.saturating_sub(used));
    let summary = plan.summary();
    let totals =
        format!("{} created, {} changed, {} deleted", summary.created, summary.updated, summary.deleted);
    let objects = fenced("text", &format!("{words}{named}{objects}"));
    let mut page = format!("### cupaas: {}\n\n{totals}\n\n{objects}", escaped(title));
    for (left, what) in [(silent, "lines"), (unnamed, "apps"), (hidden, "objects")] {
        if left > 0 {
            let _ = writeln!(page, "\n{left} more {what} are not shown here.");
        }
    }
    if !lines.is_empty() {
        let lines = fenced("diff", &lines);
        let _ = write!(page, "\n<details><summary>line by line</summary>\n\n{lines}\n</details>\n");
    }
    if unseen > 0 {
        let _ = writeln!(page, "\n{unseen} more files are not shown line by line; `cupaas diff` shows all.");
    }
    page
}

/// What happens to each app, one line an app; nothing where it is all one app's.
fn apps(plan: &Plan) -> Vec<String> {
    let mut apps: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for change in &plan.changes {
        let counts = apps.entry(change.app.as_deref().unwrap_or_default()).or_default();
        match change.action {
            Action::Create => counts[0] += 1,
            Action::Update | Action::Move => counts[1] += 1,
            Action::Delete | Action::Orphan => counts[2] += 1,
        }
    }
    if apps.len() < 2 {
        return Vec::new();
    }
    let line = |(app, [new, changed, gone]): (&str, [usize; 3])| {
        format!("  {app}: {new} created, {changed} changed, {gone} deleted\n")
    };
    apps.into_iter().map(line).collect()
}

/// The first of the blocks that fit into so many bytes, and how many do not.
fn fitting<T: AsRef<str>>(blocks: &[T], room: usize) -> (String, usize) {
    let mut kept = String::new();
    for (index, block) in blocks.iter().enumerate() {
        if kept.len() + block.as_ref().len() > room {
            return (kept, blocks.len() - index);
        }
        kept.push_str(block.as_ref());
    }
    (kept, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Facts;
    use crate::report::Again;
    use crate::tree::RepoPath;

    /// Objects of many apps, all of them new.
    fn many(apps: usize, each: usize) -> Report {
        let mut after = crate::tree::Files::new();
        for app in 0..apps {
            for object in 0..each {
                let text = format!(
                    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{object}\n  namespace: a{app:03}-production\n  labels:\n    cupaas.dev/app: a{app:03}\ndata:\n  A: \"```\"\n"
                );
                let path =
                    RepoPath::new(&format!("deploy/production/a{app:03}/app/configmap-c{object}.yaml"))
                        .unwrap();
                after.insert(path, text);
            }
        }
        let before = crate::tree::Files::new();
        let plan = crate::plan::compare(&before, &after, &Default::default(), Facts { expandable: true });
        Report::Again(Box::new(Again {
            subject: "render: all again".to_owned(),
            edited: false,
            pin: None,
            files: vec![RepoPath::new("cupaas.yaml").unwrap()],
            notes: Vec::new(),
            releases: Vec::new(),
            looked_at: apps,
            diffs: crate::plan::diff::unified(&before, &after),
            plan,
            makes: Vec::new(),
            warnings: Vec::new(),
            commit: Some("0".repeat(40)),
            place: String::new(),
            tries: 0,
            exit_code: false,
        }))
    }

    #[test]
    fn five_thousand_objects_fit_and_every_app_is_named() {
        let report = many(500, 10);
        let page = within(&report, 65_536);
        assert!(page.len() <= 65_536, "{}", page.len());
        assert!(page.contains("5000 created"), "{page}");
        let named = (0..500).filter(|app| page.contains(&format!("a{app:03}"))).count();
        let unnamed = page.lines().find_map(|line| line.strip_suffix(" more apps are not shown here."));
        assert_eq!(named + unnamed.map_or(0, |left| left.parse::<usize>().unwrap()), 500);
        assert!(page.find("5000 created") < page.find("a000"));
        let fences = page.lines().filter(|line| line.starts_with("````")).count();
        assert_eq!(fences % 2, 0, "every fence is closed, and no text closes one");
    }

    #[test]
    fn what_fits_is_whole() {
        let report = many(1, 2);
        assert_eq!(within(&report, 65_536), of(&report));
    }
}
