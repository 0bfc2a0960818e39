//! What a service's manifests promise each other and the app: pods that can be reached, and only by the app, and no Secret
//! in clear text. The API server would take them without it, and the service would not work.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Failure, Span};
use crate::load::catalog::Recipe;
use crate::load::recipe_checks::secrets::{CLEAR_TEXT, CREDENTIALS, VALUES};
use crate::render::layers::Rendered;
use crate::render::service_network::Callers;
use crate::render::{blame, namespaces, service_network};
use crate::resolve::release::{Release, Service};
use crate::schema::{Checker, Segment};

/// Kinds of objects that run pods for as long as the service is there.
const WORKLOADS: [&str; 3] = ["Deployment", "StatefulSet", "DaemonSet"];

/// Looks at all that a service's recipe has rendered.
///
/// # Errors
///
/// The recipe's, at its rules.
pub(super) fn check(
    (recipe, service): (&Recipe, &Service),
    (release, checker): (&Release, &Checker),
    rendered: &[Rendered],
) -> Result<(), Failure> {
    let is_workload = |one: &&Rendered| WORKLOADS.contains(&kind_of(&one.object));
    let workloads = rendered.iter().filter(is_workload).collect();
    let mut found = Found { recipe, rendered, workloads, problems: Vec::new() };
    found.clear_text();
    found.namespaces(release, checker);
    found.reached(service, &Callers::of(release));
    found.open(service);
    found.made(service);
    found.ports();
    found.ping(service);
    if found.problems.is_empty() { Ok(()) } else { Err(Failure::recipes(found.problems)) }
}

/// What has been rendered, and what is wrong with it.
struct Found<'a> {
    recipe: &'a Recipe,
    rendered: &'a [Rendered],
    workloads: Vec<&'a Rendered>,
    problems: Vec<Diagnostic>,
}

impl<'a> Found<'a> {
    fn say(&mut self, place: Span, message: impl Into<String>, hint: impl Into<String>) {
        let problem = Diagnostic::error(Code::RecipeInvalid, place, message.into());
        self.problems.push(problem.hint(hint.into()));
    }

    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'a Rendered> + use<'a> {
        self.rendered.iter().filter(move |one| kind_of(&one.object) == kind)
    }

    /// Values of a Secret that would be committed as they are.
    fn clear_text(&mut self) {
        let is_core =
            |one: &&Rendered| one.object["apiVersion"].as_str().is_none_or(|text| !text.contains('/'));
        for secret in self.of_kind("Secret").filter(is_core) {
            let has = |key: &&str| secret.object.get(*key).is_some_and(|values| !values.is_null());
            if let Some(key) = VALUES.into_iter().find(has) {
                let place = blame::place(&secret.origin, &[Segment::Key(key.to_owned())]);
                self.say(place, CLEAR_TEXT, CREDENTIALS);
            }
        }
    }

    /// Objects that would be somewhere else.
    fn namespaces(&mut self, release: &Release, checker: &Checker) {
        for one in self.rendered {
            if let Some((path, message)) = namespaces::wrong(checker, release, &one.object) {
                let hint = "write `namespace: {{ namespace }}`, which is the app's";
                self.say(blame::place(&one.origin, &path), message, hint);
            }
        }
    }

    /// Whether the app can reach the service, and all else that runs is reached by somebody.
    fn reached(&mut self, service: &Service, callers: &Callers<'_>) {
        let named = self.of_kind("Service").find(|one| name_of(&one.object) == service.name);
        let front = named.and_then(|entry| self.behind(entry)).map(|workload| name_of(&workload.object));
        for workload in self.workloads.clone() {
            let object = &workload.object;
            let selecting = |policy: &&Rendered| {
                let selector = &policy.object["spec"]["podSelector"];
                service_network::selects(selector, |key| labels(object)[key].as_str())
            };
            let policies: Vec<&Rendered> = self.of_kind("NetworkPolicy").filter(selecting).collect();
            let let_in = |policy: &&Rendered| {
                let between = |first, last| listens_between(object, first, last);
                callers.are_let_in(&policy.object, |port| listens(object, port), between)
            };
            // What stands behind what the app talks to, such as the service's own database, is not the app's to reach.
            let is_behind = front.is_some_and(|front| front != name_of(object));
            if policies.iter().any(let_in) || (is_behind && !policies.is_empty()) {
                continue;
            }
            let Some(policy) = policies.first() else {
                let message = format!("no NetworkPolicy lets the app reach {}", called(object));
                let hint = "add `{template: shared/service/network-policy.yaml.j2}`, or a policy of the recipe's own";
                self.say(self.recipe.description.at(&["files"]), message, hint);
                continue;
            };
            let message =
                format!("{} lets no pod of the app reach {}", called(&policy.object), called(object));
            let hint = "let pods with the label `cupaas.dev/app: {{ app }}` in, to a port that a container listens on; \
                        shared/service/network-policy.yaml.j2 does";
            let path = ["spec", "ingress"].map(|key| Segment::Key(key.to_owned()));
            self.say(blame::place(&policy.origin, &path), message, hint);
        }
    }

    /// Whether the platform's router reaches a service that has a host name.
    fn open(&mut self, service: &Service) {
        let named = self.of_kind("Service").find(|one| name_of(&one.object) == service.name);
        let Some(front) = named.and_then(|entry| self.behind(entry)).filter(|_| service.route.is_some())
        else {
            return;
        };
        let object = &front.object;
        let lets_it_in = |policy: &Rendered| {
            let selector = &policy.object["spec"]["podSelector"];
            let of_front = service_network::selects(selector, |key| labels(object)[key].as_str());
            of_front && service_network::lets_others_in(&policy.object, |port| listens(object, port))
        };
        if !self.of_kind("NetworkPolicy").any(lets_it_in) {
            let message = format!("no NetworkPolicy lets the platform's router reach {}", called(object));
            let hint =
                "let it in where `service.route` is there, as shared/service/network-policy.yaml.j2 does";
            self.say(self.recipe.description.at(&["route"]), message, hint);
        }
    }

    /// Whether there is all that what runs stands on: the claims that it mounts, and a Service.
    fn made(&mut self, service: &Service) {
        let mut lacks = Vec::new();
        for workload in &self.workloads {
            let is_disk = |claim: &&str| service.disks.iter().any(|disk| disk.claim == **claim);
            let is_made = |claim: &&str| {
                self.of_kind("PersistentVolumeClaim").any(|one| name_of(&one.object) == *claim)
            };
            for claim in claims(&workload.object).filter(|claim| !is_disk(claim) && !is_made(claim)) {
                let message = format!("no rule makes the claim {claim:?} of {}", called(&workload.object));
                lacks.push((message, "claim.yaml.j2"));
            }
        }
        let is_led_to = |workload: &&Rendered| {
            let selector = |entry: &Rendered| selects(&entry.object["spec"]["selector"], &workload.object);
            self.of_kind("Service").any(selector)
        };
        // An exporter or a worker beside the server needs none.
        if let Some(first) = self.workloads.first()
            && self.recipe.description.value.port.is_some()
            && !self.workloads.iter().any(is_led_to)
        {
            match self.of_kind("Service").next() {
                None => {
                    let message = format!("no rule makes a Service for {}", called(&first.object));
                    lacks.push((message, "service.yaml.j2"));
                }
                Some(entry) => {
                    let message =
                        format!("{} selects no pod of {}", called(&entry.object), called(&first.object));
                    let path = ["spec", "selector"].map(|key| Segment::Key(key.to_owned()));
                    let place = blame::place(&entry.origin, &path);
                    self.say(place, message, "write `selector: {{ service.selector }}`, and among the labels of the pod's template `{{ service.labels }}`");
                }
            }
        }
        for (message, part) in lacks {
            let hint = format!("add `{{template: shared/service/{part}}}`, or one of the recipe's own");
            self.say(self.recipe.description.at(&["files"]), message, hint);
        }
    }

    /// Whether somebody listens behind each port of a Service.
    fn ports(&mut self) {
        for entry in self.of_kind("Service") {
            let Some(workload) = self.behind(entry) else { continue };
            for port in entry.object["spec"]["ports"].as_array().into_iter().flatten() {
                let target = port.get("targetPort").unwrap_or(&port["port"]);
                if !listens(&workload.object, target) {
                    let message =
                        format!("no container of {} listens on port {target}", called(&workload.object));
                    let hint = "name a port of its container as `targetPort`";
                    self.say(entry.origin.rule.clone(), message, hint);
                }
            }
        }
    }

    /// Whether the port of a ping is one that the service's name has.
    fn ping(&mut self, service: &Service) {
        let description = &self.recipe.description;
        let Some(http) = description.value.ping.as_ref().and_then(|ping| ping.http.as_ref()) else { return };
        let is_its = |one: &&Rendered| one.object["metadata"]["name"] == service.name;
        // One that somebody else makes is not known.
        let Some(entry) = self.of_kind("Service").find(is_its) else { return };
        let asked = Json::from(http.port.unwrap_or(service.port));
        let of_entry = entry.object["spec"]["ports"].as_array().into_iter().flatten();
        let ports: Vec<&Json> = of_entry.map(|port| &port["port"]).collect();
        // Without an address of its own its name is that of the pods themselves.
        let answers = match (entry.object["spec"]["clusterIP"] == "None", self.behind(entry)) {
            (true, Some(workload)) => listens(&workload.object, &asked),
            (true, None) => true,
            (false, _) => ports.contains(&&asked),
        };
        if !answers {
            let known: Vec<String> = ports.iter().map(ToString::to_string).collect();
            let place = match http.port {
                Some(_) => description.at(&["ping", "http", "port"]),
                None => description.at(&["port"]),
            };
            let message =
                format!("nothing of {} listens on port {asked}, which `ping` asks", called(&entry.object));
            self.say(place, message, format!("its ports: {}", known.join(", ")));
        }
    }

    /// What a Service leads to.
    fn behind(&self, entry: &Rendered) -> Option<&'a Rendered> {
        let selector = &entry.object["spec"]["selector"];
        self.workloads.iter().find(|workload| selects(selector, &workload.object)).copied()
    }
}

fn kind_of(object: &Json) -> &str {
    object["kind"].as_str().unwrap_or_default()
}

fn name_of(object: &Json) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// The claims that a workload's pods mount.
fn claims(workload: &Json) -> impl Iterator<Item = &str> {
    let volumes = workload["spec"]["template"]["spec"]["volumes"].as_array().into_iter().flatten();
    volumes.filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
}

fn called(object: &Json) -> String {
    format!("{} {:?}", kind_of(object), object["metadata"]["name"].as_str().unwrap_or_default())
}

/// Whether labels that something selects by are those of a workload's pods. An empty selector selects all of them.
fn selects(wanted: &Json, workload: &Json) -> bool {
    wanted.as_object().into_iter().flatten().all(|(name, value)| labels(workload)[name] == *value)
}

/// The labels of a workload's pods.
fn labels(workload: &Json) -> &Json {
    &workload["spec"]["template"]["metadata"]["labels"]
}

/// Whether a container has a port with one of these numbers; as [`listens`].
fn listens_between(workload: &Json, first: u64, last: u64) -> bool {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten();
    let mut ports = containers
        .flat_map(|one| one["ports"].as_array().into_iter().flatten())
        .map(|port| &port["containerPort"])
        .peekable();
    ports.peek().is_none()
        || ports.any(|port| port.as_u64().is_some_and(|port| (first..=last).contains(&port)))
}

/// Whether a container has this port. One that says none of its ports may listen on any number.
fn listens(workload: &Json, target: &Json) -> bool {
    let containers = workload["spec"]["template"]["spec"]["containers"].as_array();
    let mut ports =
        containers.into_iter().flatten().flat_map(|one| one["ports"].as_array().into_iter().flatten());
    let is_named = target.is_string();
    let mut any = false;
    let found = ports.any(|port| {
        any = true;
        port[if is_named { "name" } else { "containerPort" }] == *target
    });
    found || (!any && !is_named)
}
