//! A TOML, YAML or INI file → its values by key, each with its place.

mod ini;
mod toml;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::load::recipe::KeyedFormat;
use crate::yaml::node::{self, Node, NodeKind};

/// What a file of this name is written in; nothing where the name does not say it.
pub(crate) fn format_of(path: &str) -> Option<KeyedFormat> {
    match path.rsplit_once('.')?.1 {
        "toml" => Some(KeyedFormat::Toml),
        "yaml" | "yml" => Some(KeyedFormat::Yaml),
        "cfg" | "ini" => Some(KeyedFormat::Ini),
        _ => None,
    }
}

/// Reads a file.
///
/// # Errors
/// Why it cannot be read, with the place.
pub(crate) fn read(source: &Arc<Source>, format: KeyedFormat) -> Result<Node, Box<Diagnostic>> {
    match format {
        KeyedFormat::Toml => toml::parse(source),
        KeyedFormat::Ini => Ok(ini::parse(&source.text)),
        KeyedFormat::Yaml => {
            let read = node::parse_leniently(source).map(|(root, _)| root);
            read.map_err(|mut problems| Box::new(problems.swap_remove(0)))
        }
    }
}

/// What stands at `key`: names separated by dots, `*` for any name or item. A list stands for its items.
pub(crate) fn at<'n>(root: &'n Node, key: &str) -> Vec<&'n Node> {
    let mut found = vec![root];
    for name in key.split('.') {
        found = found.into_iter().flat_map(|node| below(node, name)).collect();
    }
    found
        .into_iter()
        .flat_map(|node| match &node.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![node],
        })
        .collect()
}

fn below<'n>(node: &'n Node, name: &str) -> Vec<&'n Node> {
    match (&node.kind, name) {
        (NodeKind::Map(entries), "*") => entries.iter().map(|(_, value)| value).collect(),
        (NodeKind::List(items), "*") => items.iter().collect(),
        (NodeKind::List(items), _) => items.iter().filter_map(|item| item.get(name)).collect(),
        _ => node.get(name).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;

    /// The texts at `key`, each with its line and column.
    fn found(text: &str, format: KeyedFormat, key: &str) -> Vec<(String, String)> {
        let source = Source::new("f", text);
        let root = read(&source, format).unwrap();
        let place = |node: &Node| Span::new(&source, node.range.clone()).to_string();
        { at(&root, key) }
            .into_iter()
            .filter_map(|node| Some((node.text()?.to_owned(), place(node))))
            .collect()
    }

    fn one(text: &str, place: &str) -> Vec<(String, String)> {
        vec![(text.to_owned(), place.to_owned())]
    }

    #[test]
    fn a_value_in_toml() {
        let text = "[project]\nname = 'x'\nrequires-python = \">=3.9\"\ndependencies = [\n  \"flask\",\n]\n[a.b]\nc = 3.10\n";
        assert_eq!(found(text, KeyedFormat::Toml, "project.requires-python"), one(">=3.9", "f:3:19"));
        assert_eq!(found(text, KeyedFormat::Toml, "project.dependencies"), one("flask", "f:5:3"));
        assert_eq!(found(text, KeyedFormat::Toml, "a.*.c"), one("3.10", "f:8:5"));
        assert_eq!(found(text, KeyedFormat::Toml, "project.nothing"), vec![]);
        assert_eq!(found("a.b = \"c\"\n", KeyedFormat::Toml, "a.b"), one("c", "f:1:7"));
    }

    #[test]
    fn toml_that_is_none_is_said_with_its_place() {
        let problem = read(&Source::new("f", "a = 1\nb = = 2\n"), KeyedFormat::Toml).unwrap_err();
        assert_eq!(problem.span.line_column().0, 2);
    }

    #[test]
    fn a_value_in_an_ini_file() {
        let text = "# c\n[options]\npython_requires = >=3.9,<3.12\ninstall_requires =\n  flask\n  # c\n  gunicorn>=1\n\n[other]\na: b ; c\n";
        assert_eq!(found(text, KeyedFormat::Ini, "options.python_requires"), one(">=3.9,<3.12", "f:3:19"));
        assert_eq!(
            found(text, KeyedFormat::Ini, "options.install_requires"),
            [one("flask", "f:5:3"), one("gunicorn>=1", "f:7:3")].concat()
        );
        assert_eq!(found(text, KeyedFormat::Ini, "other.a"), one("b ; c", "f:10:4"));
        assert_eq!(found("a = 1\n", KeyedFormat::Ini, "a"), one("1", "f:1:5"));
    }

    #[test]
    fn an_item_in_yaml() {
        let text = "name: x\ndependencies:\n  - python=3.11\n  - pip:\n    - flask\n";
        assert_eq!(found(text, KeyedFormat::Yaml, "dependencies"), one("python=3.11", "f:3:5"));
        assert_eq!(found(text, KeyedFormat::Yaml, "dependencies.pip"), one("flask", "f:5:7"));
    }
}
