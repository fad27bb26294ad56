//! The Bayesian signed-rank test through its closed-form posterior means.

use serde::{Deserialize, Serialize};

use crate::error::{check_non_negative, check_positive};
use crate::{Differences, StatsError};

/// Prior strength of the pseudo-observation at zero used by Benavoli et al. and baycomp.
pub const PRIOR_STRENGTH: f64 = 0.5;

/// Posterior means of the three shares; they sum to one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignedRankPosterior {
    /// Share of pairs of differences below the region: B better.
    pub left: f64,
    /// Share within the region of practical equivalence.
    pub rope: f64,
    /// Share above the region: A better.
    pub right: f64,
}

/// Posterior mean shares of the Bayesian signed-rank model.
///
/// # Equation
/// METHODS 8.4 (Benavoli et al. 2017): weights `w ~ Dir(s, 1, ..., 1)` on a pseudo-observation 0 and the
/// differences, `right = sum_ij w_i w_j [d_i + d_j > 2 rope]`, left mirrored, the rest within. With
/// `A = s + n`: `E[w_i w_j] = a_i a_j / (A(A+1))`, `E[w_i^2] = a_i (a_i + 1) / (A(A+1))`.
///
/// # Range
/// Each share in `[0, 1]`, sum 1.
///
/// # Numerics
/// A finite sum, no sampling. A sum of differences within [`Differences::tolerance`] of a boundary counts
/// half on either side. These are means of the shares, not the posterior probabilities that one share is
/// the largest; those need draws. Differences are `A - B`; baycomp subtracts the other way round.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a negative `rope` or a `prior_strength` that is not positive.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, signed_rank_posterior};
/// // s = 1, one difference 2: a = (1, 1), A(A+1) = 6. Sums: 0 (weight 2), 2 (twice 1), 4 (2).
/// // Beyond 2 rope = 1: 2 + 2 of 6.
/// let shares = signed_rank_posterior(&Differences::new(vec![2.0])?, 0.5, 1.0)?;
/// assert!((shares.right - 4.0 / 6.0).abs() < 1e-15 && shares.left == 0.0);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn signed_rank_posterior(
    differences: &Differences,
    rope: f64,
    prior_strength: f64,
) -> Result<SignedRankPosterior, StatsError> {
    let boundary = 2.0 * check_non_negative("rope", rope)?;
    let prior_strength = check_positive("prior_strength", prior_strength)?;
    let tolerance = differences.tolerance();
    let atoms: Vec<(f64, f64)> = std::iter::once((0.0, prior_strength))
        .chain(differences.values().iter().map(|&d| (d, 1.0)))
        .collect();
    let concentration = prior_strength + differences.n() as f64;
    let normaliser = concentration * (concentration + 1.0);

    let mut shares = SignedRankPosterior { left: 0.0, rope: 0.0, right: 0.0 };
    for (i, &(x, a)) in atoms.iter().enumerate() {
        for (j, &(y, b)) in atoms.iter().enumerate() {
            let weight = if i == j { a * (a + 1.0) } else { a * b } / normaliser;
            let right = step(x + y - boundary, tolerance);
            let left = step(-boundary - x - y, tolerance);
            shares.right += weight * right;
            shares.left += weight * left;
            shares.rope += weight * (1.0 - right - left);
        }
    }
    Ok(shares)
}

/// Heaviside step with one half at zero.
fn step(x: f64, tolerance: f64) -> f64 {
    if x > tolerance {
        1.0
    } else if x < -tolerance {
        0.0
    } else {
        0.5
    }
}
