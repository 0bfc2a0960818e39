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
