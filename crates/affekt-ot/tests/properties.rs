//! Laws of costs, exact transport and entropic transport on random inputs.

use affekt_ot::{
    CostMatrix, Normalisation, SinkhornParams, StoppingRule, exact, one_hot_cost, population_optimum,
    sinkhorn, sinkhorn_divergence, total_variation,
};
use proptest::collection::vec;
use proptest::prelude::*;

const N: usize = 6;

/// Distributions in which about half the entries are exactly 0 and many are equal.
fn histogram() -> impl Strategy<Value = Vec<f64>> {
    let entry = prop_oneof![Just(0.0), Just(1.0), 0.01_f64..1.0];
    vec(entry, N).prop_filter_map("no mass", |weights| {
        let sum: f64 = weights.iter().sum();
        (sum > 0.0).then(|| weights.iter().map(|w| w / sum).collect())
    })
}

fn metric() -> impl Strategy<Value = CostMatrix> {
    vec((-1.0..1.0_f64, -1.0..1.0_f64), N).prop_map(|points| {
        let points: Vec<[f64; 2]> = points.into_iter().map(|(v, a)| [v, a]).collect();
        CostMatrix::from_prototypes(&points).expect("the points are finite")
    })
}

fn any_cost() -> impl Strategy<Value = CostMatrix> {
    vec(prop_oneof![0.0..3.0_f64, Just(1.0)], N * N).prop_map(|mut costs| {
        for k in 0..N {
            costs[k * N + k] = 0.0;
        }
        CostMatrix::from_row_major(N, costs).expect("the costs are valid")
    })
}

fn shuffle() -> impl Strategy<Value = Vec<usize>> {
    Just((0..N).collect::<Vec<_>>()).prop_shuffle()
}

fn value(p: &[f64], q: &[f64], cost: &CostMatrix) -> f64 {
    exact(p, q, cost).expect("the problem is valid").cost_linear
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plans_are_couplings(p in histogram(), q in histogram(), cost in any_cost()) {
        let s = exact(&p, &q, &cost).unwrap();
        prop_assert!(s.plan.iter().all(|t| *t >= 0.0));
        prop_assert!(s.marginal_error < 1e-9);
        prop_assert!((s.dual_value - s.cost_linear).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_paid_for_staying(p in histogram(), cost in any_cost()) {
        prop_assert!(value(&p, &p, &cost).abs() < 1e-15);
    }

    #[test]
    fn exact_transport_is_a_metric_when_the_cost_is(
        p in histogram(), q in histogram(), r in histogram(), cost in metric(),
    ) {
        prop_assert!(cost.is_metric(1e-12));
        let (pq, qp) = (value(&p, &q, &cost), value(&q, &p, &cost));
        prop_assert!((pq - qp).abs() < 1e-12);
        prop_assert!(pq <= value(&p, &r, &cost) + value(&r, &q, &cost) + 1e-12);
    }

    #[test]
    fn uniform_cost_is_total_variation(p in histogram(), q in histogram()) {
        let uniform = CostMatrix::uniform(N).unwrap();
        prop_assert!((value(&p, &q, &uniform) - total_variation(&p, &q).unwrap()).abs() < 1e-14);
    }

    #[test]
    fn one_hot_target_is_linear(p in histogram(), y in 0..N, cost in any_cost()) {
        let mut target = vec![0.0; N];
        target[y] = 1.0;
        prop_assert!((value(&p, &target, &cost) - one_hot_cost(&p, y, &cost).unwrap()).abs() < 1e-14);
    }

    #[test]
    fn class_order_does_not_matter(
        p in histogram(), q in histogram(), cost in any_cost(), order in shuffle(),
    ) {
        let moved = |h: &[f64]| order.iter().map(|&c| h[c]).collect::<Vec<f64>>();
        let permuted = cost.permuted(&order).unwrap();
        let difference = value(&p, &q, &cost) - value(&moved(&p), &moved(&q), &permuted);
        prop_assert!(difference.abs() < 1e-12);
        prop_assert!((permuted.mean_off_diagonal() - cost.mean_off_diagonal()).abs() < 1e-12);
        for (i, &from) in order.iter().enumerate() {
            let (moved, original) = (permuted.get(i, (i + 1) % N), cost.get(from, order[(i + 1) % N]));
            prop_assert_eq!(moved.to_bits(), original.to_bits());
        }
    }

    #[test]
    fn entropic_transport_lies_above_exact_and_its_debiased_form_above_zero(
        p in histogram(), q in histogram(), cost in metric(),
    ) {
        let rule = StoppingRule::Tolerance { tolerance: 1e-12, max_iterations: 100_000 };
        let params = SinkhornParams::new(0.5, rule).unwrap();
        let s = sinkhorn(&p, &q, &cost, &params).unwrap();
        prop_assert!(s.plan.iter().all(|t| *t >= 0.0) && s.marginal_error < 1e-9);
        prop_assert!(s.cost_regularised >= s.cost_linear - 1e-10);
        prop_assert!(s.cost_linear >= value(&p, &q, &cost) - 1e-10);
        prop_assert!(sinkhorn_divergence(&p, &q, &cost, &params).unwrap().value >= -1e-9);
        prop_assert!(sinkhorn_divergence(&p, &p, &cost, &params).unwrap().value.abs() < 1e-9);
    }

    #[test]
    fn normalised_costs_have_unit_scale(cost in any_cost(), a in 0.0..=1.0_f64, other in metric()) {
        let mean = cost.normalise(Normalisation::MeanOffDiagonal).unwrap();
        prop_assert!((mean.mean_off_diagonal() - 1.0).abs() < 1e-12);
        prop_assert!((cost.normalise(Normalisation::Max).unwrap().largest() - 1.0).abs() < 1e-12);
        prop_assert_eq!(&cost.normalise(Normalisation::None).unwrap(), &cost);
        prop_assert!((CostMatrix::mix(a, &cost, &other).unwrap().mean_off_diagonal() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn uniform_price_sharpens_without_reordering(eta in histogram(), lambda in 0.0..4.0_f64) {
        let p = population_optimum(&eta, &CostMatrix::uniform(N).unwrap(), lambda).unwrap().p;
        for i in 0..N {
            for j in 0..N {
                prop_assert!(eta[i] <= eta[j] || p[i] >= p[j] - 1e-12);
            }
        }
    }

    #[test]
    fn costs_survive_the_wire(cost in any_cost()) {
        let text = serde_json::to_string(&cost).unwrap();
        let back: CostMatrix = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.n_classes(), N);
        for (a, b) in back.as_slice().iter().zip(cost.as_slice()) {
            prop_assert!((a - b).abs() <= 1e-15);
        }
    }
}
