//! Filters of templates that make numbers of amounts and durations.

use minijinja::{Environment, Error, ErrorKind};

use crate::load::parameter::milliseconds;
use crate::quantity::Quantity;

/// Adds `bytes`, `mib` and `seconds`.
pub(crate) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("mib", |text: &str| amount(text, "1Mi"));
    environment.add_filter("bytes", |text: &str| amount(text, "1"));
    environment.add_filter("seconds", |text: &str| {
        milliseconds(text).map(|count| count / 1000).ok_or_else(|| wrong(format!("{text:?} is no duration")))
    });
}

/// How many whole ones of `unit` an amount has.
fn amount(text: &str, unit: &str) -> Result<u64, Error> {
    let count =
        Quantity::parse(text).zip(Quantity::parse(unit)).and_then(|(amount, unit)| amount.whole(unit));
    count.ok_or_else(|| wrong(format!("{text:?} is no amount")))
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
