//! Every layer of the variables, and what `explain` says of where each value came from.

use crate::sandbox::{Sandbox, ran};

const PLATFORM: &str = "environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    secrets: {provider: existing}\nregistry: {prefix: registry.example.cu/team}\n";

/// The layers from the lowest to the highest: name, and the place of its value.
const LAYERS: [(&str, &str); 7] = [
    ("recipe", "recipe mongodb, service mongodb"),
    ("platform", "cupaas.yaml:5:25"),
    ("app", "shop/.cupaas:5:25"),
    ("app's environment", "shop/.cupaas:6:53"),
    ("registration", "apps/shop.yaml:2:25"),
    ("registration's environment", "apps/shop.yaml:3:53"),
    ("command line", "--set:1:1"),
];

/// A variable that stands in the layers of `mask`; it is one of a service's, so that the lowest layer has it always.
fn world(mask: u8) -> (Sandbox, String, Vec<String>) {
    let layer = |bit: usize| match mask & (1 << bit) {
        0 => "{}".to_owned(),
        _ => format!("{{MONGODB_DATABASE: \"layer {bit}\"}}"),
    };
    let sandbox = Sandbox::new();
    let platform = format!("{PLATFORM}env: {}\n", layer(1));
    let registration =
        format!("format: 1\nenv: {}\nenvironments: {{production: {{env: {}}}}}\n", layer(4), layer(5));
    sandbox.write("platform", &[("cupaas.yaml", &platform), ("apps/shop.yaml", &registration)]);
    let gitops = sandbox.path("platform").display().to_string();
    let app = format!(
        "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {{web: {{command: serve}}}}\nenv: {}\n\
         environments: {{production: {{env: {}}}}}\n",
        layer(2),
        layer(3)
    );
    sandbox.write("shop", &[(".cupaas", &app)]);
    let line = if mask & (1 << 6) == 0 {
        vec![]
    } else {
        vec!["--set".to_owned(), "MONGODB_DATABASE=layer 6".to_owned()]
    };
    (sandbox, gitops, line)
}

#[test]
fn each_layer_wins_over_those_below_it_and_explain_says_which() {
    // Each layer as the highest, over all below it and over none. The recipe's is always there.
    let alone = (1..7).map(|bit| 1_u8 << bit);
    let over_all = (1..7).map(|bit| (1_u8 << (bit + 1)) - 2);
    let gaps = [0b010_0010, 0b001_0100, 0b110_0000, 0b000_1010];
    for mask in std::iter::once(1).chain(alone).chain(over_all).chain(gaps) {
        let (sandbox, gitops, line) = world(mask);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let explained = sandbox.json(&[&["explain", "shop", "--gitops", &gitops], &line[..]].concat());
        let decisions = explained["decisions"].as_array().unwrap();
        let found = decisions.iter().find(|decision| decision["what"] == "env.MONGODB_DATABASE").unwrap();
        let highest = 7 - mask.leading_zeros() as usize;
        let (layer, place) = LAYERS[highest];
        let value = if highest == 0 { "shop".to_owned() } else { format!("layer {highest}") };
        assert_eq!(found["value"], format!("{value:?}"), "{layer}, {mask:b}");
        assert_eq!(found["origin"], place, "{layer}, {mask:b}");
        // What is rendered is what was said.
        let files =
            sandbox.json(&[&["render", "shop", "--gitops", &gitops], &line[..]].concat())["files"].clone();
        let web = files["deploy/production/shop/app/deployment-web.yaml"].as_str().unwrap();
        assert!(web.contains(&format!("value: {value}\n")), "{layer}: {web}");
    }
}

#[test]
fn the_lowest_layer_and_secrets_are_listed_with_their_origin() {
    let (sandbox, folder, _) = world(0);
    sandbox.commit("platform", 1_700_000_000);
    sandbox.git("", &["clone", "-q", "--bare", &folder, "platform.git"]);
    let gitops = sandbox.path("platform.git").display().to_string();
    sandbox.good(&["deploy", "shop", "--gitops", &gitops]);
    let list = |more: &[&str]| {
        sandbox.json(&[&["env", "list", "--app", "shop", "--gitops", &gitops], more].concat())
    };
    let all = list(&[])["environments"]["production"].clone();
    let find = |name: &str| {
        all.as_array().unwrap().iter().find(|variable| variable["name"] == name).unwrap().clone()
    };
    assert_eq!(find("MONGODB_DATABASE")["origin"], LAYERS[0].1);
    assert_eq!(find("MONGODB_PASSWORD")["value"], serde_json::Value::Null);
    // What a registration sets takes its place, there and in explain.
    sandbox.good(&["env", "set", "MONGODB_DATABASE=mine", "--app", "shop", "--gitops", &gitops]);
    let all = list(&[])["environments"]["production"].clone();
    let found = all
        .as_array()
        .unwrap()
        .iter()
        .find(|variable| variable["name"] == "MONGODB_DATABASE")
        .unwrap()
        .clone();
    assert_eq!(
        (found["value"].as_str(), found["origin"].as_str()),
        (Some("mine"), Some("apps/shop.yaml:2:25"))
    );
    let text =
        ran(&sandbox.cupaas(&["explain", "--app", "shop", "--gitops", &gitops]).output().unwrap()).stdout;
    assert!(text.contains("\"mine\"  # apps/shop.yaml:2:25"), "{text}");
}
