use super::*;

#[test]
fn the_next_page_is_found_in_a_link() {
    let github = r#"<https://api.github.com/repositories/1/issues/5/comments?per_page=100&page=2>; rel="next", <https://api.github.com/x?page=9>; rel="last""#;
    assert_eq!(next_query(github).unwrap(), "per_page=100&page=2");
    let gitea = r#"<https://git.example.cu/api/v1/x?limit=50&page=1>; rel="prev",<https://git.example.cu/api/v1/x?limit=50&page=3>; rel="next""#;
    assert_eq!(next_query(gitea).unwrap(), "limit=50&page=3");
    for none in ["", r#"<https://x/?page=1>; rel="prev""#, "nonsense", "<https://x>; rel=next"] {
        assert_eq!(next_query(none), None, "{none}");
    }
}

#[test]
fn an_origin_is_scheme_and_host() {
    assert_eq!(origin("https://git.example.cu:3000/api/v1"), "https://git.example.cu:3000");
    assert_eq!(origin("https://git.example.cu?x"), "https://git.example.cu");
    assert_eq!(origin("/a"), "");
}

#[test]
fn a_refusal_is_said_with_its_reasons() {
    let github = serde_json::json!({"message": "Validation Failed", "errors": [
        {"resource": "PullRequest", "field": "base", "code": "invalid"},
        {"message": "No commits between main and x"}, "plain"
    ]});
    let reason = |value| Refusal::deserialize(&value).unwrap_or_default().whole();
    assert_eq!(reason(github), "Validation Failed; base invalid; No commits between main and x; plain");
    assert_eq!(reason(Value::Null), "");
}
