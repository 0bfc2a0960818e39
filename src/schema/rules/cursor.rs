//! A value together with the way to it, so that a rule can say where it looked.

use std::rc::Rc;

use serde_json::Value;

use crate::schema::suggest;
use crate::schema::violation::{Segment, Violation};

#[derive(Debug)]
struct Link<'a> {
    step: Step<'a>,
    before: Option<Rc<Link<'a>>>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// A value of an object, and its place. `null` is nothing.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) value: &'a Value,
    way: Option<Rc<Link<'a>>>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self { value, way: None }
    }

    fn step(&self, step: Step<'a>, value: &'a Value) -> Self {
        Self { value, way: Some(Rc::new(Link { step, before: self.way.clone() })) }
    }

    /// What stands under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let (key, value) = self.value.as_object()?.get_key_value(key)?;
        (!value.is_null()).then(|| self.step(Step::Key(key), value))
    }

    /// What stands under the first key, there under the second, and so on.
    pub(crate) fn find(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |at, key| at.get(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some_and(|value| !value.is_null())
    }

    /// The items of the list under `key`; none where there is no list.
    pub(crate) fn list(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|list| list.items()).unwrap_or_default()
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.map(|(index, item)| self.step(Step::Index(index), item)).collect()
    }

    /// The entries of a mapping, with those that are `null`.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), self.step(Step::Key(key), value)))
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(crate) fn text_of(&self, key: &str) -> Option<&'a str> {
        self.value.get(key)?.as_str()
    }

    pub(crate) fn number_of(&self, key: &str) -> Option<i64> {
        self.value.get(key)?.as_i64()
    }

    pub(crate) fn bool_of(&self, key: &str) -> Option<bool> {
        self.value.get(key)?.as_bool()
    }

    pub(crate) fn says(&self, message: impl Into<String>) -> Violation {
        let mut path = Vec::new();
        let mut link = self.way.as_ref();
        while let Some(there) = link {
            path.push(match there.step {
                Step::Key(key) => Segment::Key(key.to_owned()),
                Step::Index(index) => Segment::Index(index),
            });
            link = there.before.as_ref();
        }
        path.reverse();
        Violation::new(path, message)
    }

    /// A violation of the number under `key` where it is outside of a range.
    pub(crate) fn range(&self, key: &str, least: i64, most: i64, out: &mut Vec<Violation>) {
        let Some(at) = self.get(key) else { return };
        match at.value.as_i64() {
            Some(number) if number < least => out.push(at.says(format!("must be at least {least}"))),
            Some(number) if number > most => out.push(at.says(format!("must be at most {most}"))),
            _ => {}
        }
    }
}

/// How often of `keys` one stands in `at`: says so where it is not exactly once.
pub(crate) fn exactly_one(at: &Cursor<'_>, keys: &[&str], out: &mut Vec<Violation>) {
    let given: Vec<&str> = keys.iter().copied().filter(|key| at.has(key)).collect();
    match given.as_slice() {
        [] => out.push(at.says(format!("needs one of the keys {}", suggest::quoted(keys.iter().copied())))),
        [_] => {}
        several => out.push(
            at.says(format!("only one of the keys {} may be set", suggest::quoted(several.iter().copied()))),
        ),
    }
}
