//! What `cupaas.yaml` says of the way into an environment: where releases come from, for how long they have been tried
//! there, and when nothing new may come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::scalars::{EnvironmentName, Lapse, LocalTime};

/// What must be true of a release before `promote` brings it here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionGates {
    /// The environments that it may come from; default: any.
    #[serde(default)]
    pub from: Vec<EnvironmentName>,
    /// For how long it must have stood there, and have been healthy where the cluster reports that: `30m`, `2h`, `1d`.
    pub soak: Option<Lapse>,
    /// Statuses of the app's commit that must be green on its forge, by their names: `ci/test`. On GitHub checks count
    /// too, so that a job of a workflow is named as it is shown there.
    #[serde(default)]
    pub statuses: Vec<StatusName>,
}

/// Name of a commit status, or of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("minLength" = 1, "maxLength" = 255, "x-hint" = "the status's name as the forge shows it, such as ci/test"))]
pub struct StatusName(pub String);

/// A time in which no new release comes to an environment: again and again (`schedule` and `for`), or once (`from`, `to`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Freeze {
    /// When it begins, as a CronJob's schedule: `0 16 * * 5` is each Friday at 16:00.
    pub schedule: Option<String>,
    /// For how long, with `schedule`: `64h` are so many hours, `3d` so many days of the calendar there.
    #[serde(rename = "for")]
    pub lasts: Option<Lapse>,
    /// When it begins: `2026-12-20`, or `2026-12-20T16:00`; default: it has begun.
    pub from: Option<LocalTime>,
    /// When it ends; a day alone is frozen to its end. Default: when it is taken out of this file.
    pub to: Option<LocalTime>,
    /// Whose clocks these times are of, such as `America/Havana`; default `UTC`.
    pub time_zone: Option<String>,
    /// Why, for whoever is kept waiting.
    pub why: Option<String>,
}
