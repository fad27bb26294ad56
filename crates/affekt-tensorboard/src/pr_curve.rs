//! Precision and recall of a score at thresholds.

use crate::TensorBoardError;

/// How far beyond [0, 1] the rounding of a mean in 32 bit may carry a probability.
const ROUNDING: f64 = 1e-6;

/// Counts of a binary decision at thresholds spread evenly over [0, 1].
///
/// # Equation
/// For n thresholds `t_k = k / (n - 1)`, a sample of score s counts as predicted positive at k when
/// `floor(s (n - 1)) >= k`, which is `s >= t_k`; this is TensorBoard's own rule (`pr_curve/summary.py`).
/// # Numerics
/// Precision is 0 where nothing is predicted positive, recall is 0 without positive samples.
/// # Example
/// ```
/// let curve = affekt_tensorboard::PrCurve::new([(true, 0.9), (false, 0.4), (true, 0.2)], 3)?;
/// assert_eq!(curve.true_positives(), [2, 1, 0]); // at 0, 0.5 and 1
/// assert_eq!(curve.false_positives(), [1, 0, 0]);
/// # Ok::<(), affekt_tensorboard::TensorBoardError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrCurve {
    true_positives: Vec<u64>,
    false_positives: Vec<u64>,
}

impl PrCurve {
    /// As many thresholds as TensorBoard takes.
    pub const DEFAULT_THRESHOLDS: u16 = 201;

    /// Counts samples `(is positive, score)`.
    ///
    /// # Errors
    /// [`TensorBoardError::Score`] for a score outside [0, 1] by more than 1e-6, or NaN; [`TensorBoardError::Thresholds`]
    /// for fewer than two thresholds.
    pub fn new(
        samples: impl IntoIterator<Item = (bool, f64)>,
        n_thresholds: u16,
    ) -> Result<Self, TensorBoardError> {
        if n_thresholds < 2 {
            return Err(TensorBoardError::Thresholds { got: n_thresholds });
        }
        let n = usize::from(n_thresholds);
        let (mut true_positives, mut false_positives) = (vec![0; n], vec![0; n]);
        for (index, (is_positive, score)) in samples.into_iter().enumerate() {
            if !(-ROUNDING..=1.0 + ROUNDING).contains(&score) {
                return Err(TensorBoardError::Score { index, got: score });
            }
            let bucket = (score.clamp(0.0, 1.0) * f64::from(n_thresholds - 1)).floor();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "because it lies in [0, n - 1]"
            )]
            let bucket = bucket as usize;
            let counts = if is_positive { &mut true_positives } else { &mut false_positives };
            counts[bucket] += 1;
        }
        // From samples in a bucket to samples in it or above.
        for counts in [&mut true_positives, &mut false_positives] {
            for k in (1..n).rev() {
                counts[k - 1] += counts[k];
            }
        }
        Ok(Self { true_positives, false_positives })
    }

    /// Positive samples predicted positive, per threshold.
    pub fn true_positives(&self) -> &[u64] {
        &self.true_positives
    }

    /// Negative samples predicted positive, per threshold.
    pub fn false_positives(&self) -> &[u64] {
        &self.false_positives
    }

    /// Positive samples in all.
    pub fn n_positive(&self) -> u64 {
        // At threshold 0 everything is predicted positive.
        self.true_positives[0]
    }

    /// The tensor of the plugin `pr_curves`.
    ///
    /// # Shape
    /// [6, n] by rows: true positives, false positives, true negatives, false negatives, precision, recall.
    pub(crate) fn rows(&self) -> Vec<f32> {
        let (tp, fp) = (&self.true_positives, &self.false_positives);
        let rest = |counts: &[u64]| counts.iter().map(|count| counts[0] - count).collect::<Vec<_>>();
        let (tn, fn_) = (rest(fp), rest(tp));
        let ratio = |of: u64, all: u64| if all == 0 { 0.0 } else { of as f32 / all as f32 };
        let precision = tp.iter().zip(fp).map(|(tp, fp)| ratio(*tp, tp + fp));
        let recall = tp.iter().map(|tp| ratio(*tp, self.n_positive()));
        let counts = [tp, fp, &tn, &fn_].into_iter().flatten().map(|count| *count as f32);
        counts.chain(precision).chain(recall).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::PrCurve;
    use crate::TensorBoardError;

    #[test]
    fn counts_agree_with_comparing_every_score() {
        let samples: Vec<(bool, f64)> =
            (0..500_u32).map(|i| (i % 7 < 3, f64::from(i * 7919 % 1024) / 1024.0)).collect();
        // 1 / 64 is exact, so that the comparison below is too.
        let curve = PrCurve::new(samples.iter().copied(), 65).expect("scores in range");
        for k in 0..65_u32 {
            let count = |positive: bool| {
                samples.iter().filter(|(p, s)| *p == positive && *s >= f64::from(k) / 64.0).count() as u64
            };
            let at = k as usize;
            assert_eq!(
                (curve.true_positives()[at], curve.false_positives()[at]),
                (count(true), count(false))
            );
        }
        assert_eq!(curve.n_positive(), samples.iter().filter(|s| s.0).count() as u64);
    }

    #[test]
    fn rows_are_counts_then_ratios() {
        let curve = PrCurve::new([(true, 0.9), (false, 0.4), (true, 0.2)], 3).expect("scores in range");
        let expected = [
            [2.0, 1.0, 0.0],
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 1.0],
            [0.0, 1.0, 2.0],
            [2.0 / 3.0, 1.0, 0.0],
            [1.0, 0.5, 0.0],
        ];
        assert_eq!(curve.rows(), expected.concat());
    }

    #[test]
    fn ends_of_the_range_belong_to_it() {
        let curve = PrCurve::new([(true, 1.0 + 1e-7), (false, -1e-9), (true, 0.0)], 2).expect("rounding");
        assert_eq!((curve.true_positives(), curve.false_positives()), (&[2, 1][..], &[1, 0][..]));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let refused = |score| PrCurve::new([(true, 0.5), (true, score)], 3).expect_err("out of range");
        assert_eq!(refused(1.5), TensorBoardError::Score { index: 1, got: 1.5 });
        assert!(matches!(refused(f64::NAN), TensorBoardError::Score { index: 1, got } if got.is_nan()));
        assert_eq!(PrCurve::new([], 1), Err(TensorBoardError::Thresholds { got: 1 }));
    }
}
