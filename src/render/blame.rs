//! What the API server would refuse of a rendered object → the line of a template that says it. A person can mend what
//! stands in the platform's catalog; the rendered file is on no disk.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::render::layers::Rendered;
use crate::render::origin::Origin;
use crate::schema::{Segment, Violation};

/// The folder of the platform's own recipes.
const CATALOG: &str = "catalog/";

/// The diagnostic of a violation in what is rendered to `file`.
pub(super) fn diagnostic(file: &str, violation: Violation, objects: &[Rendered]) -> Diagnostic {
    let said = format!("{}: {}", violation.place(), violation.message);
    let said = said.trim_start_matches(": ");
    let own = |rendered: &&Rendered| rendered.origin.rule.source.name.starts_with(CATALOG);
    let from = objects.iter().filter(|rendered| rendered.path.as_str() == file).find(own);
    let (place, message) = match from {
        Some(rendered) => (place(&rendered.origin, &violation.path), format!("{said}, in {file}")),
        None => (Span::file(&Source::new(file, "")), said.to_owned()),
    };
    Diagnostic {
        hint: violation.hint.map(Into::into),
        ..Diagnostic::error(Code::ManifestInvalid, place, message)
    }
}

/// Where a recipe says what stands at `path` of an object: in its own template, else its rule.
pub(super) fn place(origin: &Origin, path: &[Segment]) -> Span {
    let Some(source) = &origin.template else { return origin.rule.clone() };
    match written(source, path) {
        Some((span, all)) if all || origin.whole => span,
        _ if origin.whole => Span::file(source),
        _ => origin.rule.clone(),
    }
}

/// Where a template writes the last of the keys of `path` that it writes one below the other, and whether that is the
/// path's last one. What stands above them may come from a part.
fn written(source: &Arc<Source>, path: &[Segment]) -> Option<(Span, bool)> {
    let keys: Vec<&str> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Index(_) => None,
        })
        .collect();
    let mut from = 0;
    let mut found = None;
    for (number, key) in keys.iter().enumerate() {
        if let Some((at, next)) = key_after(&source.text, from, key) {
            from = next;
            found = Some((Span::new(source, at..at + key.len()), number + 1 == keys.len()));
        }
    }
    found
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
}
