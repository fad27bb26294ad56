//! Numbers as texts print them: so many decimals, and no sign before a zero.

/// `value` with `decimals` decimals.
///
/// # Example
/// ```
/// assert_eq!(affekt_artifact::fixed(-0.00004, 4), "0.0000");
/// assert_eq!(affekt_artifact::fixed(-0.5, 1), "-0.5");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    unsigned_zero(format!("{value:.decimals$}"))
}

/// `value` with `decimals` decimals and its sign, which a zero has not.
///
/// # Example
/// ```
/// assert_eq!(affekt_artifact::signed(0.012, 2), "+0.01");
/// assert_eq!(affekt_artifact::signed(-0.004, 2), "0.00");
/// ```
pub fn signed(value: f64, decimals: usize) -> String {
    unsigned_zero(format!("{value:+.decimals$}"))
}

fn unsigned_zero(text: String) -> String {
    let is_zero = text.contains('0') && !text.contains(|c: char| ('1'..='9').contains(&c));
    if is_zero { text.trim_start_matches(['-', '+']).to_owned() } else { text }
}
