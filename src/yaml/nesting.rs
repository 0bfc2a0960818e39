//! A value that its schema refuses → what to do, where the lines are YAML and only their indentation is not what a
//! person meant. No value of the file is in what it says.

use std::sync::Arc;

use crate::diagnostic::{Source, Span};
use crate::schema::{Fault, Segment, Violation};
use crate::yaml::node::{Node, NodeKind};

/// The most keys that an example shows.
const SHOWN: usize = 6;

/// What to do about `violation` of the `node` at its path; nothing where the indentation is not to blame.
pub(super) fn advice(
    source: &Arc<Source>,
    root: &Node,
    node: &Node,
    violation: &Violation,
) -> Option<String> {
    match violation.fault {
        Fault::Crowded => beside(source, node),
        Fault::UnknownKey { meant: None } => outside(root, violation),
        Fault::Value | Fault::Pattern if !violation.at_key => runs_on(source, node),
        _ => None,
    }
}

/// Settings that stand beside the name that they belong below.
fn beside(source: &Arc<Source>, node: &Node) -> Option<String> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    let ((name, value), settings) = entries.split_first()?;
    let name_text = name.text()?;
    if !is_null(value) {
        let hint = "an item of this list has one key: begin the next one with `- `, and put what belongs to an item \
                    below its key";
        return Some(hint.to_owned());
    }
    let (line, column) = Span::new(source, name.range.clone()).line_column();
    let lead = source.text.lines().nth(line - 1)?.chars().take(column - 1).collect::<String>();
    // What stands on one line in braces has another form.
    let lead = if lead.trim() == "-" { lead } else { "- ".to_owned() };
    let indent = " ".repeat(lead.chars().count() + 2);
    let shown = settings.iter().filter_map(|(key, _)| key.text()).take(SHOWN);
    let lines: Vec<String> = shown.map(|key| format!("\n{indent}{key}: …")).collect();
    Some(format!(
        "indent the settings of {name_text:?} further than its name:\n{lead}{name_text}:{}",
        lines.concat()
    ))
}

/// An unknown key behind one without a value, to which it may belong.
fn outside(root: &Node, violation: &Violation) -> Option<String> {
    let (Segment::Key(key), parents) = violation.path.split_last()? else { return None };
    let parent = parents.iter().try_fold(root, |node, segment| match (&node.kind, segment) {
        (NodeKind::List(items), Segment::Index(index)) => items.get(*index),
        (_, Segment::Key(key)) => node.get(key),
        _ => None,
    })?;
    let NodeKind::Map(entries) = &parent.kind else { return None };
    let at = entries.iter().position(|(one, _)| one.text() == Some(key))?;
    let before = entries.get(at.checked_sub(1)?)?;
    let (mut name, mut last) = (&before.0, &before.1);
    loop {
        (name, last) = match &last.kind {
            NodeKind::Map(entries) => entries.last().map(|(key, value)| (key, value))?,
            NodeKind::List(items) => (name, items.last()?),
            NodeKind::Scalar { .. } => break,
        };
    }
    let name = name.text().filter(|_| is_null(last))?;
    Some(format!("indent it further if it belongs to {name:?}, which has no value"))
}

/// A value that goes on in the next line, since that is indented further.
fn runs_on(source: &Arc<Source>, node: &Node) -> Option<String> {
    let NodeKind::Scalar { plain: true, .. } = node.kind else { return None };
    let written = source.text.get(node.range.clone())?.trim_end();
    let (line, _) = Span::new(source, node.range.clone()).line_column();
    written.contains('\n').then(|| {
        format!(
            "line {} is indented further than the line before it, and so belongs to its value: begin both in the same \
             column",
            line + 1
        )
    })
}

fn is_null(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Scalar { plain: true, .. }) && node.to_json().is_null()
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Source;
    use crate::load::app_file::AppFile;
    use crate::yaml::document::read;

    fn hints(text: &str) -> Vec<String> {
        let text = format!("runtime: image\n{text}");
        let wrong = read::<AppFile>(&Source::new("f", text)).unwrap_err();
        let hint = |hint: &Option<crate::diagnostic::Message>| {
            hint.as_ref().map(ToString::to_string).unwrap_or_default()
        };
        wrong.iter().map(|one| format!("{}: {}", one.span, hint(&one.hint))).collect()
    }

    #[test]
    fn settings_beside_a_name_are_shown_below_it() {
        let below = "f:3:5: indent the settings of \"mongodb\" further than its name:\n  \
                     - mongodb:\n      version: …\n      replicaSet: …";
        for value in ["true", "s3cr3t", "[a]"] {
            let text = format!("services:\n  - mongodb:\n    version: \"8.0\"\n    replicaSet: {value}\n");
            assert_eq!(hints(&text), [below]);
        }
        let flush = "services:\n- mongodb:\n  storage: 5Gi\n";
        assert_eq!(
            hints(flush),
            ["f:3:3: indent the settings of \"mongodb\" further than its name:\n- mongodb:\n    storage: …"]
        );
        let file = "secrets:\n  - KEY:\n    file: /a\n";
        assert_eq!(
            hints(file),
            ["f:3:5: indent the settings of \"KEY\" further than its name:\n  - KEY:\n      file: …"]
        );
        let two = "services: [{mongodb: 8.0, redis: 7}]\n";
        assert!(hints(two)[0].contains("begin the next one with `- `"), "{:?}", hints(two));
    }

    #[test]
    fn the_lines_that_are_shown_are_right() {
        let right =
            "runtime: image\nservices:\n  - mongodb:\n      version: \"8.0\"\n      replicaSet: true\n";
        assert!(read::<AppFile>(&Source::new("f", right)).is_ok());
    }

    #[test]
    fn a_key_behind_one_without_a_value_may_belong_to_it() {
        for (text, name) in [
            ("services:\n  - mongodb:\nstorage: 5Gi\n", "mongodb"),
            ("processes:\nweb: {command: x}\n", "processes"),
        ] {
            let said = hints(text).join("\n");
            let wanted = format!("indent it further if it belongs to {name:?}, which has no value");
            assert!(said.contains(&wanted), "{said}");
        }
    }

    #[test]
    fn a_line_that_is_indented_too_far_is_no_part_of_the_value() {
        let said = hints("services:\n - mongodb\n  - redis\n");
        assert!(said[0].starts_with("f:3:4: line 4 is indented further"), "{said:?}");
    }
}
