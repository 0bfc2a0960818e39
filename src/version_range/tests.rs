use super::*;

const SUPPORTED: [&str; 6] = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"];

fn newest_of(scheme: Scheme, texts: &[&str]) -> Option<String> {
    let ranges: Vec<Range> = texts.iter().map(|text| Range::parse(Some(scheme), text).unwrap()).collect();
    newest(&SUPPORTED.map(str::to_owned), &ranges.iter().collect::<Vec<_>>())
}

fn table(scheme: Scheme, rows: &[(&str, Option<&str>)]) {
    for (text, expected) in rows {
        assert_eq!(newest_of(scheme, &[text]).as_deref(), *expected, "{text}");
    }
}

#[test]
fn the_newest_version_within_a_python_specifier() {
    table(
        Scheme::Pep440,
        &[
            (">=3.9", Some("3.14")),
            (">=3.9,<3.13", Some("3.12")),
            ("<3.13,>=3.10", Some("3.12")),
            (" >= 3.10 , < 3.12 ", Some("3.11")),
            (">=3.10,!=3.14.*", Some("3.13")),
            (">=3.10,!=3.14.1", Some("3.14")),
            // Python itself would be 3.11.9, which is more than 3.11.
            ("<=3.11", Some("3.10")),
            (">3.11", Some("3.14")),
            ("<3.12", Some("3.11")),
            ("~=3.11", Some("3.14")),
            ("~=3.11.4", Some("3.11")),
            ("==3.11.*", Some("3.11")),
            ("==3.*", Some("3.14")),
            (">=3.6.*", Some("3.14")),
            ("", Some("3.14")),
            ("*", Some("3.14")),
            // A patch that is insisted on.
            ("==3.12.4", Some("3.12.4")),
            ("===3.12.1", Some("3.12.1")),
            ("==3.12", Some("3.12.0")),
            (">=3.12.3,<3.12.8", Some("3.12.7")),
            (">=3.11,<3.11.5", Some("3.11.4")),
            (">3.12.3,<=3.12.4", Some("3.12.4")),
            // A version, as it was chosen.
            ("3.11", Some("3.11")),
            ("3.11.4", Some("3.11.4")),
            ("3", Some("3.14")),
            // Nothing of it can be had.
            (">=3.15", None),
            ("<3.9", None),
            ("==2.7.*", None),
            ("3.8.10", None),
            (">=3.12,<3.11", None),
        ],
    );
}

#[test]
fn the_newest_version_within_a_poetry_constraint() {
    table(
        Scheme::Poetry,
        &[
            ("^3.9", Some("3.14")),
            ("^3.11.4", Some("3.14")),
            ("~3.11", Some("3.11")),
            ("~3.11.4", Some("3.11")),
            ("~3", Some("3.14")),
            ("3.11.*", Some("3.11")),
            ("*", Some("3.14")),
            (">=3.8 <3.12", Some("3.11")),
            (">= 3.8, < 3.12", Some("3.11")),
            (">=3.9,<3.9.7 || >3.9.7,<4.0", Some("3.14")),
            ("~3.9 | ~3.11", Some("3.11")),
            ("~2.7 || ^3.5", Some("3.14")),
            ("!=3.14.*,>=3.9", Some("3.13")),
            ("~=3.10.2", Some("3.10")),
            // Poetry takes a version without an operator for that one alone.
            ("3.11", Some("3.11.0")),
            ("3.11.4", Some("3.11.4")),
            ("^2.7", None),
            ("^0.3", None),
        ],
    );
}

#[test]
fn all_ranges_hold_together() {
    assert_eq!(newest_of(Scheme::Pep440, &[">=3.9", "<3.13", "!=3.12.*"]).as_deref(), Some("3.11"));
    assert_eq!(newest_of(Scheme::Pep440, &["3.12", ">=3.12.4,<3.12.8"]).as_deref(), Some("3.12.7"));
    assert_eq!(newest_of(Scheme::Pep440, &["3.11", ">=3.12"]), None);
}

#[test]
fn what_is_no_range_is_said() {
    for text in ["latest", "pypy3.10-7.3.12", ">=", "=>3.9", ">=3.9;<4", "3.13t", "[core]"] {
        assert!(Range::parse(Some(Scheme::Pep440), text).is_none(), "{text}");
        assert!(Range::parse(Some(Scheme::Poetry), text).is_none(), "{text}");
    }
    assert!(Range::parse(None, ">=22").is_none());
    assert!(Range::parse(Some(Scheme::Poetry), "||").is_none());
    assert!(Range::parse(Some(Scheme::Pep440), &"9".repeat(600)).is_none());
}

#[test]
fn a_version_lies_within_by_its_numbers() {
    let range = Range::parse(Some(Scheme::Pep440), ">=3.9,<3.13").unwrap();
    assert!(range.contains("3.12") && range.contains("3.12.4") && !range.contains("3.13"));
    assert!(!range.contains("lts"));
    let chosen = Range::parse(None, "8").unwrap();
    assert!(chosen.is_chosen() && chosen.contains("8.2") && !chosen.contains("80"));
}

/// The newest of these versions, which have one number each or two, within a range.
fn newest_among(supported: &[&str], scheme: Scheme, text: &str) -> Option<String> {
    let supported: Vec<String> = supported.iter().map(|version| (*version).to_owned()).collect();
    newest(&supported, &[&Range::parse(Some(scheme), text)?])
}

#[test]
fn the_newest_version_within_a_range_of_npm() {
    for (text, expected) in [
        ("^22 || >=24", Some("24")),
        ("^20.9.0 || ^22.11.0", Some("22")),
        (">=20", Some("24")),
        (">= 20.0.0 < 24", Some("22")),
        ("20.x", Some("20")),
        ("22.x.x", Some("22")),
        ("~22.11", Some("22.11")),
        ("18 - 20", Some("20")),
        ("18.0.0 - 22", Some("22")),
        ("^20", Some("20")),
        ("v22", Some("22")),
        ("22", Some("22")),
        ("22.11.0", Some("22.11.0")),
        ("<=22", Some("22")),
        ("<23", Some("22")),
        ("<22.5", Some("20")),
        (">=22 <22.5", Some("22.4")),
        ("=20.10.0", Some("20.10.0")),
        (">22", Some("24")),
        (">=22.0.0-rc.1", Some("24")),
        ("*", Some("24")),
        ("", Some("24")),
        ("latest", Some("24")),
        ("^26", None),
        ("16.x", None),
        ("lts/unknown", None),
        ("file:../x", None),
    ] {
        assert_eq!(newest_among(&["20", "22", "24"], Scheme::Npm, text).as_deref(), expected, "{text}");
    }
}

#[test]
fn the_newest_version_within_a_range_of_composer_bundler_and_go() {
    let php = ["8.2", "8.3", "8.4", "8.5"];
    for (text, expected) in [
        ("^8.2", Some("8.5")),
        ("~8.2", Some("8.5")),
        ("~8.2.0", Some("8.2")),
        (">=8.2 <8.5", Some("8.4")),
        (">=8.2,<8.4", Some("8.3")),
        ("8.2.*|8.3.*", Some("8.3")),
        ("^7.4 || ^8.0", Some("8.5")),
        ("!=8.5.*", Some("8.4")),
        ("8.3", Some("8.3")),
        ("^7.4", None),
    ] {
        assert_eq!(newest_among(&php, Scheme::Composer, text).as_deref(), expected, "{text}");
    }
    let ruby = ["3.2", "3.3", "3.4"];
    for (text, expected) in [
        ("~> 3.3", Some("3.4")),
        ("~> 3.3.1", Some("3.3")),
        ("\"~> 3.2\", \"< 3.4\"", Some("3.3")),
        (">= 3.2", Some("3.4")),
        ("3.3.5", Some("3.3.5")),
        ("~> 2.7", None),
    ] {
        assert_eq!(newest_among(&ruby, Scheme::Bundler, text).as_deref(), expected, "{text}");
    }
    let go = ["1.24", "1.25", "1.26"];
    for (text, expected) in [
        ("1.24", Some("1.26")),
        ("1.25.3", Some("1.26")),
        ("go1.26rc1", Some("1.26")),
        ("1.30", None),
        ("x", None),
    ] {
        assert_eq!(newest_among(&go, Scheme::Go, text).as_deref(), expected, "{text}");
    }
    assert!(!Range::parse(Some(Scheme::Go), "1.24").unwrap().is_chosen());
}
