//! What runs where and what ran before → one page that needs nothing else: no server, no other file, no network. Pure.
//!
//! Every value is escaped by the formatter, whatever the template says; the page's policy lets nothing run or load but
//! the script and the style that are in it, by their hashes.

mod changed;
mod escape;
mod rows;
mod states;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Failure};
use crate::outcome::overview::Overview;
use crate::report::overview::rows::Page;

const TEMPLATE: &str = include_str!("../../../templates/page/status.html.j2");
const STYLE: &str = include_str!("../../../templates/page/status.css");
const SCRIPT: &str = include_str!("../../../templates/page/status.js");

/// The page. The same repository gives the same bytes.
///
/// # Errors
/// A template that is wrong, which is cupaas's own fault.
pub(crate) fn page(overview: &Overview) -> Result<String, Failure> {
    let wrong = |error: minijinja::Error| Failure::new(Code::InternalError, format!("the page: {error}"));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(wrong)?;
    environment.set_syntax(lines);
    environment.set_formatter(escape::format);
    let template = environment.template_from_str(TEMPLATE).map_err(wrong)?;
    let page = Page::of(overview);
    template
        .render(context! { page => Value::from(Serde(&page)), policy => policy() })
        .map_err(wrong)
        .map(with_its_own)
}

/// What a browser may do with the page: nothing but show it.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// The page with its style and its script, which no value can be mistaken for: `<` is escaped in all of them.
fn with_its_own(page: String) -> String {
    page.replacen("<style></style>", &format!("<style>{STYLE}</style>"), 1).replacen(
        "<script></script>",
        &format!("<script>{SCRIPT}</script>"),
        1,
    )
}
