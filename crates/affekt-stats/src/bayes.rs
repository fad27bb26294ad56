//! The Bayesian signed-rank test: closed-form posterior means, and draws for the probabilities.

use affekt_core::{Seed, Stream};
use serde::{Deserialize, Serialize};

use crate::error::{check_non_negative, check_positive};
use crate::sampled::collect_draws;
use crate::{Differences, StatsError};

/// Prior strength of the pseudo-observation at zero used by Benavoli et al. and baycomp.
pub const PRIOR_STRENGTH: f64 = 0.5;

/// Draws that Benavoli et al. and baycomp take.
pub const POSTERIOR_DRAWS: u64 = 50_000;

/// Three shares that sum to one: of one set of weights, or their posterior means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignedRankPosterior {
    /// Share of pairs of differences below the region: B better.
    pub left: f64,
    /// Share within the region of practical equivalence.
    pub rope: f64,
    /// Share above the region: A better.
    pub right: f64,
}

/// Posterior probabilities that a share is the largest of the three, by draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignedRankProbabilities {
    /// Probability that B is practically better.
    pub left: f64,
    /// Probability that the arms are practically equivalent.
    pub rope: f64,
    /// Probability that A is practically better.
    pub right: f64,
    /// Largest standard error of the three, from the number of draws.
    pub standard_error: f64,
    /// Number of draws.
    pub draws: u64,
}

/// Posterior mean shares of the Bayesian signed-rank model.
///
/// # Null hypothesis
/// None is tested: the model says how much of the population of paired sums lies below, within and above the
/// region of practical equivalence.
///
/// # Assumes
/// Independent pairs, differences of one population (a Dirichlet process with a pseudo-observation at zero), and a
/// region declared before the data were seen.
///
/// # Not for
/// A decision by itself: these are means of the shares. The probability that a share is the largest, which
/// published decision rules compare with 0.95, is [`signed_rank_probabilities`].
///
/// # Equation
/// METHODS 8.4: weights `w ~ Dir(s, 1, ..., 1)` on a pseudo-observation 0 and the differences,
/// `right = sum_ij w_i w_j [d_i + d_j > 2 rope]`, left mirrored, the rest within. With `A = s + n`:
/// `E[w_i w_j] = a_i a_j / (A(A+1))`, `E[w_i^2] = a_i (a_i + 1) / (A(A+1))`.
///
/// # Range
/// Each share in `[0, 1]`, sum 1.
///
/// # Numerics
/// A finite sum, no sampling. A sum of differences within [`Differences::tolerance`] of a boundary counts
/// half on either side. Differences are `A - B`; baycomp subtracts the other way round.
///
/// # Source
/// Benavoli, Mangili, Corani, Zaffalon and Ruggeri, ICML 2014; Benavoli, Corani, Demsar and Zaffalon, JMLR 18
/// (2017).
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
    let steps = Steps::new(differences, rope)?;
    let prior_strength = check_positive("prior_strength", prior_strength)?;
    let concentration = prior_strength + differences.n() as f64;
    let normaliser = concentration * (concentration + 1.0);
    let a = |i: usize| if i == 0 { prior_strength } else { 1.0 };
    let moment = |i, j| if i == j { a(i) * (a(i) + 1.0) } else { a(i) * a(j) };
    Ok(steps.shares(|i, j| moment(i, j) / normaliser))
}

/// The shares under one set of weights: the pseudo-observation's first, then one per difference.
///
/// # Equation
/// `right = sum_ij w_i w_j [d_i + d_j > 2 rope]` with `d_0 = 0`, left mirrored, the rest within.
///
/// # Range
/// As [`signed_rank_posterior`] for weights that sum to 1.
///
/// # Numerics
/// As [`signed_rank_posterior`]; the weights are taken as they are.
///
/// # Errors
/// [`StatsError::LengthMismatch`] unless there is one weight more than differences,
/// [`StatsError::OutOfRange`] for a negative `rope`.
///
/// # Example
/// ```
/// use affekt_stats::{Differences, signed_rank_shares};
/// // Sums: 0 (weight 1/16), 2 (6/16), 4 (9/16); beyond 2 rope = 3 only the last.
/// let shares = signed_rank_shares(&Differences::new(vec![2.0])?, 1.5, &[0.25, 0.75])?;
/// assert_eq!((shares.right, shares.rope), (9.0 / 16.0, 7.0 / 16.0));
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn signed_rank_shares(
    differences: &Differences,
    rope: f64,
    weights: &[f64],
) -> Result<SignedRankPosterior, StatsError> {
    if weights.len() != differences.n() + 1 {
        return Err(StatsError::LengthMismatch { left: differences.n() + 1, right: weights.len() });
    }
    Ok(Steps::new(differences, rope)?.shares(|i, j| weights[i] * weights[j]))
}

/// Posterior probabilities of "B better", "equivalent" and "A better" by seeded draws.
///
/// # Null hypothesis
/// None is tested; a decision is made where one of the three probabilities passes a declared bound, often 0.95.
///
/// # Assumes
/// As [`signed_rank_posterior`].
///
/// # Not for
/// Very few pairs: with the prior's pseudo-observation at zero, three agreeing pairs already look convincing.
///
/// # Equation
/// For each draw of `w ~ Dir(s, 1, ..., 1)` the largest of the three shares of [`signed_rank_shares`] is noted,
/// a tie in equal parts; the probabilities are the frequencies.
///
/// # Range
/// Each in `[0, 1]`, sum 1.
///
/// # Numerics
/// A function of its arguments, whatever the number of threads. `w_0` comes from a gamma variate of shape `s`
/// (Marsaglia and Tsang 2000), the others from exponential ones.
///
/// # Source
/// As [`signed_rank_posterior`]; baycomp's `SignedRankTest`.
///
/// # Errors
/// As [`signed_rank_posterior`], and [`StatsError::Empty`] for no draws.
///
/// # Example
/// ```
/// use affekt_core::Seed;
/// use affekt_stats::{Differences, PRIOR_STRENGTH, signed_rank_probabilities};
/// let d = Differences::new(vec![0.03, 0.05, 0.04, 0.06, 0.02, 0.05])?;
/// let found = signed_rank_probabilities(&d, 0.01, PRIOR_STRENGTH, 2_000, Seed(1))?;
/// assert!(found.right > 0.95 && (found.left + found.rope + found.right - 1.0).abs() < 1e-12);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn signed_rank_probabilities(
    differences: &Differences,
    rope: f64,
    prior_strength: f64,
    draws: u64,
    seed: Seed,
) -> Result<SignedRankProbabilities, StatsError> {
    let steps = Steps::new(differences, rope)?;
    let prior_strength = check_positive("prior_strength", prior_strength)?;
    let winners = collect_draws(draws, seed, "signed-rank posterior", |stream| {
        let mut weights = vec![gamma(prior_strength, stream)];
        weights.extend((0..differences.n()).map(|_| exponential(stream)));
        // The winner is the same without dividing by the sum of the weights.
        let shares = steps.shares(|i, j| weights[i] * weights[j]);
        let list = [shares.left, shares.rope, shares.right];
        let largest = list.iter().copied().fold(f64::NEG_INFINITY, |x, y| if y > x { y } else { x });
        Ok(list.map(|share| share >= largest))
    })?;
    let mut wins = [0.0; 3];
    for winner in &winners {
        let ways = winner.iter().filter(|won| **won).count() as f64;
        for (win, _) in wins.iter_mut().zip(winner).filter(|(_, won)| **won) {
            *win += 1.0 / ways;
        }
    }
    let [left, rope, right] = wins.map(|win| win / draws as f64);
    let error = |p: f64| (p * (1.0 - p) / draws as f64).clamp(0.0, 1.0).sqrt();
    let standard_error =
        [left, rope, right].map(error).into_iter().fold(0.0, |x, y| if y > x { y } else { x });
    Ok(SignedRankProbabilities { left, rope, right, standard_error, draws })
}

/// On which side of the region each sum of two differences lies, the pseudo-observation 0 first.
struct Steps {
    size: usize,
    /// Row-major `(left, right)`, one half at a boundary.
    sides: Vec<(f64, f64)>,
}

impl Steps {
    fn new(differences: &Differences, rope: f64) -> Result<Self, StatsError> {
        let boundary = 2.0 * check_non_negative("rope", rope)?;
        let tolerance = differences.tolerance();
        let atoms: Vec<f64> = std::iter::once(0.0).chain(differences.values().iter().copied()).collect();
        if atoms.len() > MAX_ATOMS {
            let n = differences.n();
            return Err(StatsError::TooManyForExact {
                method: "signed-rank posterior",
                n,
                limit: MAX_ATOMS - 1,
            });
        }
        let pairs = atoms.iter().flat_map(|x| atoms.iter().map(move |y| x + y));
        let sides =
            pairs.map(|sum| (step(-boundary - sum, tolerance), step(sum - boundary, tolerance))).collect();
        Ok(Self { size: atoms.len(), sides })
    }

    fn shares(&self, weight: impl Fn(usize, usize) -> f64) -> SignedRankPosterior {
        let mut shares = SignedRankPosterior { left: 0.0, rope: 0.0, right: 0.0 };
        for i in 0..self.size {
            for j in 0..self.size {
                let (left, right) = self.sides[i * self.size + j];
                let weight = weight(i, j);
                shares.left += weight * left;
                shares.right += weight * right;
                shares.rope += weight * (1.0 - right - left);
            }
        }
        shares
    }
}

/// Most differences, and the pseudo-observation: sixteen million sums.
const MAX_ATOMS: usize = 4001;

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

fn exponential(stream: &mut Stream) -> f64 {
    // The draw lies in [0, 1), so the logarithm is finite.
    -(-stream.uniform()).ln_1p()
}

/// A gamma variate of that shape and unit scale.
fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, stream) * (-exponential(stream) / shape).exp();
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = stream.normal();
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && -exponential(stream) < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use affekt_core::Seed;

    use super::{exponential, gamma};

    #[test]
    fn variates_have_the_moments_of_their_laws() {
        let mut stream = Seed(5).stream("test", &[]);
        let n = 40_000;
        for shape in [0.5, 1.0, 3.5] {
            let drawn: Vec<f64> = (0..n).map(|_| gamma(shape, &mut stream)).collect();
            let mean = drawn.iter().sum::<f64>() / f64::from(n);
            let variance = drawn.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
            // Mean and variance of the law are both the shape; five standard errors.
            assert!((mean - shape).abs() < 5.0 * (shape / f64::from(n)).sqrt(), "{shape}: {mean}");
            assert!((variance - shape).abs() < 0.06 * shape, "{shape}: {variance}");
        }
        let mean = (0..n).map(|_| exponential(&mut stream)).sum::<f64>() / f64::from(n);
        assert!((mean - 1.0).abs() < 0.025, "{mean}");
    }
}
