//! JSON, with the comments and trailing commas that tools such as Deno and TypeScript read, by dprint's reader.

use std::ops::Range;
use std::sync::Arc;

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::yaml::node::{Node, NodeKind};

/// # Errors
/// Why it is no JSON, with the place.
pub(super) fn parse(source: &Arc<Source>) -> Result<Node, Box<Diagnostic>> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let wrong = |range: Range<usize>, words: String| {
        let span = Span::new(source, range);
        Box::new(Diagnostic::warning(Code::FileNotRead, span, format!("not valid JSON: {words}")))
    };
    let read = parse_to_ast(&source.text, &CollectOptions::default(), &options).map_err(|error| {
        let range = error.range();
        wrong(range.start..range.end, error.kind().to_string())
    })?;
    read.value.as_ref().map(of_value).ok_or_else(|| wrong(0..0, "the file is empty".to_owned()))
}

fn of_value(value: &Value<'_>) -> Node {
    let scalar = |text: &str, plain| NodeKind::Scalar { text: text.to_owned(), plain };
    let kind = match value {
        Value::StringLit(text) => scalar(&text.value, false),
        Value::NumberLit(number) => scalar(number.value, true),
        Value::BooleanLit(flag) => scalar(if flag.value { "true" } else { "false" }, true),
        Value::NullKeyword(_) => scalar("null", true),
        Value::Array(array) => NodeKind::List(array.elements.iter().map(of_value).collect()),
        Value::Object(object) => NodeKind::Map(
            { object.properties.iter() }
                .map(|property| {
                    let range = property.name.range();
                    let name = match &property.name {
                        ObjectPropName::String(name) => name.value.as_ref(),
                        ObjectPropName::Word(name) => name.value,
                    };
                    let key = Node { range: range.start..range.end, kind: scalar(name, false) };
                    (key, of_value(&property.value))
                })
                .collect(),
        ),
    };
    let range = value.range();
    Node { range: range.start..range.end, kind }
}
