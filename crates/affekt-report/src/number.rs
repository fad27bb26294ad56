//! How numbers are printed: one spelling each, never a NaN.

/// What a number means, hence how it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberKind {
    /// A score or distance: four decimals.
    Score,
    /// A difference: four decimals and always a sign.
    Difference,
    /// A p-value: four decimals, scientific below 0.0001.
    PValue,
    /// A share, printed as a percentage with one decimal.
    Share,
    /// Two decimals, for effect sizes.
    Effect,
}

/// The true minus sign.
const MINUS: &str = "\u{2212}";

/// Word for a value that does not exist.
pub(crate) const UNDEFINED: &str = "undefined";

impl NumberKind {
    /// The number as readers see it; the minus sign is a real one.
    pub fn print(self, value: f64) -> String {
        if !value.is_finite() {
            return UNDEFINED.to_owned();
        }
        let text = match self {
            Self::Score => half_up(value, 4, 0),
            Self::Difference => signed(value, 4),
            Self::PValue if value > 0.0 && value < 1e-4 => scientific(value),
            Self::PValue => half_up(value, 4, 0),
            Self::Share => half_up(value, 1, 2) + "\u{a0}%",
            Self::Effect => signed(value, 2),
        };
        text.replace('-', MINUS)
    }

    /// The number, or the word for one that does not exist.
    pub fn print_option(self, value: Option<f64>) -> String {
        value.map_or_else(|| UNDEFINED.to_owned(), |v| self.print(v))
    }
}

/// A finite number with that many decimals and the true minus sign.
pub(crate) fn decimals(value: f64, decimals: usize) -> String {
    half_up(value, decimals, 0).replace('-', MINUS)
}

/// A share in percent, without the sign.
pub(crate) fn percent(share: f64, decimals: usize) -> String {
    half_up(share, decimals, 2)
}

fn signed(value: f64, decimals: usize) -> String {
    let text = half_up(value, decimals, 0);
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 || is_zero { text } else { format!("+{text}") }
}

/// Two digits and a power of ten.
fn scientific(value: f64) -> String {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = half_up(digits.parse().unwrap_or(value), 1, 0);
    match power.parse::<i32>() {
        // 9.96 becomes 10.0, which is 1.0 of the next power.
        Ok(power) if digits == "10.0" => format!("1.0e{}", power + 1),
        _ => format!("{digits}e{power}"),
    }
}

/// `value * 10^shift` with that many decimals; a zero has no sign.
///
/// Halves go away from zero, as by hand, and what is a half is told by the shortest decimal that is this number: the one in
/// the CSV files. The standard formatting goes to the even digit where the binary number is a half, and otherwise by
/// binary digits nobody sees.
fn half_up(value: f64, decimals: usize, shift: i32) -> String {
    let text = format!("{:e}", value.abs());
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
    // Zeros in front, so that there is a digit before the point and one for a carry.
    let before = power.parse::<i32>().unwrap_or(0) + shift + 1;
    let zeros = 1 + usize::try_from(1 - before).unwrap_or(0);
    digits.splice(0..0, std::iter::repeat_n(0, zeros));
    let whole = zeros + usize::try_from(before).unwrap_or(0) - usize::try_from(-before).unwrap_or(0);
    let keep = whole + decimals;
    let carries = digits.get(keep).is_some_and(|next| *next >= 5);
    digits.resize(keep, 0);
    if carries {
        for digit in digits.iter_mut().rev() {
            *digit = (*digit + 1) % 10;
            if *digit > 0 {
                break;
            }
        }
    }
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let (whole, rest) = text.split_at(whole);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if value < 0.0 && digits.iter().any(|digit| *digit > 0) { "-" } else { "" };
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

/// An interval, or why there is none.
pub(crate) fn interval(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => {
            format!("[{},\u{a0}{}]", NumberKind::Difference.print(low), NumberKind::Difference.print(high))
        }
        _ => "none (too few pairs)".to_owned(),
    }
}

/// Mean and standard deviation (divisor n - 1); none where they do not exist.
pub(crate) fn mean_sd(values: &[f64]) -> (Option<f64>, Option<f64>) {
    affekt_stats::Differences::new(values.to_vec()).map_or((None, None), |d| (Some(d.mean()), d.sd()))
}

#[cfg(test)]
mod tests {
    use super::{NumberKind, decimals, half_up, percent};

    #[test]
    fn halves_are_rounded_away_from_zero_whatever_the_kind() {
        for kind in [NumberKind::Score, NumberKind::PValue] {
            assert_eq!(kind.print(0.031_25), "0.0313");
            assert_eq!(kind.print(0.156_25), "0.1563");
        }
        assert_eq!(NumberKind::Difference.print(0.031_25), "+0.0313");
        assert_eq!(NumberKind::Difference.print(-0.031_25), "\u{2212}0.0313");
        // Neither is a half in binary; both are in the CSV files.
        assert_eq!(NumberKind::Score.print(0.123_45), "0.1235");
        assert_eq!(NumberKind::Score.print(1.000_05), "1.0001");
        assert_eq!(NumberKind::Share.print(0.282_5), "28.3\u{a0}%");
        assert_eq!(NumberKind::Effect.print(2.675), "+2.68");
        assert_eq!((decimals(1.625, 2).as_str(), decimals(-1.5, 0).as_str()), ("1.63", "\u{2212}2"));
        assert_eq!((percent(0.125, 0).as_str(), percent(0.005, 0).as_str()), ("13", "1"));
    }

    #[test]
    fn rounding_carries_and_keeps_its_decimals() {
        for (value, decimals, shift, expected) in [
            (0.0, 2, 0, "0.00"),
            (9.999_96, 4, 0, "10.0000"),
            (0.999_95, 4, 0, "1.0000"),
            (-0.000_04, 4, 0, "0.0000"),
            (-0.000_05, 4, 0, "-0.0001"),
            (0.05, 0, 0, "0"),
            (0.5, 0, 0, "1"),
            (1e-300, 4, 0, "0.0000"),
            (1e21, 1, 0, "1000000000000000000000.0"),
            (1.0, 1, 2, "100.0"),
            (0.000_1, 1, 2, "0.0"),
            (0.000_5, 1, 2, "0.1"),
            (123_456.789, 1, 0, "123456.8"),
        ] {
            assert_eq!(half_up(value, decimals, shift), expected, "{value}");
        }
    }

    #[test]
    fn each_number_has_one_spelling() {
        assert_eq!(NumberKind::Difference.print(-0.01234), "\u{2212}0.0123");
        assert_eq!(NumberKind::Difference.print(0.0), "0.0000");
        assert_eq!(NumberKind::Difference.print(-1e-9), "0.0000");
        assert_eq!(NumberKind::Score.print(-0.0), "0.0000");
        assert_eq!(NumberKind::Share.print(-1e-5), "0.0\u{a0}%");
        assert_eq!(NumberKind::Effect.print(-0.004), "0.00");
        assert_eq!(NumberKind::PValue.print(0.031_25), "0.0313");
        assert_eq!(NumberKind::PValue.print(1.9e-6), "1.9e\u{2212}6");
        assert_eq!(NumberKind::PValue.print(9.96e-6), "1.0e\u{2212}5");
        assert_eq!(NumberKind::Score.print(f64::NAN), "undefined");
        assert_eq!(NumberKind::Score.print_option(None), "undefined");
    }
}
