//! Every tree that a case or an example of cupaas renders is taken by the server.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, ensure};
use cupaas_cluster_tests::server::{Mode, Server};
use cupaas_cluster_tests::trees::{self, Tree};
use serde_json::{Value, json};

use crate::Api;

/// Strict server-side apply takes each object without a warning; a second time it changes nothing; and a pod of each
/// template passes the admission at *restricted*.
pub(crate) async fn cases(api: Arc<Api>) -> Result<()> {
    let trees = trees::of_cases()?;
    ensure!(trees.len() > 20, "only {} trees were found", trees.len());
    let mut wrong = Vec::new();
    let mut objects = 0;
    for (number, tree) in trees.iter().enumerate() {
        objects += tree.objects.len();
        one(&api.server, tree, number, &mut wrong).await?;
    }
    println!("{objects} objects of {} trees", trees.len());
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

async fn one(server: &Server, tree: &Tree, number: usize, wrong: &mut Vec<String>) -> Result<()> {
    let names = trees::namespaces(&tree.objects).into_iter();
    let names: BTreeMap<_, _> = names.map(|name| (name.clone(), format!("t{number}-{name}"))).collect();
    for name in names.values() {
        server.apply(&namespace(name), Mode::Store).await?;
    }
    let mut stored = Vec::new();
    let objects = trees::moved(&tree.objects, &names);
    for round in ["first", "second"] {
        for (index, (file, object)) in objects.iter().enumerate() {
            let object = trees::decrypted(object.clone());
            let answer = server.apply(&object, Mode::Store).await?;
            let mut say = |what: String| wrong.push(format!("{}/{file}: {round} time: {what}", tree.name));
            if !answer.taken() {
                say(answer.message().to_owned());
            }
            for warning in &answer.warnings {
                say(warning.clone());
            }
            let content = content(answer.body);
            if round == "first" {
                stored.push(content);
            } else if stored[index] != content {
                say(format!("it changed from {} to {content}", stored[index]));
            }
        }
    }
    for (file, object) in &objects {
        let Some(pod) = pod(object) else { continue };
        let answer = server.create(&pod, Mode::DryRun).await?;
        if !answer.taken() || !answer.warnings.is_empty() {
            wrong.push(format!("{}/{file}: its pod: {}{:?}", tree.name, answer.message(), answer.warnings));
        }
    }
    Ok(())
}

/// The object without the server's account of who wrote when: a second write of a kind with a status adds to that once.
fn content(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
        metadata.remove("managedFields");
    }
    object
}

/// Nothing but a namespace: another engine's, or one that a tree brings along later.
pub(crate) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// The pod that a controller would make of the object's template.
pub(crate) fn pod(object: &Value) -> Option<Value> {
    let template = ["/spec/template", "/spec/jobTemplate/spec/template"];
    let template = template.iter().find_map(|pointer| object.pointer(pointer))?;
    template.get("spec")?;
    let mut metadata = template["metadata"].clone();
    metadata["name"] = json!("of-template");
    metadata["namespace"] = object["metadata"]["namespace"].clone();
    Some(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}))
}
