//! `WWW-Authenticate` -> what the registry asks for (RFC 9110 §11.6.1; distribution's token specification). Pure.

/// What a registry wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password.
    Basic,
    /// A token from another address.
    Bearer {
        /// The address.
        realm: String,
        /// Who it is for.
        service: Option<String>,
        /// What for; else what the caller knows.
        scope: Option<String>,
    },
}

/// The strongest challenge that can be met; nothing where there is none.
pub(super) fn read<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let mut basic = None;
    for header in headers {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let parameters = parameters(rest);
            let get = |key: &str| {
                parameters
                    .iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(key))
                    .map(|(_, text)| text.clone())
            };
            if let Some(realm) = get("realm") {
                return Some(Challenge::Bearer { realm, service: get("service"), scope: get("scope") });
            }
        }
        if scheme.eq_ignore_ascii_case("basic") {
            basic = Some(Challenge::Basic);
        }
    }
    basic
}

/// `name="text"` or `name=text`, with commas between; a quoted text may hold commas and escaped characters.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim().trim_start_matches(',').trim().to_owned();
        let mut value = String::new();
        let mut letters = after.char_indices();
        let mut end = after.len();
        if after.starts_with('"') {
            letters.next();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    _ => value.push(letter),
                }
            }
        } else {
            end = after.find(',').unwrap_or(after.len());
            value.push_str(after[..end].trim());
        }
        found.push((name, value));
        rest = &after[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_read() {
        let bearer = |realm: &str, service: Option<&str>, scope: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            Some(Challenge::Bearer { realm: realm.to_owned(), service: own(service), scope: own(scope) })
        };
        let one = |text: &str| read([text].into_iter());
        assert_eq!(one("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(
            one(r#"Bearer realm="https://a/token",service="reg",scope="repository:a/b:pull,push""#),
            bearer("https://a/token", Some("reg"), Some("repository:a/b:pull,push"))
        );
        assert_eq!(one("bearer realm=https://a/t , service=x"), bearer("https://a/t", Some("x"), None));
        assert_eq!(read(["Basic realm=x", "Bearer realm=\"r\""].into_iter()), bearer("r", None, None));
        for none in ["", "Bearer", "Bearer service=\"x\"", "Negotiate", "Bearer realm"] {
            assert_eq!(one(none), None, "{none}");
        }
        assert_eq!(one("Bearer realm=\"a\\\"b"), bearer("a\"b", None, None));
    }
}
