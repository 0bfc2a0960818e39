//! A report → Markdown that fits into what a forge takes: what it adds up to first, then whole objects and whole files
//! while they fit, and how many were left out.

use crate::outcome::{Outcome, Report};
use crate::report::cut::cut;
use crate::report::markup::{escaped, fenced, plain};
use crate::report::page::Page;
use crate::report::{between, notices, rerendered};

/// What would change or has changed, as a page; nothing of a report that is about something else.
pub(super) fn page(report: &Report, most: usize) -> Option<String> {
    match report {
        Report::Differs(difference) if !difference.is_empty() => {
            let release = &difference.release;
            let title = format!("cupaas: {} in {}", escaped(&release.app), escaped(&release.environment));
            let (plan, makes, diffs) = (&difference.plan, &difference.makes, &difference.diffs);
            Some(Page { title: &title, words: "", plan, makes, diffs }.write(most))
        }
        Report::Rerendered(done) if !done.is_empty() => {
            let title = format!("cupaas: {}", escaped(&cut(&done.subject)));
            let words = rerendered::lines_of(done).into_iter().map(|line| format!("- {}\n", escaped(&line)));
            let words = words.collect::<String>() + "\n";
            let (plan, makes, diffs) = (&done.plan, &done.makes, &done.diffs);
            Some(Page { title: &title, words: &words, plan, makes, diffs }.write(most))
        }
        Report::Between(one) => between::page(one, most),
        _ => None,
    }
}

/// The same, with what forges were told.
pub(super) fn page_with_notices(outcome: &Outcome, most: usize) -> Option<String> {
    let told = notices::words(&outcome.notices);
    let told = if told.is_empty() { told } else { format!("\n{}", fenced("text", &plain(&told))) };
    page(&outcome.report, most.saturating_sub(told.len())).map(|page| page + &told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Rerendered;
    use crate::plan::ClusterFacts;
    use crate::report::markdown::{of, within};
    use crate::tree::RepoPath;

    /// Objects of many apps, all of them new.
    fn many(apps: usize, each: usize) -> Outcome {
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
        let plan =
            crate::plan::compare(&before, &after, &Default::default(), ClusterFacts { expandable: true });
        let report = Report::Rerendered(Box::new(Rerendered {
            subject: "render: all again".to_owned(),
            edited: false,
            pin: None,
            hold: None,
            files: vec![RepoPath::new("cupaas.yaml").unwrap()],
            notes: Vec::new(),
            promoted: Vec::new(),
            releases: Vec::new(),
            looked_at: apps,
            diffs: crate::plan::diff::unified(&before, &after),
            plan,
            makes: Vec::new(),
            warnings: Vec::new(),
            commit: Some("0".repeat(40)),
            place: String::new(),
            retries: 0,
            proposed: false,
            exit_code: false,
        }));
        report.into()
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
