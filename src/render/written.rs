//! A place in an object → where a template writes it, as far as its text tells, and what to do about what is wrong there.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Source, Span};
use crate::schema::{Fault, QUOTES, Segment, Violation};

/// Where a template writes the last of the keys and items of `path` that it writes one below the other, and whether that
/// is the path's last key. What stands above them may come from a part.
pub(super) fn written(source: &Arc<Source>, path: &[Segment]) -> Option<(Span, bool)> {
    written_from(source, path, 0)
}

/// The same of a template that says what shared parts put into an object: its own first keys are what the path ends with,
/// and what is deeper in it than they are belongs to them alone.
pub(super) fn written_below_top(source: &Arc<Source>, path: &[Segment]) -> Option<(Span, bool)> {
    path.iter().enumerate().find_map(|(number, segment)| {
        let Segment::Key(key) = segment else { return None };
        let mut starts = source.text.split_inclusive('\n').scan(0, |next, line| {
            let start = std::mem::replace(next, *next + line.len());
            Some((start, line))
        });
        let is_key = |line: &str| line.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with(':'));
        let (start, _) = starts.find(|(_, line)| is_key(line))?;
        written_from(source, &path[number..], start)
    })
}

fn written_from(source: &Arc<Source>, path: &[Segment], start: usize) -> Option<(Span, bool)> {
    let last_key = path.iter().rposition(|segment| matches!(segment, Segment::Key(_)));
    let (mut from, mut is_here) = (start, false);
    let mut found = None;
    for (number, segment) in path.iter().enumerate() {
        let place = match segment {
            Segment::Key(key) => key_after(&source.text, from, key).map(|(at, next)| at..next),
            Segment::Index(index) if is_here => item_after(&source.text, from, *index),
            Segment::Index(_) => None,
        };
        is_here = place.is_some();
        let Some(place) = place else { continue };
        from = if matches!(segment, Segment::Key(_)) { place.end } else { place.start };
        found = Some((Span::new(source, place), Some(number) >= last_key));
    }
    found
}

/// The item `index` of the list whose key ends at `from`, where the template writes it on a line of its own and no loop
/// does.
fn item_after(text: &str, from: usize, index: usize) -> Option<Range<usize>> {
    let mut start = from + text.get(from..)?.find('\n')? + 1;
    let mut indent = None;
    let mut left = index;
    for line in text.get(start..)?.split_inclusive('\n') {
        let bare = line.trim_start();
        let column = line.len() - bare.len();
        if bare.starts_with("{%") {
            return None;
        }
        if !bare.is_empty() && !bare.starts_with('#') {
            let first = *indent.get_or_insert(column);
            let item = bare.strip_prefix("- ").filter(|_| column == first);
            match item {
                Some(item) if left == 0 => {
                    let at = start + line.len() - item.len();
                    return Some(at..at + item.trim_end().len());
                }
                Some(_) => left -= 1,
                None if column <= first => return None,
                None => {}
            }
        }
        start += line.len();
    }
    None
}

/// What to do about a violation that a template writes at `place`: what it prints keeps its type, so that quotes around
/// it make no text of a number.
pub(super) fn hint(violation: &Violation, place: &Span) -> Option<String> {
    let line =
        place.source.text.get(place.range.start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let mut printed = line.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0.trim()));
    // Of what has a unit, the number as a text is not what was meant.
    if violation.hint.as_deref().is_some_and(|hint| hint != QUOTES) {
        return violation.hint.clone();
    }
    match (&violation.fault, printed.next(), printed.next()) {
        (Fault::NotText, Some(only), None) => {
            let plain = only.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            let text = if plain { only.to_owned() } else { format!("({only})") };
            Some(format!("make a text of it, quotes do not: `{{{{ {text} | string }}}}`"))
        }
        (Fault::NotText, Some(_), Some(_)) => {
            Some("make a text of it, quotes do not: `{{ service.port | string }}`".to_owned())
        }
        _ => violation.hint.clone(),
    }
}

/// Where `key` begins a line behind `from`, in a list or not, or stands in braces; and where to look on.
fn key_after(text: &str, from: usize, key: &str) -> Option<(usize, usize)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']);
        let at = start + line.len() - bare.len();
        let rest = bare.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']));
        if at >= from && rest.is_some_and(|rest| rest.starts_with(':')) {
            return Some((at, at + key.len()));
        }
        let inside = ["{", ", "].iter().find_map(|sign| {
            let sought = format!("{sign}{key}:");
            let found = line.find(&sought).map(|found| start + found + sign.len());
            found.filter(|found| *found >= from)
        });
        if let Some(at) = inside {
            return Some((at, at + key.len()));
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, path: &[&str]) -> String {
        let path: Vec<Segment> = path.iter().map(|key| Segment::Key((*key).to_owned())).collect();
        let source = Source::new("catalog/a.yaml.j2", text);
        let (span, all) = written(&source, &path).map_or((Span::file(&source), false), |found| found);
        let (line, column) = span.line_column();
        format!("{line}:{column} {all}")
    }

    #[test]
    fn a_key_is_found_where_the_template_writes_it() {
        let text = "kind: Service\nmetadata: {name: x}\nspec:\n  ports:\n    - {name: http, prot: 1}\n    - port: 2\n";
        assert_eq!(at(text, &["spec", "ports", "port"]), "6:7 true");
        assert_eq!(at(text, &["spec", "ports", "prot"]), "5:20 true");
        assert_eq!(at(text, &["metadata", "name"]), "2:12 true");
        assert_eq!(at(text, &["spec", "selector"]), "3:1 false");
        assert_eq!(at(text, &["data"]), "1:1 false");
    }

    #[test]
    fn an_item_is_found_where_it_has_a_line_of_its_own() {
        let key = |key: &str| Segment::Key(key.to_owned());
        let of = |text: &str, path: &[Segment]| {
            let source = Source::new("catalog/a.yaml.j2", text);
            let (span, all) = written(&source, path).unwrap();
            let (line, column) = span.line_column();
            format!("{line}:{column} {all}")
        };
        let text = "args:\n- a\n- {{ b }}\nports:\n  - name: x\n    port: 1\n  - port: 2\n    nmae: y\n";
        assert_eq!(of(text, &[key("args"), Segment::Index(1)]), "3:3 true");
        assert_eq!(of(text, &[key("args"), Segment::Index(2)]), "1:1 true");
        assert_eq!(of(text, &[key("ports"), Segment::Index(1), key("port")]), "7:5 true");
        assert_eq!(of(text, &[key("ports"), Segment::Index(1), key("nmae")]), "8:5 true");
        assert_eq!(of(text, &[key("ports"), Segment::Index(1)]), "7:5 true");
        let looped = "args:\n{%- for a in b %}\n- {{ a }}\n{%- endfor %}\n- c\n";
        assert_eq!(of(looped, &[key("args"), Segment::Index(1)]), "1:1 true");
    }

    #[test]
    fn what_is_printed_becomes_a_text_by_a_filter() {
        let said = |line: &str| {
            let violation = Violation::new(Vec::new(), "x").fault(Fault::NotText).hint("put it in quotes");
            hint(&violation, &Span::new(&Source::new("f", line), 0..1)).unwrap()
        };
        assert!(said("a: {{ service.port }}").contains("{{ service.port | string }}"));
        assert!(said("a: \"{{ 1 + x }}\"").contains("{{ (1 + x) | string }}"));
        assert_eq!(said("a: 5"), "put it in quotes");
    }
}
