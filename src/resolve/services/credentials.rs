//! The keys of a service's Secret: what its recipe fixes, makes at random, or puts together of the others. Never a value that
//! is secret: what is made of others is kept as the places of theirs.

use serde_json::{Map, Value, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::expression;
use crate::load::credential_shape::{Encoding, KINDS, Making, Shape};
use crate::load::recipe::{CredentialRule, RecipeFile};
use crate::names;
use crate::resolve::release::{Credential, Generator, Labels, Piece, Service};
use crate::resolve::services::texts::text_at;
use crate::yaml::document::Document;

/// What stands around the number of a key in a text that is put together.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// The credentials of a service, in the recipe's order.
///
/// # Errors
/// A template of the recipe that is wrong, with its place.
pub(super) fn resolve(
    document: &Document<RecipeFile>,
    scope: &Value,
) -> Result<Vec<Credential>, Box<Diagnostic>> {
    let mut credentials: Vec<Credential> = Vec::new();
    for (index, rule) in document.value.credentials.iter().enumerate() {
        let index = index.to_string();
        let is_wanted = |when: &String| {
            expression::is_true(when, scope).map_err(|message| {
                let place = document.at(&["credentials", &index, "when"]);
                Box::new(Diagnostic::error(Code::InvalidExpression, place, message))
            })
        };
        let wanted = rule.when.as_ref().map_or(Ok(true), is_wanted)?;
        if wanted {
            let one = credential(document, rule, &index, &credentials, scope)?;
            credentials.push(one);
        }
    }
    Ok(credentials)
}

fn credential(
    document: &Document<RecipeFile>,
    rule: &CredentialRule,
    index: &str,
    above: &[Credential],
    scope: &Value,
) -> Result<Credential, Box<Diagnostic>> {
    let mut one = Credential { key: rule.key.clone(), ..Credential::default() };
    let Some(template) = &rule.value else {
        one.shape.clone_from(&rule.shape);
        return Ok(one);
    };
    let known = above.iter().enumerate().map(|(number, other)| {
        let seen = other.value.clone().unwrap_or_else(|| format!("{OPEN}{number}{CLOSE}"));
        (other.key.clone(), json!(seen))
    });
    let mut scope = scope.clone();
    scope["credentials"] = Value::Object(known.collect::<Map<_, _>>());
    let path = ["credentials", index, "value"];
    let text = text_at(document, template, &scope, &path)?;
    let wrong =
        |message: &str| Box::new(Diagnostic::error(Code::InvalidExpression, document.at(&path), message));
    match pieces(&text, above)
        .ok_or_else(|| wrong("a filter changed a credential, whose value is not known yet"))?
    {
        pieces if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) => one.value = Some(text),
        pieces => {
            one.composed = Some(go_template(&pieces));
            one.pieces = pieces;
        }
    }
    Ok(one)
}

/// A text as what stands in it and the keys whose values do; nothing where a key's mark is damaged.
fn pieces(text: &str, above: &[Credential]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (number, after) = after.split_once(CLOSE)?;
        let key = above.get(number.parse::<usize>().ok()?)?.key.clone();
        pieces.extend((!before.is_empty()).then(|| Piece::Text(before.to_owned())));
        pieces.push(Piece::Key(key));
        rest = after;
    }
    pieces.extend((!rest.is_empty()).then(|| Piece::Text(rest.to_owned())));
    Some(pieces).filter(|_| !rest.contains(CLOSE))
}

/// The same as External Secrets puts it together.
fn go_template(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| match piece {
        Piece::Text(text) => expression::go_template(text),
        Piece::Key(key) => format!("{{{{ index . {} }}}}", json!(key)),
    };
    pieces.iter().map(one).collect()
}

/// What External Secrets makes the random credentials of a service with: one generator for all plain passwords, and one
/// for each that has a shape.
///
/// # Errors
/// A credential that it cannot make, and what it looks like.
pub(super) fn generators(service: &mut Service) -> Result<Vec<Generator>, String> {
    let Some(secret) = service.secret.clone() else { return Ok(Vec::new()) };
    let mut generators: Vec<Generator> = Vec::new();
    for credential in &mut service.credentials {
        if credential.value.is_some() || credential.composed.is_some() {
            continue;
        }
        let name = match &credential.shape {
            None => secret.clone(),
            Some(_) => names::fit(&format!("{secret}-{}", as_name(&credential.key)), 63),
        };
        credential.generator = Some(name.clone());
        if !generators.iter().any(|other| other.name == name) {
            let making = made(credential.shape.as_ref());
            let one = generator(&making, name, service.labels.clone());
            generators.push(one.ok_or_else(|| format!("{}: {}", credential.key, making.words()))?);
        }
    }
    Ok(generators)
}

/// How a credential is made. What is wrong with a shape has been said of the recipe.
fn made(shape: Option<&Shape>) -> Making {
    shape.and_then(|shape| shape.making().ok()).unwrap_or_else(Making::plain)
}

/// A key as a part of an object's name. Keys that are alike there are told apart.
fn as_name(key: &str) -> String {
    let plain: String = key.to_lowercase().replace(['_', '.'], "-");
    let plain = plain.trim_matches('-');
    if plain == key {
        plain.to_owned()
    } else {
        format!("{plain}-{}", names::hash(key, 6)).trim_matches('-').to_owned()
    }
}

/// What the operator is told; nothing where it knows no such alphabet.
fn generator(making: &Making, name: String, labels: Labels) -> Option<Generator> {
    let bare = Generator { name, labels, ..Generator::default() };
    match making {
        Making::Bytes { count, encoding } => Some(Generator {
            length: *count,
            digits: count / 4,
            encoding: Some(match encoding {
                Encoding::Hex => "hex",
                Encoding::Base64 => "base64",
            }),
            ..bare
        }),
        Making::Text { alphabet, length } => {
            let count = |kind: fn(&char) -> bool| alphabet.iter().filter(|letter| kind(letter)).count();
            let [upper, lower, digit, _] = KINDS.map(count);
            let symbols: String = alphabet.iter().filter(|letter| KINDS[3](letter)).collect();
            let is_known = lower == 26 && matches!(upper, 0 | 26) && matches!(digit, 0 | 10);
            is_known.then(|| Generator {
                length: *length,
                digits: if digit == 0 { 0 } else { length / 4 },
                symbols: if symbols.is_empty() { 0 } else { (length / 8).max(1) },
                symbol_characters: (!symbols.is_empty()).then_some(symbols),
                no_upper: upper == 0,
                ..bare
            })
        }
    }
}
