//! What a service's recipe may not render: objects that the API server would take, and nobody should.

use std::fs;

use crate::sandbox::Sandbox;

const PLATFORM: &str = "environments: {production: {cluster: home, domain: apps.example.cu}}\n";
const APP: &str = "name: a\nruntime: image\nservices: [open]\nprocesses: {web: {command: serve}}\n";

/// A GitOps folder with a new service that has one rule and one template more.
fn with(rule: &str, template: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.good(&["catalog", "new", "service", "open", "--folder", "fleet/catalog"]);
    sandbox.write("fleet", &[("cupaas.yaml", PLATFORM), ("catalog/services/open/own.yaml.j2", template)]);
    let recipe = sandbox.path("fleet/catalog/services/open/recipe.yaml");
    let text = fs::read_to_string(&recipe).unwrap();
    fs::write(&recipe, format!("{text}  - {{template: own.yaml.j2{rule}}}\n")).unwrap();
    sandbox.write("app", &[(".cupaas", APP)]);
    sandbox
}

/// What `catalog check` says of it.
fn said(rule: &str, template: &str) -> String {
    let ran = with(rule, template).run(&["catalog", "check", "fleet"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    ran.stderr
}

#[test]
fn a_secret_in_clear_text_is_refused_wherever_it_comes_to_light() {
    let object = "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: {{ namespace }}}, stringData: {a: hunter2}}\n";
    let text = said("", object);
    assert!(text.contains("cannot write the values of a Secret"), "{text}");
    assert!(text.contains("fleet/catalog/services/open/own.yaml.j2:1:"), "{text}");
    // Of an environment that no trial has.
    let kind = "{{ 'Secret' if environment == 'production' else 'ConfigMap' }}";
    let sandbox = with(", when: app == 'a'", &object.replace("kind: Secret", &format!("kind: {kind}")));
    sandbox.good(&["catalog", "check", "fleet"]);
    let ran = sandbox.run(&["diff", "app", "--gitops", "fleet", "--env", "production", "--image", "x:1"]);
    assert_eq!(ran.code, Some(7), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("cannot write the values of a Secret"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
}

#[test]
fn an_object_stands_in_the_apps_namespace() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n";
    let text = said("", map);
    assert!(text.contains("ConfigMap \"x\" has no namespace"), "{text}");
    assert!(
        text.contains("own.yaml.j2:3:1") && text.contains("write `namespace: {{ namespace }}`"),
        "{text}"
    );
    for rule in ["", ", layer: cluster"] {
        let text = said(rule, &map.replace("name: x", "name: x, namespace: kube-system"));
        assert!(
            text.contains("ConfigMap \"x\" is in the namespace \"kube-system\", and not in the app's own"),
            "{text}"
        );
        assert!(text.contains("own.yaml.j2:3:21"), "{text}");
    }
    // What stands in no namespace, and what Flux reads in its own.
    for object in [
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: x}\nrules: []\n",
        "apiVersion: notification.toolkit.fluxcd.io/v1beta3\nkind: Provider\nmetadata: {name: x, namespace: {{ platform.flux_namespace }}}\nspec: {type: generic, address: https://a.example.com}\n",
    ] {
        with(", layer: cluster", object).good(&["catalog", "check", "fleet"]);
    }
}

#[test]
fn a_policy_that_lets_no_pod_of_the_app_in_is_not_the_one_that_is_needed() {
    let policy = |spec: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: own, namespace: {{{{ namespace }}}}}}\nspec:\n  podSelector: {{matchLabels: {{{{ service.selector }}}}}}\n{spec}"
        )
    };
    let checked = |spec: &str| {
        let sandbox = with("", &policy(spec));
        let recipe = sandbox.path("fleet/catalog/services/open/recipe.yaml");
        let text = fs::read_to_string(&recipe).unwrap();
        let shared = "  - {template: shared/service/network-policy.yaml.j2}\n";
        fs::write(&recipe, text.replace(shared, "")).unwrap();
        sandbox.run(&["catalog", "check", "fleet"])
    };
    for (spec, place) in [
        ("  policyTypes: [Ingress]\n", "own.yaml.j2:4:1"),
        ("  ingress: [{from: [{podSelector: {matchLabels: {app: nobody}}}]}]\n", "own.yaml.j2:6:3"),
        ("  ingress: [{from: [{podSelector: {}}], ports: [{port: 9999}]}]\n", "own.yaml.j2:6:3"),
    ] {
        let ran = checked(spec);
        assert_eq!(ran.code, Some(3), "{spec}{}", ran.stdout);
        assert!(
            ran.stderr.contains("NetworkPolicy \"own\" lets no pod of the app reach Deployment \"open\""),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
    }
    let right = "  ingress: [{from: [{podSelector: {matchLabels: {cupaas.dev/app: {{ app }}}}}], ports: [{port: open}]}]\n";
    assert_eq!(checked(right).code, Some(0), "{}", checked(right).stderr);
}

#[test]
fn what_stands_behind_the_service_needs_no_service_and_is_not_the_apps_to_reach() {
    let behind = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: store, namespace: {{ namespace }}}\nspec:\n  selector: {matchLabels: {part: store}}\n  template:\n    metadata: {labels: {part: store}}\n    spec:\n      automountServiceAccountToken: false\n      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}\n      containers: [{name: store, image: registry.example.com/store:1, ports: [{containerPort: 9000}], resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 32Mi}}, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]\n";
    let sandbox = with("", behind);
    let ran = sandbox.run(&["catalog", "check", "fleet"]);
    assert!(
        ran.stderr.contains("no NetworkPolicy lets the app reach Deployment \"store\""),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("makes a Service"), "{}", ran.stderr);
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: store, namespace: {{ namespace }}}\nspec:\n  podSelector: {matchExpressions: [{key: part, operator: In, values: [store]}]}\n  ingress: [{from: [{podSelector: {matchLabels: {{ service.selector }}}}], ports: [{port: 9000}]}]\n";
    sandbox.write("fleet/catalog/services/open", &[("policy.yaml.j2", policy)]);
    let recipe = sandbox.path("fleet/catalog/services/open/recipe.yaml");
    let text = fs::read_to_string(&recipe).unwrap();
    fs::write(&recipe, format!("{text}  - {{template: policy.yaml.j2}}\n")).unwrap();
    sandbox.good(&["catalog", "check", "fleet"]);
}

#[test]
fn a_public_service_lets_the_platforms_router_in() {
    let sandbox =
        with("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: {{ namespace }}}\n");
    let recipe = sandbox.path("fleet/catalog/services/open/recipe.yaml");
    let text = fs::read_to_string(&recipe).unwrap();
    fs::write(&recipe, format!("{text}route: true\n")).unwrap();
    sandbox.good(&["catalog", "check", "fleet"]);
    let shared = "shared/service/network-policy.yaml.j2";
    let own = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: own, namespace: {{ namespace }}}\nspec:\n  podSelector: {matchLabels: {{ service.selector }}}\n  ingress: [{from: [{podSelector: {}}], ports: [{port: 6379}]}]\n";
    sandbox.write("fleet/catalog/services/open", &[("own.yaml.j2", own)]);
    fs::write(
        &recipe,
        format!("{}route: true\n", text.replace(&format!("  - {{template: {shared}}}\n"), "")),
    )
    .unwrap();
    let ran = sandbox.run(&["catalog", "check", "fleet"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stderr.contains("no NetworkPolicy lets the platform's router reach"), "{}", ran.stderr);
    assert!(ran.stderr.contains("`public: true`") || ran.stderr.contains("public: true"), "{}", ran.stderr);
}

#[test]
fn a_ping_asks_a_port_that_somebody_listens_on() {
    let sandbox =
        with("", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: {{ namespace }}}\n");
    let recipe = sandbox.path("fleet/catalog/services/open/recipe.yaml");
    let text = fs::read_to_string(&recipe).unwrap();
    for (port, code) in [(", port: 1", 3), (", port: 6379", 0), ("", 0)] {
        fs::write(&recipe, format!("{text}ping: {{http: {{path: /health{port}}}}}\n")).unwrap();
        let ran = sandbox.run(&["catalog", "check", "fleet"]);
        assert_eq!(ran.code, Some(code), "{port}{}", ran.stderr);
        let said = "nothing of Service \"open\" listens on port 1, which `ping` asks";
        assert_eq!(ran.stderr.contains(said), code == 3, "{}", ran.stderr);
    }
}
