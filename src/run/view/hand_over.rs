//! An app in an environment → the line of `kubectl` that shows its pods or its logs, or runs something in one of its
//! containers. Everything in it is what was deployed last; the cluster is asked by kubectl alone, as the person who runs it.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Failure};
use crate::layout::path;
use crate::load::gitops::Gitops;
use crate::load::release_file::ReleaseFile;
use crate::names;
use crate::outcome::Report;
use crate::outcome::hand_over::HandOver;
use crate::resolve::routes;
use crate::run::recorded::{decided, only};
use crate::run::spec::RunSpec;
use crate::run::view::workloads::{Workload, workloads};
use crate::schema::suggest;

/// What is wanted.
#[derive(Debug)]
pub enum HandOverTo {
    /// The app's address, in a browser that this program opens.
    Browser(&'static str),
    /// The app's pods.
    Pods,
    /// What containers have written.
    Logs(LogLines),
    /// A program in the container of a process or service.
    Command {
        /// Which one.
        part: Option<String>,
        /// The program and its arguments.
        command: Vec<String>,
    },
    /// A service's own shell.
    Console(Option<String>),
}

/// Which lines.
#[derive(Debug)]
pub struct LogLines {
    /// Of which process or service.
    pub part: Option<String>,
    /// Whether it goes on.
    pub follow: bool,
    /// The most of each pod.
    pub tail: i64,
    /// How old they may be.
    pub since: Option<String>,
    /// Whether those of the containers before are meant.
    pub previous: bool,
}

/// How it is handed over.
#[derive(Debug)]
pub struct Handing {
    /// Whether it is only shown.
    pub print: bool,
    /// The context of kubectl's settings.
    pub context: Option<String>,
    /// Whether a person sits at a terminal.
    pub terminal: bool,
}

/// The most pods whose logs are read at once.
const PODS: &str = "--max-log-requests=50";

/// The line.
///
/// # Errors
/// An app, an environment, a process or a service that nobody knows; one that does not run; or the repository's own.
pub(super) fn hand_over(
    to: &HandOverTo,
    how: &Handing,
    spec: &RunSpec,
    gitops: &mut Gitops,
) -> Result<Report, Failure> {
    let record = only(spec, gitops)?;
    let mut one = HandOver {
        namespace: names::namespace(&record.app, &record.environment),
        cluster: record.cluster.clone(),
        url: None,
        command: Vec::new(),
        print: how.print,
        app: record.app.clone(),
        environment: record.environment.clone(),
    };
    if let HandOverTo::Browser(opener) = to {
        let url = url(&record, gitops)?;
        one.command = vec![(*opener).to_owned(), url.clone()];
        one.url = Some(url);
        return Ok(Report::HandOver(one));
    }
    let folder = path(&format!("deploy/{}/{}", record.environment, record.app))?;
    let found = Found { record: &record, all: workloads(&gitops.read(&[folder])?)? };
    if let Some(first) = found.all.first() {
        one.namespace.clone_from(&first.namespace);
    }
    one.command = vec!["kubectl".to_owned(), format!("--namespace={}", one.namespace)];
    one.command.extend(how.context.as_ref().map(|context| format!("--context={context}")));
    one.command.extend(match to {
        HandOverTo::Browser(_) | HandOverTo::Pods => found.pods(),
        HandOverTo::Logs(lines) => found.logs(lines)?,
        HandOverTo::Command { part, command } => exec(found.lasting(part.as_deref())?, how.terminal, command),
        HandOverTo::Console(service) => {
            let consoles = consoles(spec, &record, gitops)?;
            let (service, words) = found.console(service.as_deref(), &consoles)?;
            exec(service, how.terminal, words)
        }
    });
    Ok(Report::HandOver(one))
}

fn url(record: &ReleaseFile, gitops: &mut Gitops) -> Result<String, Failure> {
    let host = record.hosts.first().filter(|host| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric();
        host.bytes().next().is_some_and(plain)
            && host.bytes().all(|byte| plain(byte) || b"-.".contains(&byte))
    });
    match host {
        Some(host) => Ok(routes::url(host, &gitops.platform()?.value)),
        None => {
            let message = format!("{} has no address in {}", record.app, record.environment);
            Err(Failure::new(Code::NothingRuns, message).hint("only an app with a process `web` has one"))
        }
    }
}

/// What runs of a release.
struct Found<'a> {
    record: &'a ReleaseFile,
    all: Vec<Workload>,
}

impl Found<'_> {
    fn pods(&self) -> Vec<String> {
        let columns = "--label-columns=cupaas.dev/process,cupaas.dev/service";
        ["get", "pods", &format!("--selector=cupaas.dev/app={}", self.record.app), columns]
            .map(str::to_owned)
            .into()
    }

    fn logs(&self, lines: &LogLines) -> Result<Vec<String>, Failure> {
        let mut words = vec!["logs".to_owned()];
        match lines.part.as_deref() {
            Some(part) => {
                let one = self.part(Some(part), "process or service", |_| true)?;
                words.extend([
                    format!("--selector={}", one.selector),
                    format!("--container={}", one.container),
                ]);
            }
            None => words.push(format!("--selector=cupaas.dev/app={},cupaas.dev/process", self.record.app)),
        }
        words.extend(["--prefix", PODS].map(str::to_owned));
        words.push(format!("--tail={}", lines.tail));
        words.extend(lines.since.as_ref().map(|since| format!("--since={since}")));
        words.extend(lines.follow.then(|| "--follow".to_owned()));
        words.extend(lines.previous.then(|| "--previous".to_owned()));
        Ok(words)
    }

    /// The `what` of that name, else the only one; of several, the one that gets requests.
    fn part(
        &self,
        name: Option<&str>,
        what: &str,
        fits: impl Fn(&Workload) -> bool,
    ) -> Result<&Workload, Failure> {
        let fitting = || self.all.iter().filter(|one| fits(one));
        let found = match name {
            Some(name) => fitting().find(|one| one.part == name),
            None => match fitting().collect::<Vec<_>>().as_slice() {
                [only] => Some(*only),
                _ => fitting().find(|one| one.part == "web" && !one.is_service),
            },
        };
        found.ok_or_else(|| {
            let place = format!("{} in {}", self.record.app, self.record.environment);
            let known: Vec<&str> = fitting().map(|one| one.part.as_str()).collect();
            let message = match name {
                None if known.is_empty() => format!("{place} has no {what}"),
                Some(name) => format!("{place} has no {what} {name:?}"),
                None => format!("{place} has more than one {what}, and none is named"),
            };
            let close = name.and_then(|name| suggest(name, known.iter().copied()));
            let hints = [
                close.map(|close| format!("did you mean {close:?}?")),
                (!known.is_empty()).then(|| format!("there are: {}", known.join(", "))),
            ];
            hints.into_iter().flatten().fold(Failure::new(Code::NothingRuns, message), Failure::hint)
        })
    }

    /// The same of those that have pods to run something in.
    fn lasting(&self, name: Option<&str>) -> Result<&Workload, Failure> {
        let fits = |one: &Workload| one.lasting && (name.is_some() || !one.is_service);
        let one = self.part(name, "process or service with a pod that stays", fits)?;
        if one.stopped {
            let message =
                format!("no {} of {} runs in {}", one.part, self.record.app, self.record.environment);
            return Err(Failure::new(Code::NothingRuns, message)
                .hint("it is stopped, or scaled to 0: `cupaas start`, `cupaas scale`"));
        }
        Ok(one)
    }

    /// The service of that name, else the only one that has a shell, and the words that start it.
    fn console<'c>(
        &self,
        name: Option<&str>,
        consoles: &'c Consoles,
    ) -> Result<(&Workload, &'c [String]), Failure> {
        let services = || self.all.iter().filter(|one| one.is_service && one.lasting);
        let none = |what: String, name: &str| {
            let hint = format!("run a program yourself: `cupaas run --process {name} -- PROGRAM`");
            Failure::new(Code::NoConsole, what).hint(hint)
        };
        let without = |one: &&Workload| !consoles.words.contains_key(&one.part);
        if let Some(one) = services().find(|one| Some(one.part.as_str()) == name).filter(without) {
            let what = consoles.recipes.get(&one.part).unwrap_or(&one.part);
            return Err(none(format!("the recipe of {what} names no console"), &one.part));
        }
        if name.is_none()
            && services().all(|one| without(&one))
            && let Some(first) = services().next()
        {
            let place = format!("{} in {}", self.record.app, self.record.environment);
            return Err(none(format!("no recipe of a service of {place} names a console"), &first.part));
        }
        let one = self.part(name, "service with a console", |one| {
            one.is_service && one.lasting && consoles.words.contains_key(&one.part)
        })?;
        Ok((one, consoles.words.get(&one.part).map(Vec::as_slice).unwrap_or_default()))
    }
}

/// A program in a container, with what is typed as its input.
fn exec(one: &Workload, terminal: bool, command: &[String]) -> Vec<String> {
    let mut words = vec!["exec".to_owned(), "--stdin".to_owned()];
    words.extend(terminal.then(|| "--tty".to_owned()));
    words.extend([one.object.clone(), format!("--container={}", one.container), "--".to_owned()]);
    words.extend(command.iter().cloned());
    words
}

/// What the recipes of an app's services say of their shells, by the services' names.
struct Consoles {
    recipes: BTreeMap<String, String>,
    /// Those that name one.
    words: BTreeMap<String, Vec<String>>,
}

fn consoles(spec: &RunSpec, record: &ReleaseFile, gitops: &mut Gitops) -> Result<Consoles, Failure> {
    let (inputs, _, release) = decided(spec, record, gitops, &BTreeSet::new())?;
    let recipes: BTreeMap<String, String> =
        release.services.iter().map(|one| (one.name.clone(), one.recipe.clone())).collect();
    let words = |(name, recipe): (&String, &String)| {
        let words = &inputs.services.get(recipe)?.description.value.console;
        (!words.is_empty()).then(|| (name.clone(), words.clone()))
    };
    Ok(Consoles { words: recipes.iter().filter_map(words).collect(), recipes })
}
