//! What can go wrong in a statistic, with the fields that locate it.

/// Every failure of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// A list that must hold something holds nothing.
    #[error("{what}: no values given")]
    Empty {
        /// What was asked for.
        what: &'static str,
    },
    /// An input is NaN or infinite.
    #[error("value {value} at index {index} is not finite")]
    NotFinite {
        /// Position in the caller's list.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// An input is so large that its powers would overflow.
    #[error("value {value:e} at index {index} exceeds the magnitude limit {limit:e}")]
    TooLarge {
        /// Position in the caller's list.
        index: usize,
        /// The offending value.
        value: f64,
        /// Largest accepted magnitude.
        limit: f64,
    },
    /// Two lists that must be paired differ in length.
    #[error("cannot pair {left} values with {right}")]
    LengthMismatch {
        /// Length of the first list.
        left: usize,
        /// Length of the second list.
        right: usize,
    },
    /// The exact enumeration would not be feasible.
    #[error("{method} is exact up to {limit} values, got {n}")]
    TooManyForExact {
        /// Name of the method.
        method: &'static str,
        /// Number of values that would be enumerated.
        n: usize,
        /// Largest number accepted.
        limit: usize,
    },
    /// The method is undefined for so few values.
    #[error("{method} needs at least {needed} values, got {n}")]
    TooFew {
        /// Name of the method.
        method: &'static str,
        /// Smallest number accepted.
        needed: usize,
        /// Number given.
        n: usize,
    },
    /// The method divides by a standard deviation that is zero.
    #[error("{method} is undefined without spread: all values equal {value}")]
    NoSpread {
        /// Name of the method.
        method: &'static str,
        /// The common value.
        value: f64,
    },
    /// A parameter lies outside its range (NaN always does).
    #[error("{name} must lie in {range}, got {value}")]
    OutOfRange {
        /// Name of the parameter.
        name: &'static str,
        /// The accepted range, in interval notation.
        range: &'static str,
        /// The value given.
        value: f64,
    },
    /// The rejection region holds more than the two unanimous outcomes, so its power has no closed form.
    #[error("power at n = {n} and level {level} has no closed form: more than unanimity rejects")]
    NoClosedForm {
        /// Number of pairs.
        n: usize,
        /// Two-sided level.
        level: f64,
    },
    /// A caller's statistic returned NaN or infinity.
    #[error("the statistic is {value} for swap pattern {pattern:#b} (bit k: cluster k)")]
    StatisticNotFinite {
        /// Swap pattern, bit `k` set when cluster `k` was swapped.
        pattern: u64,
        /// The value returned.
        value: f64,
    },
}

/// Accepts only the open unit interval; written positively so that NaN fails.
pub(crate) fn check_open_unit(name: &'static str, value: f64) -> Result<f64, StatsError> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(StatsError::OutOfRange { name, range: "(0, 1)", value })
    }
}

/// Accepts zero and positive values up to the magnitude limit; NaN fails.
pub(crate) fn check_non_negative(name: &'static str, value: f64) -> Result<f64, StatsError> {
    if (0.0..=crate::MAX_MAGNITUDE).contains(&value) {
        Ok(value)
    } else {
        Err(StatsError::OutOfRange { name, range: "[0, 1e100]", value })
    }
}

/// Accepts strictly positive values up to the magnitude limit; NaN fails.
pub(crate) fn check_positive(name: &'static str, value: f64) -> Result<f64, StatsError> {
    if value > 0.0 && value <= crate::MAX_MAGNITUDE {
        Ok(value)
    } else {
        Err(StatsError::OutOfRange { name, range: "(0, 1e100]", value })
    }
}
