//! Entropic transport and the population optimum: limits, gradients, failures.

mod support;

use affekt_ot::{
    CostMatrix, OtError, SinkhornError, SinkhornParams, Status, StoppingRule, envelope_logit_gradient, exact,
    one_hot_cost, one_hot_logit_gradient, population_optimum, sinkhorn, sinkhorn_divergence,
    unbalanced_sinkhorn,
};
use support::{Stream, all_close, close};

fn params(epsilon: f64) -> SinkhornParams {
    let stopping = StoppingRule::Tolerance { tolerance: 1e-13, max_iterations: 1_000_000 };
    SinkhornParams::new(epsilon, stopping).expect("the parameters are valid")
}

fn softmax(z: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = z.iter().map(|z| z.exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

fn central_difference(z: &[f64], k: usize, step: f64, value: impl Fn(&[f64]) -> f64) -> f64 {
    let at = |shift: f64| {
        let mut z = z.to_vec();
        z[k] += shift;
        value(&softmax(&z))
    };
    (at(step) - at(-step)) / (2.0 * step)
}

#[test]
fn tends_to_exact_transport_as_epsilon_vanishes() {
    let mut stream = Stream(21);
    for _ in 0..5 {
        let (p, q, cost) = (stream.simplex(5, false), stream.simplex(5, false), stream.metric(5));
        let reference = exact(&p, &q, &cost).unwrap().cost_linear;
        let mut gap_before = f64::INFINITY;
        for epsilon in [1.0, 0.1, 0.01] {
            let s = sinkhorn(&p, &q, &cost, &params(epsilon)).unwrap();
            let gap = s.cost_regularised - reference;
            assert!(gap >= -1e-11 && gap < gap_before && s.cost_linear >= reference - 1e-11);
            close(s.dual_value, s.cost_regularised, 1e-11);
            gap_before = gap;
        }
        assert!(gap_before < 0.03);
    }
}

#[test]
fn one_hot_target_has_its_closed_form_at_every_epsilon() {
    let mut stream = Stream(22);
    for epsilon in [1e-3, 0.1, 10.0] {
        let (p, cost) = (stream.simplex(8, true), stream.metric(8));
        let mut target = vec![0.0; 8];
        target[3] = 1.0;
        let s = sinkhorn(&p, &target, &cost, &params(epsilon)).unwrap();
        close(s.cost_regularised, one_hot_cost(&p, 3, &cost).unwrap(), 1e-12);
        let gradient = envelope_logit_gradient(&p, &s.f).unwrap();
        all_close(&gradient, &one_hot_logit_gradient(&p, 3, &cost).unwrap(), 1e-12);
    }
}

#[test]
fn envelope_gradients_agree_with_central_differences() {
    let mut stream = Stream(23);
    let z: Vec<f64> = (0..6).map(|_| 4.0 * stream.unit() - 2.0).collect();
    let (p, q, cost) = (softmax(&z), stream.simplex(6, true), stream.metric(6));
    for epsilon in [1.0, 0.1] {
        let s = sinkhorn(&p, &q, &cost, &params(epsilon)).unwrap();
        let gradient = envelope_logit_gradient(&p, &s.f).unwrap();
        for (k, got) in gradient.iter().enumerate() {
            let value = |p: &[f64]| sinkhorn(p, &q, &cost, &params(epsilon)).unwrap().cost_regularised;
            close(*got, central_difference(&z, k, 1e-5, value), 1e-8);
        }
    }
    let gradient = one_hot_logit_gradient(&p, 2, &cost).unwrap();
    for (k, got) in gradient.iter().enumerate() {
        close(*got, central_difference(&z, k, 1e-5, |p| one_hot_cost(p, 2, &cost).unwrap()), 1e-9);
    }
}

#[test]
fn divergence_gradients_agree_with_central_differences() {
    let mut stream = Stream(29);
    for symmetric in [true, false] {
        let z: Vec<f64> = (0..5).map(|_| 4.0 * stream.unit() - 2.0).collect();
        let (p, q) = (softmax(&z), stream.simplex(5, true));
        let cost = if symmetric { stream.metric(5) } else { stream.costs(5, false) };
        let divergence = |p: &[f64]| sinkhorn_divergence(p, &q, &cost, &params(0.3)).unwrap();
        let gradient = envelope_logit_gradient(&p, &divergence(&p).gradient_p).unwrap();
        for (k, got) in gradient.iter().enumerate() {
            close(*got, central_difference(&z, k, 1e-5, |p| divergence(p).value), 1e-8);
        }
    }
}

#[test]
fn unbalanced_gradient_in_p_agrees_with_central_differences() {
    let mut stream = Stream(24);
    let (p, q, cost) = (stream.simplex(4, false), stream.simplex(4, false), stream.metric(4));
    let q: Vec<f64> = q.iter().map(|x| 1.3 * x).collect();
    let (solver, rho, step) = (params(0.2), 0.7, 1e-5);
    let s = unbalanced_sinkhorn(&p, &q, &cost, &solver, rho).unwrap();
    close(s.primal_value, s.dual_value, 1e-11);
    for k in 0..4 {
        let at = |shift: f64| {
            let mut p = p.clone();
            p[k] += shift;
            unbalanced_sinkhorn(&p, &q, &cost, &solver, rho).unwrap().primal_value
        };
        close(s.gradient_p[k], (at(step) - at(-step)) / (2.0 * step), 1e-7);
    }
}

#[test]
fn unbalanced_tends_to_balanced_as_rho_grows() {
    let mut stream = Stream(25);
    let (p, q, cost) = (stream.simplex(4, false), stream.simplex(4, true), stream.metric(4));
    let balanced = sinkhorn(&p, &q, &cost, &params(0.5)).unwrap();
    let soft = unbalanced_sinkhorn(&p, &q, &cost, &params(0.5), 1e4).unwrap();
    close(soft.primal_value, balanced.cost_regularised, 1e-3);
}

#[test]
fn missed_tolerance_is_an_error_with_the_last_iterate() {
    let mut stream = Stream(26);
    let (p, q, cost) = (stream.simplex(6, false), stream.simplex(6, false), stream.metric(6));
    let stopping = StoppingRule::Tolerance { tolerance: 1e-14, max_iterations: 3 };
    let hasty = SinkhornParams::new(0.02, stopping).unwrap();
    let Err(SinkhornError::NotConverged { last, .. }) = sinkhorn(&p, &q, &cost, &hasty) else {
        panic!("expected no convergence in three iterations");
    };
    assert_eq!(last.iterations, 3);
    assert!(last.marginal_error > 1e-14 && last.cost_linear.is_finite());

    let fixed = SinkhornParams::new(0.02, StoppingRule::FixedIterations(3)).unwrap();
    let s = sinkhorn(&p, &q, &cost, &fixed).unwrap();
    assert_eq!((s.status, &s.plan), (Status::FixedIterations, &last.plan));
    let unbalanced = unbalanced_sinkhorn(&p, &q, &cost, &hasty, 1.0);
    assert!(matches!(unbalanced, Err(SinkhornError::UnbalancedNotConverged { .. })));
}

#[test]
fn parameters_are_checked() {
    let rule = StoppingRule::FixedIterations(1);
    for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(SinkhornParams::new(epsilon, rule).is_err());
    }
    assert!(SinkhornParams::new(1.0, StoppingRule::FixedIterations(0)).is_err());
    let nan = StoppingRule::Tolerance { tolerance: f64::NAN, max_iterations: 5 };
    assert!(SinkhornParams::new(1.0, nan).is_err());
    let cost = CostMatrix::uniform(2).unwrap();
    let refused = sinkhorn(&[0.5, 0.5], &[0.5, 0.6], &cost, &params(1.0)).unwrap_err();
    assert!(matches!(refused, SinkhornError::Problem(OtError::Mass { .. })));
    assert!(unbalanced_sinkhorn(&[0.5, 0.5], &[0.5, 0.6], &cost, &params(1.0), f64::NAN).is_err());
    assert!(population_optimum(&[0.5, 0.4], &cost, 1.0).is_err());
    assert!(population_optimum(&[0.5, 0.5], &cost, -1.0).is_err());
}

#[test]
fn divergence_by_averaged_updates_equals_its_definition() {
    let mut stream = Stream(28);
    for turn in 0..6_usize {
        let (p, q) = (stream.simplex(5, turn.is_multiple_of(2)), stream.simplex(5, false));
        let cost = if turn < 3 { stream.metric(5) } else { stream.costs(5, false) };
        let value = |a: &[f64], b: &[f64]| sinkhorn(a, b, &cost, &params(0.5)).unwrap().cost_regularised;
        let by_definition = value(&p, &q) - 0.5 * (value(&p, &p) + value(&q, &q));
        close(sinkhorn_divergence(&p, &q, &cost, &params(0.5)).unwrap().value, by_definition, 1e-11);
        let near = SinkhornParams::new(0.02, StoppingRule::FixedIterations(1000)).unwrap();
        assert!(turn >= 3 || sinkhorn_divergence(&p, &p, &cost, &near).unwrap().value.abs() < 1e-6);
    }
}

/// `-sum eta ln p + lambda p' C eta`
fn population_risk(p: &[f64], eta: &[f64], cost: &CostMatrix, lambda: f64) -> f64 {
    let log_loss: f64 = eta.iter().zip(p).filter(|(e, _)| **e > 0.0).map(|(e, p)| -e * p.ln()).sum();
    let transport: f64 = (0..p.len()).map(|y| eta[y] * one_hot_cost(p, y, cost).expect("valid")).sum();
    log_loss + lambda * transport
}

#[test]
fn population_optimum_is_not_beaten_by_random_predictions() {
    let mut stream = Stream(27);
    for turn in 0..200_usize {
        let n = 2 + stream.below(6);
        let (eta, cost) =
            (stream.simplex(n, turn.is_multiple_of(2)), stream.costs(n, turn.is_multiple_of(3)));
        let lambda = 5.0 * stream.unit();
        let optimum = population_optimum(&eta, &cost, lambda).unwrap();
        close(optimum.p.iter().sum(), 1.0, 1e-12);
        assert!(optimum.p.iter().all(|p| *p >= 0.0));
        let best = population_risk(&optimum.p, &eta, &cost, lambda);
        for _ in 0..50 {
            let other = stream.simplex(n, false);
            // Mixing towards the optimum probes its neighbourhood as well.
            for weight in [1.0, 0.1, 0.001] {
                let mixed: Vec<f64> =
                    optimum.p.iter().zip(&other).map(|(p, o)| (1.0 - weight) * p + weight * o).collect();
                assert!(population_risk(&mixed, &eta, &cost, lambda) >= best - 1e-12);
            }
        }
    }
}

#[test]
fn population_optimum_can_hedge_to_a_class_of_zero_probability() {
    // Classes 0 and 2 are far apart and class 1 lies between them, so a heavy price moves mass there.
    let cost = CostMatrix::from_rows(&[[0.0, 0.0, 10.0], [0.0, 0.0, 0.0], [10.0, 0.0, 0.0]]).unwrap();
    let optimum = population_optimum(&[0.5, 0.0, 0.5], &cost, 1.0).unwrap();
    // Outer shares 0.5 / (lambda * 5), the rest in the middle.
    all_close(&optimum.p, &[0.1, 0.8, 0.1], 1e-15);
    close(optimum.nu, 0.0, 0.0);
    let plain = population_optimum(&[0.5, 0.0, 0.5], &cost, 0.0).unwrap();
    all_close(&plain.p, &[0.5, 0.0, 0.5], 1e-15);
}
