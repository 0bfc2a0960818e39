//! TOML, by the crate that cargo reads it with.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::yaml::node::{Node, NodeKind};

/// # Errors
/// Why it is no TOML, with the place.
pub(super) fn parse(source: &Arc<Source>) -> Result<Node, Box<Diagnostic>> {
    match DeTable::parse(&source.text) {
        Ok(table) => Ok(of_table(table.get_ref(), table.span(), &source.text)),
        Err(error) => {
            let span = Span::new(source, error.span().unwrap_or(0..0));
            let words = error.message().lines().collect::<Vec<_>>().join(", ");
            Err(Box::new(Diagnostic::warning(Code::FileNotRead, span, format!("not valid TOML: {words}"))))
        }
    }
}

fn of_table(table: &DeTable<'_>, range: Range<usize>, text: &str) -> Node {
    let entries = table.iter().map(|(key, value)| {
        let name = NodeKind::Scalar { text: key.get_ref().to_string(), plain: false };
        (Node { range: key.span(), kind: name }, of_value(value, text))
    });
    Node { range, kind: NodeKind::Map(entries.collect()) }
}

fn of_value(value: &Spanned<DeValue<'_>>, text: &str) -> Node {
    let range = value.span();
    let kind = match value.get_ref() {
        DeValue::Table(table) => return of_table(table, range, text),
        DeValue::Array(items) => NodeKind::List(items.iter().map(|item| of_value(item, text)).collect()),
        DeValue::String(written) => NodeKind::Scalar { text: written.to_string(), plain: false },
        // As it is written: 3.10 is not 3.1.
        _ => NodeKind::Scalar { text: text.get(range.clone()).unwrap_or_default().to_owned(), plain: true },
    };
    Node { range, kind }
}
