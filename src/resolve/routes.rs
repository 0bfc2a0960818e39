//! How requests reach an app: host names, and through what.

use crate::layout::{host_file, owner};
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::load::inputs::Inputs;
use crate::load::platform::PlatformFile;
use crate::load::scalars::{Host, HostPattern};
use crate::names;
use crate::resolve::decisions::Notes;
use crate::resolve::environment;
use crate::resolve::labels::{self, Part};
use crate::resolve::maintenance;
use crate::resolve::release::{
    Gateway, Labels, Operation, Process, ProcessKind, Release, Route, Service, Via,
};
use crate::tree::Files;

/// Where a host is reached, by what the platform says of its router.
pub(crate) fn url(host: &str, platform: &PlatformFile) -> String {
    let routing = &platform.routing;
    let by_ingress = routing.ingress.as_ref().is_some_and(|ingress| ingress.tls.is_some());
    let secure = by_ingress || routing.gateway.as_ref().is_some_and(|gateway| gateway.tls);
    format!("{}://{host}", if secure { "https" } else { "http" })
}

/// The app's own; while it is in maintenance, to the page that says so.
pub(super) fn resolve(
    inputs: &Inputs,
    environment: &str,
    processes: &[Process],
    operation: &Operation,
    notes: &mut Notes,
) -> Option<Route> {
    let route = to_web(inputs, environment, processes, notes);
    if operation.maintenance { maintenance::redirect(inputs, environment, route, notes) } else { route }
}

fn to_web(inputs: &Inputs, environment: &str, processes: &[Process], notes: &mut Notes) -> Option<Route> {
    let web = processes.iter().find(|process| process.name == "web" && process.kind == ProcessKind::Web)?;
    let hosts = hosts(inputs, environment, notes);
    let routing = &inputs.platform.value.routing;
    if routing.ingress.is_some() && routing.gateway.is_some() {
        let span = inputs.platform.key(&["routing", "gateway"]);
        let message = "`routing` has both `ingress` and `gateway`";
        notes.problem(Code::ConflictingSettings, span, message, "keep one of them");
    }
    let url = url(hosts.first()?, &inputs.platform.value);
    notes.decided("url", &url, inputs.platform.at(&["environments", environment, "domain"]));
    Some(Route {
        name: inputs.name.clone(),
        labels: labels::of(inputs, environment, &inputs.name, Part::App),
        process: web.name.clone(),
        backend: web.name.clone(),
        port: 80,
        port_name: "http".to_owned(),
        ..through(inputs, hosts, url)
    })
}

/// A service's own, below the environment's domain; `place` is where the app asks for it.
pub(super) fn of_service(
    inputs: &Inputs,
    environment: &str,
    service: &Service,
    place: Span,
    notes: &mut Notes,
) -> Option<Route> {
    let settings = inputs.platform.value.environments.get(environment);
    let Some(Host(domain)) = settings.and_then(|settings| settings.domain.as_ref()) else {
        if inputs.platform.is_sound(&["environments", environment, "domain"]) {
            let message = format!("{environment} has no domain for {}", service.name);
            let hint = format!("set `domain` of {environment} in cupaas.yaml, or remove `public`");
            notes.problem(Code::MissingKey, place, message, hint);
        }
        return None;
    };
    let label = names::host_label(&format!("{}-{}", inputs.name, service.name), environment);
    let host = format!("{label}.{domain}");
    let url = url(&host, &inputs.platform.value);
    notes.decided(format!("services.{}.url", service.name), &url, place);
    Some(Route {
        name: format!("{}-public", service.name),
        labels: service.labels.clone(),
        process: service.name.clone(),
        backend: service.name.clone(),
        port: service.port,
        port_name: service.recipe.clone(),
        ..through(inputs, vec![host], url)
    })
}

/// What the routes of an app and of its services would take from each other.
pub(super) fn clashes(inputs: &Inputs, services: &[Service], route: Option<&Route>, notes: &mut Notes) {
    for (service, own) in services.iter().filter_map(|service| Some((service, service.route.as_ref()?))) {
        if own.name == inputs.name {
            let message = format!(
                "the app and the route of its service {} are both named {:?}",
                service.name, own.name
            );
            let hint = format!("give the service another name: {{{}: {{name: …}}}}", service.recipe);
            notes.problem(Code::NameConflict, of_public(service, inputs), message, hint);
        }
        let of_app = route.iter().flat_map(|route| &route.hosts);
        for host in of_app.filter(|host| own.hosts.contains(host)) {
            let message = format!("host {host:?} is that of the service {}, which is `public`", service.name);
            let hint = "remove it from `domains`, or give the service another name";
            notes.problem(Code::NameConflict, place_of(host, inputs), message, hint);
        }
    }
}

/// Where an app asks for a service's host name.
fn of_public(service: &Service, inputs: &Inputs) -> Span {
    inputs.app.at(&["services", &service.index.to_string(), &service.recipe, "public"])
}

/// What the platform says of all routes.
fn through(inputs: &Inputs, hosts: Vec<String>, url: String) -> Route {
    let routing = &inputs.platform.value.routing;
    let tls = routing.ingress.as_ref().and_then(|ingress| ingress.tls.as_ref());
    Route {
        via: if routing.gateway.is_some() { Via::Gateway } else { Via::Ingress },
        url,
        class: routing
            .ingress
            .as_ref()
            .and_then(|ingress| ingress.class.as_ref().map(|class| class.0.clone())),
        issuer: tls.and_then(|tls| tls.issuer.as_ref().map(|issuer| issuer.0.clone())),
        gateway: routing.gateway.as_ref().map(|gateway| Gateway {
            name: gateway.name.0.clone(),
            namespace: gateway.namespace.0.clone(),
            section: gateway.section.as_ref().map(|section| section.0.clone()),
        }),
        hosts,
        name: String::new(),
        labels: Labels::new(),
        process: String::new(),
        backend: String::new(),
        maintenance: None,
        port: 0,
        port_name: String::new(),
    }
}

fn hosts(inputs: &Inputs, environment: &str, notes: &mut Notes) -> Vec<String> {
    let settings = inputs.platform.value.environments.get(environment);
    let domain = settings.and_then(|settings| settings.domain.as_ref());
    let mut hosts: Vec<String> = Vec::new();
    if let Some(Host(domain)) = domain {
        hosts.push(format!("{}.{domain}", names::host_label(&inputs.name, environment)));
    }
    let app = &inputs.app.value;
    let own = app.environments.get(environment).and_then(|entry| entry.domains.as_ref());
    let (domains, path): (&[Host], Vec<&str>) = match own {
        Some(domains) => (domains, vec!["environments", environment, "domains"]),
        // The app's own domains are production's: two environments cannot both have them.
        None if environment == "production" || inputs.platform.value.environments.len() == 1 => {
            (&app.domains, vec!["domains"])
        }
        None => (&[], Vec::new()),
    };
    for (index, Host(host)) in domains.iter().enumerate() {
        let index = index.to_string();
        let place = inputs.app.at(&[path.as_slice(), &[index.as_str()]].concat());
        if !accepted(host, inputs, domain) {
            refuse(inputs, environment, host, place, notes);
        } else if !hosts.contains(host) {
            notes.decided(format!("hosts.{host}"), host, place);
            hosts.push(host.clone());
        }
    }
    hosts
}

fn refuse(inputs: &Inputs, environment: &str, host: &str, place: Span, notes: &mut Notes) {
    let domain = ["environments", environment, "domain"];
    if inputs.platform.is_sound(&domain) && inputs.platform.is_sound(&["routing", "domains"]) {
        let message = format!("the platform does not accept the domain {host:?}");
        let hint = "`routing.domains` in cupaas.yaml lists the accepted ones";
        notes.problem(Code::DomainNotAccepted, place, message, hint);
    }
}

/// Says which of the host names that are written for one of the platform's environments cannot be had there.
pub(super) fn check(inputs: &Inputs, environment: &str, domains: &[Host], notes: &mut Notes) {
    let Some((known, settings)) = environment::meant(inputs, environment) else { return };
    for (index, Host(host)) in domains.iter().enumerate() {
        if !accepted(host, inputs, settings.domain.as_ref()) {
            let place = inputs.app.at(&["environments", environment, "domains", &index.to_string()]);
            refuse(inputs, known, host, place, notes);
        }
    }
}

fn accepted(host: &str, inputs: &Inputs, domain: Option<&Host>) -> bool {
    let below = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.') && rest.matches('.').count() == 1)
    };
    let listed = |HostPattern(pattern): &HostPattern| match pattern.strip_prefix("*.") {
        Some(domain) => below(domain),
        None => pattern == host,
    };
    domain.is_some_and(|domain| below(&domain.0)) || inputs.platform.value.routing.domains.iter().any(listed)
}

/// What that file says.
pub(crate) fn host_owner(release: &Release) -> String {
    owner(&release.app, &release.environment)
}

/// Hosts of this release that other apps hold already.
pub(crate) fn taken(release: &Release, inputs: &Inputs, held: &Files) -> Vec<Diagnostic> {
    let ours = host_owner(release);
    let hosts: BTreeSet<&String> = release.hosts().collect();
    let mut problems = Vec::new();
    for host in hosts {
        let owner = host_file(host).and_then(|file| held.get(&file)).filter(|owner| **owner != ours);
        if let Some(owner) = owner {
            let said = owner.trim().replace('\n', ", ");
            let has_it = |service: &&Service| service.route.iter().any(|route| route.hosts.contains(host));
            let service = release.services.iter().find(has_it);
            let place = service.map_or_else(|| place_of(host, inputs), |service| of_public(service, inputs));
            let hint = match service {
                Some(service) => {
                    format!(
                        "give the service another name: {{{}: {{name: …}}}}, or remove `public`",
                        service.recipe
                    )
                }
                None => "give the app another `name`, or remove the other app first".to_owned(),
            };
            problems.push(
                Diagnostic::error(Code::HostTaken, place, format!("host {host:?} is already taken ({said})"))
                    .hint(hint),
            );
        }
    }
    problems
}

/// Hosts that two releases of one run ask for.
pub(crate) fn twice<'a>(releases: impl Iterator<Item = (&'a Release, &'a Inputs)>) -> Vec<Diagnostic> {
    let mut holders: BTreeMap<&str, &Release> = BTreeMap::new();
    let mut problems = Vec::new();
    for (release, inputs) in releases {
        for host in release.hosts() {
            let Some(other) = holders.insert(host, release) else { continue };
            let message = format!("host {host:?} is also claimed by {} in {}", other.app, other.environment);
            let problem = Diagnostic::error(Code::HostTaken, place_of(host, inputs), message);
            problems.push(problem.hint("only one of them can have it; exclude the other with --without"));
        }
    }
    problems
}

fn place_of(host: &str, inputs: &Inputs) -> Span {
    let index = inputs.app.value.domains.iter().position(|domain| domain.0 == *host);
    match index {
        Some(index) => inputs.app.at(&["domains", &index.to_string()]),
        None => inputs.app.at(&["name"]),
    }
}
