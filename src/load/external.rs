//! A service that somebody else runs (`external: true`): which of its variables have to be set as secrets, since no recipe
//! can know them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::expression::names;
use crate::load::app_file::{AppFile, ServiceEntry};
use crate::load::platform::RegistrationFile;
use crate::load::recipe::{ProvidedVariable, RecipeFile};
use crate::load::recipe_folder::Recipe;
use crate::load::secret_entry::SecretEntry;

impl ServiceEntry {
    /// Whether somebody else runs it.
    pub(crate) fn is_external(&self) -> bool {
        self.settings.get("external") == Some(&Value::Bool(true))
    }

    /// The beginning of its variables: what the app says, else the recipe, else its name.
    pub(crate) fn prefix(&self, recipe: &RecipeFile) -> String {
        let text = |key: &str| self.settings.get(key).and_then(Value::as_str).map(str::to_owned);
        let own = recipe.prefix.as_ref().map(|prefix| prefix.0.clone());
        text("as").or(own).unwrap_or_else(|| self.name().to_uppercase().replace('-', "_"))
    }
}

impl ProvidedVariable {
    /// Whether only who runs the service knows it: a credential, or what the recipe makes of the names of its own objects.
    pub(crate) fn is_set_outside(&self) -> bool {
        if self.external.is_some() {
            return false;
        }
        let of_ours = |text: &str| {
            let read = names::of_template(text).unwrap_or_default();
            read.iter().any(|name| matches!(name.as_str(), "name" | "app" | "service.name"))
        };
        self.secret.is_some() || self.value.as_ref().is_some_and(|value| of_ours(&value.0))
    }
}

/// The secrets that an app's external services need, beside those that it lists itself. A variable to which `.cupaas` or the
/// app's registration gives a plain value is none of them.
pub(crate) fn secrets(
    app: &AppFile,
    registration: Option<&RegistrationFile>,
    recipes: &BTreeMap<String, Arc<Recipe>>,
) -> Vec<SecretEntry> {
    let of_app = [&app.env].into_iter().chain(app.environments.values().map(|one| &one.env));
    let registered = registration.into_iter();
    let registered = registered
        .flat_map(|file| [&file.env].into_iter().chain(file.environments.values().map(|one| &one.env)));
    let plain: Vec<_> = of_app.chain(registered).collect();
    let is_plain = |name: &str| plain.iter().any(|layer| layer.contains_key(name));
    let mut found: Vec<SecretEntry> = Vec::new();
    for (index, entry) in app.services.iter().enumerate().filter(|(_, entry)| entry.is_external()) {
        let Some(recipe) = recipes.get(&entry.recipe).map(|recipe| &recipe.description.value) else {
            continue;
        };
        let prefix = entry.prefix(recipe);
        for provided in recipe.provides.iter().filter(|provided| provided.is_set_outside()) {
            let name = format!("{prefix}_{}", provided.name);
            let is_known = app.secrets.iter().chain(&found).any(|secret| secret.name == name);
            if !is_known && !is_plain(&name) {
                found.push(SecretEntry { name, file: None, service: Some(index) });
            }
        }
    }
    found
}
