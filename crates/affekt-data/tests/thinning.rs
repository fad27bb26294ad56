//! Training rows left out: exact counts, nested shares, and nothing else changed.
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::collections::BTreeSet;

use affekt_core::{ClassIndex, LabelSet, SampleId};
use affekt_data::{Thinning, ThinningRule};

/// 90 of the first class, 30 of the second, 12 of the third, and 40 rows that are none of its business.
fn rows() -> Vec<(SampleId, Option<ClassIndex>)> {
    let set = LabelSet::affectnet7();
    let class = |i: usize| match i % 172 {
        0..90 => set.class_at(0),
        90..120 => set.class_at(1),
        120..132 => set.class_at(2),
        _ => None,
    };
    (0..172).map(|i| (SampleId::new(format!("row-{i:04}")).unwrap(), class(i))).collect()
}

fn kept(thinning: &Thinning, rows: &[(SampleId, Option<ClassIndex>)]) -> BTreeSet<String> {
    let view: Vec<_> = rows.iter().map(|(name, class)| (name, *class)).collect();
    let stays = thinning.keeps(&view);
    rows.iter().zip(stays).filter(|(_, stays)| *stays).map(|((name, _), _)| name.to_string()).collect()
}

fn counts(kept: &BTreeSet<String>) -> [usize; 4] {
    let mut counts = [0; 4];
    for (name, class) in rows() {
        if kept.contains(name.as_str()) {
            counts[class.map_or(3, ClassIndex::get)] += 1;
        }
    }
    counts
}

fn keep(shares: &[f64], seed: u64) -> Thinning {
    Thinning { rule: ThinningRule::Keep { shares: shares.to_vec() }, seed }
}

#[test]
fn balance_keeps_as_many_of_each_class_as_the_rarest_has() {
    let thinning = Thinning { rule: ThinningRule::Balance {}, seed: 0 };
    let chosen = kept(&thinning, &rows());
    assert_eq!(counts(&chosen), [12, 12, 12, 40]);
    assert_eq!(chosen, kept(&thinning, &rows()));
    assert_ne!(chosen, kept(&Thinning { seed: 1, ..thinning }, &rows()));
}

#[test]
fn shares_are_exact_and_larger_ones_contain_smaller_ones() {
    let mut last = BTreeSet::new();
    for (share, n) in [(0.001, 1), (0.1, 9), (0.36, 32), (1.0, 90)] {
        let chosen = kept(&keep(&[share], 5), &rows());
        assert_eq!(counts(&chosen), [n, 30, 12, 40], "share {share}");
        assert!(last.is_subset(&chosen), "share {share}");
        last = chosen;
    }
    assert_eq!(last.len(), 172);
}

#[test]
fn the_choice_belongs_to_names_not_to_places() {
    let mut turned = rows();
    turned.reverse();
    let thinning = keep(&[0.2, 0.5], 3);
    assert_eq!(kept(&thinning, &rows()), kept(&thinning, &turned));
}

#[test]
fn no_rows_no_trouble() {
    assert!(Thinning { rule: ThinningRule::Balance {}, seed: 0 }.keeps(&[]).is_empty());
}
