//! A paired test: sign flips of the median.

use affekt_stats::{Alternative, Differences, PairedTest, StatsError, TestOutcome};

/// Most differences whose sign patterns are counted one by one.
const MOST: usize = 20;

/// The exact sign-flip test with the median as its statistic: one wild seed moves it little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MedianFlip;

impl PairedTest for MedianFlip {
    fn name(&self) -> &'static str {
        "median_flip"
    }

    fn test(&self, differences: &Differences, alternative: Alternative) -> Result<TestOutcome, StatsError> {
        let (values, n) = (differences.values(), differences.n());
        if n > MOST {
            return Err(StatsError::TooManyForExact { method: "median_flip", n, limit: MOST });
        }
        let observed = median(values.to_vec());
        let equal = differences.tolerance();
        let is_as_extreme = |m: f64| match alternative {
            Alternative::Greater => m >= observed - equal,
            Alternative::Less => m <= observed + equal,
            Alternative::TwoSided => m.abs() >= observed.abs() - equal,
        };
        let patterns = 1_u32 << n;
        let flipped = |pattern: u32| {
            let signed = values.iter().enumerate().map(|(i, d)| if pattern >> i & 1 == 1 { -d } else { *d });
            median(signed.collect())
        };
        let count = (0..patterns).filter(|&pattern| is_as_extreme(flipped(pattern))).count();
        Ok(TestOutcome {
            statistic: observed,
            p_value: count as f64 / f64::from(patterns),
            alternative,
            n_effective: n,
            exact: true,
        })
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.len() / 2;
    if values.len() % 2 == 1 { values[upper] } else { f64::midpoint(values[upper - 1], values[upper]) }
}
