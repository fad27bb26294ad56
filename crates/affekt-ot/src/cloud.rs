//! Costs between the clouds that classes form on the valence-arousal plane: distances that know about spread.

use serde::{Deserialize, Serialize};

use crate::cost::pairwise_indexed;
use crate::{CostError, CostMatrix};

/// Mean and covariance of the valence-arousal points of one class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ClassCloud {
    mean: [f64; 2],
    covariance: Covariance,
}

/// The wire form: covariance as variance of valence, covariance, variance of arousal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    mean: [f64; 2],
    covariance: [f64; 3],
}

/// A symmetric 2 by 2 matrix `[[vv, va], [va, aa]]`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Covariance {
    vv: f64,
    va: f64,
    aa: f64,
}

impl Covariance {
    fn determinant(self) -> f64 {
        self.vv * self.aa - self.va * self.va
    }

    fn trace(self) -> f64 {
        self.vv + self.aa
    }

    /// `tr(A B)`
    fn trace_of_product(self, other: Self) -> f64 {
        self.vv * other.vv + 2.0 * self.va * other.va + self.aa * other.aa
    }

    fn plus(self, other: Self) -> Self {
        Self { vv: self.vv + other.vv, va: self.va + other.va, aa: self.aa + other.aa }
    }

    fn over(self, by: f64) -> Self {
        Self { vv: self.vv / by, va: self.va / by, aa: self.aa / by }
    }

    /// `d' A^-1 d`
    fn inverse_form(self, d: [f64; 2]) -> f64 {
        (self.aa * d[0] * d[0] - 2.0 * self.va * d[0] * d[1] + self.vv * d[1] * d[1]) / self.determinant()
    }

    /// Positive definite, and not merely by rounding.
    fn is_regular(self) -> bool {
        self.determinant() > 8.0 * f64::EPSILON * self.vv * self.aa
    }
}

impl ClassCloud {
    /// A cloud from its mean and its covariance `[var(v), cov(v, a), var(a)]`.
    ///
    /// # Errors
    /// [`CostError::Coordinate`] for NaN or infinity, [`CostError::Covariance`] for a matrix that is no covariance (a
    /// negative variance, or a correlation beyond 1). The class is given as 0.
    pub fn new(mean: [f64; 2], covariance: [f64; 3]) -> Result<Self, CostError> {
        if let Some(&got) = mean.iter().chain(&covariance).find(|x| !x.is_finite()) {
            return Err(CostError::Coordinate { what: "class cloud", class: 0, got });
        }
        let [vv, va, aa] = covariance;
        let covariance = Covariance { vv, va, aa };
        let rounding = 8.0 * f64::EPSILON * (vv * aa).abs();
        if vv < 0.0 || aa < 0.0 || covariance.determinant() < -rounding {
            return Err(CostError::Covariance {
                class: 0,
                expected: "variances >= 0 and a correlation in [-1, 1]",
                got: [vv, va, aa],
            });
        }
        Ok(Self { mean, covariance })
    }

    /// Mean and covariance of points, about their mean, divided by their number.
    ///
    /// # Errors
    /// [`CostError::Empty`] without a point, [`CostError::Coordinate`] for NaN or infinity.
    ///
    /// # Example
    /// ```
    /// let cloud = affekt_ot::ClassCloud::from_points(&[[0.0, 0.0], [1.0, 0.5]])?;
    /// assert_eq!(cloud.mean(), [0.5, 0.25]);
    /// assert_eq!(cloud.covariance(), [0.25, 0.125, 0.0625]);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn from_points(points: &[[f64; 2]]) -> Result<Self, CostError> {
        if points.is_empty() {
            return Err(CostError::Empty);
        }
        let n = points.len() as f64;
        let mean = [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / n);
        let moment = |a: usize, b: usize| {
            points.iter().map(|point| (point[a] - mean[a]) * (point[b] - mean[b])).sum::<f64>() / n
        };
        Self::new(mean, [moment(0, 0), moment(0, 1), moment(1, 1)])
    }

    /// Mean valence and arousal.
    pub fn mean(&self) -> [f64; 2] {
        self.mean
    }

    /// Variance of valence, covariance, variance of arousal.
    pub fn covariance(&self) -> [f64; 3] {
        [self.covariance.vv, self.covariance.va, self.covariance.aa]
    }

    fn offset(&self, other: &Self) -> [f64; 2] {
        [self.mean[0] - other.mean[0], self.mean[1] - other.mean[1]]
    }
}

impl TryFrom<Wire> for ClassCloud {
    type Error = CostError;

    fn try_from(wire: Wire) -> Result<Self, CostError> {
        Self::new(wire.mean, wire.covariance)
    }
}

impl From<ClassCloud> for Wire {
    fn from(cloud: ClassCloud) -> Self {
        Self { mean: cloud.mean, covariance: cloud.covariance() }
    }
}

impl CostMatrix {
    /// Mahalanobis distances between class means: distance in units of the spread within classes.
    ///
    /// # Equation
    /// `C_ij = sqrt(d' S^-1 d)`, `d = mu_i - mu_j`, S the mean of all class covariances. One S for all pairs makes this
    /// the Euclidean distance after one linear map, hence a metric; every class counts alike, whatever its frequency.
    ///
    /// # Shape
    /// clouds `[n]` -> `[n, n]`
    ///
    /// # Range
    /// `>= 0`, in standard deviations; d' of linear discriminant analysis where classes share S
    ///
    /// # Numerics
    /// closed form of the 2 by 2 inverse
    ///
    /// # Errors
    /// [`CostError::Empty`]; [`CostError::Covariance`] when S is singular.
    ///
    /// # Example
    /// ```
    /// use affekt_ot::{ClassCloud, CostMatrix};
    /// // Half a unit of valence apart, a standard deviation of a quarter.
    /// let spread = [0.0625, 0.0, 0.01];
    /// let clouds = [ClassCloud::new([0.0, 0.3], spread)?, ClassCloud::new([0.5, 0.3], spread)?];
    /// assert_eq!(CostMatrix::mahalanobis(&clouds)?.get(0, 1), 2.0);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn mahalanobis(clouds: &[ClassCloud]) -> Result<Self, CostError> {
        let sum = clouds.iter().map(|cloud| cloud.covariance).reduce(Covariance::plus);
        let pooled = sum.ok_or(CostError::Empty)?.over(clouds.len() as f64);
        if !pooled.is_regular() {
            let got = [pooled.vv, pooled.va, pooled.aa];
            return Err(CostError::Covariance { class: 0, expected: "a regular pooled covariance", got });
        }
        let distance = |i: usize, j: usize| pooled.inverse_form(clouds[i].offset(&clouds[j])).sqrt();
        Self::from_row_major(clouds.len(), pairwise_indexed(clouds.len(), distance))
    }

    /// Bhattacharyya distances between Gaussian class clouds: how much two classes overlap.
    ///
    /// # Equation
    /// `C_ij = d' S^-1 d / 8 + ln(|S| / sqrt(|S_i| |S_j|)) / 2`, `d = mu_i - mu_j`, `S = (S_i + S_j) / 2`. The share of
    /// mass two Gaussians have in common is at most `exp(-C_ij)`; [`CostMatrix::concave`] with scale 1 turns it into the
    /// squared Hellinger distance.
    ///
    /// # Shape
    /// clouds `[n]` -> `[n, n]`
    ///
    /// # Range
    /// `>= 0`, 0 iff the clouds are equal; symmetric, no metric
    ///
    /// # Numerics
    /// rounding below 0 is cut off
    ///
    /// # Errors
    /// [`CostError::Empty`]; [`CostError::Covariance`] for a class whose covariance is singular.
    ///
    /// # Example
    /// ```
    /// use affekt_ot::{ClassCloud, CostMatrix};
    /// // Equal spread: an eighth of the squared Mahalanobis distance.
    /// let spread = [0.0625, 0.0, 0.01];
    /// let clouds = [ClassCloud::new([0.0, 0.3], spread)?, ClassCloud::new([0.5, 0.3], spread)?];
    /// assert_eq!(CostMatrix::bhattacharyya(&clouds)?.get(0, 1), 0.5);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn bhattacharyya(clouds: &[ClassCloud]) -> Result<Self, CostError> {
        if let Some(class) = clouds.iter().position(|cloud| !cloud.covariance.is_regular()) {
            let got = clouds[class].covariance();
            return Err(CostError::Covariance { class, expected: "a regular covariance", got });
        }
        let distance = |i: usize, j: usize| {
            let (a, b) = (clouds[i].covariance, clouds[j].covariance);
            let shared = a.plus(b).over(2.0);
            let volumes = shared.determinant().ln() - 0.5 * (a.determinant().ln() + b.determinant().ln());
            not_below_zero(shared.inverse_form(clouds[i].offset(&clouds[j])) / 8.0 + 0.5 * volumes)
        };
        Self::from_row_major(clouds.len(), pairwise_indexed(clouds.len(), distance))
    }

    /// 2-Wasserstein distances between Gaussian class clouds.
    ///
    /// # Equation
    /// `C_ij = sqrt(||mu_i - mu_j||^2 + tr(S_i + S_j - 2 (S_j^1/2 S_i S_j^1/2)^1/2))`; for 2 by 2 matrices the trace of the
    /// root is `sqrt(tr(S_i S_j) + 2 sqrt(|S_i| |S_j|))`
    ///
    /// # Shape
    /// clouds `[n]` -> `[n, n]`
    ///
    /// # Range
    /// at least the distance of the means; a metric on clouds; points are clouds without spread
    ///
    /// # Numerics
    /// clouds of nearly equal covariance lose half the digits of what the spread adds; rounding below 0 is cut off
    ///
    /// # Errors
    /// [`CostError::Empty`].
    ///
    /// # Example
    /// ```
    /// use affekt_ot::{ClassCloud, CostMatrix};
    /// // One mean, standard deviations 0.25 and 1 on both axes: sqrt(2) * 0.75.
    /// let clouds = [ClassCloud::new([0.0; 2], [0.0625, 0.0, 0.0625])?, ClassCloud::new([0.0; 2], [1.0, 0.0, 1.0])?];
    /// assert!((CostMatrix::wasserstein(&clouds)?.get(0, 1) - 1.125_f64.sqrt()).abs() < 1e-15);
    /// # Ok::<(), affekt_ot::CostError>(())
    /// ```
    pub fn wasserstein(clouds: &[ClassCloud]) -> Result<Self, CostError> {
        let distance = |i: usize, j: usize| {
            let (a, b) = (clouds[i].covariance, clouds[j].covariance);
            let volumes = not_below_zero(a.determinant()) * not_below_zero(b.determinant());
            let root = (a.trace_of_product(b) + 2.0 * volumes.sqrt()).sqrt();
            let [v, r] = clouds[i].offset(&clouds[j]);
            (v * v + r * r + not_below_zero(a.trace() + b.trace() - 2.0 * root)).sqrt()
        };
        Self::from_row_major(clouds.len(), pairwise_indexed(clouds.len(), distance))
    }
}

fn not_below_zero(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}
