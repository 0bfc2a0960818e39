//! A report → Markdown that fits into what a forge takes: what it adds up to first, then whole objects and whole files
//! while they fit, and how many were left out.

use super::markdown::{escaped, fenced, of, plain};
use super::page::Page;
use super::{Report, again, told};

/// What the page is made of besides what is counted: headings, fences, sentences.
const FRAME: usize = 1000;

/// The report as Markdown of at most `most` bytes.
pub fn within(report: &Report, most: usize) -> String {
    page(report, most).unwrap_or_else(|| lines(&of(report), most))
}

/// What would change or has changed, as a page; nothing of a report that is about something else.
pub(super) fn page(report: &Report, most: usize) -> Option<String> {
    match report {
        Report::Differs(difference) if !difference.is_empty() => {
            let release = &difference.release;
            let title = format!("cupaas: {} in {}", escaped(&release.app), escaped(&release.environment));
            let (plan, makes, diffs) = (&difference.plan, &difference.makes, &difference.diffs);
            Some(Page { title: &title, words: "", plan, makes, diffs }.write(most))
        }
        Report::Again(again) if !again.is_empty() => {
            let title = format!("cupaas: {}", escaped(&told::cut(&again.subject)));
            let words = again::outcome(again).into_iter().map(|line| format!("- {}\n", escaped(&line)));
            let words = words.collect::<String>() + "\n";
            let (plan, makes, diffs) = (&again.plan, &again.makes, &again.diffs);
            Some(Page { title: &title, words: &words, plan, makes, diffs }.write(most))
        }
        Report::Told(told) => {
            let said = told::words(told);
            let said = if said.is_empty() { said } else { format!("\n{}", fenced("text", &plain(&said))) };
            page(&told.report, most.saturating_sub(said.len())).map(|page| page + &said)
        }
        _ => None,
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
                let path = RepoPath::new(format!("deploy/production/a{app:03}/app/configmap-c{object}.yaml"))
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
            proposed: false,
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
        assert_eq!(named, 500);
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
