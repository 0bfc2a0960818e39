//! Kubernetes quantities (`1Gi`, `1.5G`, `2e3`) → a number that compares exactly.

/// The amount in billionths, or nothing where `text` is no quantity or is too big.
pub(super) fn parse(text: &str) -> Option<i128> {
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-')).count();
    let (number, suffix) = text.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 18 || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scaled = mantissa.checked_mul(factor(suffix)?)?;
    scaled.checked_div(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn quantities_compare_by_what_they_mean() {
        for (one, two) in [
            ("1Gi", "1024Mi"),
            ("1", "1000m"),
            ("1.5k", "1500"),
            ("2e3", "2k"),
            ("1E3", "1k"),
            (".5", "500m"),
        ] {
            assert!(parse(one).is_some(), "{one}");
            assert_eq!(parse(one), parse(two), "{one} {two}");
        }
        assert!(parse("1Gi") > parse("1G"));
        assert!(parse("8Ei") > parse("8E"));
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for bad in ["", "Gi", "1GB", "1 Gi", "ten", ".", "1.2.3", "--1", "1e", "1e99", "1-2", &"9".repeat(40)]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
