//! Ranks and correlations.

/// Ranks from 1, ties sharing the mean of theirs.
pub(crate) fn midranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| (values[a] - values[b]).abs() <= 0.0) {
        for &item in tied {
            ranks[item] = below as f64 + f64::midpoint(1.0, tied.len() as f64);
        }
        below += tied.len();
    }
    ranks
}

/// Less their mean, to length 1; `None` when they do not vary.
pub(crate) fn standardised(values: &[f64]) -> Option<Vec<f64>> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let centred: Vec<f64> = values.iter().map(|x| x - mean).collect();
    let length = centred.iter().map(|x| x * x).sum::<f64>().sqrt();
    // Rounding alone leaves a constant column a length of the order of 1e-16 of its size.
    let size = values.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length > 1e-12 * size).then(|| centred.iter().map(|x| x / length).collect())
}
