//! Reading reference numbers out of JSON, and comparing with them.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![allow(dead_code, reason = "each test binary uses its part")]

use affekt_stats::{Alternative, Differences};
use serde_json::Value;

/// Fails unless both numbers agree to `tolerance`, relative above one and absolute below.
pub(crate) fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = expected.abs().clamp(1.0, f64::INFINITY);
    // Positive test, so that NaN fails.
    assert!((got - expected).abs() <= tolerance * scale, "{what}: got {got}, expected {expected}");
}

pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("not a number: {value}"))
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn integer(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a count: {value}"))
}

pub(crate) fn size(value: &Value) -> usize {
    usize::try_from(integer(value)).unwrap()
}

pub(crate) fn differences(value: &Value) -> Differences {
    Differences::new(numbers(value)).unwrap()
}

/// The key under which the reference files keep each direction.
pub(crate) fn key(alternative: Alternative) -> &'static str {
    match alternative {
        Alternative::TwoSided => "two_sided",
        Alternative::Greater => "greater",
        Alternative::Less => "less",
    }
}
