//! What a frozen representation knows of each pair of classes.
//!
//! Every measure is taken on one matched sample: the same number of items of every class, in folds that no subject
//! crosses, so that pairs can be compared with each other whatever their frequency.

mod cka;
mod folds;
mod neighbours;
mod points;
mod probe;
mod rsa;
mod within;

#[cfg(test)]
mod tests;

use affekt_core::Seed;

pub use cka::{debiased_linear_cka, linear_cka};
pub use points::Points;
pub use probe::PairProbe;
pub use rsa::{Rsa, rsa};

use crate::MetricError;
use crate::permutation::pairs;
use folds::{Matched, matched};
use neighbours::{cosine_distances, mixing, silhouette};
use points::Gram;
use probe::{PairItems, crossnobis, fisher_ratio, pair_probe};

/// Numbers of neighbours among which classes mix.
pub const NEIGHBOURS: [usize; 2] = [5, 20];

/// How the sample is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// A class with fewer items takes no part.
    pub least: usize,
    /// Most items of a class; bounds the work, which grows with the cube of it.
    pub most: usize,
    /// Folds; no subject lies in two.
    pub folds: usize,
    /// Seed of the choice of items and folds.
    pub seed: Seed,
}

impl Sampling {
    /// 20 to 200 items a class, five folds.
    pub fn new(seed: Seed) -> Self {
        Self { least: 20, most: 200, folds: 5, seed }
    }
}

/// Measures of one pair of classes; each is `None` where it is undefined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairMeasures {
    /// The classes, the smaller index first.
    pub pair: [usize; 2],
    /// Linear discriminant, Ledoit-Wolf shrinkage, subject-disjoint folds.
    pub probe: Option<PairProbe>,
    /// `(w'd)^2 / (w'(S_1 + S_2) w)`, d the difference of the class means, w the discriminant: on the items it was
    /// fitted to, so too large when they are few; 0 and more.
    pub fisher: Option<f64>,
    /// Mean of `d_f' S^-1 d_g` over folds f != g: squared Mahalanobis distance without bias, below 0 by chance where
    /// the true one is 0.
    pub crossnobis: Option<f64>,
    /// Silhouette of the pair's items by cosine, in `[-1, 1]`; 0 for classes on top of each other.
    pub silhouette: Option<f64>,
    /// Share of the nearest 5 and 20 items of other subjects, by cosine, that are of the other class; chance is 1/2.
    pub mixing: [Option<f64>; 2],
}

/// What a representation knows of its classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Representation {
    /// Classes that took part.
    pub classes: Vec<usize>,
    /// Items of each.
    pub per_class: usize,
    /// Pairs of these classes, in order.
    pub pairs: Vec<PairMeasures>,
    /// Silhouette of all classes together by cosine.
    pub silhouette: Option<f64>,
    /// Crossnobis distances against distances of the prototypes on the circumplex; none where a crossnobis distance
    /// is, or where prototypes coincide in every pair.
    pub circumplex: Option<Rsa>,
}

/// Measures a representation on a matched sample.
///
/// # Equation
/// with `n = min(most, smallest class with at least `least` items)` items of each class:
/// - probe: `w = S^-1 (m_1 - m_2)`, `S = (1 - s) S_W + s mu I`, `S_W` the covariance within the classes and s the shrinkage of
///   Ledoit and Wolf (2004), fitted on all folds but one and scored on that one, for each fold; AUC from comparisons
///   within folds, d' and balanced accuracy from all held-out scores in units of `sqrt(w'Sw)`
/// - Fisher ratio, crossnobis (Walther et al. 2016), silhouette (Rousseeuw 1987), mixing: see [`PairMeasures`]; the S
///   of crossnobis is that within class and fold
/// - circumplex: [`rsa`] of the crossnobis distances
///
/// # Shape
/// points `[m, p]`, classes `[m]`, subjects `[m]` (any numbers that tell subjects apart), prototypes `[n classes]` ->
/// one [`Representation`]
///
/// # Range
/// see [`PairMeasures`]; with fewer than two classes of enough items there are no pairs
///
/// # Numerics
/// deterministic in the seed. The probe is a discriminant in closed form where the method notes have logistic
/// regression with a penalty chosen by inner folds: no iteration, no penalty to choose, the same bits everywhere.
///
/// # Errors
/// [`MetricError::Length`] when the slices differ in length or a class has no prototype; [`MetricError::OutOfRange`] for
/// fewer than two folds or more than 9 classes that take part.
///
/// # Example
/// ```
/// use affekt_core::Seed;
/// use affekt_metrics::{Points, Sampling, representation};
/// // Two classes on a line, 0.0 to 2.9 and 10.0 to 12.9, each item of another subject.
/// let values = (0..60).map(|i| f64::from(i % 30) / 10.0 + f64::from(i / 30) * 10.0).collect();
/// let classes: Vec<usize> = (0..60).map(|i| i / 30).collect();
/// let subjects: Vec<usize> = (0..60).collect();
/// let found = representation(
///     &Points::new(1, values)?, &classes, &subjects, &[[0.5, 0.0], [-0.5, 0.0]], Sampling::new(Seed(0)),
/// )?;
/// assert!(found.pairs[0].probe.is_some_and(|probe| probe.auc > 0.999 && probe.d_prime > 8.0));
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn representation(
    points: &Points,
    classes: &[usize],
    subjects: &[usize],
    prototypes: &[[f64; 2]],
    sampling: Sampling,
) -> Result<Representation, MetricError> {
    for (what, got) in [("classes", classes.len()), ("subjects", subjects.len())] {
        if got != points.n() {
            return Err(MetricError::Length { what, expected: points.n(), got });
        }
    }
    if let Some(&got) = classes.iter().find(|&&class| class >= prototypes.len()) {
        return Err(MetricError::ClassOutOfRange { n_classes: prototypes.len(), got });
    }
    if sampling.folds < 2 {
        return Err(MetricError::OutOfRange {
            what: "folds",
            expected: "at least 2",
            index: 0,
            got: sampling.folds as f64,
        });
    }
    let range = (sampling.least, sampling.most.max(1));
    let sample = matched(classes, subjects, range, sampling.folds, sampling.seed);
    if sample.classes.len() < 2 {
        let (classes, per_class) = (sample.classes, sample.per_class);
        return Ok(Representation {
            classes,
            per_class,
            pairs: Vec::new(),
            silhouette: None,
            circumplex: None,
        });
    }
    let items = points.select(&sample.rows);
    let cosine = cosine_distances(&Gram::of(&items));
    // Shifting all points changes no discriminant, and products of nearly equal large numbers are gone.
    let gram = Gram::of(&items.centred());
    let measured: Vec<PairMeasures> = pairs(sample.classes.len())
        .map(|(a, b)| pair_measures(&sample, &gram, &cosine, [a, b], sampling.folds))
        .collect();
    Ok(Representation {
        circumplex: circumplex(&sample.classes, &measured, prototypes)?,
        silhouette: silhouette(&cosine, &sample.class),
        classes: sample.classes,
        per_class: sample.per_class,
        pairs: measured,
    })
}

fn pair_measures(
    sample: &Matched,
    gram: &Gram,
    cosine: &Gram,
    [a, b]: [usize; 2],
    folds: usize,
) -> PairMeasures {
    let chosen: Vec<usize> =
        (0..sample.rows.len()).filter(|&item| [a, b].contains(&sample.class[item])).collect();
    let of = |values: &[usize]| -> Vec<usize> { chosen.iter().map(|&item| values[item]).collect() };
    let class: Vec<usize> = chosen.iter().map(|&item| usize::from(sample.class[item] == b)).collect();
    let (fold, subject) = (of(&sample.fold), of(&sample.subject));
    let (gram, cosine) = (gram.select(&chosen), cosine.select(&chosen));
    let items = PairItems { gram: &gram, class: &class, fold: &fold, folds };
    PairMeasures {
        pair: [sample.classes[a], sample.classes[b]],
        probe: pair_probe(items),
        fisher: fisher_ratio(items),
        crossnobis: crossnobis(items),
        silhouette: silhouette(&cosine, &class),
        mixing: NEIGHBOURS.map(|k| mixing(&cosine, &class, &subject, k)),
    }
}

fn circumplex(
    classes: &[usize],
    measured: &[PairMeasures],
    prototypes: &[[f64; 2]],
) -> Result<Option<Rsa>, MetricError> {
    let Some(distance) = measured.iter().map(|m| m.crossnobis).collect::<Option<Vec<f64>>>() else {
        return Ok(None);
    };
    let apart = |(i, j): (usize, usize)| {
        let (a, b) = (prototypes[classes[i]], prototypes[classes[j]]);
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let model: Vec<f64> = pairs(classes.len()).map(apart).collect();
    rsa(classes.len(), &distance, &model)
}
