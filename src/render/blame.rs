//! What the API server would refuse of a rendered object → the line of a template that says it. A person can mend what
//! stands in the platform's catalog; the rendered file is on no disk.

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::render::layers::Rendered;
use crate::render::origin::Origin;
use crate::render::written::{hint, written, written_below_top};
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
    let hint = hint(&violation, &place).map(Into::into);
    Diagnostic { hint, ..Diagnostic::error(Code::ManifestInvalid, place, message) }
}

/// Where a recipe says what stands at `path` of an object: in its own template, else its rule.
pub(super) fn place(origin: &Origin, path: &[Segment]) -> Span {
    let Some(source) = &origin.template else { return origin.rule.clone() };
    if origin.whole {
        return written(source, path).map_or_else(|| Span::file(source), |(span, _)| span);
    }
    let of_workload = written_below_top(source, path).filter(|(_, all)| *all);
    of_workload.map_or_else(|| origin.rule.clone(), |(span, _)| span)
}
