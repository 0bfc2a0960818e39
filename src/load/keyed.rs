//! A file with keys (JSON, TOML, YAML, INI, properties, XML) → its values by key, each with its place.

mod ini;
mod json;
mod properties;
mod toml;
mod xml;

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::load::key_path::KeyPath;
use crate::load::path_pattern::name_matches;
use crate::load::recipe::KeyedFormat;
use crate::yaml::node::{self, Node, NodeKind};

/// The text of a thing that has keys as well: of an XML element with attributes.
const TEXT: &str = "#text";

/// What a file of this name is written in; nothing where the name does not say it.
pub(crate) fn format_of(path: &str) -> Option<KeyedFormat> {
    match path.rsplit_once('.')?.1 {
        "json" | "jsonc" => Some(KeyedFormat::Json),
        "properties" => Some(KeyedFormat::Properties),
        "xml" | "csproj" | "fsproj" | "vbproj" | "props" | "targets" => Some(KeyedFormat::Xml),
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
pub fn read(source: &Arc<Source>, format: KeyedFormat) -> Result<Node, Box<Diagnostic>> {
    match format {
        KeyedFormat::Json => json::parse(source),
        KeyedFormat::Properties => Ok(properties::parse(&source.text)),
        KeyedFormat::Xml => xml::parse(source),
        KeyedFormat::Toml => toml::parse(source),
        KeyedFormat::Ini => Ok(ini::parse(&source.text)),
        KeyedFormat::Yaml => {
            let read = node::parse_leniently(source).map(|(root, _)| root);
            read.map_err(|mut problems| Box::new(problems.swap_remove(0)))
        }
    }
}

/// A value, and the name that it has in what it stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyed<'n> {
    /// The last name on the way to it; empty where that is none.
    pub key: &'n str,
    /// The value.
    pub node: &'n Node,
}

/// What stands at `path`; `*` in it is any name or item. A list stands for its items.
pub(crate) fn at<'n>(root: &'n Node, path: &KeyPath, format: KeyedFormat) -> Vec<Keyed<'n>> {
    let mut found = vec![Keyed { key: "", node: root }];
    for name in path.names(format == KeyedFormat::Properties) {
        found = found.into_iter().flat_map(|one| below(one, name)).collect();
    }
    { found.into_iter() }
        .flat_map(|Keyed { key, node }| match &node.kind {
            NodeKind::List(items) => items.iter().map(|node| Keyed { key, node }).collect(),
            _ => vec![Keyed { key, node }],
        })
        .map(|Keyed { key, node }| Keyed { key, node: node.get(TEXT).unwrap_or(node) })
        .collect()
}

fn below<'n>(Keyed { key, node }: Keyed<'n>, name: &str) -> Vec<Keyed<'n>> {
    let entry = |(key, node): &'n (Node, Node)| Keyed { key: key.text().unwrap_or_default(), node };
    match (&node.kind, name) {
        (NodeKind::Map(entries), "*") => entries.iter().map(entry).collect(),
        (NodeKind::Map(entries), _) if name.contains('*') => {
            { entries.iter().map(entry) }.filter(|one| name_matches(name, one.key)).collect()
        }
        (NodeKind::List(items), "*") => items.iter().map(|node| Keyed { key, node }).collect(),
        (NodeKind::List(items), _) => items.iter().filter_map(|item| item.entry(name)).map(entry).collect(),
        _ => node.entry(name).map(entry).into_iter().collect(),
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
        { at(&root, &KeyPath::Dotted(key.to_owned()), format) }
            .into_iter()
            .filter_map(|one| Some((one.node.text()?.to_owned(), place(one.node))))
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

    #[test]
    fn a_value_in_json_whose_names_have_dots() {
        let text = "{\n\t\"dependencies\": {\"next\": \"^15\", \"socket.io\": \"4\", \"@nestjs/core\": \"11\"}, // why\n}\n";
        assert_eq!(found(text, KeyedFormat::Json, "dependencies.next"), one("^15", "f:2:27"));
        let root = read(&Source::new("f", text), KeyedFormat::Json).unwrap();
        let texts = |names: &[&str]| -> Vec<(String, String)> {
            let path = KeyPath::Names(names.iter().map(|name| (*name).to_owned()).collect());
            let found = at(&root, &path, KeyedFormat::Json).into_iter();
            found.map(|one| (one.key.to_owned(), one.node.text().unwrap().to_owned())).collect()
        };
        let pair = |key: &str, text: &str| (key.to_owned(), text.to_owned());
        assert_eq!(texts(&["dependencies", "socket.io"]), [pair("socket.io", "4")]);
        assert_eq!(
            texts(&["dependencies", "*"]),
            [pair("next", "^15"), pair("socket.io", "4"), pair("@nestjs/core", "11")]
        );
        assert_eq!(texts(&["dependencies", "@nestjs/*"]), [pair("@nestjs/core", "11")]);
        assert_eq!(texts(&["dependencies", "*e*t"]), [pair("next", "^15")]);
        assert_eq!(texts(&["dependencies", "nuxt*"]), []);
        let problem = read(&Source::new("f", "{\n  \"a\": 1\n  \"b\": 2\n}"), KeyedFormat::Json).unwrap_err();
        assert_eq!(problem.span.line_column().0, 2, "{problem:?}");
    }

    #[test]
    fn a_value_in_properties() {
        let text = "# c\njava.runtime.version=21\n a.b : c \\\n   d\nkey\\ x value\n";
        let of = |key| found(text, KeyedFormat::Properties, key);
        assert_eq!(of("java.runtime.version"), one("21", "f:2:22"));
        assert_eq!(of("a.b"), one("c d", "f:3:8"));
        assert_eq!(of("key x"), one("value", "f:5:8"));
        assert_eq!(of("java"), vec![]);
    }

    #[test]
    fn a_value_in_xml() {
        let text = "<Project Sdk=\"Web\" xmlns=\"urn:x\">\n  <PropertyGroup>\n    <TargetFramework Condition=\"c\"> net8.0 </TargetFramework>\n  </PropertyGroup>\n  <I><P Include=\"a\"/><P Include=\"b\"/></I>\n</Project>\n";
        let texts = |key| -> Vec<String> {
            found(text, KeyedFormat::Xml, key).into_iter().map(|one| one.0).collect()
        };
        assert_eq!(texts("Project.PropertyGroup.TargetFramework"), ["net8.0"]);
        assert_eq!(texts("Project.@Sdk"), ["Web"]);
        assert_eq!(texts("Project.I.P.@Include"), ["a", "b"]);
        let problem = read(&Source::new("f", "<a>\n  <b>\n</a>"), KeyedFormat::Xml).unwrap_err();
        assert_eq!(problem.span.line_column().0, 3, "{problem:?}");
        let entity = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>";
        assert!(read(&Source::new("f", entity), KeyedFormat::Xml).is_err());
    }
}
