//! Where in an encrypted file something stands. What is shown of the file is only what is encrypted or no value.

use std::sync::Arc;

use crate::diagnostic::{Source, Span};
use crate::seal::SealError;
use crate::yaml::document::Document;
use crate::yaml::node::{self, Node, NodeKind};

/// The place of the value at `path` in the file `text`, or of the nearest one above it; the file's beginning where it is
/// no YAML. A value that stands in clear is not shown.
pub(crate) fn place(name: &str, text: &str, path: &[impl AsRef<str>]) -> Span {
    let source = Source::new(name, text);
    let Ok(root) = node::parse(&source) else { return Span::file(&Source::new(name, "")) };
    let document = Document::new(shown(&source, &root), root, ());
    let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    match path.as_slice() {
        [] => Span::file(&document.source),
        // The key says what is meant, and stands on the line that is looked for.
        path if document.holds(path) => document.key(path),
        path => document.key(&path[..path.len() - 1]),
    }
}

impl SealError {
    /// Where in the file it is found, as a path of keys.
    pub fn at(&self) -> Vec<String> {
        let path: &[&str] = match self {
            Self::Value(path) => {
                let (part, key) = path.split_once('.').unwrap_or(("kind", path));
                return vec![part.to_owned(), key.to_owned()];
            }
            Self::Mac => &["sops", "mac"],
            Self::NotOpened(_) | Self::NoKey => &["sops", "age"],
            Self::MacCoversAll => &["metadata"],
            _ => &[],
        };
        path.iter().map(|key| (*key).to_owned()).collect()
    }
}

/// The file with every value masked that is not encrypted, and not known to be for everybody.
fn shown(source: &Arc<Source>, root: &Node) -> Arc<Source> {
    const FOR_ALL: [&str; 5] = ["apiVersion", "kind", "metadata", "type", "sops"];
    let NodeKind::Map(entries) = &root.kind else { return Source::new(source.name.clone(), "") };
    let mut text = source.text.clone();
    for (_, value) in entries.iter().filter(|(key, _)| !FOR_ALL.contains(&key.text().unwrap_or_default())) {
        mask(value, &mut text);
    }
    Source::new(source.name.clone(), text)
}

fn mask(node: &Node, text: &mut String) {
    match &node.kind {
        NodeKind::Map(entries) => entries.iter().for_each(|(_, value)| mask(value, text)),
        NodeKind::List(items) => items.iter().for_each(|item| mask(item, text)),
        NodeKind::Scalar { text: value, .. } if value.starts_with("ENC[") => {}
        NodeKind::Scalar { .. } => {
            // Byte for byte and line by line, so that every place stays where it is.
            let masked: String =
                text[node.range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
            text.replace_range(node.range.clone(), &masked);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "kind: Secret\nmetadata:\n  name: db\nstringData:\n  a: ENC[x]\n  b: s3cr3t\n  c: |\n    s3cr3t\n    ñ\nsops:\n  mac: ENC[y]\n";

    #[test]
    fn a_place_is_that_of_its_key_and_shows_no_value() {
        for (path, place_of) in [
            (&["stringData", "b"][..], "f:6:3"),
            (&["stringData", "missing"], "f:4:1"),
            (&["metadata", "name"], "f:3:3"),
            (&["metadata", "namespace"], "f:2:1"),
            (&["sops", "mac"], "f:11:3"),
        ] {
            let span = place("f", TEXT, path);
            assert_eq!(span.to_string(), place_of);
            assert!(!span.source.text.contains("s3cr3t") && span.source.text.contains("ENC[x]"));
        }
        let plain = place("f", "password: s3cr3t\n", &["sops"]);
        assert_eq!((plain.to_string().as_str(), plain.source.text.as_str()), ("f:1:1", "password: ******\n"));
        let broken = place("f", "a: [s3cr3t", &["a"]);
        assert_eq!((broken.to_string().as_str(), broken.source.text.as_str()), ("f:1:1", ""));
    }
}
