//! How numbers are printed: one spelling each, never a NaN.

use affekt_artifact::{fixed, percent, signed};

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
            Self::Difference => signed(value, 4),
            Self::PValue if value > 0.0 && value < 1e-4 => scientific(value),
            Self::Score | Self::PValue => fixed(value, 4),
            Self::Share => percent(value, 1) + "\u{a0}%",
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
    fixed(value, decimals).replace('-', MINUS)
}

/// Two digits and a power of ten.
fn scientific(value: f64) -> String {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = fixed(digits.parse().unwrap_or(value), 1);
    match power.parse::<i32>() {
        // 9.96 becomes 10.0, which is 1.0 of the next power.
        Ok(power) if digits == "10.0" => format!("1.0e{}", power + 1),
        _ => format!("{digits}e{power}"),
    }
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
    use super::{NumberKind, decimals};

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
