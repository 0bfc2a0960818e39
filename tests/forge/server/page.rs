//! Lists, a page at a time.

use serde_json::{Value, json};

use super::{Call, Said, State};

/// One page of a list, with the links to the next.
pub(super) fn page(call: Call<'_>, state: &State, all: &[Value]) -> Said {
    let number = |key: &str| call.asked(key)?.parse::<usize>().ok();
    let most = if call.github() { 100 } else { 50 };
    let size = number("per_page").or(number("limit")).unwrap_or(30).min(most);
    let page = number("page").unwrap_or(1);
    let items: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
    let mut headers = format!("X-Total-Count: {}\r\n", all.len());
    if page * size < all.len() {
        // GitHub names repositories by number there; a forge behind a proxy knows itself by another name.
        let host = if state.behind_a_proxy { "https://elsewhere.example" } else { call.shared.root.as_str() };
        let word = if call.github() { "per_page" } else { "limit" };
        let rest = call.heard.query.split('&').filter(|part| !part.starts_with("page="));
        let rest: Vec<&str> = rest.filter(|part| !part.starts_with(word)).collect();
        let next = format!("{host}/repositories/1/x?{word}={size}&page={}&{}", page + 1, rest.join("&"));
        headers = format!("Link: <{next}>; rel=\"next\", <{next}>; rel=\"last\"\r\n");
    }
    (200, headers, json!(items))
}
