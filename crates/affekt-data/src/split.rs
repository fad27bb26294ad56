//! Subject-disjoint, class-stratified splits.

use std::collections::BTreeMap;

use affekt_artifact::Digest;
use affekt_core::{Seed, Split};
use serde::{Deserialize, Serialize};

use crate::{DataError, ReadRow};

/// How a dataset without official splits is divided.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitSpec {
    /// Share of the validation split.
    pub valid: f64,
    /// Share of the sealed test split.
    pub test: f64,
    /// Seed of the division; its own, so that run seeds share one division.
    pub seed: u64,
    /// Share of the subjects that take part at all, in (0, 1]; absent for all. For studies that must be short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<f64>,
}

impl SplitSpec {
    /// Share of a split.
    pub fn fraction(&self, split: Split) -> f64 {
        match split {
            Split::Train => 1.0 - self.valid - self.test,
            Split::Valid => self.valid,
            Split::Test => self.test,
        }
    }
}

impl SplitSpec {
    /// Whether a subject takes part: a pure function of its name and the seed, so that a larger share keeps those of
    /// a smaller one.
    pub(crate) fn keeps(&self, subject: &str) -> bool {
        let Some(share) = self.keep else { return true };
        Seed(self.seed).stream("keep", &[word_of(subject)]).uniform() < share
    }
}

struct Subject<'a> {
    name: &'a str,
    rows: Vec<usize>,
    per_class: Vec<f64>,
    tie_break: u64,
}

/// Assigns each row a split, so that no subject lies in two and each class has about its share in each.
///
/// Subjects go, those of the rarest class first and the largest of them first, to the split where they
/// lower the chi-square distance between class counts and their targets the most. A class with as many
/// subjects as splits gets a target of at least one image everywhere. The result depends on the seed and
/// the rows, not on their order.
///
/// Rows that the dataset itself puts into `valid` or `test` stay there. A split that no row is put into, but
/// the fractions ask for, is carved out of the other rows.
///
/// # Errors
/// [`DataError::Fractions`].
pub fn split_by_subject(rows: &[ReadRow], spec: &SplitSpec) -> Result<Vec<Split>, DataError> {
    let (valid, test) = (spec.valid, spec.test);
    if !((0.0..1.0).contains(&valid) && (0.0..1.0).contains(&test) && valid + test < 1.0) {
        return Err(DataError::Fractions { valid, test });
    }
    let official = |split| rows.iter().any(|row| row.split == Some(split));
    let mut splits: Vec<Split> = rows.iter().map(|row| row.split.unwrap_or(Split::Train)).collect();
    let wanted: Vec<Split> = Split::ALL
        .into_iter()
        .filter(|&s| s == Split::Train || (spec.fraction(s) > 0.0 && !official(s)))
        .collect();
    let free: Vec<usize> = (0..rows.len()).filter(|&i| splits[i] == Split::Train).collect();
    if wanted.len() == 1 || free.is_empty() {
        return Ok(splits);
    }
    // Shares are of the whole dataset; what is carved from a part is a larger share of that part.
    let scale = rows.len() as f64 / free.len() as f64;
    let mut fractions: Vec<f64> = wanted.iter().map(|&s| spec.fraction(s) * scale).collect();
    let carved: f64 = fractions[1..].iter().sum();
    fractions[0] = 1.0 - carved;
    if carved >= 1.0 {
        return Err(DataError::Fractions { valid, test });
    }

    let n_classes = rows.iter().map(|row| stratum(row) + 1).max().unwrap_or(0);
    let subjects = in_order(rows, &free, n_classes, Seed(spec.seed));
    let mut assigned = vec![vec![0.0; n_classes]; wanted.len()];
    let targets = targets(&subjects, &fractions, n_classes);
    for subject in &subjects {
        let costs = (0..wanted.len()).map(|s| (s, cost(&subject.per_class, &assigned[s], &targets[s])));
        let best = costs.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(s, _)| s);
        for (sum, n) in assigned[best].iter_mut().zip(&subject.per_class) {
            *sum += n;
        }
        for &row in &subject.rows {
            splits[row] = wanted[best];
        }
    }
    Ok(splits)
}

/// Change of the chi-square distance when the subject joins a split with these counts and targets.
fn cost(subject: &[f64], assigned: &[f64], targets: &[f64]) -> f64 {
    subject
        .iter()
        .zip(assigned.iter().zip(targets))
        .filter(|&(&n, _)| n > 0.0)
        .map(|(&n, (&a, &target))| n * (2.0 * (a - target) + n) / target)
        .sum()
}

/// Images of each class that each split should get.
fn targets(subjects: &[Subject<'_>], fractions: &[f64], n_classes: usize) -> Vec<Vec<f64>> {
    let mut targets = vec![vec![0.0; n_classes]; fractions.len()];
    for class in 0..n_classes {
        let total: f64 = subjects.iter().map(|s| s.per_class[class]).sum();
        let holders = subjects.iter().filter(|s| s.per_class[class] > 0.0).count();
        let floor = if holders >= fractions.len() { 1.0 } else { f64::MIN_POSITIVE };
        for (target, fraction) in targets.iter_mut().zip(fractions).skip(1) {
            let share = fraction * total;
            target[class] = if share > floor { share } else { floor };
        }
        let carved: f64 = targets.iter().skip(1).map(|t| t[class]).sum();
        let rest = total - carved;
        targets[0][class] = if rest > floor { rest } else { floor };
    }
    targets
}

/// Subjects, those with the rarest class first; within a class the one with most images of it first.
fn in_order<'a>(rows: &'a [ReadRow], free: &[usize], n_classes: usize, seed: Seed) -> Vec<Subject<'a>> {
    let mut by_name: BTreeMap<&str, Subject<'_>> = BTreeMap::new();
    let mut totals = vec![0.0; n_classes];
    for &i in free {
        let name = rows[i].subject.as_str();
        let subject = by_name.entry(name).or_insert_with(|| Subject {
            name,
            rows: Vec::new(),
            per_class: vec![0.0; n_classes],
            tie_break: seed.stream("split-by-subject", &[word_of(name)]).next_u64(),
        });
        subject.rows.push(i);
        subject.per_class[stratum(&rows[i])] += 1.0;
        totals[stratum(&rows[i])] += 1.0;
    }
    let mut rarity: Vec<usize> = (0..n_classes).collect();
    rarity.sort_by(|&a, &b| f64::total_cmp(&totals[a], &totals[b]).then(a.cmp(&b)));
    let mut subjects: Vec<Subject<'_>> = by_name.into_values().collect();
    subjects.sort_by_cached_key(|subject| {
        let rarest = rarity.iter().position(|&c| subject.per_class[c] > 0.0).unwrap_or(n_classes);
        let of_it = rarity.get(rarest).map_or(0.0, |&c| subject.per_class[c]);
        // Counts are whole and below 2^52: their bit patterns order as they do.
        let descending = |n: f64| std::cmp::Reverse(n.to_bits());
        (rarest, descending(of_it), descending(subject.rows.len() as f64), subject.tie_break, subject.name)
    });
    subjects
}

/// What rows are balanced by: their class, those without one together as if they were the class before the first.
fn stratum(row: &ReadRow) -> usize {
    row.expression.map_or(0, |class| class.get() + 1)
}

/// A number from a name, the same everywhere.
pub(crate) fn word_of(name: &str) -> u64 {
    let digest = Digest::of_bytes(name.as_bytes());
    u64::from_str_radix(digest.as_str().get(..16).unwrap_or("0"), 16).unwrap_or(0)
}
