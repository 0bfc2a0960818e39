use serde_json::json;

use crate::expression::bounds;
use crate::expression::text;

use super::*;

fn made(template: &str) -> String {
    Weighed::of(template, &bounds::template(template).unwrap()).unwrap().text
}

#[test]
fn what_makes_a_list_is_weighed_and_what_indexes_or_calls_is_not() {
    for (before, after) in [
        ("{{ [a] }}", "{{ weighed([a]) }}"),
        ("{{ a[0] }}{{ f(a, b)[0] }}{{ 'x'[1:2] }}", "{{ a[0] }}{{ f(a, b)[0] }}{{ 'x'[1:2] }}"),
        ("{% if a in [1, [2]] %}", "{% if a in weighed([1, weighed([2])]) %}"),
        ("{% if a in ('b', c) %}{{ (a) }}", "{% if a in weighed(('b', c)) %}{{ (a) }}"),
        ("{% set n.x =[1] -%}", "{% set n.x =weighed(weighed([1]) )-%}"),
        ("{%- set a.b = c|map('x')|list %}", "{%- set a.b =weighed( c|map('x')|weighed|list )%}"),
        ("{{ a|items }}{{ a.items }}", "{{ a|items|weighed }}{{ a.items }}"),
        ("{{ namespace(a=[1]) }}{{ a.dict(b) }}", "{{ weighed(namespace(a=weighed([1]))) }}{{ a.dict(b) }}"),
        ("{% for k, v in {'a]': 1} %}", "{% for k, v in weighed({'a]': 1}) %}"),
        ("{% raw %}{{ [1] }}{% endraw %}{# [1] #}{[1]}", "{% raw %}{{ [1] }}{% endraw %}{# [1] #}{[1]}"),
        (
            "{% call(a, b) f(c, d) %}{% with a = 1, b = [2] %}",
            "{% call(a, b) f(c, d) %}{% with a = 1, b = weighed([2]) %}",
        ),
        ("{% macro f(a, b=[]) %}", "{% macro f(a, b=weighed([])) %}"),
    ] {
        assert_eq!(made(before), after);
    }
    for bare in ["{% set a = b, c %}", "{% for a in b, c %}", "{{ a, b }}"] {
        let found = Weighed::of(bare, &bounds::template(bare).unwrap()).unwrap_err();
        assert!(found.message.contains("without brackets") && bare[found.at.clone()] == *",", "{bare}");
    }
}

#[test]
fn a_place_is_where_it_was() {
    let template = "{{ [a] }} {% if x in [1] %}{{ wrong }}";
    let weighed = Weighed::of(template, &bounds::template(template).unwrap()).unwrap();
    let now = weighed.text.find("wrong").unwrap();
    assert_eq!(&template[weighed.original(now..now + 5)], "wrong");
    let now = weighed.text.find("weighed").unwrap();
    assert_eq!(&template[weighed.original(now..now + 11)], "[a]");
}

#[test]
fn what_is_written_means_what_it_did() {
    let scope = json!({"all": {"a": [1, 2], "b": []}, "list": ["x", "y"]});
    for (template, made) in [
        ("{% for k, v in all|items %}{{ k }}{{ v|length }}{% endfor %}", "a2b0"),
        (
            "{% set n = namespace(all=[]) %}{% for x in list %}{% set n.all = n.all + [x] %}{% endfor %}{{ n.all|join }}",
            "xy",
        ),
        ("{{ 'x' in list and 'z' not in ['a', 'b'] and 'a' in ('a', 'b') }}", "True"),
        ("{{ {'a': [1, 2]}['a'][1] }}{{ {'a': {'b': 3}}.a.b }}", "23"),
        (
            "{{ list|map('upper')|join(',') }}{{ [1, 2] == [1, 2] }}{{ list|batch(1)|list|length }}",
            "X,YTrue2",
        ),
        ("{% macro f(a, b=[4]) %}{{ a }}{{ b[0] }}{% endmacro %}{{ f(1) }}{{ f([2][0], b=[3]) }}", "1423"),
    ] {
        assert_eq!(text(template, &scope).as_deref(), Ok(made), "{template}");
    }
}

#[test]
fn what_doubles_deepens_or_holds_itself_is_refused_at_once() {
    let double = "{% set a = [0] %}{% set b = [0] %}".to_owned()
        + &"{% set a = [a, a] %}{% set b = [b, b] %}".repeat(29);
    let looped = |one: &str| {
        format!(
            "{{% set n = namespace(a=[1]) %}}{{% for i in range(2000) %}}{{% set n.a = {one} %}}{{% endfor %}}"
        )
    };
    for (template, said) in [
        (format!("{double}{{{{ a == b }}}}"), "5000 values"),
        (format!("{double}{{{{ a < b }}}}"), "5000 values"),
        (format!("{double}{{{{ a in [b] }}}}"), "5000 values"),
        (format!("{double}{{{{ [a, b]|sort }}}}"), "5000 values"),
        (format!("{double}{{{{ {{a: 1}}[b] }}}}"), "5000 values"),
        (looped("[n.a]"), "32 levels"),
        (looped("{'a': n.a}"), "32 levels"),
        (looped("dict(a=n.a)"), "32 levels"),
        (looped("(n.a, 1)"), "32 levels"),
        (looped("n.a|batch(1)|list"), "32 levels"),
        (looped("n"), "namespace"),
        (looped("[n]"), "namespace"),
    ] {
        let refused = text(&template, &json!({})).err();
        assert!(refused.as_ref().is_some_and(|why| why.contains(said)), "{template:.300}: {refused:?}");
    }
}

#[test]
fn a_condition_is_weighed_too() {
    let shared =
        "[x, x, x]|map('default', range(4000)|list)|list == [y, y, y]|map('default', range(4000)|list)|list";
    assert!(crate::expression::is_true(shared, &json!({})).unwrap_err().contains("5000 values"));
    assert_eq!(crate::expression::is_true("'a' in [b, 'a'] and [[1], 2] == [[1], 2]", &json!({})), Ok(true));
}
