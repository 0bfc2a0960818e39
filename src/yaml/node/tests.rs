use super::*;

fn read(text: &str) -> Result<Node, Vec<Diagnostic>> {
    parse(&Source::new("f", text))
}

fn json(text: &str) -> Value {
    read(text).unwrap().to_json()
}

fn first_error(text: &str) -> String {
    let diagnostic = read(text).unwrap_err().remove(0);
    format!("{}: {}", diagnostic.span, diagnostic.message)
}

#[test]
fn plain_scalars_follow_the_core_schema_and_keep_their_text() {
    assert_eq!(
        json("[yes, 3.10, 0123, 1e3, 12:34:56, ~, true, .5, 1__0, 0x10]").to_string(),
        r#"["yes",3.1,123,1000.0,"12:34:56",null,true,0.5,"1__0","0x10"]"#
    );
    let node = read("version: 3.10").unwrap();
    assert_eq!(node.get("version").unwrap().text(), Some("3.10"));
}

#[test]
fn values_know_their_place() {
    let text = "a:\n  b: [1, two]\nc: d\n";
    let node = read(text).unwrap();
    let b = node.get("a").unwrap().get("b").unwrap();
    assert_eq!(&text[b.range.clone()], "[1, two]");
    assert_eq!(&text[node.get("a").unwrap().range.clone()], "b: [1, two]");
}

#[test]
fn what_is_not_one_sane_document_is_refused_with_its_place() {
    assert_eq!(first_error("a: 1\nb: 2\na: 3\n"), "f:3:1: duplicate key \"a\"");
    assert_eq!(first_error("a: 1\n---\nb: 2\n"), "f:2:1: more than one YAML document");
    assert_eq!(first_error("a: !x 1\n"), "f:1:7: YAML tags are not supported");
    assert_eq!(first_error("? [1]\n: 2\n"), "f:1:3: a key must be a scalar, not a list or mapping");
    assert!(first_error("a: [1\n").contains("not valid YAML"));
    assert!(first_error("a\u{0}b").starts_with("f:1:2: contains a control character"));
    assert!(
        first_error(&"[".repeat(100_000)).contains("nested")
            || first_error(&"[".repeat(100_000)).contains("YAML")
    );
}

#[test]
fn an_alias_is_followed_and_a_bomb_is_refused() {
    assert_eq!(json("a: &x {b: 1}\nc: *x\n").to_string(), r#"{"a":{"b":1},"c":{"b":1}}"#);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", ")));
    }
    assert!(first_error(&bomb).contains("more than 50000 values"));
    assert!(read("a: &a [*a]\n").is_err());
}

#[test]
fn an_empty_file_and_a_bom_are_read() {
    assert_eq!(json(""), serde_json::json!({}));
    assert_eq!(json("# nothing\n"), serde_json::json!({}));
    assert_eq!(json("\u{feff}a: 1\r\nb: 2\r\n"), serde_json::json!({"a": 1, "b": 2}));
}
