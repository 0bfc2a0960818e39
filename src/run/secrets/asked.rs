//! A `.cupaas` → the secrets that it asks for, those of its external services among them.

use crate::diagnostic::Failure;
use crate::load::app_file::{AppFile, ServiceEntry};
use crate::load::catalog::{Catalog, RecipeKind};
use crate::load::gitops::Gitops;
use crate::load::query::ReleaseQuery;
use crate::load::secret_entry::SecretEntry;
use crate::load::{external, registered};

/// All of them. A recipe or a registration that is wrong is said by who deploys.
///
/// # Errors
/// A repository that cannot be read.
pub(super) fn secrets(
    app: &str,
    file: AppFile,
    query: &ReleaseQuery,
    gitops: &mut Gitops,
) -> Result<Vec<SecretEntry>, Failure> {
    let mut found = Vec::new();
    if file.services.iter().any(ServiceEntry::is_external) {
        let catalog = Catalog::new(gitops.read(&Catalog::paths())?);
        let named = file.services.iter().filter_map(|entry| {
            let recipe = catalog.get_leniently(RecipeKind::Service, &entry.recipe).0?;
            Some((entry.recipe.clone(), recipe))
        });
        let files = gitops.read(&registered::paths_of(app)?)?;
        let registration = registered::of(app, &files, query.ci).ok().and_then(|(file, _)| file);
        let registration = registration.as_ref().map(|file| &file.value);
        found = external::secrets(&file, registration, &named.collect());
    }
    Ok(file.secrets.into_iter().chain(found).collect())
}
