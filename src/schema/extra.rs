//! Schemas of further kinds, as people put them into `catalog/schemas/`, become definitions: a whole
//! CustomResourceDefinition, or a JSON Schema that says which kind it describes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A schema that a platform adds.
#[derive(Debug, Clone)]
pub struct ExtraSchema {
    /// The file's name, for messages.
    pub name: String,
    /// The file's content.
    pub schema: Value,
}

impl ExtraSchema {
    /// Whether it can be used.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check(&self) -> Result<(), SchemaError> {
        definitions(self, 0).map(drop)
    }
}

/// Why an [`ExtraSchema`] cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct SchemaError {
    /// The file's name.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// The definitions of one file; `number` keeps those of two files apart.
pub(crate) fn definitions(
    extra: &ExtraSchema,
    number: usize,
) -> Result<BTreeMap<String, Value>, SchemaError> {
    let error = |message: &str| SchemaError { name: extra.name.clone(), message: message.to_owned() };
    if extra.schema.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition") {
        return crd(&extra.schema).filter(|found| !found.is_empty()).ok_or_else(|| {
            error("is a CustomResourceDefinition without spec.group, spec.names.kind or a version with a schema")
        });
    }
    let named = kinds(&extra.schema);
    if named.is_empty() {
        return Err(error("does not say which kind it describes"));
    }
    let mut found = BTreeMap::new();
    for folder in ["definitions", "$defs"] {
        for (name, schema) in extra.schema.get(folder).and_then(Value::as_object).into_iter().flatten() {
            found.insert(local(number, name), localised(schema, &extra.schema, number));
        }
    }
    let root = localised(&extra.schema, &extra.schema, number);
    found.extend(named.into_iter().map(|name| (name, root.clone())));
    Ok(found)
}

fn crd(crd: &Value) -> Option<BTreeMap<String, Value>> {
    let group = crd.pointer("/spec/group")?.as_str()?;
    let kind = crd.pointer("/spec/names/kind")?.as_str()?;
    let scope = crd.pointer("/spec/scope").cloned().unwrap_or_else(|| json!("Namespaced"));
    let mut found = BTreeMap::new();
    for version in crd.pointer("/spec/versions")?.as_array()? {
        let name = version.get("name")?.as_str()?;
        let mut schema = without_defaulted(version.pointer("/schema/openAPIV3Schema")?);
        let map = schema.as_object_mut()?;
        map.insert("x-scope".to_owned(), scope.clone());
        let properties = map.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
        for header in ["apiVersion", "kind"] {
            properties.insert(header.to_owned(), json!({"type": "string"}));
        }
        properties.insert("metadata".to_owned(), json!({"$ref": "#/definitions/meta.v1.ObjectMeta"}));
        found.insert(format!("{group}/{name}/{kind}"), schema);
    }
    Some(found)
}

/// The server fills defaults in before it looks for what is missing.
fn without_defaulted(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut result = Map::new();
    for (key, value) in map {
        let value = match (key.as_str(), value) {
            ("default" | "description" | "example", _) => continue,
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, one)| (name.clone(), without_defaulted(one))).collect()
            }
            ("required", Value::Array(names)) => {
                let given = |name: &&Value| {
                    let property = name.as_str().and_then(|name| map.get("properties")?.get(name));
                    property.and_then(|property| property.get("default")).is_none()
                };
                names.iter().filter(given).cloned().collect()
            }
            (_, Value::Array(list)) => list.iter().map(without_defaulted).collect(),
            _ => without_defaulted(value),
        };
        result.insert(key.clone(), value);
    }
    Value::Object(result)
}

/// `group/version/Kind` of all kinds that a JSON Schema says it describes.
fn kinds(schema: &Value) -> Vec<String> {
    let told = schema.get("x-kubernetes-group-version-kind");
    let list: Vec<&Value> = match told {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let text = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = list.into_iter().filter_map(|one| {
        let (group, version, kind) = (text(one, "group"), text(one, "version"), text(one, "kind"));
        let group = if group.is_empty() { group } else { group + "/" };
        (!version.is_empty() && !kind.is_empty()).then(|| format!("{group}{version}/{kind}"))
    });
    let named: Vec<String> = named.collect();
    if !named.is_empty() {
        return named;
    }
    // Collections of schemas say it by the only values that the two keys may have.
    let only = |key: &str| {
        let property = schema.get("properties")?.get(key)?;
        property.get("const").or_else(|| property.get("enum")?.get(0))?.as_str()
    };
    only("apiVersion")
        .zip(only("kind"))
        .map(|(version, kind)| format!("{version}/{kind}"))
        .into_iter()
        .collect()
}

fn local(number: usize, name: &str) -> String {
    format!("extra.{number}.{name}")
}

/// `schema` with the references to its own definitions told apart from those to embedded ones.
fn localised(schema: &Value, document: &Value, number: usize) -> Value {
    match schema {
        Value::Array(list) => list.iter().map(|one| localised(one, document, number)).collect(),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                let own =
                    value.as_str().filter(|_| key == "$ref").and_then(|reference| own(reference, document));
                let value = match own {
                    Some(name) => format!("#/definitions/{}", local(number, name)).into(),
                    None => localised(value, document, number),
                };
                (key.clone(), value)
            };
            map.iter()
                .filter(|(key, _)| !matches!(key.as_str(), "definitions" | "$defs"))
                .map(entry)
                .collect()
        }
        other => other.clone(),
    }
}

fn own<'a>(reference: &'a str, document: &Value) -> Option<&'a str> {
    let folders = [("#/definitions/", "definitions"), ("#/$defs/", "$defs")];
    folders.into_iter().find_map(|(prefix, folder)| {
        let name = reference.strip_prefix(prefix)?;
        document.get(folder)?.get(name).map(|_| name)
    })
}
