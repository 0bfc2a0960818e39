//! Plans of every size make pages that fit.

use super::*;
use crate::diagnostic::Code;
use crate::plan::{Action, ObjectId, Refusal};

fn change(app: usize, object: usize) -> ObjectChange {
    ObjectChange {
        object: ObjectId {
            api_version: "apps/v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: None,
            name: format!("object-{object}"),
        },
        app: Some(format!("production/app-{app}")),
        file: format!("deploy/production/app-{app}/app/x-{object}.yaml"),
        moved_from: None,
        action: Action::Update,
        effects: Vec::new(),
        fields: Vec::new(),
        derived: false,
    }
}

fn plan(apps: usize, objects: usize) -> Plan {
    let all = (0..apps).flat_map(|app| (0..objects).map(move |object| change(app, object)));
    Plan { changes: all.collect(), ..Plan::default() }
}

fn diffs(plan: &Plan, lines: usize) -> Vec<FileDiff> {
    let text = "+line\n".repeat(lines);
    plan.changes
        .iter()
        .map(|change| FileDiff { path: change.file.clone(), text: text.clone(), derived: false })
        .collect()
}

fn page(plan: &Plan, diffs: &[FileDiff]) -> String {
    let page = Page { title: "cupaas", words: "", plan, makes: &[], diffs }.write(COMMENT);
    assert!(page.len() <= COMMENT, "{}", page.len());
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    assert_eq!(page.lines().filter(|line| line.starts_with("```")).count() % 2, 0, "a fence is open");
    page
}

#[test]
fn a_small_plan_is_shown_whole() {
    let plan = plan(1, 2);
    let page = page(&plan, &diffs(&plan, 3));
    assert!(page.starts_with("### cupaas\n\n**0 created, 2 changed, 0 deleted**\n"), "{page}");
    assert_eq!(page.matches("<summary>deploy/production/app-0/app/x-").count(), 2);
    assert!(!page.contains("left out") && !page.contains("| app |"));
}

#[test]
fn five_thousand_objects_fit_and_every_app_is_named_or_counted() {
    for (apps, objects) in [(500, 10), (5_000, 1), (1, 5_000), (50, 100)] {
        let plan = plan(apps, objects);
        let page = page(&plan, &diffs(&plan, 40));
        let sums = page.find("**0 created, 5000 changed").unwrap();
        assert!(sums < 50, "the sums come first");
        assert!(page.contains("files are left out"));
        let named = page.lines().filter(|line| line.starts_with("| production/app-")).count();
        let counted: usize = page
            .lines()
            .find_map(|line| line.strip_prefix("| and ")?.split(' ').next()?.parse().ok())
            .unwrap_or(0);
        assert_eq!(named + counted, if apps == 1 { 0 } else { apps }, "{apps} apps");
        if apps <= 500 && apps > 1 {
            assert_eq!(counted, 0, "there is room for {apps}");
        }
        if counted > 0 {
            let rest = counted * objects;
            assert!(page.contains(&format!("| and {counted} more apps | 0 | {rest} | 0 | 0 |")), "{page}");
        }
    }
}

#[test]
fn it_is_cut_between_files_and_a_long_one_hides_no_short_one() {
    let plan = plan(1, 3);
    let mut diffs = diffs(&plan, 2);
    diffs[1].text = "+x\n".repeat(40_000);
    let page = page(&plan, &diffs);
    assert!(page.contains("x-0.yaml</summary>") && page.contains("x-2.yaml</summary>"), "{page}");
    assert!(!page.contains("x-1.yaml</summary>"));
    assert!(page.contains("The lines of 1 of 3 files are left out"));
}

#[test]
fn text_of_others_cannot_end_its_block() {
    let mut plan = plan(1, 1);
    plan.changes[0].object.name = "</details>```".to_owned();
    plan.refusals = vec![Refusal {
        object: None,
        file: "x".to_owned(),
        code: Code::ImmutableField,
        field: String::new(),
        message: "<script>@everyone".into(),
        remedy: "`x`".into(),
    }];
    let diffs =
        [FileDiff { path: "a<b>.yaml".to_owned(), text: "+````\n+</details>\n".to_owned(), derived: false }];
    let text = Page { title: "cupaas", words: "", plan: &plan, makes: &[], diffs: &diffs }.write(COMMENT);
    assert!(text.contains("&lt;script>\\@everyone"), "{text}");
    assert!(text.contains("`````diff\n+````\n+</details>\n`````"), "{text}");
    assert!(text.contains("<summary>a&lt;b>.yaml</summary>"), "{text}");
}

#[test]
fn thousands_of_refusals_are_counted() {
    let mut plan = plan(1, 1);
    let refusal = |n: usize| Refusal {
        object: None,
        file: format!("{n}"),
        code: Code::ImmutableField,
        field: String::new(),
        message: format!("spec.selector of object {n} cannot change").into(),
        remedy: "give it another name".into(),
    };
    plan.refusals = (0..3_000).map(refusal).collect();
    let page = page(&plan, &[]);
    let shown = page.matches("**refused**").count();
    assert!(shown > 100 && page.contains(&format!("and {} more of this kind", 3_000 - shown)), "{shown}");
    assert!(page.contains("Deployment object-0"));
}
