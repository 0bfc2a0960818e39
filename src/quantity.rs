//! Kubernetes quantities (`1Gi`, `1.5G`, `2e3`) → a number that compares exactly.

use serde_json::Value;

/// An amount, in billionths: the smallest part that Kubernetes knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(i128);

impl Quantity {
    pub(crate) const ZERO: Self = Self(0);

    /// Nothing where `text` is no quantity or is too big.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits =
            text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-')).count();
        let (number, suffix) = text.split_at(digits);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.len() > 18 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scaled = mantissa.checked_mul(factor(suffix)?)?;
        scaled.checked_div(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?).map(Self)
    }

    /// How many whole ones of `unit` there are in it; nothing of what is negative or too much.
    pub(crate) fn whole(self, unit: Self) -> Option<u64> {
        self.0.checked_div(unit.0).and_then(|count| u64::try_from(count).ok())
    }

    /// The same of a value of a manifest, where a bare number is one too.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            _ => None,
        }
    }
}

/// What one of a suffix is in billionths.
fn factor(suffix: &str) -> Option<i128> {
    const ONE: i128 = 1_000_000_000;
    let binary = |power: u32| Some(ONE << (10 * power));
    match suffix {
        "n" => Some(1),
        "u" => Some(1_000),
        "m" => Some(1_000_000),
        "" => Some(ONE),
        "k" => Some(ONE * 1_000),
        "M" => Some(ONE * 1_000_000),
        "G" => Some(ONE * 1_000_000_000),
        "T" => Some(ONE * 1_000_000_000_000),
        "P" => Some(ONE * 1_000_000_000_000_000),
        "E" => Some(ONE * 1_000_000_000_000_000_000),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = u32::try_from(exponent.checked_add(9)?).ok()?;
            10_i128.checked_pow(power)
        }
    }
}

/// Whole MiB of an amount as people write it, rounded down.
pub(crate) fn mebibytes(amount: &str) -> Option<u64> {
    Quantity::parse(amount)?.whole(Quantity::parse("1Mi")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Quantity;

    fn parse(text: &str) -> Option<Quantity> {
        Quantity::parse(text)
    }

    #[test]
    fn quantities_compare_by_what_they_mean() {
        for (one, two) in [
            ("1Gi", "1024Mi"),
            ("1", "1000m"),
            ("0.3", "300m"),
            ("1.5k", "1500"),
            ("2e3", "2k"),
            ("1E3", "1k"),
            ("1E", "1e18"),
            (".5", "500m"),
            ("5.", "5"),
            ("-.5", "-500m"),
        ] {
            assert!(parse(one).is_some(), "{one}");
            assert_eq!(parse(one), parse(two), "{one} {two}");
        }
        assert!(parse("1Gi") > parse("1G"));
        assert!(parse("8Ei") > parse("8E"));
        assert!(parse("-1n") < Some(Quantity::ZERO));
    }

    #[test]
    fn a_bare_number_of_a_manifest_is_a_quantity() {
        for (value, text) in
            [(json!(2), "2"), (json!(0.25), "250m"), (json!(1e-7), "100n"), (json!("1Ki"), "1024")]
        {
            assert_eq!(Quantity::of(&value), parse(text), "{value}");
        }
        assert_eq!(Quantity::of(&json!(null)), None);
    }

    #[test]
    fn whole_units_are_counted() {
        let count = |text| parse(text)?.whole(parse("1Mi")?);
        for (text, mebibytes) in [("1Gi", 1024), ("1.5Mi", 1), ("1G", 953), ("100", 0)] {
            assert_eq!(count(text), Some(mebibytes), "{text}");
        }
        assert_eq!(count("-1Gi"), None);
        assert_eq!(parse("1").unwrap().whole(Quantity::ZERO), None);
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for bad in [
            "",
            "Gi",
            "1GB",
            "1g",
            "1 Gi",
            "ten",
            ".",
            "1.2.3",
            "--1",
            ".+5",
            "1e",
            "1e99",
            "1-2",
            &"9".repeat(40),
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
