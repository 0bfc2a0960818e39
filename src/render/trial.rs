//! A release that is rendered to try the recipes of its services: what is wrong is said at the recipes' own rules.

use super::tasks::Tasks;
use super::{Renderer, blame, probe_ports, written};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::layout::Folders;
use crate::load::inputs::Inputs;
use crate::resolve::release::Release;
use crate::tree::Files;

impl Renderer {
    /// All that is wrong with what the recipes render.
    ///
    /// # Errors
    ///
    /// What is no recipe's fault.
    pub(crate) fn trial(&mut self, release: &Release, inputs: &Inputs) -> Result<Vec<Diagnostic>, Failure> {
        let folders = Folders::new(&release.cluster, &release.environment, &release.app)?;
        let (kept, tasks) = (Files::new(), Tasks::of(release, &Files::new())?);
        let objects = match self.objects(release, inputs, &folders, (&kept, &tasks)) {
            Ok(objects) => objects,
            Err(failure) if failure.diagnostics.is_empty() => return Err(failure),
            Err(failure) => return Ok(failure.diagnostics),
        };
        let found = self.violations(release, inputs, &objects)?;
        let said = found.into_iter().filter_map(|(file, violation)| {
            let rendered = objects.iter().find(|rendered| rendered.path.as_str() == file)?;
            let said = violation.to_string();
            let message = format!("{}: {}", rendered.path.file_name(), said.trim_start_matches(": "));
            let place = blame::place(&rendered.origin, &violation.path);
            let problem = Diagnostic::error(Code::ManifestInvalid, place, message);
            let hint = written::hint(&violation, &problem.span).map(Into::into);
            Some(Diagnostic { hint, ..problem })
        });
        Ok(said.chain(probe_ports::check(&objects)).collect())
    }
}
