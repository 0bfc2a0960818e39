//! The page that answers in an app's place while it is in maintenance: what it is made of, and that the route leads there.

use crate::diagnostic::Code;
use crate::load::inputs::Inputs;
use crate::load::recipe_name::MAINTENANCE_PAGE;
use crate::resolve::decisions::Notes;
use crate::resolve::labels::{self, Part};
use crate::resolve::release::{MaintenancePage, Route};

/// The app's route, leading to the page. An app that has no route any more is deployed all the same.
pub(super) fn redirect(
    inputs: &Inputs,
    environment: &str,
    route: Option<Route>,
    notes: &mut Notes,
) -> Option<Route> {
    let Some(route) = route else {
        let place = inputs.registration.as_ref()?.key(&["environments", environment, "maintenance"]);
        let message = "the app has no address, so no maintenance page answers; its schedules are suspended";
        let hint = format!("to end it: `cupaas maintenance off {} --env {environment}`", inputs.name);
        notes.warning(Code::SettingUnused, place, message, hint);
        return None;
    };
    let image = inputs.shared.description.value.image.as_deref().unwrap_or_default();
    let page = MaintenancePage {
        name: MAINTENANCE_PAGE.to_owned(),
        image: inputs.platform.value.registry.all_mirrors().image(image),
        labels: labels::of(inputs, environment, MAINTENANCE_PAGE, Part::MaintenancePage),
        selector: labels::selector(&inputs.name, MAINTENANCE_PAGE),
    };
    Some(Route { backend: MAINTENANCE_PAGE.to_owned(), maintenance: Some(page), ..route })
}
