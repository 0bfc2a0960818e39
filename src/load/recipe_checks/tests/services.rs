//! Mistakes of services that would do nothing, or do harm in silence.

use super::{said, said_of};
use crate::load::catalog::RecipeKind;

const HEAD: &str =
    "summary: x\nversions: {default: '1', supported: ['1']}\nimage: x:{{ version }}\nport: 1\n";

/// What is said of a service with these lines behind the fourth, and a template `own.yaml.j2` that a rule of them names.
fn of(rest: &str, own: &str) -> String {
    let recipe = format!("{HEAD}{rest}");
    let mut files = vec![("recipe.yaml", recipe.as_str())];
    if !own.is_empty() {
        files.push(("own.yaml.j2", own));
    }
    said(RecipeKind::Service, &files)
}

const OWN: &str = "files: [{template: own.yaml.j2}]\n";

#[test]
fn no_template_writes_the_values_of_a_secret() {
    for (values, at) in [("stringData: {a: hunter2}", "4:1"), ("\"data\":\n  a: aHVudGVyMg==", "4:2")] {
        let own = format!("apiVersion: v1\nkind: Secret # of the service\nmetadata: {{name: a}}\n{values}\n");
        let text = of(OWN, &own);
        let said = format!(
            "own.yaml.j2:{at}: a recipe cannot write the values of a Secret: they would be committed in clear text"
        );
        assert!(text.starts_with(&said), "{text}");
    }
    for own in [
        "kind: Secret\nmetadata: {annotations: {data: x}}\n",
        "kind: ConfigMap\ndata: {a: b}\n",
        "kind: SealedSecret\nspec:\n  data: {a: b}\n",
    ] {
        assert_eq!(of(OWN, own), "", "{own}");
    }
}

#[test]
fn filters_of_manifests_are_known_in_manifests_alone() {
    assert_eq!(of(OWN, "kind: X\na: {{ service.memory|mib }}{{ hash(app) }}\n"), "");
    assert_eq!(
        of(OWN, "kind: X\na: {{ app|mibb }}\n"),
        "own.yaml.j2:2:11: unknown filter \"mibb\" (did you mean \"mib\"?)\n"
    );
    let texts = "rotation: [{say: '{{ name|uper }}'}]\nprovides: [{name: A, value: a, external: \"{{ name is strng }}\"}]\nstorage: {default: 1Gi, path: /data, when: app|mib > 1}\n";
    assert_eq!(
        of(texts, ""),
        "recipe.yaml:5:27: unknown filter \"uper\" (did you mean \"upper\"?)\n\
         recipe.yaml:6:54: unknown test \"strng\" (did you mean \"string\"?)\n\
         recipe.yaml:7:48: unknown filter \"mib\" (did you mean \"min\"?)\n"
    );
}

#[test]
fn keys_of_runtimes_are_none_of_services() {
    let text = of("markers: [a]\nstart: []\n", "");
    let said = ["markers", "start"].map(|key| {
        format!("`{key}` is a key of runtimes, and this is a service (remove it: nothing reads it here)")
    });
    assert_eq!(text, format!("recipe.yaml:5:1: {}\nrecipe.yaml:6:1: {}\n", said[0], said[1]));
}

#[test]
fn a_parameter_and_an_item_are_read_by_somebody() {
    let param = "params: {size: {type: integer, default: 1, doc: x}}\n";
    assert_eq!(
        of(param, ""),
        "warning: recipe.yaml:5:10: nothing reads the parameter \"size\": setting it would change nothing (expressions and templates read it as `service.params.size`; or remove it)\n"
    );
    assert_eq!(of(&format!("{param}{OWN}"), "kind: X\na: {{ service.params.size }}\n"), "");
    let text = of("files: [{template: own.yaml.j2, each: processes, as: my-process}]\n", "kind: X\n");
    assert!(
        text.starts_with("recipe.yaml:5:54: \"my-process\" is no name that a template can read"),
        "{text}"
    );
    let text = of("files: [{template: own.yaml.j2, each: processes, as: app}]\n", "kind: X\n");
    assert!(text.starts_with("recipe.yaml:5:54: \"app\" is something else in templates"), "{text}");
}

#[test]
fn a_disk_is_no_whole_container() {
    let text = of("storage: {default: 1Gi, path: /}\n", "");
    assert!(text.starts_with("recipe.yaml:5:31: cannot mount anything at \"\""), "{text}");
}

#[test]
fn a_service_is_not_called_as_what_every_app_has() {
    for name in ["web", "default", "processes", "router", "release"] {
        let text = said_of(RecipeKind::Service, name, &[("recipe.yaml", HEAD)]);
        let said = format!("recipe.yaml:1:1: a service cannot be called {name:?}: objects of ");
        assert!(text.starts_with(&said) && text.contains(&format!("such as my-{name})")), "{text}");
    }
}
