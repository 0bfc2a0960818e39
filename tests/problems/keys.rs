//! No key of a file is ignored in silence: each property of each type, at each place where its schema has it, is given a
//! name that does not exist, and is then said to be unknown, at its line.

use std::collections::BTreeSet;

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::app_file::AppFile;
use cupaas::parts::load::platform::{PlatformFile, RegistrationFile};
use cupaas::parts::load::recipe::RecipeFile;
use cupaas::parts::load::release_file::ReleaseFile;
use cupaas::parts::yaml::document::{read, schema_of};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use cupaas::parts::run::catalog::cases::CaseFile;

/// What a key is renamed to.
const RENAMED: &str = "nobody-knows-this-key";

/// The properties of a schema, each with a document in which it alone is misnamed.
struct Walk {
    schema: Value,
    /// Definitions that have been looked into.
    known: BTreeSet<String>,
    /// Objects that take any key.
    open: Vec<String>,
    documents: Vec<(String, Value)>,
}

impl Walk {
    /// Goes through a schema at `place`; `around` makes a document of a value there.
    fn visit(&mut self, schema: &Value, place: &str, around: &dyn Fn(Value) -> Value) {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.trim_start_matches("#/$defs/").to_owned();
            if self.known.insert(name.clone()) {
                let definition = self.schema["$defs"][&name].clone();
                assert!(definition.is_object(), "{name}");
                self.visit(&definition, &name, around);
            }
        }
        for choice in ["anyOf", "oneOf", "allOf"] {
            for one in schema[choice].as_array().into_iter().flatten() {
                self.visit(one, place, around);
            }
        }
        if schema["items"].is_object() {
            self.visit(&schema["items"], &format!("{place}[]"), &|value| around(json!([value])));
        }
        if schema["additionalProperties"].is_object() {
            let key = self.key_of(schema);
            let within = |value: Value| around(json!({ key.clone(): value }));
            self.visit(&schema["additionalProperties"], &format!("{place}.*"), &within);
        }
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let place = format!("{place}.{key}");
            let mut required = self.required(schema);
            let value = required.remove(key).unwrap_or_else(|| self.sample(property, 0));
            let with = |key: &str, value: Value| {
                let mut object = required.clone();
                object.insert(key.to_owned(), value);
                around(Value::Object(object))
            };
            match schema["additionalProperties"] == json!(false) {
                true => self.documents.push((place.clone(), with(RENAMED, value))),
                false => self.open.push(place.clone()),
            }
            self.visit(property, &place, &|value| with(key, value));
        }
    }

    fn key_of(&self, schema: &Value) -> String {
        let names = &schema["propertyNames"];
        let names = names["$ref"]
            .as_str()
            .map_or(names, |name| &self.schema["$defs"][name.trim_start_matches("#/$defs/")]);
        let upper = names["pattern"]
            .as_str()
            .is_some_and(|pattern| pattern.contains("A-Z") && !pattern.contains("a-z"));
        if upper { "A" } else { "a" }.to_owned()
    }

    fn required(&self, schema: &Value) -> Map<String, Value> {
        let keys = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        keys.map(|key| (key.to_owned(), self.sample(&schema["properties"][key], 0))).collect()
    }

    /// A value of about the right form: what else is wrong with it is not asked here.
    fn sample(&self, schema: &Value, depth: usize) -> Value {
        if depth > 8 {
            return Value::Null;
        }
        if let Some(name) = schema["$ref"].as_str() {
            return self.sample(&self.schema["$defs"][name.trim_start_matches("#/$defs/")], depth + 1);
        }
        for choice in ["anyOf", "oneOf", "allOf"] {
            let choices = schema[choice].as_array().into_iter().flatten();
            if let Some(one) = choices.map(|one| self.sample(one, depth + 1)).find(|one| !one.is_null()) {
                return one;
            }
        }
        if let Some(one) = schema["enum"].get(0).or_else(|| schema.get("const")) {
            return one.clone();
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default();
        match kind {
            "object" => Value::Object(self.required(schema)),
            "array" => json!([self.sample(&schema["items"], depth + 1)]),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            "string" => json!("a"),
            _ => Value::Null,
        }
    }
}

/// Every property of the type is asked for; gives those of objects that take any key.
fn every_key<T: JsonSchema + for<'de> Deserialize<'de> + 'static>(least: usize) -> Vec<String> {
    let schema = schema_of::<T>();
    let mut walk =
        Walk { schema: schema.clone(), known: BTreeSet::new(), open: Vec::new(), documents: Vec::new() };
    walk.visit(&schema, "", &|value| value);
    let all: BTreeSet<String> =
        schema["$defs"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    assert_eq!(walk.known, all, "types that no document has");
    assert!(walk.documents.len() >= least, "only {} keys", walk.documents.len());
    let mut silent = Vec::new();
    for (place, document) in &walk.documents {
        let text = serde_json::to_string_pretty(document).unwrap();
        let line = text.lines().position(|line| line.contains(RENAMED)).unwrap() + 1;
        let problems = read::<T>(&Source::new("file.yaml", text.clone())).err().unwrap_or_default();
        let said = |code: &str, at: usize| {
            problems.iter().any(|one| one.code.as_str() == code && one.span.line_column().0 == at)
        };
        if !said("unknown-key", line) {
            let all: Vec<_> = problems.iter().map(|one| format!("{}:{}", one.span, one.message)).collect();
            silent.push(format!("{place}: {all:?}\n{text}"));
        }
    }
    assert!(silent.is_empty(), "{} keys are ignored in silence:\n{}", silent.len(), silent.join("\n"));
    walk.open
}

#[test]
fn every_key_of_every_file_that_is_misnamed_is_unknown() {
    // What a service or a runtime takes besides these is its recipe's to say.
    let open = every_key::<AppFile>(27);
    let of_recipe = |place: &&String| place.starts_with("Service.*.") || place.starts_with("Runtime.*.");
    assert_eq!(open.iter().find(|place| !of_recipe(place)), None);
    for open in [
        every_key::<PlatformFile>(54),
        every_key::<RegistrationFile>(8),
        every_key::<RecipeFile>(74),
        every_key::<ReleaseFile>(21),
        every_key::<CaseFile>(13),
    ] {
        assert_eq!(open, [""; 0]);
    }
}
