//! Batches against single problems: the same numbers, whatever is beside them and however many threads there are.

mod support;

use affekt_ot::{
    BatchError, CostMatrix, ExactBatch, ExactSolver, OtError, SinkhornBatch, SinkhornError, SinkhornParams,
    Status, StoppingRule, envelope_logit_gradient, exact, exact_batch, sinkhorn, sinkhorn_batch,
};
use support::{Stream, all_close, close};

fn params(epsilon: f64, max_iterations: usize) -> SinkhornParams {
    let rule = StoppingRule::Tolerance { tolerance: 1e-10, max_iterations };
    SinkhornParams::new(epsilon, rule).expect("the parameters are valid")
}

/// `size` pairs over `n` classes: dense, with zeros, with ties, and the same histogram twice.
fn pairs(stream: &mut Stream, size: usize, n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut all_p, mut all_q) = (Vec::new(), Vec::new());
    for turn in 0..size {
        let (p, q, _) = stream.problem(n, turn);
        all_q.extend_from_slice(if turn % 10 == 9 { &p } else { &q });
        all_p.extend_from_slice(&p);
    }
    (all_p, all_q)
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start").install(work)
}

#[test]
fn exact_batch_is_the_single_solver_row_by_row() {
    let mut stream = Stream(31);
    for n in [1, 2, 7, 8, 12] {
        let cost = stream.metric(n);
        let (p, q) = pairs(&mut stream, 150, n);
        let batch = exact_batch(&p, &q, &cost).unwrap();
        let mut solver = ExactSolver::new(n);
        for (item, (p, q)) in p.chunks(n).zip(q.chunks(n)).enumerate() {
            let single = solver.solve(p, q, &cost).unwrap();
            close(batch.cost[item], single.cost_linear, 0.0);
            all_close(&batch.f[item * n..(item + 1) * n], &single.f, 0.0);
            all_close(&batch.g[item * n..(item + 1) * n], &single.g, 0.0);
        }
    }
    assert_eq!(exact_batch(&[], &[], &stream.metric(8)).unwrap(), ExactBatch::default());
}

#[test]
fn sinkhorn_batch_is_the_single_solver_row_by_row() {
    let mut stream = Stream(32);
    // The last epsilon takes the path through the log domain.
    for (n, epsilon) in [(8, 1.0), (8, 0.1), (5, 0.05), (8, 0.02), (7, 0.002)] {
        let cost = stream.metric(n);
        let (p, q) = pairs(&mut stream, 80, n);
        let params = params(epsilon, 400);
        let batch = sinkhorn_batch(&p, &q, &cost, &params).unwrap();
        let mut missed = 0;
        for (item, (p, q)) in p.chunks(n).zip(q.chunks(n)).enumerate() {
            let (single, status) = match sinkhorn(p, q, &cost, &params) {
                Ok(single) => (single, Status::Converged),
                Err(SinkhornError::NotConverged { last, .. }) => (*last, Status::IterationLimit),
                Err(error) => panic!("{error}"),
            };
            missed += usize::from(status == Status::IterationLimit);
            // Near the tolerance rounding may decide whether one iteration more is needed.
            assert!(
                batch.iterations[item].abs_diff(single.iterations) <= 1,
                "n {n} eps {epsilon} item {item}"
            );
            if batch.iterations[item] != single.iterations {
                continue;
            }
            assert_eq!(batch.status[item], status);
            close(batch.cost_linear[item], single.cost_linear, 1e-11);
            close(batch.cost_regularised[item], single.cost_regularised, 1e-11);
            close(batch.marginal_error[item], single.marginal_error, 1e-11);
            all_close(&batch.f[item * n..(item + 1) * n], &single.f, 1e-11);
            all_close(&batch.g[item * n..(item + 1) * n], &single.g, 1e-11);
        }
        assert!(batch.missed().abs_diff(missed) <= 1);
    }
}

#[test]
fn every_pair_has_its_own_status_and_error() {
    let mut stream = Stream(33);
    let cost = stream.metric(6);
    let (p, q) = pairs(&mut stream, 100, 6);
    let hasty = sinkhorn_batch(&p, &q, &cost, &params(0.3, 12)).unwrap();
    assert!(hasty.missed() > 0 && hasty.missed() < 100, "{} of 100", hasty.missed());
    for item in 0..100 {
        let met = hasty.status[item] == Status::Converged;
        // The rule looks at the first marginal; the second fits to rounding.
        assert_eq!(met, hasty.marginal_error[item] <= 1e-10 + 1e-14, "item {item}");
        assert!(met || hasty.iterations[item] == 12);
    }
    let rule = SinkhornParams::new(0.05, StoppingRule::FixedIterations(7)).unwrap();
    let fixed = sinkhorn_batch(&p, &q, &cost, &rule).unwrap();
    assert!(fixed.status.iter().all(|status| *status == Status::FixedIterations));
    assert!(fixed.iterations.iter().all(|spent| *spent == 7));
}

#[test]
fn results_do_not_depend_on_threads_or_neighbours() {
    let mut stream = Stream(34);
    let n = 8;
    let cost = stream.metric(n);
    let (p, q) = pairs(&mut stream, 300, n);
    let params = params(0.1, 100);
    let solve = || (exact_batch(&p, &q, &cost).unwrap(), sinkhorn_batch(&p, &q, &cost, &params).unwrap());
    let one = with_threads(1, solve);
    for threads in [2, 3, 8] {
        assert_eq!(with_threads(threads, solve), one, "{threads} threads");
    }
    // Alone, and in a batch that starts elsewhere.
    let (exact_all, entropic_all) = one;
    for item in [0, 63, 64, 200, 299] {
        let row = item * n..(item + 1) * n;
        let alone: ExactBatch = exact_batch(&p[row.clone()], &q[row.clone()], &cost).unwrap();
        assert_eq!(alone.cost[0].to_bits(), exact_all.cost[item].to_bits());
        let alone: SinkhornBatch = sinkhorn_batch(&p[row.clone()], &q[row.clone()], &cost, &params).unwrap();
        assert_eq!(alone.cost_regularised[0].to_bits(), entropic_all.cost_regularised[item].to_bits());
        assert_eq!(alone.f, entropic_all.f[row]);
    }
    let late = sinkhorn_batch(&p[3 * n..], &q[3 * n..], &cost, &params).unwrap();
    assert_eq!(late.f, entropic_all.f[3 * n..]);
}

#[test]
fn masses_far_from_one_are_solved_too() {
    let mut stream = Stream(38);
    let (n, cost) = (5, stream.metric(5));
    let rule = SinkhornParams::new(0.3, StoppingRule::FixedIterations(30)).unwrap();
    let (p, q) = (stream.simplex(n, true), stream.simplex(n, false));
    let masses = [1.0, 1e-3, 1e3, 1e-49, 1e49, 1e-80, 1e80];
    let scaled = |h: &[f64]| masses.iter().flat_map(|m| h.iter().map(move |x| m * x)).collect::<Vec<f64>>();
    let (all_p, all_q) = (scaled(&p), scaled(&q));
    let batch = sinkhorn_batch(&all_p, &all_q, &cost, &rule).unwrap();
    for (item, mass) in masses.iter().enumerate() {
        let row = item * n..(item + 1) * n;
        let single = sinkhorn(&all_p[row.clone()], &all_q[row.clone()], &cost, &rule).unwrap();
        close(batch.cost_linear[item] / mass, batch.cost_linear[0], 1e-12);
        close(batch.cost_linear[item] / mass, single.cost_linear / mass, 1e-12);
        all_close(&batch.f[row.clone()], &single.f, 1e-10);
        all_close(&batch.g[row], &single.g, 1e-10);
    }
}

#[test]
fn the_first_invalid_pair_is_named() {
    let mut stream = Stream(35);
    let cost = stream.metric(4);
    let (mut p, q) = pairs(&mut stream, 300, 4);
    p[4 * 250] += 0.5;
    p[4 * 170 + 2] = f64::NAN;
    for threads in [1, 4] {
        let refused = with_threads(threads, || exact_batch(&p, &q, &cost)).unwrap_err();
        assert!(matches!(refused, BatchError::Item { item: 170, source: OtError::Entry { index: 2, .. } }));
        let refused = with_threads(threads, || sinkhorn_batch(&p, &q, &cost, &params(0.1, 10))).unwrap_err();
        assert!(matches!(refused, BatchError::Item { item: 170, .. }), "{refused}");
    }
    let shape = BatchError::Shape { n_classes: 4, p: 8, q: 4 };
    assert_eq!(exact_batch(&p[..8], &q[..4], &cost).unwrap_err(), shape);
    assert!(sinkhorn_batch(&p[..6], &q[..6], &cost, &params(0.1, 10)).is_err());
}

#[test]
fn entropic_batches_tend_to_exact_ones_as_epsilon_falls() {
    const SIZE: usize = 24;
    let mut stream = Stream(36);
    let n = 8;
    let cost = stream.metric(n);
    let (p, q) = pairs(&mut stream, SIZE, n);
    let reference = exact_batch(&p, &q, &cost).unwrap();
    let rule = StoppingRule::Tolerance { tolerance: 1e-7, max_iterations: 8000 };
    let mut gap_before = [f64::INFINITY; SIZE];
    for epsilon in [1.0, 0.3, 0.1, 0.03] {
        let batch = sinkhorn_batch(&p, &q, &cost, &SinkhornParams::new(epsilon, rule).unwrap()).unwrap();
        // Pairs close to each other crawl at the small end.
        assert!(batch.missed() <= SIZE / 4, "{} missed at {epsilon}", batch.missed());
        for (item, before) in gap_before.iter_mut().enumerate() {
            if batch.status[item] != Status::Converged {
                continue;
            }
            let gap = batch.cost_regularised[item] - reference.cost[item];
            // At most eps times the largest divergence from the product, the entropy of a histogram.
            assert!(
                gap >= -1e-6 && gap <= epsilon * (n as f64).ln() + 1e-6,
                "item {item}, eps {epsilon}: {gap}"
            );
            assert!(gap <= *before + 1e-6);
            *before = gap;
        }
    }
}

#[test]
fn gradients_of_batches_agree_with_central_differences_in_the_logits() {
    let mut stream = Stream(37);
    let (n, size, step) = (7, 20, 1e-5);
    let cost = stream.metric(n);
    let logits: Vec<f64> = (0..n * size).map(|_| 6.0 * stream.unit() - 3.0).collect();
    let q: Vec<f64> = (0..size).flat_map(|turn| stream.simplex(n, turn % 2 == 0)).collect();
    let softmax = |z: &[f64]| -> Vec<f64> {
        let weights: Vec<f64> = z.iter().map(|z| z.exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    };
    let p: Vec<f64> = logits.chunks(n).flat_map(softmax).collect();
    let rule = StoppingRule::Tolerance { tolerance: 1e-13, max_iterations: 100_000 };
    let params = SinkhornParams::new(0.2, rule).unwrap();
    let (exactly, entropic) =
        (exact_batch(&p, &q, &cost).unwrap(), sinkhorn_batch(&p, &q, &cost, &params).unwrap());
    for item in 0..size {
        let row = item * n..(item + 1) * n;
        let (p, q) = (&p[row.clone()], &q[row.clone()]);
        let slope = |k: usize, value: &dyn Fn(&[f64]) -> f64| {
            let at = |shift: f64| {
                let mut z = logits[row.clone()].to_vec();
                z[k] += shift;
                value(&softmax(&z))
            };
            (at(step) - at(-step)) / (2.0 * step)
        };
        // Dense random marginals make plans without ties, near which exact transport is linear in p.
        let gradient = envelope_logit_gradient(p, &exactly.f[row.clone()]).unwrap();
        for (k, got) in gradient.iter().enumerate() {
            close(*got, slope(k, &|p| exact(p, q, &cost).unwrap().cost_linear), 1e-8);
        }
        let gradient = envelope_logit_gradient(p, &entropic.f[row.clone()]).unwrap();
        for (k, got) in gradient.iter().enumerate() {
            close(*got, slope(k, &|p| sinkhorn(p, q, &cost, &params).unwrap().cost_regularised), 1e-8);
        }
    }
    let uniform = CostMatrix::uniform(n).unwrap();
    let tv = exact_batch(&p, &q, &uniform).unwrap();
    for (item, value) in tv.cost.iter().enumerate() {
        let row = item * n..(item + 1) * n;
        close(*value, affekt_ot::total_variation(&p[row.clone()], &q[row]).unwrap(), 1e-14);
    }
}
