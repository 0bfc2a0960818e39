//! Patterns of paths: `*` is any part of one name, and `**` between slashes any folders, or none.

/// Whether `path` is what `pattern` says.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    star(pattern, path).is_some()
}

/// Whether one name is what `pattern` says, whatever slashes are in it.
pub(crate) fn name_matches(pattern: &str, name: &str) -> bool {
    part_matches(pattern, name)
}

/// What the pattern's first `*` stands for in `path`, empty where it has none; nothing where the path is another.
pub(crate) fn star<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let patterns: Vec<&str> = pattern.split('/').collect();
    let parts: Vec<&'p str> = path.split('/').collect();
    walk(&patterns, &parts)
}

/// Takes few steps: no more than a few hundred letters are a pattern, and paths are only some folders deep.
fn walk<'p>(patterns: &[&str], parts: &[&'p str]) -> Option<&'p str> {
    let Some((pattern, others)) = patterns.split_first() else {
        return parts.is_empty().then_some("");
    };
    if *pattern == "**" {
        // Twice is once; else each would be tried in each place.
        if others.first() == Some(&"**") {
            return walk(others, parts);
        }
        return (0..=parts.len()).find_map(|skipped| walk(others, parts.get(skipped..)?));
    }
    let (part, rest) = parts.split_first()?;
    if !part_matches(pattern, part) {
        return None;
    }
    let further = walk(others, rest)?;
    Some(if pattern.contains('*') { within(pattern, part) } else { further })
}

/// What stands between the texts around the stars of a name.
fn within<'p>(pattern: &str, part: &'p str) -> &'p str {
    let (start, end) = (pattern.find('*').unwrap_or(0), pattern.len() - pattern.rfind('*').unwrap_or(0) - 1);
    part.get(start..part.len().saturating_sub(end)).unwrap_or(part)
}

/// Takes as long as both are: what stands between two stars is looked for once, from where the one before it ended.
fn part_matches(pattern: &str, part: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == part };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let between = part.strip_prefix(start).and_then(|left| left.strip_suffix(end));
    let found = |left: &mut &str, piece: &str| {
        let at = left.find(piece)?;
        *left = &left[at + piece.len()..];
        Some(())
    };
    between.is_some_and(|mut left| middle.split('*').all(|piece| found(&mut left, piece).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_part_of_one_name() {
        assert!(matches("*/settings.py", "shop/settings.py"));
        assert!(matches("*.py", "app.py"));
        assert!(!matches("*.py", "shop/app.py"));
        assert!(!matches("*/settings.py", "a/b/settings.py"));
        for (pattern, part, expected) in [
            ("*", "", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*ab*ab*", "xabab", true),
            ("*ab*ab*", "xabxb", false),
            ("a*bc*c", "abcc", true),
            ("a*bc*c", "abc", false),
            ("*é*", "café.py", true),
        ] {
            assert_eq!(matches(pattern, part), expected, "{pattern} {part}");
        }
        let (many, long) = ("*a".repeat(100_000), "a".repeat(200_000));
        assert!(!matches(&format!("{many}b"), &long) && matches(&many, &long));
    }

    #[test]
    fn two_stars_are_any_folders() {
        for path in ["a.csproj", "src/a.csproj", "src/a/a.csproj"] {
            assert!(matches("**/*.csproj", path), "{path}");
        }
        assert!(matches("src/**/Main.java", "src/main/java/Main.java"));
        assert!(!matches("src/**/Main.java", "test/main/java/Main.java"));
        assert!(matches("**", "a/b") && matches("a/**", "a") && !matches("a/**", "b/a"));
    }

    #[test]
    fn a_star_stands_for_what_is_there() {
        assert_eq!(star("cmd/*/main.go", "cmd/shop/main.go"), Some("shop"));
        assert_eq!(star("**/*.csproj", "src/Shop/Shop.Web.csproj"), Some("Shop.Web"));
        assert_eq!(star("main.go", "main.go"), Some(""));
        assert_eq!(star("cmd/*/main.go", "cmd/main.go"), None);
    }
}
