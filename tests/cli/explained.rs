//! `explain` names the place of everything that an app says: what is left out there, people look for in vain.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::{PLATFORM, Sandbox};

/// Every setting that an app has, each on a line of its own, or with its name on the line that holds it.
const ALL: &str = "name: shop
runtime:
  node:
    version: \"24\"
    build: npm run site
services:
  - postgresql:
      version: \"18\"
      storage: 5Gi
      memory: 1Gi
      cpu: 500m
      name: db
      as: MAIN
  - redis:
      external: true
      as: CACHE
  - seaweedfs:
      public: true
processes:
  web:
    command: node server.js
    port: 3000
    scale: {min: 2, max: 4, cpu: 70}
    size: large
    health: /ready
  clean:
    command: node clean.js
    schedule: '0 3 * * *'
release: npm run migrate
env:
  LOG: info
  CACHE_HOST: r.example.cu
  CACHE_PORT: 6379
secrets:
  - CACHE_PASSWORD
  - CERT: {file: /app/cert.pem}
domains:
  - www.example.cu
volumes:
  data: {path: /app/data, storage: 2Gi}
writable:
  - /app/cache
environments:
  production:
    env:
      LEVEL: warn
    processes:
      web: {size: small}
";
/// Of these there is another form, or no recipe among those above has them.
const ELSEWHERE: [&str; 3] = ["entrypoint", "format", "disks"];

fn names(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            found.extend(
                map.get("properties")
                    .and_then(Value::as_object)
                    .into_iter()
                    .flatten()
                    .map(|(k, _)| k.clone()),
            );
            map.values().for_each(|value| names(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

fn explained(app: &str) -> String {
    let sandbox = Sandbox::new();
    let platform =
        format!("{PLATFORM}secrets: {{provider: existing}}\nrouting: {{domains: ['*.example.cu']}}\n");
    sandbox.write("platform", &[("cupaas.yaml", &platform)]);
    sandbox.write("shop", &[(".cupaas", app), ("package.json", "{\"scripts\": {\"start\": \"node x\"}}")]);
    let ran = sandbox.run(&["explain", "shop", "--gitops", "platform"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn every_line_that_an_app_writes_is_the_origin_of_something() {
    let mut known = BTreeSet::new();
    names(&serde_json::from_str(include_str!("../../docs/schemas/app.json")).unwrap(), &mut known);
    let unused = known.iter().filter(|name| !ALL.contains(&format!("{name}:")));
    let unused: Vec<_> = unused.filter(|name| !ELSEWHERE.contains(&name.as_str())).collect();
    assert!(unused.is_empty(), "a new setting belongs into the app above: {unused:?}");
    let said = explained(ALL);
    for (index, line) in ALL.lines().enumerate() {
        // One that has nothing but the lines below it.
        if line.ends_with(':') {
            continue;
        }
        let place = format!("shop/.cupaas:{}:", index + 1);
        // What an environment says stands over it.
        let is_replaced = line.ends_with("size: large");
        assert!(
            is_replaced || said.contains(&place),
            "nothing is said of line {}: {line}\n{said}",
            index + 1
        );
    }
}

#[test]
fn the_short_forms_are_origins_too() {
    let said = explained("name: shop\nruntime: image\nentrypoint: serve\nservices: [mongodb: 8]\n");
    for place in ["shop/.cupaas:2:10", "shop/.cupaas:3:13", "shop/.cupaas:4:21"] {
        assert!(said.contains(place), "{place}: {said}");
    }
}
