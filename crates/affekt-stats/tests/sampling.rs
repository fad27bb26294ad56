//! What is drawn: seeds, agreement with what is counted, and refusals.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use affekt_core::Seed;
use affekt_stats::{
    Alternative, Blocks, ClusterSums, Differences, PRIOR_STRENGTH, PairedTest, PowerBasis, SampledCount,
    SignFlip, SignFlipPower, StatsError, Wilcoxon, ZeroMethod, bca_interval, bca_interval_sampled,
    cluster_means, cluster_randomisation, cluster_randomisation_sampled, cluster_sign_flip, friedman,
    pairs_needed, sign_flip, sign_flip_sampled, signed_rank_posterior, signed_rank_probabilities,
    signed_rank_shares, t_power, two_level_bootstrap, unanimity_power,
};

fn sample(n: u32) -> Differences {
    Differences::new((0..n).map(|i| f64::from(i * 7 % 11) - 3.2).collect()).unwrap()
}

/// Five standard errors: by chance once in two million.
fn agrees(drawn: SampledCount, exact: f64) -> bool {
    (drawn.p_value() - exact).abs() <= 5.0 * drawn.standard_error() + 1.0 / drawn.draws as f64
}

#[test]
fn drawn_sign_flips_agree_with_counted_ones() {
    for n in [3, 8, 17, 30] {
        for alternative in Alternative::ALL {
            let d = sample(n);
            let exact = sign_flip(&d, alternative).unwrap().p_value();
            let drawn = sign_flip_sampled(&d, alternative, 20_000, Seed(n.into())).unwrap();
            assert!(agrees(drawn, exact), "{n} {alternative:?}: {drawn:?} {exact}");
        }
    }
}

#[test]
fn a_seed_gives_the_same_draws_on_any_number_of_threads() {
    let d = sample(40);
    let draw = || sign_flip_sampled(&d, Alternative::TwoSided, 5_000, Seed(3)).unwrap();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(draw);
    let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap().install(draw);
    assert_eq!(alone, three);
    assert_ne!(alone, sign_flip_sampled(&d, Alternative::TwoSided, 5_000, Seed(4)).unwrap());
}

#[test]
fn tests_of_many_pairs_say_that_they_are_not_exact() {
    let (few, many) = (sample(30), sample(130));
    assert!(SignFlip.test(&few, Alternative::TwoSided).unwrap().exact);
    assert!(!SignFlip.test(&many, Alternative::TwoSided).unwrap().exact);
    let wilcoxon = Wilcoxon { zero_method: ZeroMethod::Pratt };
    assert!(wilcoxon.test(&few, Alternative::TwoSided).unwrap().exact);
    let outcome = wilcoxon.test(&many, Alternative::Greater).unwrap();
    assert!(!outcome.exact && outcome.p_value > 0.0 && outcome.p_value < 1e-3, "{outcome:?}");
}

#[test]
fn no_draws_and_too_many_are_refused() {
    let d = sample(5);
    let refused = |draws| sign_flip_sampled(&d, Alternative::Less, draws, Seed(0)).unwrap_err();
    assert_eq!(refused(0), StatsError::Empty { what: "draws" });
    assert!(matches!(refused(u64::MAX), StatsError::OutOfRange { name: "draws", .. }));
}

#[test]
fn shares_of_drawn_weights_have_the_closed_form_mean() {
    let d = sample(7);
    let mean = signed_rank_posterior(&d, 0.6, PRIOR_STRENGTH).unwrap();
    // Dirichlet weights by hand: exponential variates, and half a squared normal for the half.
    let mut stream = Seed(9).stream("weights", &[]);
    let (mut left, mut right, draws) = (0.0, 0.0, 20_000);
    for _ in 0..draws {
        let normal = stream.normal();
        let mut weights = vec![0.5 * normal * normal];
        weights.extend((0..7).map(|_| -(1.0 - stream.uniform()).ln()));
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        let shares = signed_rank_shares(&d, 0.6, &weights).unwrap();
        left += shares.left / f64::from(draws);
        right += shares.right / f64::from(draws);
    }
    assert!(
        (left - mean.left).abs() < 0.006 && (right - mean.right).abs() < 0.006,
        "{left} {right} {mean:?}"
    );
    assert!(signed_rank_shares(&d, 0.6, &[1.0]).is_err());
}

#[test]
fn probabilities_go_to_the_side_that_is_there() {
    let zero = Differences::new(vec![0.0; 6]).unwrap();
    let found = signed_rank_probabilities(&zero, 0.01, PRIOR_STRENGTH, 500, Seed(0)).unwrap();
    assert!((found.rope - 1.0).abs() < 1e-12 && found.standard_error < 1e-12);
    // Without a region every sum is a tie of left and right.
    let split = signed_rank_probabilities(&zero, 0.0, PRIOR_STRENGTH, 500, Seed(0)).unwrap();
    assert!((split.left - 0.5).abs() < 1e-12 && (split.right - 0.5).abs() < 1e-12, "{split:?}");
    let d = Differences::new(vec![0.05, 0.03, 0.04, 0.06, 0.05, 0.04]).unwrap();
    let right = signed_rank_probabilities(&d, 0.01, PRIOR_STRENGTH, 500, Seed(0)).unwrap();
    let left = signed_rank_probabilities(&d.negated(), 0.01, PRIOR_STRENGTH, 500, Seed(0)).unwrap();
    assert!((right.right - left.left).abs() < 1e-12 && right.right > 0.98);
}

#[test]
fn drawn_bootstrap_approaches_the_exhaustive_one() {
    let d = Differences::new(vec![0.1, 0.9, 0.4, 2.0, 0.3, 0.8, 0.2]).unwrap();
    let all = bca_interval(&d, 0.9).unwrap();
    let drawn = bca_interval_sampled(&d, 0.9, 40_000, Seed(1)).unwrap();
    for (x, y) in [(all.low, drawn.low), (all.high, drawn.high), (all.percentile_low, drawn.percentile_low)] {
        assert!((x - y).abs() < 0.02, "{all:?} {drawn:?}");
    }
    assert_eq!(drawn.resamples, 40_000);
}

#[test]
fn drawn_clusters_agree_with_enumerated_ones_and_with_sums() {
    let of = |shift: f64| -> Vec<Vec<f64>> {
        (0..9).map(|g| vec![f64::from(g * 5 % 7) + shift * f64::from(g % 3), 10.0 + f64::from(g)]).collect()
    };
    let (a, b) = (of(0.9), of(0.3));
    let score = |sums: &[f64]| sums[0] / sums[1];
    let statistic = |swapped: &[bool]| {
        let total = |first: bool| {
            let mut sums = [0.0; 2];
            for (g, swap) in swapped.iter().enumerate() {
                let list = if *swap == first { &b[g] } else { &a[g] };
                sums[0] += list[0];
                sums[1] += list[1];
            }
            score(&sums)
        };
        total(true) - total(false)
    };
    let exact = cluster_randomisation(9, statistic).unwrap();
    let drawn = cluster_randomisation_sampled(9, 20_000, Seed(2), statistic).unwrap();
    let sums = ClusterSums::new(&a, &b).unwrap().randomise(20_000, Seed(2), score).unwrap();
    assert!(agrees(drawn.drawn, exact.p_value()), "{drawn:?} {exact:?}");
    // The same stream gives both the same swaps.
    assert_eq!(sums.drawn, drawn.drawn);
    assert!((sums.observed - exact.observed).abs() < 1e-12);
}

#[test]
fn sums_of_clusters_are_checked() {
    let rows = |width: usize| vec![vec![1.0; width]; 3];
    assert!(matches!(ClusterSums::new(&[], &[]), Err(StatsError::Empty { .. })));
    assert!(matches!(ClusterSums::new(&rows(2), &rows(2)[..2]), Err(StatsError::LengthMismatch { .. })));
    assert!(matches!(ClusterSums::new(&rows(2), &rows(3)), Err(StatsError::LengthMismatch { .. })));
    let mut broken = rows(2);
    broken[1][0] = f64::NAN;
    assert!(matches!(ClusterSums::new(&rows(2), &broken), Err(StatsError::NotFinite { index: 1, .. })));
    let sums = ClusterSums::new(&rows(2), &rows(2)).unwrap();
    assert!(matches!(sums.randomise(10, Seed(0), |_| f64::NAN), Err(StatsError::StatisticNotFinite { .. })));
    let same = sums.randomise(99, Seed(0), |sums| sums[0]).unwrap();
    assert!((same.drawn.p_value() - 1.0).abs() < 1e-15);
}

#[test]
fn clusters_count_once_however_many_items_they_hold() {
    let clusters = [1, 1, 1, 1, 2, 3];
    let means = cluster_means(&clusters, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]).unwrap();
    assert_eq!(means.n(), 3);
    let outcome =
        cluster_sign_flip(&clusters, &[0.1, 0.2, 0.1, 0.2, 0.1, 0.1], Alternative::TwoSided).unwrap();
    assert!((outcome.p_value - 0.25).abs() < 1e-15);
    assert!(cluster_means(&clusters, &[1.0]).is_err());
}

#[test]
fn both_levels_of_the_bootstrap_carry_their_own_spread() {
    // Seeds differ, clusters do not: all of the spread is that of seeds.
    let by_seed = [0.1, 0.5, 0.3, 0.9];
    let statistic =
        |_: &[usize], seeds: &[usize]| seeds.iter().map(|&s| by_seed[s]).sum::<f64>() / seeds.len() as f64;
    let found = two_level_bootstrap(5, 4, 4_000, 0.95, Seed(6), statistic).unwrap();
    assert!(found.se_clusters < 1e-12 && (found.se - found.se_seeds).abs() < 0.01, "{found:?}");
    // Bootstrap spread of a mean: sqrt(variance with divisor n, over n).
    assert!((found.se_seeds - (0.0875_f64 / 4.0).sqrt()).abs() < 0.005, "{found:?}");
    assert!(matches!(
        two_level_bootstrap(1, 4, 10, 0.95, Seed(6), statistic),
        Err(StatsError::TooFew { .. })
    ));
    assert!(two_level_bootstrap(5, 4, 10, 0.95, Seed(6), |_, _| f64::NAN).is_err());
}

#[test]
fn power_is_that_of_the_methods_notes() {
    // METHODS 8.5, simulated there to two digits.
    for (n, expected) in
        [(7, [0.40, 0.57, 0.88, 0.99]), (8, [0.47, 0.66, 0.94, 1.0]), (10, [0.61, 0.80, 0.98, 1.0])]
    {
        let power = SignFlipPower::new(n, 0.05).unwrap();
        for (dz, expected) in [0.8, 1.0, 1.5, 2.0].into_iter().zip(expected) {
            let got = power.at(dz).unwrap();
            assert!((got - expected).abs() < 0.02, "{n} {dz}: {got} {expected}");
            assert!((power.at(-dz).unwrap() - got).abs() < 1e-12);
        }
    }
    let six = SignFlipPower::new(6, 0.05).unwrap();
    assert_eq!(six.basis(), PowerBasis::ClosedForm);
    assert!((six.at(1.2).unwrap() - unanimity_power(6, 1.2, 0.05).unwrap()).abs() < 1e-15);
    assert_eq!(SignFlipPower::new(8, 0.05).unwrap().basis(), PowerBasis::Simulated);
    assert!(SignFlipPower::new(5, 0.05).unwrap().at(9.0).unwrap() < 1e-15);
    assert!(SignFlipPower::new(0, 0.05).is_err() && six.at(f64::NAN).is_err());
    assert!(t_power(1, 1.0, 0.05).is_err() && t_power(5, f64::INFINITY, 0.05).is_err());
}

#[test]
fn pairs_needed_is_where_power_passes() {
    for (dz, level) in [(0.9, 0.05), (1.5, 0.05), (0.4, 0.05), (1.0, 0.05 / 3.0)] {
        let n = pairs_needed(dz, 0.8, level).unwrap().unwrap();
        let at = |n| SignFlipPower::new(n, level).unwrap().at(dz).unwrap();
        assert!(at(n) >= 0.8 && at(n - 1) < 0.8, "{dz} {level}: {n}");
        let effect = SignFlipPower::new(n, level).unwrap().detectable(0.8).unwrap().unwrap();
        assert!(effect <= dz, "{effect} {dz}");
    }
    assert_eq!(pairs_needed(1e-4, 0.8, 0.05).unwrap(), None);
}

#[test]
fn many_arms_are_drawn_where_they_cannot_be_counted() {
    let rows: Vec<Vec<f64>> =
        (0..12).map(|i| (0..7).map(|j| f64::from((i * 5 + j * 3) % 13) + f64::from(j)).collect()).collect();
    let found = friedman(&Blocks::new(rows).unwrap()).unwrap();
    assert!(found.standard_error.is_some_and(|se| se > 0.0), "{found:?}");
    assert!((found.p_value - found.p_chi_squared).abs() < 0.02, "{found:?}");
    let tied = friedman(&Blocks::new(vec![vec![1.0; 4]; 5]).unwrap()).unwrap();
    assert!((tied.p_value - 1.0).abs() < 1e-15);
    assert!(matches!(friedman(&Blocks::new(vec![vec![1.0, 2.0]]).unwrap()), Err(StatsError::TooFew { .. })));
    assert!(Blocks::new(vec![]).is_err() && Blocks::new(vec![vec![1.0]]).is_err());
    assert!(Blocks::new(vec![vec![1.0, 2.0], vec![1.0]]).is_err());
    assert!(Blocks::new(vec![vec![1.0, f64::NAN]]).is_err());
}
