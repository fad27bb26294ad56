//! The normal approximation of the Wilcoxon signed-rank test.

use crate::signed_ranks::{SignedRanks, ZeroMethod, cube_minus_self};
use crate::{Alternative, Differences, normal};

/// Standardised rank sum and its normal p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WilcoxonNormal {
    /// `(R+ - mean) / se`, moved towards zero when the continuity correction is on; positive favours A.
    pub z: f64,
    /// Normal p-value of the asked alternative.
    pub p_value: f64,
}

/// Normal approximation of the signed-rank test, for more pairs than the exact test accepts.
///
/// # Null hypothesis
/// As [`crate::wilcoxon()`].
///
/// # Assumes
/// As [`crate::wilcoxon()`], and pairs enough for the rank sum to be normal: some dozens.
///
/// # Not for
/// Few pairs: at n = 5 it says 0.043 where no exact two-sided p below 0.0625 exists.
///
/// # Equation
/// METHODS 8.1: `z = (R+ - m) / se`, `m = n(n+1)/4`, `se^2 = [n(n+1)(2n+1) - sum(t^3 - t)/2] / 24`; under
/// Pratt `m` and the bracket lose `n0(n0+1)/4` and `n0(n0+1)(2 n0+1)`, under zsplit the zeros are one more
/// tie group. The correction moves `R+` by 1/2: towards `m` two-sided, against the alternative one-sided.
///
/// # Range
/// `p` in `[0, 1]`: unlike an exact p it can underflow to zero. No spread of ranks (all zero) gives `z = 0`
/// and `p = 1`, where scipy returns NaN.
///
/// # Numerics
/// Two-sided `2 (1 - Phi(|z|))`, each tail without cancellation.
///
/// # Source
/// Hollander, Wolfe and Chicken, *Nonparametric Statistical Methods* (3rd ed. 2014), section 3.1; Pratt 1959 and
/// Cureton, JASA 62 (1967), for zeros.
///
/// # Example
/// ```
/// use affekt_stats::{Alternative, Differences, ZeroMethod, wilcoxon_normal};
/// // One pair: R+ = 1, m = 1/2, se = 1/2; the correction of 1/2 removes all of it.
/// let d = Differences::new(vec![0.02])?;
/// let plain = wilcoxon_normal(&d, ZeroMethod::Wilcox, false, Alternative::TwoSided);
/// let corrected = wilcoxon_normal(&d, ZeroMethod::Wilcox, true, Alternative::TwoSided);
/// assert_eq!((plain.z, corrected.z, corrected.p_value), (1.0, 0.0, 1.0));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn wilcoxon_normal(
    differences: &Differences,
    zero_method: ZeroMethod,
    continuity_correction: bool,
    alternative: Alternative,
) -> WilcoxonNormal {
    let ranks = SignedRanks::new(differences, zero_method);
    if ranks.n_nonzero() == 0 {
        return WilcoxonNormal { z: 0.0, p_value: 1.0 };
    }
    let (r_plus, _) = ranks.rank_sums(zero_method);
    let (mean, variance) = null_moments(&ranks, zero_method);
    let shift = match alternative {
        _ if !continuity_correction => 0.0,
        Alternative::Greater => 0.5,
        Alternative::Less => -0.5,
        // At R+ = mean there is nothing to correct, and signum would invent a direction.
        Alternative::TwoSided if (r_plus - mean).abs() < 0.25 => 0.0,
        Alternative::TwoSided => 0.5 * (r_plus - mean).signum(),
    };
    let z = (r_plus - mean - shift) / variance.sqrt();
    let p_value = match alternative {
        Alternative::Greater => normal::sf(z),
        Alternative::Less => normal::cdf(z),
        Alternative::TwoSided => (2.0 * normal::sf(z.abs())).clamp(0.0, 1.0),
    };
    WilcoxonNormal { z, p_value }
}

/// Mean and variance of `R+` under the null, given the ties and zeros.
fn null_moments(ranks: &SignedRanks, zero_method: ZeroMethod) -> (f64, f64) {
    let mut mean = triangle(ranks.n_ranked) / 2.0;
    let mut bracket = pyramid(ranks.n_ranked);
    let mut ties = ranks.tie_cubes;
    match zero_method {
        ZeroMethod::Wilcox => {}
        ZeroMethod::Pratt => {
            mean -= triangle(ranks.n_zeros) / 2.0;
            bracket -= pyramid(ranks.n_zeros);
        }
        ZeroMethod::Zsplit => ties += cube_minus_self(ranks.n_zeros),
    }
    (mean, (bracket - ties / 2.0) / 24.0)
}

/// `n(n+1)/2`.
fn triangle(n: usize) -> f64 {
    let n = n as f64;
    n * (n + 1.0) / 2.0
}

/// `n(n+1)(2n+1)`.
fn pyramid(n: usize) -> f64 {
    let n = n as f64;
    n * (n + 1.0) * (2.0 * n + 1.0)
}
