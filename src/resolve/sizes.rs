//! How much processor and memory a process gets: a size by its name, which the platform may add to or change.

use std::collections::BTreeMap;

use crate::diagnostic::Span;
use crate::load::inputs::Inputs;
use crate::load::platform::Size;
use crate::load::pod_rules::BuiltInSize;
use crate::load::scalars::{Amount, Cpu};
use crate::resolve::decisions::Notes;

/// The size where nobody names one.
pub(super) const DEFAULT: &str = "small";

/// The sizes that every platform has.
fn built_in() -> BTreeMap<String, Size> {
    let size = |cpu: &str, memory: &str| Size { cpu: Cpu(cpu.to_owned()), memory: Amount(memory.to_owned()) };
    [("small", size("100m", "256Mi")), ("medium", size("250m", "512Mi")), ("large", size("500m", "1Gi"))]
        .map(|(name, size)| (name.to_owned(), size))
        .into()
}

/// All sizes of the platform.
pub(super) fn all(inputs: &Inputs) -> BTreeMap<String, Size> {
    let mut sizes = built_in();
    sizes.extend(inputs.platform.value.sizes.clone());
    sizes
}

/// The size of a process, by the name that is asked for; empty for one that nobody knows, which is said elsewhere.
pub(super) fn resolve(
    inputs: &Inputs,
    process: &str,
    asked: Option<&str>,
    place: &Span,
    notes: &mut Notes,
) -> Size {
    let sizes = all(inputs);
    let of_recipe = inputs.runtime.as_ref().and_then(|recipe| recipe.description.value.defaults.size);
    let name = asked.or(of_recipe.map(BuiltInSize::name)).unwrap_or(DEFAULT);
    if let Some(size) = sizes.get(name) {
        let origin = match (asked, inputs.runtime.as_ref().filter(|_| of_recipe.is_some())) {
            (Some(_), _) => place.to_string(),
            (None, Some(recipe)) => format!("the default of recipe {}", recipe.name),
            (None, None) => "default".to_owned(),
        };
        notes.decided(
            format!("processes.{process}.size"),
            format!("{name} ({} CPU, {})", size.cpu, size.memory),
            origin,
        );
        return size.clone();
    }
    Size { cpu: Cpu(String::new()), memory: Amount(String::new()) }
}
