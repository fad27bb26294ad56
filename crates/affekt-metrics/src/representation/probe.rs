//! A linear probe of one pair of classes, and the distances its direction gives.

use super::points::{Gram, dot};
use super::within::Within;
use crate::auc::auc;

/// How well a linear probe parts a pair on subjects it has not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairProbe {
    /// Area under the ROC curve of held-out scores, compared within folds; 0.5 is chance.
    pub auc: f64,
    /// `(m_1 - m_2) / sqrt((s_1^2 + s_2^2) / 2)` of held-out scores; for Gaussian scores `auc = Phi(d' / sqrt 2)`.
    pub d_prime: f64,
    /// Mean of the two recalls at the midpoint between the training means.
    pub balanced_accuracy: f64,
}

/// Items of one pair: which of the two classes each is of (0 or 1), and its fold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PairItems<'a> {
    pub(crate) gram: &'a Gram,
    pub(crate) class: &'a [usize],
    pub(crate) fold: &'a [usize],
    pub(crate) folds: usize,
}

/// Fits on all folds but one and scores that one, for each fold.
///
/// None where no fold can be trained and tested with both classes, or nothing varies within the classes.
pub(crate) fn pair_probe(items: PairItems<'_>) -> Option<PairProbe> {
    let mut scores: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let (mut concordant, mut compared) = (0.0, 0.0);
    for fold in 0..items.folds {
        let Some(tested) = held_out(items, fold) else { continue };
        let of =
            |class: usize| tested.iter().filter(move |(_, first)| *first == (class == 0)).map(|(s, _)| *s);
        let pairs = of(0).count() as f64 * of(1).count() as f64;
        if let Some(auc) = auc(&tested) {
            concordant += auc * pairs;
            compared += pairs;
        }
        for class in [0, 1] {
            scores[class].extend(of(class));
        }
    }
    if compared <= 0.0 {
        return None;
    }
    let [(mean_1, var_1, right_1), (mean_2, var_2, right_2)] =
        [moments(&scores[0], 1.0)?, moments(&scores[1], -1.0)?];
    let spread = f64::midpoint(var_1, var_2).sqrt();
    (spread > 0.0).then(|| PairProbe {
        auc: concordant / compared,
        d_prime: (mean_1 - mean_2) / spread,
        balanced_accuracy: f64::midpoint(right_1, right_2),
    })
}

/// Scores of a fold's items by the discriminant of the others, in within-class standard deviations from the midpoint.
fn held_out(items: PairItems<'_>, fold: usize) -> Option<Vec<(f64, bool)>> {
    let all = 0..items.class.len();
    let (test, train): (Vec<usize>, Vec<usize>) = all.partition(|&i| items.fold[i] == fold);
    let group: Vec<usize> = train.iter().map(|&i| items.class[i]).collect();
    let present = |class: usize| group.iter().filter(|&&g| g == class).count() >= 2;
    if test.is_empty() || !present(0) || !present(1) {
        return None;
    }
    let within = Within::new(items.gram.select(&train), group.clone())?;
    let difference = within.difference(0, 1);
    let direction = within.solve(&difference);
    let scale = within.product(&difference, &direction).sqrt();
    // A negative square is rounding: the means coincide.
    if scale.is_nan() || scale <= 0.0 {
        return None;
    }
    let middle: Vec<f64> = group.iter().map(|&g| 0.5 / within.size(g)).collect();
    let threshold = within.product(&middle, &direction);
    let score = |&i: &usize| {
        let to_train: Vec<f64> = train.iter().map(|&j| items.gram.get(i, j)).collect();
        ((dot(&to_train, &direction) - threshold) / scale, items.class[i] == 0)
    };
    Some(test.iter().map(score).collect())
}

/// Mean, variance (n - 1) and share on the side `sign` of 0; half where a score is 0.
fn moments(scores: &[f64], sign: f64) -> Option<(f64, f64, f64)> {
    let n = scores.len() as f64;
    if scores.len() < 2 {
        return None;
    }
    let mean = scores.iter().sum::<f64>() / n;
    let variance = scores.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / (n - 1.0);
    let side = |s: &f64| {
        if s * sign > 0.0 {
            1.0
        } else if s * sign < 0.0 {
            0.0
        } else {
            0.5
        }
    };
    Some((mean, variance, scores.iter().map(side).sum::<f64>() / n))
}

/// Fisher's ratio on the items themselves; see [`PairMeasures::fisher`](super::PairMeasures).
pub(crate) fn fisher_ratio(items: PairItems<'_>) -> Option<f64> {
    let within = Within::new(items.gram.clone(), items.class.to_vec())?;
    let difference = within.difference(0, 1);
    let direction = within.solve(&difference);
    let between = within.product(&difference, &direction);
    // Equal counts: the two class covariances sum to twice the pooled scatter.
    let scatter = 2.0 * within.scatter_along(&direction);
    (scatter > 0.0).then(|| between * between / scatter)
}

/// Crossnobis distance; see [`PairMeasures::crossnobis`](super::PairMeasures).
pub(crate) fn crossnobis(items: PairItems<'_>) -> Option<f64> {
    let group: Vec<usize> =
        items.class.iter().zip(items.fold).map(|(class, fold)| 2 * fold + class).collect();
    let within = Within::new(items.gram.clone(), group)?;
    let both = |fold: &usize| within.size(2 * fold) > 0.0 && within.size(2 * fold + 1) > 0.0;
    let folds: Vec<usize> = (0..items.folds).filter(both).collect();
    let difference: Vec<Vec<f64>> = folds.iter().map(|f| within.difference(2 * f, 2 * f + 1)).collect();
    let solved: Vec<Vec<f64>> = difference.iter().map(|u| within.solve(u)).collect();
    let (mut sum, mut pairs) = (0.0, 0.0);
    for (i, u) in difference.iter().enumerate() {
        for (_, v) in solved.iter().enumerate().filter(|&(j, _)| j != i) {
            sum += within.product(u, v);
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then(|| sum / pairs)
}
