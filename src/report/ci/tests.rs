//! Texts that would like to be commands.

use super::*;
use crate::diagnostic::{Code, Span};

/// A runner's own reading of a line: GitHub's takes both forms, the second one anywhere in it.
fn is_command(line: &str) -> bool {
    line.trim_start().starts_with("::") || line.contains("##[")
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r'])
}

fn diagnostic(name: &str, text: &str, message: &str) -> Diagnostic {
    let source = Source::new(name, text);
    Diagnostic::error(Code::InvalidValue, Span::new(&source, text.len()..text.len()), message)
}

#[test]
fn no_line_of_a_text_is_a_command() {
    for text in [
        "::error::x",
        "a\n::set-output name=x::y",
        "a\r::add-path::/tmp\rb",
        " \t\u{a0}::stop-commands::x",
        "a ##[set-env name=PATH]x",
        "##[error]",
        "\u{1b}[1m::error::x\u{1b}[0m",
        "\u{1b}[1m:\u{1b}[0m:error::x",
        "::::error::x",
        "##[##[x]",
        "::",
    ] {
        let guarded = guarded(text);
        let plain = anstream::adapter::strip_str(&guarded).to_string();
        assert!(lines(&plain).all(|line| !is_command(line)), "{text:?} became {plain:?}");
        assert_eq!(plain.replace(' ', ""), anstream::adapter::strip_str(text).to_string().replace(' ', ""));
    }
    for text in ["a::b", "a\n\n", "\u{1b}[1mbold\u{1b}[0m ::", ""] {
        assert_eq!(guarded(text), text);
    }
}

#[test]
fn an_annotation_is_one_line_and_its_text_ends_no_property() {
    let hostile = diagnostic("a,line=9:%2C\n::x", "one\nçwo", "50% of\r\n::error file=x::this");
    let failure = Failure::invalid(vec![hostile.hint("say: x, y")]);
    let text = annotations(&Err(failure.clone()), Forge::Github, &|source| Some(source.name.clone()));
    assert_eq!(
        text,
        "::error file=a%2Cline=9%3A%252C%0A%3A%3Ax,line=2,col=4,title=cupaas::50%25 of\u{fffd}%0A::error file=x::this%0Ahint: say: x, y\n"
    );
    // A file of another repository has no place in this one.
    let text = annotations(&Err(failure.clone()), Forge::Github, &|_| None);
    assert!(text.starts_with("::error title=cupaas::a,line=9:%252C%0A::x:2:4: 50%25 of"), "{text}");
    assert_eq!(text.lines().count(), 1);
    for forge in [Forge::Gitea, Forge::Forgejo] {
        let text = annotations(&Err(failure.clone()), forge, &|_| Some("app/.cupaas".to_owned()));
        assert_eq!(text, "app/.cupaas:2:4: error: 50% of\u{fffd} ::error file=x::this (hint: say: x, y)\n");
        let odd = Failure::invalid(vec![diagnostic("::error::x", "", "y")]);
        assert!(annotations(&Err(odd), forge, &|_| None).lines().all(|line| !is_command(line)));
    }
}

#[test]
fn what_is_not_shown_is_counted() {
    let many = (0..25).map(|number| diagnostic("f", "", &format!("problem {number}"))).collect();
    let text = annotations(&Err(Failure::invalid(many)), Forge::Github, &|_| None);
    assert_eq!(text.lines().count(), SHOWN);
    assert!(text.ends_with("::error title=cupaas::16 more errors are in the log\n"), "{text}");
    let ten = (0..10).map(|number| diagnostic("f", "", &format!("problem {number}"))).collect();
    let text = annotations(&Err(Failure::invalid(ten)), Forge::Github, &|_| None);
    assert_eq!(text.matches("problem").count(), 10);
}

#[test]
fn a_failure_without_a_place_is_one_annotation() {
    let failure = Failure::new(Code::RepositoryUnavailable, "git said: no").hint("try again");
    let text = annotations(&Err(failure.clone()), Forge::Github, &|_| None);
    assert_eq!(text, "::error title=cupaas::git said: no%0Ahint: try again\n");
    assert_eq!(annotations(&Err(failure), Forge::Gitea, &|_| None), "", "it was said in these words");
}

#[test]
fn an_output_cannot_end_itself() {
    let value = "a\nEOF\ncommit<<EOF\nforged\r\n".to_owned();
    let outputs =
        [Output { name: "url", value }, Output { name: "commit", value: "with D in it".to_owned() }];
    assert_eq!(output_file(&outputs, "D"), "url<<D\na\nEOF\ncommit<<EOF\nforged\r\n\nD\n");
}

#[test]
fn a_summary_never_outgrows_its_room() {
    let long = Failure::new(Code::RepositoryUnavailable, "`<b>".repeat(100));
    let many = (0..5000).map(|number| diagnostic("f", "", &format!("problem {number}"))).collect();
    for failure in [long, Failure::invalid(many)] {
        for room in [0, 10, 2000, 20_000, SUMMARY] {
            let page = summary(&Err(failure.clone()), room).unwrap_or_default();
            assert!(page.len() <= room, "{} in {room}", page.len());
        }
        assert!(summary(&Err(failure), 20_000).is_some_and(|page| page.starts_with("### cupaas: ")));
    }
    assert_eq!(summary(&Ok(Report::Text(String::new()).into()), SUMMARY), None);
}

#[test]
fn json_says_the_same_and_is_no_command() {
    let text = Outcome::from(Report::Text("##[set-env name=X]y\n::error::z".to_owned()));
    let whole = super::super::of(
        &Report::Wrote(Default::default()).into(),
        Format::Json,
        crate::report::Detail::Full,
    );
    let shown_as = |whole: String| shown(&Ok(Report::Wrote(Default::default()).into()), Format::Json, whole);
    assert_eq!(shown_as(whole.clone()), whole);
    let hostile = serde_json::json!({"##[a]": ["x ##[b]", "::c"]});
    let shown = shown_as(format!("{hostile:#}"));
    assert!(shown.lines().all(|line| !is_command(line)), "{shown}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), hostile);
    // What another program reads stays as it is.
    let data = super::super::of(&text, Format::Text, crate::report::Detail::Full);
    assert_eq!(super::shown(&Ok(text), Format::Text, data.clone()), data);
}
