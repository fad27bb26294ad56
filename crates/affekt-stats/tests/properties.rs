//! Laws that hold for every sample, and agreement with naive enumeration.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use affekt_stats::{
    Alternative, Correction, Differences, PAIRED_TESTS, PRIOR_STRENGTH, ZeroMethod, cluster_randomisation,
    hodges_lehmann, min_attainable_p, paired_summary, paired_tost, sign_flip, signed_rank_posterior,
    t_interval, wilcoxon,
};
use proptest::prelude::*;

/// Small integers over a power of ten: ties, zeros and exact symmetry all occur.
fn units(most: usize) -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(-6..=8_i32, 1..=most)
}

fn scaled(units: &[i32], scale: f64) -> Differences {
    Differences::new(units.iter().map(|u| f64::from(*u) * scale).collect()).unwrap()
}

/// Continuous values, where ties have probability zero.
fn spread(least: usize) -> impl Strategy<Value = Differences> {
    prop::collection::vec(-1.0..1.5_f64, least..=10).prop_map(|values| Differences::new(values).unwrap())
}

fn has_spread(units: &[i32]) -> bool {
    units.iter().any(|u| u != &units[0])
}

proptest! {
    #[test]
    fn registered_tests_give_a_p_value_and_mirror_with_the_arms(units in units(14)) {
        let d = scaled(&units, 0.01);
        for test in PAIRED_TESTS {
            for alternative in Alternative::ALL {
                let Ok(outcome) = test.test(&d, alternative) else {
                    prop_assert!(test.name() == "paired_t" && !has_spread(&units));
                    continue;
                };
                prop_assert!(outcome.p_value > 0.0 && outcome.p_value <= 1.0, "{} {outcome:?}", test.name());
                prop_assert!(outcome.alternative == alternative && outcome.n_effective <= d.n());
                let mirrored = test.test(&d.negated(), alternative.mirrored()).unwrap();
                prop_assert!((mirrored.p_value - outcome.p_value).abs() < 1e-14, "{}", test.name());
                if outcome.exact && alternative == Alternative::TwoSided {
                    prop_assert!(outcome.p_value >= min_attainable_p(d.n()));
                }
            }
        }
    }

    #[test]
    fn p_values_ignore_scale_and_order(units in units(12), scale in 1e-4..1e4_f64, turn in 0..12_usize) {
        let d = scaled(&units, 0.01);
        let mut turned = units.clone();
        turned.rotate_left(turn % units.len());
        for other in [scaled(&units, 0.01 * scale), scaled(&turned, 0.01)] {
            for test in PAIRED_TESTS {
                let (Ok(x), Ok(y)) = (test.test(&d, Alternative::TwoSided), test.test(&other, Alternative::TwoSided))
                else {
                    continue;
                };
                prop_assert!((x.p_value - y.p_value).abs() < 1e-12, "{} {x:?} {y:?}", test.name());
            }
        }
    }

    #[test]
    fn sign_flip_counts_what_enumeration_counts(units in units(11)) {
        let d = scaled(&units, 0.1);
        let observed: i32 = units.iter().sum();
        let sums: Vec<i32> = (0..1_u32 << units.len())
            .map(|mask| units.iter().enumerate().map(|(i, u)| if mask >> i & 1 == 1 { -u } else { *u }).sum())
            .collect();
        let count = |keep: &dyn Fn(i32) -> bool| sums.iter().filter(|sum| keep(**sum)).count() as u64;
        prop_assert_eq!(sign_flip(&d, Alternative::Greater).unwrap().count, count(&|sum| sum >= observed));
        prop_assert_eq!(sign_flip(&d, Alternative::Less).unwrap().count, count(&|sum| sum <= observed));
        let two_sided = count(&|sum| sum.abs() >= observed.abs());
        prop_assert_eq!(sign_flip(&d, Alternative::TwoSided).unwrap().count, two_sided);
    }

    #[test]
    fn wilcoxon_counts_what_enumeration_counts(units in units(11)) {
        let d = scaled(&units, 0.1);
        for zero_method in ZeroMethod::ALL {
            let counted = wilcoxon(&d, zero_method).unwrap();
            let ranks = doubled_midranks(&units, zero_method);
            let observed: usize = ranks.iter().filter(|(u, _)| *u > 0).map(|(_, rank)| rank).sum();
            let sums: Vec<usize> = (0..1_u32 << ranks.len())
                .map(|mask| {
                    ranks.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, (_, rank))| rank).sum()
                })
                .collect();
            let greater = sums.iter().filter(|sum| **sum >= observed).count() as u128;
            let less = sums.iter().filter(|sum| **sum <= observed).count() as u128;
            prop_assert_eq!(
                (counted.count_greater, counted.count_less, counted.total),
                (greater, less, sums.len() as u128)
            );
        }
    }

    #[test]
    fn wilcoxon_is_the_sign_flip_test_of_signed_ranks(signs in prop::collection::vec(any::<bool>(), 1..=18)) {
        let ranks: Vec<i32> = signs.iter().zip(1..).map(|(up, rank)| if *up { rank } else { -rank }).collect();
        let d = scaled(&ranks, 1.0);
        let by_ranks = wilcoxon(&d, ZeroMethod::Wilcox).unwrap();
        for alternative in Alternative::ALL {
            let by_flips = sign_flip(&d, alternative).unwrap().p_value();
            prop_assert!((by_ranks.p_value(alternative) - by_flips).abs() < 1e-15);
        }
    }

    #[test]
    fn cluster_randomisation_of_a_sum_is_the_sign_flip_test(units in units(9)) {
        let d = scaled(&units, 0.1);
        let outcome = cluster_randomisation(d.n(), |swapped| {
            d.values().iter().zip(swapped).map(|(d, swap)| if *swap { -d } else { *d }).sum()
        })
        .unwrap();
        prop_assert_eq!(outcome.count, sign_flip(&d, Alternative::TwoSided).unwrap().count);
    }

    #[test]
    fn equivalence_is_inclusion_of_the_interval(d in spread(2), margin in 0.05..2.0_f64, alpha in 0.01..0.3_f64) {
        let tost = paired_tost(&d, margin).unwrap();
        let interval = t_interval(d.values(), 1.0 - 2.0 * alpha).unwrap();
        let included = -margin < interval.low && interval.high < margin;
        prop_assume!((tost.p_value - alpha).abs() > 1e-9);
        prop_assert_eq!(tost.p_value < alpha, included);
    }

    #[test]
    fn exact_interval_inverts_the_exact_test(d in spread(6), place in 0.01..0.99_f64) {
        let interval = hodges_lehmann(&d, 0.95).unwrap().interval.unwrap();
        prop_assert!(interval.confidence >= 0.95);
        let p_at = |shift: f64| {
            let shifted = Differences::new(d.values().iter().map(|x| x - shift).collect()).unwrap();
            wilcoxon(&shifted, ZeroMethod::Wilcox).unwrap().p_value(Alternative::TwoSided)
        };
        let attained = 1.0 - interval.confidence;
        prop_assert!(p_at(interval.low + place * (interval.high - interval.low)) > attained - 1e-12);
        prop_assert!(p_at(interval.low - 1e-6) <= attained + 1e-12);
        prop_assert!(p_at(interval.high + 1e-6) <= attained + 1e-12);
    }

    #[test]
    fn corrections_are_ordered(p in prop::collection::vec(0.0..=1.0_f64, 0..=12)) {
        let adjusted: Vec<Vec<f64>> = Correction::ALL.iter().map(|c| c.adjust(&p).unwrap()).collect();
        for values in &adjusted {
            prop_assert_eq!(values.len(), p.len());
            for (i, value) in values.iter().enumerate() {
                prop_assert!(*value >= p[i] - 1e-15 && *value <= 1.0);
                for (j, other) in values.iter().enumerate() {
                    prop_assert!(p[i] > p[j] || value <= other, "order of p-values is kept");
                }
            }
        }
        let [bonferroni, holm, hommel, hochberg, yekutieli] = &adjusted[..] else { unreachable!() };
        for i in 0..p.len() {
            prop_assert!(holm[i] <= bonferroni[i] + 1e-15);
            prop_assert!(hommel[i] <= holm[i] + 1e-15);
            prop_assert!(hochberg[i] <= hommel[i] + 1e-15);
            prop_assert!(hochberg[i] <= yekutieli[i] + 1e-15);
        }
    }

    #[test]
    fn posterior_shares_are_a_distribution_and_mirror(units in units(12), rope in 0..4_i32) {
        let d = scaled(&units, 0.01);
        let rope = f64::from(rope) * 0.01;
        let shares = signed_rank_posterior(&d, rope, PRIOR_STRENGTH).unwrap();
        let mirrored = signed_rank_posterior(&d.negated(), rope, PRIOR_STRENGTH).unwrap();
        prop_assert!((shares.left + shares.rope + shares.right - 1.0).abs() < 1e-12);
        prop_assert!(shares.left >= 0.0 && shares.rope >= 0.0 && shares.right >= 0.0);
        prop_assert!((shares.left - mirrored.right).abs() < 1e-12);
    }

    #[test]
    fn summaries_exist_for_every_sample_and_survive_json(units in units(14)) {
        let summary = paired_summary(&scaled(&units, 0.01), 0.95, Some(0.02), Some(0.01)).unwrap();
        // JSON writes NaN as null, which a required field would then refuse.
        let text = serde_json::to_string(&summary).unwrap();
        let back: affekt_stats::PairedSummary = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.n, summary.n);
        prop_assert_eq!(back.sd.is_none(), units.len() == 1);
        prop_assert_eq!(back.d_z.is_none(), !has_spread(&units));
        prop_assert!(back.tost_p.is_some_and(|p| p >= 0.5_f64.powf(units.len() as f64)));
        prop_assert_eq!(back.hedges_g.is_none(), units.len() < 3 || !has_spread(&units));
        prop_assert_eq!(back.rank_biserial.is_none(), units.iter().all(|u| *u == 0));
        prop_assert_eq!(back.ci_low.is_none(), units.len() < 6);
        prop_assert!(back.rope.is_some() && back.rope_left.is_some() && back.rope_right.is_some());
    }
}

/// `(value, twice its midrank)` of the non-zero values, by counting smaller and equal ones.
fn doubled_midranks(units: &[i32], zero_method: ZeroMethod) -> Vec<(i32, usize)> {
    let ranked: Vec<i32> =
        units.iter().copied().filter(|u| zero_method != ZeroMethod::Wilcox || *u != 0).collect();
    ranked
        .iter()
        .filter(|u| **u != 0)
        .map(|u| {
            let below = ranked.iter().filter(|v| v.abs() < u.abs()).count();
            let equal = ranked.iter().filter(|v| v.abs() == u.abs()).count();
            (*u, 2 * below + equal + 1)
        })
        .collect()
}
