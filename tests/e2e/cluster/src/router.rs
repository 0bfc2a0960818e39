//! An HTTP router for the routes that are rendered, as small as one can be: it reads Ingress and HTTPRoute objects and
//! the endpoints of their Services from the API server, and passes each request to a ready one.
//!
//! It is strict where a real router is lenient: a request that meets a pod which is gone is lost, and none is tried
//! again. Every request has a connection of its own. Paths other than `/`, TLS and weights are not honoured.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::{Cluster, look};

/// Where it listens.
pub const ADDRESS: &str = "127.0.0.1:80";

/// The addresses that serve each host, and how many requests the host had.
#[derive(Debug, Default)]
struct Table {
    hosts: BTreeMap<String, Vec<String>>,
    turn: usize,
}

/// Routes from now on, until the tier ends.
pub async fn start(cluster: &Cluster) -> Result<()> {
    let table = Arc::new(Mutex::new(Table::default()));
    let (client, filled) = (cluster.client.clone(), Arc::clone(&table));
    tokio::spawn(async move {
        loop {
            // As a router does it: what it knew stays while the API server does not answer.
            if let Ok(hosts) = hosts(&client).await {
                filled.lock().unwrap_or_else(PoisonError::into_inner).hosts = hosts;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let listener = TcpListener::bind(ADDRESS).await?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let table = Arc::clone(&table);
            tokio::spawn(async move { answer(stream, &table).await });
        }
    });
    Ok(())
}

async fn answer(mut visitor: TcpStream, table: &Mutex<Table>) {
    let why = match pass(&mut visitor, table).await {
        Ok(()) => return,
        Err(error) => format!("{error:#}\n"),
    };
    let length = why.len();
    let head = format!("HTTP/1.1 502 Bad Gateway\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // The visitor may be gone.
    let _ = visitor.write_all(format!("{head}{why}").as_bytes()).await;
}

async fn pass(visitor: &mut TcpStream, table: &Mutex<Table>) -> Result<()> {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if visitor.read_buf(&mut request).await? == 0 {
            bail!("no whole request");
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    let field = |name: &str| {
        let fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let host = field("host").context("no host")?;
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let length: usize = field("content-length").map_or(Ok(0), str::parse)?;
    while request.len() < end + length {
        if visitor.read_buf(&mut request).await? == 0 {
            bail!("no whole body");
        }
    }
    let endpoint = {
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        table.turn = table.turn.wrapping_add(1);
        let turn = table.turn;
        let ready = table.hosts.get(&host).with_context(|| format!("no route for {host}"))?;
        ready.get(turn % ready.len().max(1)).with_context(|| format!("nothing is ready for {host}"))?.clone()
    };
    let mut pod = TcpStream::connect(&endpoint).await.with_context(|| endpoint.clone())?;
    // One request a connection, so that the end of the answer is the end of the connection.
    let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    pod.write_all(format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n")).as_bytes()).await?;
    pod.write_all(&request[end..]).await?;
    let mut first = Vec::new();
    if pod.read_buf(&mut first).await.with_context(|| endpoint.clone())? == 0 {
        bail!("{endpoint} said nothing");
    }
    visitor.write_all(&first).await?;
    tokio::io::copy(&mut pod, visitor).await?;
    Ok(())
}

/// The ready endpoints of every host that a route names.
async fn hosts(client: &Client) -> Result<BTreeMap<String, Vec<String>>> {
    let endpoints = look(client, "/apis/discovery.k8s.io/v1/endpointslices").await?;
    let services = look(client, "/api/v1/services").await?;
    let mut hosts = BTreeMap::new();
    for (host, namespace, backend) in routes(client).await? {
        let service = &backend["name"];
        let port = items(&services)
            .find(|one| one["metadata"]["namespace"] == namespace && one["metadata"]["name"] == *service)
            .and_then(|one| {
                let ports = one["spec"]["ports"].as_array().into_iter().flatten();
                let by_name = |port: &&Value| port["name"] == backend["port"]["name"];
                let by_number = |port: &&Value| port["port"] == backend["port"]["number"];
                ports.into_iter().find(|port| by_name(port) || by_number(port)).cloned()
            });
        let Some(port) = port else { continue };
        let slices = items(&endpoints).filter(|one| {
            one["metadata"]["namespace"] == namespace
                && one["metadata"]["labels"]["kubernetes.io/service-name"] == *service
        });
        let all: &mut Vec<String> = hosts.entry(host).or_default();
        all.extend(slices.flat_map(|slice| ready(slice, &port["name"])));
    }
    Ok(hosts)
}

/// The addresses of a slice that are ready, which those that end are not.
fn ready(slice: &Value, port: &Value) -> Vec<String> {
    let ports = slice["ports"].as_array().into_iter().flatten();
    let number = ports.into_iter().find(|one| one["name"] == *port).map(|one| one["port"].to_string());
    let ready = |one: &&Value| one["conditions"]["ready"] == true;
    let addresses = slice["endpoints"].as_array().into_iter().flatten().filter(ready);
    let addresses = addresses.filter_map(|one| one["addresses"][0].as_str());
    number.map_or_else(Vec::new, |number| addresses.map(|one| format!("{one}:{number}")).collect())
}

/// Every route: its host, its namespace, and the Service behind it with the name or number of its port.
async fn routes(client: &Client) -> Result<Vec<(String, String, Value)>> {
    let mut routes = Vec::new();
    let name = |value: &Value| value.as_str().unwrap_or_default().to_ascii_lowercase();
    let ingresses = look(client, "/apis/networking.k8s.io/v1/ingresses").await?;
    for ingress in items(&ingresses) {
        for rule in ingress["spec"]["rules"].as_array().into_iter().flatten() {
            let backend = rule["http"]["paths"][0]["backend"]["service"].clone();
            routes.push((name(&rule["host"]), name(&ingress["metadata"]["namespace"]), backend));
        }
    }
    // The cluster may not know the kind.
    let http = look(client, "/apis/gateway.networking.k8s.io/v1/httproutes").await.unwrap_or_default();
    for route in items(&http) {
        let mut backend = route["spec"]["rules"][0]["backendRefs"][0].clone();
        backend["port"] = serde_json::json!({"number": backend["port"]});
        for host in route["spec"]["hostnames"].as_array().into_iter().flatten() {
            routes.push((name(host), name(&route["metadata"]["namespace"]), backend.clone()));
        }
    }
    Ok(routes)
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}
