//! How requests come from outside, as it was decided.

use std::collections::BTreeMap;

use serde::Serialize;

/// How requests reach the app, or one of its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Through what.
    pub via: Via,
    /// Host names, the platform's own first.
    pub hosts: Vec<String>,
    /// The first host as an address.
    pub url: String,
    /// The name of its objects.
    pub name: String,
    /// Labels of its objects.
    pub labels: BTreeMap<String, String>,
    /// What it is for: the name of a process or a service.
    pub process: String,
    /// The name of the Service that answers: the process's or service's own, but while the app is in maintenance.
    pub backend: String,
    /// What that is, while the app is in maintenance.
    pub maintenance: Option<MaintenancePage>,
    /// The port of that Service.
    pub port: u16,
    /// The port's name.
    pub port_name: String,
    /// The IngressClass.
    pub class: Option<String>,
    /// The cert-manager ClusterIssuer.
    pub issuer: Option<String>,
    /// The Gateway.
    pub gateway: Option<Gateway>,
}

/// A web server that answers 503 to all requests, in the place of an app that is in maintenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MaintenancePage {
    /// The name of its objects.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Labels of its objects.
    pub labels: BTreeMap<String, String>,
    /// Labels that select its pods; frozen.
    pub selector: BTreeMap<String, String>,
}

/// Through what requests come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// An Ingress.
    Ingress,
    /// An HTTPRoute.
    Gateway,
}

/// A Gateway of the platform's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gateway {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The listener.
    pub section: Option<String>,
}
