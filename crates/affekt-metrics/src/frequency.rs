//! What the class counts of a training split say about weights, margins and offsets. Pure functions, 64 bit.
//!
//! `n_c` is the number of training items of class c, N their sum, K the number of classes, `pi_c = n_c / N`. A class without
//! an item counts as one item, so that every result is finite.

/// Counts of each class, at least 1.
fn counts(counts: &[u64]) -> impl ExactSizeIterator<Item = f64> + Clone + '_ {
    counts.iter().map(|&n| n.max(1) as f64)
}

fn scaled_to_mean_one(weights: Vec<f64>) -> Vec<f64> {
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    weights.into_iter().map(|w| w / mean).collect()
}

/// Weights by inverse frequency.
///
/// # Equation
/// `w_c = n_c^-power`, scaled to mean 1 over the classes
/// # Range
/// power in [0, 1]: 0 gives equal weights, 1/2 the square-root rule, 1 the inverse frequency
///
/// # Example
/// ```
/// let weights = affekt_metrics::inverse_frequency(&[30, 10], 1.0);
/// assert_eq!(weights, [0.5, 1.5]);
/// ```
pub fn inverse_frequency(class_counts: &[u64], power: f64) -> Vec<f64> {
    scaled_to_mean_one(counts(class_counts).map(|n| n.powf(-power)).collect())
}

/// Weights by the effective number of items.
///
/// # Equation
/// `w_c = (1 - beta) / (1 - beta^n_c)`, scaled to mean 1 over the classes
/// # Range
/// beta in [0, 1): 0 gives equal weights, beta -> 1 the inverse frequency
/// # Source
/// Cui et al. 2019, eq. 2
/// # Example
/// ```
/// let weights = affekt_metrics::effective_number(&[2, 1], 0.5);
/// assert!((weights[0] - 0.8).abs() < 1e-12); // 0.5 / 0.75 beside 0.5 / 0.5, scaled
/// assert!((weights[1] - 1.2).abs() < 1e-12);
/// ```
pub fn effective_number(class_counts: &[u64], beta: f64) -> Vec<f64> {
    scaled_to_mean_one(counts(class_counts).map(|n| (1.0 - beta) / (1.0 - beta.powf(n))).collect())
}

/// Margins of the label-distribution-aware margin loss.
///
/// # Equation
/// `D_c = m n_c^(-1/4) / max_j n_j^(-1/4)`
/// # Range
/// (0, m], m for the rarest class
/// # Source
/// Cao et al. 2019, eq. 13
/// # Example
/// ```
/// assert_eq!(affekt_metrics::ldam_margins(&[16, 1], 0.5), [0.25, 0.5]);
/// ```
pub fn ldam_margins(class_counts: &[u64], max_margin: f64) -> Vec<f64> {
    let raw: Vec<f64> = counts(class_counts).map(|n| n.powf(-0.25)).collect();
    let largest = raw.iter().copied().fold(0.0, |a: f64, b| if b > a { b } else { a });
    raw.into_iter().map(|d| max_margin * d / largest).collect()
}

/// Log of the class prior.
///
/// # Equation
/// `log pi_c = log n_c - log N`
/// # Example
/// ```
/// assert_eq!(affekt_metrics::log_prior(&[1, 3])[0], 0.25_f64.ln());
/// ```
pub fn log_prior(class_counts: &[u64]) -> Vec<f64> {
    let total: f64 = counts(class_counts).sum();
    counts(class_counts).map(|n| (n / total).ln()).collect()
}
