//! What is wrong with the gates and freezes of `cupaas.yaml` that no schema says: environments that there are not, schedules,
//! time zones, days that no calendar has.

use crate::calendar::{Clocks, Lapse, Schedule, Written};
use crate::diagnostic::{Code, Diagnostic};
use crate::load::environments;
use crate::load::gate::Freeze;
use crate::load::platform::PlatformFile;
use crate::schema::schedule_problem;
use crate::yaml::document::Document;

/// The most days that one freeze of a schedule may last.
pub(crate) const LONGEST: i64 = 366;

/// Everything that is wrong with them, each with its place.
pub(super) fn problems(platform: &Document<PlatformFile>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, settings) in &platform.value.environments {
        let own = ["environments", name.as_str()];
        for (index, from) in settings.promotion.iter().flat_map(|gates| &gates.from).enumerate() {
            let index = index.to_string();
            let path = [&own[..], &["promotion", "from", &index]].concat();
            if !platform.is_sound(&path) {
                continue;
            }
            if from.0 == *name {
                let message = format!("{name} is not promoted from itself");
                problems.push(Diagnostic::error(Code::InvalidValue, platform.at(&path), message));
            } else if !platform.value.environments.contains_key(&from.0) {
                problems.push(environments::undeclared(&from.0, &platform.value, platform.at(&path)));
            }
        }
        for (index, freeze) in settings.freeze.iter().enumerate() {
            let index = index.to_string();
            let path = [&own[..], &["freeze", &index]].concat();
            if platform.is_sound(&path) {
                problems.extend(Place { platform, path: &path }.problems(freeze));
            }
        }
    }
    problems
}

/// Where a freeze is written.
struct Place<'a> {
    platform: &'a Document<PlatformFile>,
    path: &'a [&'a str],
}

impl Place<'_> {
    /// A problem of one of its keys; of all of it, where that is not written.
    fn wrong(&self, code: Code, key: &str, message: impl Into<String>) -> Diagnostic {
        let path = [self.path, &[key]].concat();
        Diagnostic::error(code, self.platform.at(&path), message)
    }

    fn problems(&self, freeze: &Freeze) -> Vec<Diagnostic> {
        let mut problems: Vec<Diagnostic> = self.shape(freeze).into_iter().collect();
        if let Some(schedule) = &freeze.schedule {
            let why = match schedule_problem(schedule) {
                None if Schedule::parse(schedule).is_none() => {
                    Some("begins at no time of any clock".to_owned())
                }
                other => other,
            };
            problems.extend(why.map(|why| {
                self.wrong(Code::InvalidSchedule, "schedule", format!("the schedule {schedule:?} {why}"))
                    .hint("such as \"0 16 * * 5\": each Friday at 16:00")
            }));
        }
        let clocks = match &freeze.time_zone {
            Some(zone) => {
                let clocks = Clocks::of(zone);
                if clocks.is_none() {
                    let message = format!("there is no time zone {zone:?}");
                    problems.push(self.wrong(Code::InvalidValue, "timeZone", message).hint(
                        "a name of the IANA database, such as America/Havana or Europe/Madrid, or UTC",
                    ));
                }
                clocks
            }
            None => Clocks::of("UTC"),
        };
        let mut times = [None, None];
        for ((key, written), time) in [("from", &freeze.from), ("to", &freeze.to)].into_iter().zip(&mut times)
        {
            let Some(text) = written else { continue };
            match Written::parse(&text.0) {
                Some(written) => *time = Some(written),
                None => {
                    let message = format!("no calendar has {}", text.0);
                    problems.push(self.wrong(Code::InvalidValue, key, message));
                }
            }
        }
        if let (Some(clocks), [Some(from), Some(to)]) = (clocks, times)
            && clocks.begins(from) >= clocks.ends(to)
        {
            problems.push(self.wrong(Code::InvalidValue, "to", "ends before it begins"));
        }
        problems
    }

    /// Whether it says when: again and again, or once.
    fn shape(&self, freeze: &Freeze) -> Option<Diagnostic> {
        let once = freeze.from.is_some() || freeze.to.is_some();
        let hint = "either `schedule` and `for`, or `from` and `to`";
        match (&freeze.schedule, &freeze.lasts) {
            (Some(_), Some(_)) | (Some(_), None) | (None, Some(_)) if once => {
                let message = "a freeze comes again and again, or once";
                Some(self.wrong(Code::ConflictingSettings, "schedule", message).hint(hint))
            }
            (Some(_), None) => Some(
                self.wrong(Code::MissingKey, "schedule", "`for` is missing: how long it lasts").hint(hint),
            ),
            (None, Some(_)) => {
                Some(self.wrong(Code::MissingKey, "for", "`schedule` is missing: when it begins").hint(hint))
            }
            (None, None) if !once => {
                Some(self.wrong(Code::MissingKey, "from", "nothing says when it is").hint(hint))
            }
            (Some(_), Some(lasts)) => {
                let days = Lapse::parse(&lasts.0).map(Lapse::seconds).map(|seconds| seconds / 86_400);
                let long = days.is_none_or(|days| days > LONGEST);
                let message = format!("must be no longer than {LONGEST}d");
                long.then(|| {
                    self.wrong(Code::InvalidValue, "for", message).hint("for longer: `from` and `to`")
                })
            }
            (None, None) => None,
        }
    }
}
