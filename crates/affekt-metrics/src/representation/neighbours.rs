//! Cosine neighbourhoods: silhouette, and how far two classes mix.

use super::points::Gram;

/// `1 - cos` of the angle between every two items; 1 where one of them is 0.
pub(crate) fn cosine_distances(gram: &Gram) -> Gram {
    let n = gram.n;
    let norm: Vec<f64> = (0..n).map(|i| gram.get(i, i).sqrt()).collect();
    let mut values = vec![0.0; n * n];
    for i in 0..n {
        for j in (0..n).filter(|&j| j != i) {
            let scale = norm[i] * norm[j];
            values[i * n + j] = if scale > 0.0 { 1.0 - gram.get(i, j) / scale } else { 1.0 };
        }
    }
    Gram { n, values, dimensions: gram.dimensions }
}

/// Mean over items of `(b - a) / max(a, b)`: a the mean distance to its own class, b to the nearest other class.
///
/// An item alone in its class counts 0. None with fewer than two classes.
pub(crate) fn silhouette(distance: &Gram, class: &[usize]) -> Option<f64> {
    let n_classes = class.iter().max().map_or(0, |top| top + 1);
    let mut counts = vec![0.0; n_classes];
    for &c in class {
        counts[c] += 1.0;
    }
    if counts.iter().filter(|&&n| n > 0.0).count() < 2 {
        return None;
    }
    let of_item = |i: usize| {
        let mut sums = vec![0.0; n_classes];
        for (j, &c) in class.iter().enumerate() {
            sums[c] += distance.get(i, j);
        }
        let own = class[i];
        if counts[own] < 2.0 {
            return 0.0;
        }
        let a = sums[own] / (counts[own] - 1.0);
        let others = (0..n_classes).filter(|&c| c != own && counts[c] > 0.0).map(|c| sums[c] / counts[c]);
        let b = others.min_by(f64::total_cmp).unwrap_or(a);
        let larger = if a > b { a } else { b };
        if larger > 0.0 { (b - a) / larger } else { 0.0 }
    };
    Some((0..class.len()).map(of_item).sum::<f64>() / class.len() as f64)
}

/// Share of the k nearest items of other subjects that are of another class, averaged over items.
///
/// Equal distances: the lower index first. None when no item has k items of other subjects.
pub(crate) fn mixing(distance: &Gram, class: &[usize], subject: &[usize], k: usize) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for i in 0..class.len() {
        let mut others: Vec<usize> = (0..class.len()).filter(|&j| subject[j] != subject[i]).collect();
        if others.len() < k || k == 0 {
            continue;
        }
        others.sort_by(|&a, &b| distance.get(i, a).total_cmp(&distance.get(i, b)).then(a.cmp(&b)));
        sum += others[..k].iter().filter(|&&j| class[j] != class[i]).count() as f64 / k as f64;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}
