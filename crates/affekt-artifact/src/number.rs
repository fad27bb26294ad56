//! Numbers as texts print them: so many decimals, halves away from zero, and no sign before a zero.

/// `value` with `decimals` decimals.
///
/// # Example
/// ```
/// assert_eq!(affekt_artifact::fixed(-0.00004, 4), "0.0000");
/// assert_eq!(affekt_artifact::fixed(-0.5, 1), "-0.5");
/// assert_eq!(affekt_artifact::fixed(0.031_25, 4), "0.0313");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    half_up(value, decimals, 0)
}

/// `value` with `decimals` decimals and its sign, which a zero has not.
///
/// # Example
/// ```
/// assert_eq!(affekt_artifact::signed(0.012, 2), "+0.01");
/// assert_eq!(affekt_artifact::signed(-0.004, 2), "0.00");
/// ```
pub fn signed(value: f64, decimals: usize) -> String {
    let text = half_up(value, decimals, 0);
    let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 || is_zero { text } else { format!("+{text}") }
}

/// A share in percent with `decimals` decimals, without the sign.
///
/// # Example
/// ```
/// assert_eq!(affekt_artifact::percent(0.968_75, 1), "96.9");
/// ```
pub fn percent(share: f64, decimals: usize) -> String {
    half_up(share, decimals, 2)
}

/// `value * 10^shift` with that many decimals; a zero has no sign.
///
/// Halves go away from zero, as by hand, and what is a half is told by the shortest decimal that is this number: the one in
/// the CSV files. The standard formatting goes to the even digit where the binary number is a half, and otherwise by
/// binary digits nobody sees.
fn half_up(value: f64, decimals: usize, shift: i32) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
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

#[cfg(test)]
mod tests {
    use super::{fixed, half_up, percent, signed};

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
    fn signs_and_shares() {
        assert_eq!((signed(0.031_25, 4).as_str(), signed(-0.031_25, 4).as_str()), ("+0.0313", "-0.0313"));
        assert_eq!((signed(0.0, 2).as_str(), signed(-1e-9, 2).as_str()), ("0.00", "0.00"));
        assert_eq!((percent(0.125, 0).as_str(), percent(0.005, 0).as_str()), ("13", "1"));
        assert_eq!((fixed(f64::NAN, 2).as_str(), fixed(f64::INFINITY, 2).as_str()), ("NaN", "inf"));
    }
}
