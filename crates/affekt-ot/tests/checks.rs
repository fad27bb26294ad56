//! The checks a re-implementation of the transport losses should pass (numbers 1 to 3 of the method notes), in 64 bit.

mod support;

use affekt_ot::{
    CostMatrix, SinkhornParams, StoppingRule, envelope_logit_gradient, exact, exact_batch, one_hot_cost,
    one_hot_logit_gradient, one_hot_uniform, sinkhorn, sinkhorn_batch, sinkhorn_divergence, total_variation,
    unbalanced_sinkhorn,
};
use support::{Stream, all_close, close};

const N: usize = 8;

fn params(epsilon: f64) -> SinkhornParams {
    let rule = StoppingRule::Tolerance { tolerance: 1e-13, max_iterations: 100_000 };
    SinkhornParams::new(epsilon, rule).expect("the parameters are valid")
}

fn one_hot(class: usize) -> Vec<f64> {
    (0..N).map(|k| if k == class { 1.0 } else { 0.0 }).collect()
}

/// Metric, asymmetric, tied and uniform costs.
fn costs(stream: &mut Stream) -> [CostMatrix; 4] {
    let uniform = CostMatrix::uniform(N).expect("there are classes");
    [stream.metric(N), stream.costs(N, false), stream.costs(N, true), uniform]
}

#[test]
fn check_1_one_hot_transport_is_the_closed_form_exactly_and_at_every_epsilon() {
    let mut stream = Stream(41);
    for turn in 0..20 {
        let (p, y) = (stream.simplex(N, turn % 2 == 0), turn % N);
        let target = one_hot(y);
        for cost in costs(&mut stream) {
            let closed: f64 = p.iter().zip(cost.column(y)).map(|(p, c)| p * c).sum();
            close(one_hot_cost(&p, y, &cost).unwrap(), closed, 1e-15);
            close(exact(&p, &target, &cost).unwrap().cost_linear, closed, 1e-14);
            for epsilon in [1e-3, 1e-2, 0.1, 1.0, 10.0, 1000.0] {
                let s = sinkhorn(&p, &target, &cost, &params(epsilon)).unwrap();
                close(s.cost_regularised, closed, 1e-11);
                close(s.cost_linear, closed, 1e-12);
                let batch = sinkhorn_batch(&p, &target, &cost, &params(epsilon)).unwrap();
                close(batch.cost_linear[0], closed, 1e-12);
                let gradient = envelope_logit_gradient(&p, &batch.f).unwrap();
                all_close(&gradient, &one_hot_logit_gradient(&p, y, &cost).unwrap(), 1e-11);
            }
        }
    }
}

#[test]
fn check_1_uniform_cost_is_one_minus_p_and_total_variation() {
    let mut stream = Stream(42);
    let uniform = CostMatrix::uniform(N).unwrap();
    for turn in 0..50 {
        let (p, q, y) = (stream.simplex(N, turn % 2 == 0), stream.simplex(N, turn % 3 == 0), turn % N);
        close(exact(&p, &one_hot(y), &uniform).unwrap().cost_linear, 1.0 - p[y], 1e-14);
        close(one_hot_uniform(&p, y).unwrap(), 1.0 - p[y], 1e-15);
        let tv: f64 = p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0;
        close(exact(&p, &q, &uniform).unwrap().cost_linear, tv, 1e-14);
        close(exact_batch(&p, &q, &uniform).unwrap().cost[0], tv, 1e-14);
        close(total_variation(&p, &q).unwrap(), tv, 1e-15);
    }
}

#[test]
fn check_2_gradients_are_finite_up_to_one_hot_predictions() {
    let mut stream = Stream(43);
    // From a soft prediction over softmax of ever larger logits to an exact one-hot row.
    for scale in [1.0, 10.0, 100.0, 700.0, f64::INFINITY] {
        let mut p: Vec<f64> = (0..N).map(|k| (-(k as f64) * scale).exp()).collect();
        p[0] = 1.0;
        let sum: f64 = p.iter().map(|x| if x.is_nan() { 0.0 } else { *x }).sum();
        let p: Vec<f64> = p.iter().map(|x| if x.is_nan() { 0.0 } else { x / sum }).collect();
        for cost in costs(&mut stream) {
            for q in [one_hot(0), one_hot(5), stream.simplex(N, true), p.clone()] {
                let solved = exact(&p, &q, &cost).unwrap();
                let smooth = sinkhorn_batch(&p, &q, &cost, &params(0.5)).unwrap();
                let loose = unbalanced_sinkhorn(&p, &q, &cost, &params(0.5), 1.0).unwrap();
                for f in [&solved.f, &smooth.f, &loose.gradient_p, &cost.column(5)] {
                    let gradient = envelope_logit_gradient(&p, f).unwrap();
                    assert!(gradient.iter().all(|x| x.is_finite()), "{gradient:?}");
                    close(gradient.iter().sum(), 0.0, 1e-12);
                }
                assert!(sinkhorn_divergence(&p, &q, &cost, &params(0.5)).unwrap().value.is_finite());
            }
        }
    }
}

#[test]
fn check_3_class_order_does_not_matter() {
    let mut stream = Stream(44);
    let order = [5, 2, 7, 0, 3, 1, 6, 4];
    let moved = |h: &[f64]| order.map(|class| h[class]).to_vec();
    for turn in 0..20 {
        let (p, q) = (stream.simplex(N, turn % 2 == 0), stream.simplex(N, false));
        for cost in costs(&mut stream) {
            let permuted = cost.permuted(&order).unwrap();
            let (p_moved, q_moved) = (moved(&p), moved(&q));
            let (a, b) = (exact(&p, &q, &cost).unwrap(), exact(&p_moved, &q_moved, &permuted).unwrap());
            close(a.cost_linear, b.cost_linear, 1e-13);
            let params = params(0.3);
            let (a, b) = (
                sinkhorn_batch(&p, &q, &cost, &params).unwrap(),
                sinkhorn_batch(&p_moved, &q_moved, &permuted, &params).unwrap(),
            );
            close(a.cost_regularised[0], b.cost_regularised[0], 1e-11);
            all_close(&moved(&a.f), &b.f, 1e-9);
            let divergence = |p: &[f64], q: &[f64], cost: &CostMatrix| {
                sinkhorn_divergence(p, q, cost, &params).unwrap().value
            };
            close(divergence(&p, &q, &cost), divergence(&p_moved, &q_moved, &permuted), 1e-10);
            for (place, &class) in order.iter().enumerate() {
                let (here, there) =
                    (one_hot_cost(&p, class, &cost), one_hot_cost(&p_moved, place, &permuted));
                close(here.unwrap(), there.unwrap(), 1e-15);
            }
        }
    }
}
