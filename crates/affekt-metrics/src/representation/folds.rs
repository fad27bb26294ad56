//! Equal numbers of items per class, in folds that no subject crosses.

use std::collections::BTreeMap;

use affekt_core::Seed;

/// A matched sample: every class that takes part has the same number of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matched {
    /// Rows of the items, those of one class after those of another.
    pub(crate) rows: Vec<usize>,
    /// Position of each item's class in `classes`.
    pub(crate) class: Vec<usize>,
    /// Fold of each item.
    pub(crate) fold: Vec<usize>,
    /// Subject of each item.
    pub(crate) subject: Vec<usize>,
    /// Classes with enough items, ascending.
    pub(crate) classes: Vec<usize>,
    /// Items of each class.
    pub(crate) per_class: usize,
}

/// Draws `min(most, smallest class)` items of every class that has at least `least`, and deals subjects to folds.
///
/// Subjects are dealt in random order, each to the fold that so far has fewest items of its classes.
pub(crate) fn matched(
    classes: &[usize],
    subjects: &[usize],
    (least, most): (usize, usize),
    folds: usize,
    seed: Seed,
) -> Matched {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (row, &class) in classes.iter().enumerate() {
        members.entry(class).or_default().push(row);
    }
    members.retain(|_, rows| rows.len() >= least.max(1));
    let smallest = members.values().map(Vec::len).min().unwrap_or(0);
    let per_class = if smallest < most { smallest } else { most };
    let mut sample = Matched {
        rows: Vec::new(),
        class: Vec::new(),
        fold: Vec::new(),
        subject: Vec::new(),
        classes: members.keys().copied().collect(),
        per_class,
    };
    for (position, (&class, rows)) in members.iter_mut().enumerate() {
        seed.stream("matched-items", &[class as u64]).shuffle(rows);
        rows.truncate(per_class);
        rows.sort_unstable();
        sample.rows.extend(&*rows);
        sample.class.extend(std::iter::repeat_n(position, rows.len()));
    }
    sample.subject = sample.rows.iter().map(|&row| subjects[row]).collect();
    sample.fold = deal(&sample, folds, seed);
    sample
}

fn deal(sample: &Matched, folds: usize, seed: Seed) -> Vec<usize> {
    let mut of_subject: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (item, &subject) in sample.subject.iter().enumerate() {
        of_subject.entry(subject).or_default().push(item);
    }
    let mut order: Vec<Vec<usize>> = of_subject.into_values().collect();
    seed.stream("folds", &[]).shuffle(&mut order);
    // Subjects with many items first: the small ones even out what they leave.
    order.sort_by_key(|items| std::cmp::Reverse(items.len()));
    let mut dealt = vec![vec![0_usize; sample.classes.len()]; folds];
    let mut fold_of = vec![0; sample.rows.len()];
    for items in order {
        let load = |fold: &usize| {
            let of_its_classes: usize = items.iter().map(|&item| dealt[*fold][sample.class[item]]).sum();
            (of_its_classes, dealt[*fold].iter().sum::<usize>(), *fold)
        };
        let fold = (0..folds).min_by_key(load).unwrap_or(0);
        for item in items {
            dealt[fold][sample.class[item]] += 1;
            fold_of[item] = fold;
        }
    }
    fold_of
}
