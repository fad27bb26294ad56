//! Orders of epochs: sizes, frequencies, determinism.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_core::{ClassIndex, LabelSet, Seed};
use affekt_data::{Sampler, Sampling};
use proptest::prelude::*;

const ALL: [Sampling; 4] =
    [Sampling::Shuffled, Sampling::Balanced, Sampling::SquareRoot, Sampling::DownSampled];

/// Rows of each class in turn, then rows without one.
fn rows(counts: &[usize], without: usize) -> Vec<Option<ClassIndex>> {
    let set = LabelSet::affectnet8();
    let mut classes = Vec::new();
    for (class, &n) in counts.iter().enumerate() {
        classes.extend(std::iter::repeat_n(Some(set.class_at(class).unwrap()), n));
    }
    classes.extend(std::iter::repeat_n(None, without));
    classes
}

/// How often each position comes in these epochs.
fn visits(sampler: &Sampler, n_rows: usize, epochs: u32) -> Vec<u32> {
    let mut visits = vec![0; n_rows];
    for position in (1..=epochs).flat_map(|epoch| sampler.epoch(epoch)) {
        visits[position] += 1;
    }
    visits
}

/// Visits of each class per epoch on average, rows without one last.
fn per_epoch(visits: &[u32], classes: &[Option<ClassIndex>], n_classes: usize, epochs: u32) -> Vec<f64> {
    let mut sums = vec![0.0; n_classes + 1];
    for (&n, class) in visits.iter().zip(classes) {
        sums[class.map_or(n_classes, ClassIndex::get)] += f64::from(n) / f64::from(epochs);
    }
    sums
}

#[test]
fn shuffled_is_the_order_of_the_training_loop() {
    let sampler = Sampler::new(Sampling::Shuffled, &rows(&[40, 60], 7), Seed(5));
    for epoch in [1, 2, 40] {
        let mut order: Vec<usize> = (0..107).collect();
        Seed(5).stream("order", &[u64::from(epoch)]).shuffle(&mut order);
        assert_eq!(sampler.epoch(epoch), order);
    }
}

#[test]
fn drawn_frequencies_are_those_of_the_weights() {
    let counts = [900, 90, 9, 1];
    let (classes, epochs) = (rows(&counts, 50), 400);
    let labelled = 1000.0;
    let roots: f64 = counts.iter().map(|&n| (n as f64).sqrt()).sum();
    let square_root = |k: usize| labelled * (counts[k] as f64).sqrt() / roots;
    let expected = [
        (Sampling::Balanced, [0, 1, 2, 3].map(|_| labelled / 4.0)),
        (Sampling::SquareRoot, [0, 1, 2, 3].map(square_root)),
    ];
    for (sampling, expected) in expected {
        let sampler = Sampler::new(sampling, &classes, Seed(11));
        assert_eq!(sampler.len(), classes.len());
        let visits = visits(&sampler, classes.len(), epochs);
        let got = per_epoch(&visits, &classes, 4, epochs);
        for (got, expected) in got.iter().zip(expected.into_iter().chain([50.0])) {
            // The mean of 400 binomial counts; the bound is five of its standard deviations.
            let deviation = (expected / f64::from(epochs)).sqrt();
            assert!((got - expected).abs() < 5.0 * deviation, "{sampling:?}: {got} instead of {expected}");
        }
        // Within a class no row is preferred: chi-square of the 900 rows of the largest.
        let mean = got[0] * f64::from(epochs) / 900.0;
        let chi_square: f64 = visits[..900].iter().map(|&n| (f64::from(n) - mean).powi(2) / mean).sum();
        assert!((chi_square - 899.0).abs() < 5.0 * (2.0_f64 * 899.0).sqrt(), "{sampling:?}: {chi_square}");
    }
}

#[test]
fn down_sampling_takes_the_rarest_count_of_each_class_and_other_rows_each_epoch() {
    let classes = rows(&[50, 0, 20, 5], 3);
    let sampler = Sampler::new(Sampling::DownSampled, &classes, Seed(2));
    assert_eq!(sampler.len(), 3 * 5 + 3);
    for epoch in 1..20 {
        let mut order = sampler.epoch(epoch);
        let mut counts = [0; 5];
        for &position in &order {
            counts[classes[position].map_or(4, ClassIndex::get)] += 1;
        }
        assert_eq!(counts, [5, 0, 5, 5, 3]);
        order.sort_unstable();
        order.dedup();
        assert_eq!(order.len(), sampler.len(), "a row came twice");
    }
    let visits = visits(&sampler, classes.len(), 1000);
    assert!(visits[70..].iter().all(|&n| n == 1000), "the rarest class and rows without one come each epoch");
    // 1000 epochs take each of 50 rows 100 times on average; the bound is five standard deviations.
    let deviation = (1000.0_f64 * 0.1 * 0.9).sqrt();
    assert!(visits[..50].iter().all(|&n| (f64::from(n) - 100.0).abs() < 5.0 * deviation), "{visits:?}");
}

#[test]
fn nothing_to_sample_is_an_empty_epoch() {
    for sampling in ALL {
        let sampler = Sampler::new(sampling, &[], Seed(0));
        assert!(sampler.is_empty() && sampler.epoch(1).is_empty());
        let sampler = Sampler::new(sampling, &rows(&[], 4), Seed(0));
        assert_eq!(sampler.epoch(1).len(), 4, "{sampling:?}");
    }
}

proptest! {
    #[test]
    fn an_epoch_is_a_function_of_seed_and_number(
        counts in prop::collection::vec(0_usize..30, 8), without in 0_usize..10, seed: u64, epoch in 0_u32..100,
    ) {
        let classes = rows(&counts, without);
        for sampling in ALL {
            let sampler = Sampler::new(sampling, &classes, Seed(seed));
            let order = sampler.epoch(epoch);
            prop_assert_eq!(order.len(), sampler.len());
            prop_assert!(order.iter().all(|&position| position < classes.len()));
            prop_assert_eq!(&order, &Sampler::new(sampling, &classes, Seed(seed)).epoch(epoch));
            if classes.len() > 50 && order.len() > 20 {
                prop_assert_ne!(&order, &sampler.epoch(epoch + 1));
                prop_assert_ne!(&order, &Sampler::new(sampling, &classes, Seed(seed ^ 1)).epoch(epoch));
            }
        }
    }
}
