//! Constants of Ada-DF, checked.

use std::collections::BTreeSet;

use affekt_learn::ObjectiveError;

/// A place where the authors' public code departs from what the paper states; each is off in the method as stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quirk {
    /// A class distribution that falls back has (1 - t) replaced by 0.4 off its class: rows sum to t + 0.4.
    FallbackFourTenths,
    /// Class distributions are means over the augmented images of the last epoch, not over the training set.
    SurveyAsTrained,
    /// A class without an item falls back instead of keeping its row.
    EmptyClassFallsBack,
    /// Sharpening divides entry (i, j) by the sum of row j.
    SharpenByColumn,
    /// Gradients flow through the fused distributions.
    GradientThroughTarget,
    /// The divergence is divided by the configured batch size, not by the items of the batch.
    ConfiguredBatchSize,
}

impl Quirk {
    /// Every quirk.
    pub const ALL: [Self; 6] = [
        Self::FallbackFourTenths,
        Self::SurveyAsTrained,
        Self::EmptyClassFallsBack,
        Self::SharpenByColumn,
        Self::GradientThroughTarget,
        Self::ConfiguredBatchSize,
    ];
}

/// What the target branch learns from: q = (1 - w) softmax(`z_1`) + w LD\[y\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fusion {
    /// w from the attention, scaled to \[min, max\] over the batch, and attentions are ranked: Ada-DF.
    Adaptive {
        /// Weight of the least clear item; 0.2 as published.
        min: f64,
        /// Weight of the clearest; 1 as published.
        max: f64,
    },
    /// The same w for every item: 0 leaves the label distribution, 1 the class distribution.
    Fixed {
        /// The weight.
        weight: f64,
    },
}

/// Constants of [`AdaDf`](crate::AdaDf).
#[derive(Clone, Debug, PartialEq)]
pub struct AdaDfSpec {
    /// Least weight t of a class on itself in its distribution.
    pub threshold: f64,
    /// Epoch beta at which the ramps meet.
    pub beta: f64,
    /// Sharpening temperature T of class distributions; 1 for none.
    pub temperature: f64,
    /// What the target branch learns from.
    pub fusion: Fusion,
    /// Share of a batch ranked high.
    pub rank_share: f64,
    /// Least distance of mean attentions of high and low.
    pub rank_margin: f64,
    /// Images per step, for [`Quirk::ConfiguredBatchSize`].
    pub batch_size: usize,
    /// Departures from the paper.
    pub quirks: BTreeSet<Quirk>,
}

/// An [`AdaDfSpec`] whose numbers are in their ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaDfParams(AdaDfSpec);

impl AdaDfParams {
    /// Checks the constants.
    ///
    /// # Errors
    /// [`ObjectiveError::Range`] unless threshold, fusion weights, rank share and margin are in \[0, 1\] (`min` not
    /// above `max`), beta and temperature above 0 and `batch_size` at least 1.
    pub fn new(spec: AdaDfSpec) -> Result<Self, ObjectiveError> {
        let (low, high) = match spec.fusion {
            Fusion::Adaptive { min, max } => (min, max),
            Fusion::Fixed { weight } => (weight, weight),
        };
        let unit = [
            ("threshold", spec.threshold),
            ("least fusion weight", low),
            ("largest fusion weight", high),
            ("rank share", spec.rank_share),
            ("rank margin", spec.rank_margin),
        ];
        let refuse = |what, got, expected| Err(ObjectiveError::Range { what, got, expected });
        for (what, got) in unit {
            if !(0.0..=1.0).contains(&got) {
                return refuse(what, got, "[0, 1]");
            }
        }
        if low > high {
            return refuse("least fusion weight", low, "at most the largest");
        }
        for (what, got) in [("beta", spec.beta), ("temperature", spec.temperature)] {
            if !(f64::MIN_POSITIVE..=f64::MAX).contains(&got) {
                return refuse(what, got, "above 0");
            }
        }
        if spec.batch_size == 0 {
            return refuse("batch size", 0.0, "at least 1");
        }
        Ok(Self(spec))
    }

    /// The constants.
    pub fn spec(&self) -> &AdaDfSpec {
        &self.0
    }

    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.0.quirks.contains(&quirk)
    }
}
