//! Power of the exact two-sided sign-flip test, and how many pairs an effect needs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use affekt_core::Seed;
use serde::{Deserialize, Serialize};

use crate::error::check_open_unit;
use crate::sampled::collect_draws;
use crate::{StatsError, min_attainable_p, t_power, unanimity_power};

/// Up to here the power is simulated; with more pairs that of the t test differs by less than 0.01 at level 0.05.
const MAX_SIMULATED: usize = 9;

/// Samples of a simulated power: its standard error stays below 0.006.
const DRAWS: u64 = 8_000;

/// Most pairs [`pairs_needed`] speaks of.
pub const MAX_PAIRS_NEEDED: usize = 100_000;

/// How a power was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerBasis {
    /// No outcome rejects at this level, or only unanimity does: closed form.
    ClosedForm,
    /// Seeded simulation of normal differences.
    Simulated,
    /// The paired t test's, which is larger by at most 0.01.
    TTest,
}

/// Power of the two-sided sign-flip test at one level and number of pairs, as a function of the effect.
#[derive(Debug, Clone, PartialEq)]
pub struct SignFlipPower {
    n: usize,
    level: f64,
    /// Ascending effects at which simulated samples begin to reject; empty unless simulated.
    critical: Vec<f64>,
}

impl SignFlipPower {
    /// Prepares the power for `n` pairs; simulates where there is no closed form and the t test is too far off.
    ///
    /// # Errors
    /// [`StatsError::OutOfRange`] for a level outside `(0, 1)`, [`StatsError::Empty`] for no pairs.
    pub fn new(n: usize, level: f64) -> Result<Self, StatsError> {
        let level = check_open_unit("level", level)?;
        if n == 0 {
            return Err(StatsError::Empty { what: "pairs" });
        }
        let mut critical = Vec::new();
        if basis(n, level) == PowerBasis::Simulated {
            let total = f64::from(1_u32 << n);
            // Patterns that may be at least as extreme on the side of the observation, itself among them.
            let allowed = crate::interval::split_position(0.5 * level * total * (1.0 + 1e-12)).0;
            let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
            critical = collect_draws(DRAWS, Seed(0), "sign-flip power", |stream| {
                let sample: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
                Ok(critical_effect(&sample, allowed))
            })?;
            critical.sort_by(f64::total_cmp);
        }
        Ok(Self { n, level, critical })
    }

    /// How the power is found.
    pub fn basis(&self) -> PowerBasis {
        basis(self.n, self.level)
    }

    /// Probability to reject for normal differences with standardised mean `dz`.
    ///
    /// # Equation
    /// METHODS 8.5. Only unanimity rejects: `Phi(d_z)^n + Phi(-d_z)^n`. Else `F(d_z) + F(-d_z)`, `F` the
    /// distribution of the effect at which a sample of standard normal residuals begins to reject: the `m`-th
    /// largest of `-mean(z_S)` over all non-empty subsets `S`, `m = floor(level 2^(n-1))`.
    ///
    /// # Range
    /// `[0, 1]`; 0 where not even unanimity reaches the level.
    ///
    /// # Numerics
    /// Simulated with 8,000 samples from a fixed seed (standard error below 0.006) up to nine pairs, beyond them
    /// the t test's.
    ///
    /// # Errors
    /// [`StatsError::OutOfRange`] for a `dz` that is not finite.
    ///
    /// # Example
    /// ```
    /// let six = affekt_stats::SignFlipPower::new(6, 0.05)?;
    /// // Six agreeing signs: at no effect twice 2^-6.
    /// assert!((six.at(0.0)? - 0.03125).abs() < 1e-12);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn at(&self, dz: f64) -> Result<f64, StatsError> {
        if !dz.is_finite() {
            return Err(StatsError::OutOfRange { name: "dz", range: "the finite reals", value: dz });
        }
        match self.basis() {
            PowerBasis::ClosedForm => unanimity_power(self.n, dz, self.level),
            PowerBasis::TTest => t_power(self.n, dz, self.level),
            PowerBasis::Simulated => {
                let below = |effect: f64| self.critical.partition_point(|c| *c <= effect);
                Ok((below(dz) + below(-dz)) as f64 / self.critical.len() as f64)
            }
        }
    }

    /// The smallest `d_z` that is found with probability `power`; none when no outcome rejects.
    ///
    /// # Equation
    /// The root `d_z >= 0` of `power(d_z) = power`.
    ///
    /// # Range
    /// `>= 0`.
    ///
    /// # Numerics
    /// Bisection; as precise as [`SignFlipPower::at`].
    ///
    /// # Errors
    /// [`StatsError::OutOfRange`] for a power outside `(0, 1)`.
    ///
    /// # Example
    /// ```
    /// use affekt_stats::SignFlipPower;
    /// let effect = SignFlipPower::new(6, 0.05)?.detectable(0.8)?;
    /// assert!(effect.is_some_and(|dz| (dz - 1.793).abs() < 5e-4));
    /// assert_eq!(SignFlipPower::new(5, 0.05)?.detectable(0.8)?, None);
    /// # Ok::<(), affekt_stats::StatsError>(())
    /// ```
    pub fn detectable(&self, power: f64) -> Result<Option<f64>, StatsError> {
        let power = check_open_unit("power", power)?;
        if min_attainable_p(self.n) > self.level {
            return Ok(None);
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.at(high)? < power {
            low = high;
            high *= 2.0;
        }
        for _ in 0..50 {
            let middle = low + 0.5 * (high - low);
            if self.at(middle)? < power {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Some(high))
    }
}

/// Smallest number of pairs at which the two-sided sign-flip test finds an effect with probability `power`.
///
/// # Equation
/// The least `n` with [`SignFlipPower::at`]`(d_z) >= power` at the level; for one of several Holm-corrected
/// contrasts pass `level / m`.
///
/// # Range
/// From [`crate::smallest_n`] to [`MAX_PAIRS_NEEDED`]; none beyond, and for `d_z = 0`.
///
/// # Numerics
/// As [`SignFlipPower`]. A `d_z` estimated from few pairs is itself uncertain, and so is the answer: it plans the
/// next experiment and says nothing about the last one.
///
/// # Errors
/// [`StatsError::OutOfRange`] for a level or power outside `(0, 1)` or a `dz` that is not finite.
///
/// # Example
/// ```
/// // Six pairs find d_z = 1.8 with probability 0.8, five nothing at all.
/// assert_eq!(affekt_stats::pairs_needed(1.8, 0.8, 0.05)?, Some(6));
/// assert_eq!(affekt_stats::pairs_needed(0.0, 0.8, 0.05)?, None);
/// # Ok::<(), affekt_stats::StatsError>(())
/// ```
pub fn pairs_needed(dz: f64, power: f64, level: f64) -> Result<Option<usize>, StatsError> {
    SignFlipPowers::new(level).pairs_needed(dz, power)
}

/// The power at one level for any number of pairs; what was simulated once is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct SignFlipPowers {
    level: f64,
    known: BTreeMap<usize, SignFlipPower>,
}

impl SignFlipPowers {
    /// Nothing is simulated yet.
    pub fn new(level: f64) -> Self {
        Self { level, known: BTreeMap::new() }
    }

    /// The power for `n` pairs.
    ///
    /// # Errors
    /// As [`SignFlipPower::new`].
    pub fn of(&mut self, n: usize) -> Result<&SignFlipPower, StatsError> {
        Ok(match self.known.entry(n) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(SignFlipPower::new(n, self.level)?),
        })
    }

    /// As the function [`pairs_needed`].
    ///
    /// # Errors
    /// As the function [`pairs_needed`].
    pub fn pairs_needed(&mut self, dz: f64, power: f64) -> Result<Option<usize>, StatsError> {
        let power = check_open_unit("power", power)?;
        let start = crate::smallest_n(self.level, 1)?;
        for n in start..=MAX_SIMULATED {
            // The t test has more power than the sign-flip test; where it has too little, nothing need be simulated.
            if t_power(n, dz, self.level)? >= power - 0.02 && self.of(n)?.at(dz)? >= power {
                return Ok(Some(n));
            }
        }
        let mut reaches = |n: usize| Ok::<bool, StatsError>(self.of(n)?.at(dz)? >= power);
        let mut low = MAX_SIMULATED.clamp(start - 1, usize::MAX);
        let mut high = 2 * low;
        while !reaches(high)? {
            if high >= MAX_PAIRS_NEEDED {
                return Ok(None);
            }
            (low, high) = (high, (2 * high).clamp(0, MAX_PAIRS_NEEDED));
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if reaches(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(Some(high))
    }
}

fn basis(n: usize, level: f64) -> PowerBasis {
    let smallest = min_attainable_p(n);
    if 2.0 * smallest > level {
        PowerBasis::ClosedForm
    } else if n <= MAX_SIMULATED {
        PowerBasis::Simulated
    } else {
        PowerBasis::TTest
    }
}

/// The shift at which residuals `z` begin to reject upwards: until then `allowed` or more subsets have a mean
/// that the shift does not lift above zero, and each of them, flipped, gives a sum as large.
fn critical_effect(z: &[f64], allowed: usize) -> f64 {
    let subsets = 1_usize << z.len();
    let mut sums = vec![0.0; subsets];
    let mut effects = Vec::with_capacity(subsets - 1);
    for subset in 1..subsets {
        let first = subset.trailing_zeros() as usize;
        sums[subset] = sums[subset & (subset - 1)] + z[first];
        effects.push(-sums[subset] / f64::from(subset.count_ones()));
    }
    let place = effects.len().saturating_sub(allowed.clamp(1, usize::MAX));
    *effects.select_nth_unstable_by(place, f64::total_cmp).1
}
