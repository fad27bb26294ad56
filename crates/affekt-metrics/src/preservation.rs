//! Which mistakes stay in the quadrant, or on the side, of the circumplex where the truth lies.

use serde::{Deserialize, Serialize};

use crate::severity::off_diagonal;
use crate::{Confusion, MetricError, NullModel, null_table};

/// Radius around the origin inside which a class has no quadrant.
pub const DEFAULT_NEUTRAL_ZONE: f64 = 0.1;

/// Where a class prototype lies on the circumplex.
///
/// A prototype nearer to the origin than the neutral zone is [`Quadrant::Neutral`]: its signs would be noise.
/// A coordinate of exactly 0 outside the zone counts as positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quadrant {
    /// Inside the neutral zone.
    Neutral,
    /// Valence >= 0, arousal >= 0.
    PleasantActive,
    /// Valence < 0, arousal >= 0.
    UnpleasantActive,
    /// Valence < 0, arousal < 0.
    UnpleasantPassive,
    /// Valence >= 0, arousal < 0.
    PleasantPassive,
}

impl Quadrant {
    /// The quadrant of `[valence, arousal]`; neutral when its norm is below `neutral_zone`.
    ///
    /// ```
    /// use affekt_metrics::Quadrant;
    /// assert_eq!(Quadrant::of([-0.4, 0.5], 0.1), Quadrant::UnpleasantActive);
    /// assert_eq!(Quadrant::of([-0.02, 0.01], 0.1), Quadrant::Neutral);
    /// ```
    pub fn of([valence, arousal]: [f64; 2], neutral_zone: f64) -> Self {
        if valence.hypot(arousal) < neutral_zone {
            return Self::Neutral;
        }
        match (valence < 0.0, arousal < 0.0) {
            (false, false) => Self::PleasantActive,
            (true, false) => Self::UnpleasantActive,
            (true, true) => Self::UnpleasantPassive,
            (false, true) => Self::PleasantPassive,
        }
    }

    /// Same side of the valence axis; neutral agrees only with neutral.
    fn same_valence(self, other: Self) -> bool {
        self.signs().map(|s| s.0) == other.signs().map(|s| s.0)
    }

    /// Same side of the arousal axis; neutral agrees only with neutral.
    fn same_arousal(self, other: Self) -> bool {
        self.signs().map(|s| s.1) == other.signs().map(|s| s.1)
    }

    fn signs(self) -> Option<(bool, bool)> {
        match self {
            Self::Neutral => None,
            Self::PleasantActive => Some((true, true)),
            Self::UnpleasantActive => Some((false, true)),
            Self::UnpleasantPassive => Some((false, false)),
            Self::PleasantPassive => Some((true, false)),
        }
    }
}

/// Shares of samples whose prediction keeps a property of the truth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignAgreement {
    /// Prediction in the quadrant of the truth.
    pub quadrant: f64,
    /// Prediction on the truth's side of the valence axis.
    pub valence_sign: f64,
    /// Prediction on the truth's side of the arousal axis.
    pub arousal_sign: f64,
}

/// Quadrant and sign preservation over the true classes that are not excluded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Preservation {
    /// Among mistakes; `None` when there are none.
    pub errors: Option<SignAgreement>,
    /// Among all samples, correct ones included; `None` when there are none.
    pub all: Option<SignAgreement>,
    /// Among mistakes under quasi-independence: the chance level of `errors`; `None` when there are none.
    pub chance: Option<SignAgreement>,
}

/// Quadrant, valence-sign and arousal-sign preservation.
///
/// # Equation
/// `sum_{i in I, j != i} S_ij [quad(j) = quad(i)] / sum_{i in I, j != i} S_ij`, I the true classes that are
/// not excluded; the same with the valence or arousal sign; `all` includes `j = i`; `chance` replaces S by
/// the quasi-independence table
///
/// # Shape
/// table `[n, n]`, points `[n]` of (valence, arousal), excluded class indices -> three triples of shares
///
/// # Range
/// each share in `[0, 1]`
///
/// # Numerics
/// Fear, disgust, anger and contempt share a quadrant, so this measure cannot see confusions among them.
/// Exclude the true classes without a meaningful position (neutral, other). State the coordinates used.
///
/// # Errors
/// [`MetricError::Length`], [`MetricError::NonFinite`] for bad points, [`MetricError::ClassOutOfRange`] for
/// an excluded index, [`MetricError::OutOfRange`] for a negative zone, [`MetricError::NotConverged`] from the
/// fit.
///
/// # Example
/// ```
/// use affekt_metrics::{Confusion, preservation};
/// let points = [[0.0, 0.0], [0.7, 0.1], [-0.5, 0.5], [-0.4, 0.6]];
/// let c = Confusion::from_pairs(4, [(2, 3), (2, 1), (2, 2), (0, 1)])?;
/// let kept = preservation(&c, &points, 0.1, &[0])?;
/// assert_eq!(kept.errors.map(|s| s.quadrant), Some(0.5));
/// assert_eq!(kept.errors.map(|s| s.arousal_sign), Some(1.0));
/// assert_eq!(kept.all.map(|s| s.quadrant), Some(2.0 / 3.0));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn preservation(
    confusion: &Confusion,
    points: &[[f64; 2]],
    neutral_zone: f64,
    excluded_true: &[usize],
) -> Result<Preservation, MetricError> {
    let n = confusion.n_classes();
    if points.len() != n {
        return Err(MetricError::Length { what: "points", expected: n, got: points.len() });
    }
    for (index, point) in points.iter().enumerate() {
        if let Some(&got) = point.iter().find(|v| !v.is_finite()) {
            return Err(MetricError::NonFinite { what: "points", index, got });
        }
    }
    if !(0.0..f64::INFINITY).contains(&neutral_zone) {
        return Err(MetricError::OutOfRange {
            what: "neutral zone",
            expected: "a finite value >= 0",
            index: 0,
            got: neutral_zone,
        });
    }
    if let Some(&got) = excluded_true.iter().find(|&&c| c >= n) {
        return Err(MetricError::ClassOutOfRange { n_classes: n, got });
    }
    let quadrants: Vec<Quadrant> = points.iter().map(|&p| Quadrant::of(p, neutral_zone)).collect();
    let counts: Vec<f64> = confusion.as_slice().iter().map(|&count| count as f64).collect();
    let kept = |(i, _): &(usize, usize)| !excluded_true.contains(i);
    let every_cell = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let chance = null_table(confusion, NullModel::QuasiIndependence)?;
    Ok(Preservation {
        errors: agreement(&counts, &quadrants, off_diagonal(n).filter(kept)),
        all: agreement(&counts, &quadrants, every_cell.filter(kept)),
        chance: chance.and_then(|table| agreement(&table, &quadrants, off_diagonal(n).filter(kept))),
    })
}

fn agreement(
    table: &[f64],
    quadrants: &[Quadrant],
    cells: impl Iterator<Item = (usize, usize)>,
) -> Option<SignAgreement> {
    let n = quadrants.len();
    let (mut total, mut quadrant, mut valence, mut arousal) = (0.0, 0.0, 0.0, 0.0);
    for (i, j) in cells {
        let (weight, truth, predicted) = (table[i * n + j], quadrants[i], quadrants[j]);
        total += weight;
        quadrant += if truth == predicted { weight } else { 0.0 };
        valence += if truth.same_valence(predicted) { weight } else { 0.0 };
        arousal += if truth.same_arousal(predicted) { weight } else { 0.0 };
    }
    (total > 0.0).then(|| SignAgreement {
        quadrant: quadrant / total,
        valence_sign: valence / total,
        arousal_sign: arousal / total,
    })
}
