//! allOf, anyOf, oneOf and not: of several schemas, what the one that was probably meant says.

use serde_json::Value;

use crate::schema::node::{SchemaNode, Types};
use crate::schema::violation::{Fault, Violation};
use crate::schema::walk::{DEEPEST_REFERENCES, Walk};
use crate::schema::{leaf, suggest};

impl Walk<'_> {
    /// What the schemas that `node` combines say of `value`.
    pub(crate) fn combined(&mut self, node: &SchemaNode, value: &Value) {
        for one in &node.all_of {
            // In our own files the parts of allOf may be closed each by itself, in Kubernetes only the whole is.
            self.check_in(one, value, false);
        }
        if let Some(not) = &node.not
            && self.trial(not, value).is_empty()
        {
            self.say("is not allowed here", None);
        }
        if !node.any_of.is_empty() {
            self.best_of(&node.any_of, value);
        }
        // Branches that are not told apart by their keys often are by a default, which is not in the value.
        let told_apart = node.one_of.iter().all(|branch| !branch.required.is_empty());
        if !node.one_of.is_empty() && self.best_of(&node.one_of, value) > 1 && told_apart {
            self.more_than_one(&node.one_of);
        }
    }

    /// What `node` alone would say of `value`.
    fn trial(&mut self, node: &SchemaNode, value: &Value) -> Vec<Violation> {
        let before = std::mem::take(&mut self.found);
        self.check_in(node, value, false);
        std::mem::replace(&mut self.found, before)
    }

    /// How many branches fit; where none does, says what the one that fits best says.
    fn best_of(&mut self, branches: &[SchemaNode], value: &Value) -> usize {
        let trials: Vec<_> = branches.iter().map(|branch| self.trial(branch, value)).collect();
        let fitting = trials.iter().filter(|trial| trial.is_empty()).count();
        if fitting > 0 {
            return fitting;
        }
        let types = branches.iter().map(|branch| self.types(branch));
        let types: Vec<_> = types.collect();
        let like: Vec<usize> = (0..branches.len()).filter(|at| leaf::fits(types[*at], value)).collect();
        if like.is_empty() {
            let all = types.iter().fold(0, |all, one| all | one.0);
            let hint = branches.iter().find_map(|branch| branch.hint.clone());
            self.say(leaf::expected(Types(all), value), hint);
        } else if let Some(keys) = only_missing(branches, &trials, &like, self.path.len()) {
            self.say(format!("needs one of the keys {}", suggest::quoted(keys)), None);
        } else if let Some(choices) = self.all_choices(branches, &like) {
            leaf::not_a_choice(self, &choices, value, None);
        } else {
            let own = self.path.len();
            let shallow = |at: &usize| trials[*at].iter().filter(|one| one.path.len() <= own).count();
            let strange = |at: &usize| trials[*at].iter().filter(|one| one.at_key).count();
            let best = like.iter().min_by_key(|at| (strange(at), shallow(at), trials[**at].len()));
            let best = best.copied().unwrap_or_default();
            self.found.extend(trials.into_iter().nth(best).unwrap_or_default());
        }
        0
    }

    fn more_than_one(&mut self, branches: &[SchemaNode]) {
        let keys: Vec<&str> =
            branches.iter().flat_map(|one| one.required.iter().map(String::as_str)).collect();
        let message = format!("only one of the keys {} may be set", suggest::quoted(keys));
        self.say(message, None);
    }

    /// The types of a schema or of what it refers to.
    pub(crate) fn types(&self, node: &SchemaNode) -> Types {
        let mut types = node.types;
        let mut target = node.reference.as_deref().and_then(|name| self.resolver.resolve(name));
        for _ in 0..DEEPEST_REFERENCES {
            let Some(there) = target else { break };
            types = if types.0 == 0 { there.types } else { types };
            target = there.reference.as_deref().and_then(|name| self.resolver.resolve(name));
        }
        if types.0 == 0 && (!node.properties.is_empty() || !node.required.is_empty()) {
            types = Types(Types::OBJECT);
        }
        match &node.choices {
            Some(choices) if types.0 == 0 => Types(choices.iter().fold(0, |all, one| all | leaf::bits(one))),
            _ => types,
        }
    }

    /// The values of all branches, where each is a plain choice.
    fn all_choices(&self, branches: &[SchemaNode], like: &[usize]) -> Option<Vec<Value>> {
        let lists: Option<Vec<_>> = like.iter().map(|at| branches[*at].choices.clone()).collect();
        lists.map(|lists| lists.into_iter().flatten().collect())
    }
}

/// The keys that the branches miss, where that is all that they say.
fn only_missing<'a>(
    branches: &'a [SchemaNode],
    trials: &[Vec<Violation>],
    like: &[usize],
    depth: usize,
) -> Option<Vec<&'a str>> {
    let bare = |at: &usize| {
        let missing =
            |one: &Violation| one.path.len() == depth && matches!(one.fault, Fault::MissingKey { .. });
        branches[*at].required.len() == 1
            && branches[*at].properties.is_empty()
            && trials[*at].iter().all(missing)
    };
    let all = like.len() > 1 && like.iter().all(bare);
    all.then(|| like.iter().flat_map(|at| branches[*at].required.iter().map(String::as_str)).collect())
}
