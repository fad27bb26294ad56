//! Exact transport against independent computations: enumeration of vertices, and the optimality conditions.

mod support;

use affekt_ot::{CostMatrix, ExactSolver, OtError, exact, one_hot_cost, total_variation};
use support::{Stream, all_close, close};

/// Flow of the tree made of `cells`, by peeling leaves; `None` when the cells do not span, or some flow is
/// negative.
fn basic_flow(cells: &[usize], p: &[f64], q: &[f64]) -> Option<Vec<f64>> {
    let n = p.len();
    let mut residual: Vec<f64> = p.iter().chain(q).copied().collect();
    let mut open: Vec<bool> = vec![true; cells.len()];
    let ends = |cell: usize| [cell / n, n + cell % n];
    let mut flow = vec![0.0; cells.len()];
    for _ in 0..cells.len() {
        let degree = |node: usize| {
            (0..cells.len()).filter(|&c| open[c] && ends(cells[c]).contains(&node)).collect::<Vec<_>>()
        };
        // A cycle leaves no leaf behind.
        let (leaf, edge) = (0..2 * n).find_map(|node| match degree(node)[..] {
            [edge] => Some((node, edge)),
            _ => None,
        })?;
        let amount = residual[leaf];
        flow[edge] = amount;
        open[edge] = false;
        for node in ends(cells[edge]) {
            residual[node] -= amount;
        }
    }
    let feasible = flow.iter().all(|x| *x >= -1e-12) && residual.iter().all(|x| x.abs() < 1e-9);
    feasible.then_some(flow)
}

/// The least cost over all basic feasible solutions: every choice of `2n - 1` cells.
fn enumerated(p: &[f64], q: &[f64], cost: &CostMatrix) -> f64 {
    let n = p.len();
    let (size, all) = (2 * n - 1, n * n);
    let mut choice: Vec<usize> = (0..size).collect();
    let mut best = f64::INFINITY;
    loop {
        if let Some(flow) = basic_flow(&choice, p, q) {
            let value = choice.iter().zip(&flow).map(|(cell, x)| x * cost.as_slice()[*cell]).sum::<f64>();
            if value < best {
                best = value;
            }
        }
        let Some(moved) = (0..size).rev().find(|&k| choice[k] < all - size + k) else { return best };
        choice[moved] += 1;
        for k in moved + 1..size {
            choice[k] = choice[k - 1] + 1;
        }
    }
}

#[test]
fn agrees_with_enumeration_of_all_vertices() {
    let mut stream = Stream(11);
    for (n, problems) in [(1, 3), (2, 600), (3, 240), (4, 24)] {
        for turn in 0..problems {
            let (p, q, cost) = stream.problem(n, turn);
            close(exact(&p, &q, &cost).unwrap().cost_linear, enumerated(&p, &q, &cost), 1e-12);
        }
    }
}

#[test]
fn satisfies_the_optimality_conditions_up_to_twelve_classes() {
    let mut stream = Stream(12);
    for n in 1..=12 {
        let mut solver = ExactSolver::new(n);
        for turn in 0..600 {
            let (p, q, cost) = stream.problem(n, turn);
            let s = solver.solve(&p, &q, &cost).unwrap();
            // primal feasible
            assert!(s.plan.iter().all(|t| *t >= 0.0));
            assert!(s.marginal_error < 1e-12, "{}", s.marginal_error);
            assert!(s.plan.iter().filter(|t| **t > 0.0).count() < 2 * n);
            // dual feasible, complementary, no gap
            for i in 0..n {
                for j in 0..n {
                    let slack = cost.get(i, j) - s.f[i] - s.g[j];
                    assert!(slack > -1e-12, "dual slack {slack:e}");
                    assert!(s.plan[i * n + j] * slack < 1e-12);
                }
            }
            close(s.dual_value, s.cost_linear, 1e-12);
            close(solver.cost(&p, &q, &cost).unwrap(), s.cost_linear, 0.0);
        }
    }
}

#[test]
fn larger_and_badly_scaled_problems_are_solved() {
    let mut stream = Stream(13);
    let (p, q, cost) = (stream.sixteenths(60), stream.sixteenths(60), stream.costs(60, true));
    let s = exact(&p, &q, &cost).unwrap();
    close(s.dual_value, s.cost_linear, 1e-12);
    // A softmax row: from almost 1 down to denormals.
    let p: Vec<f64> = (0..8).map(|k| 10.0_f64.powi(-40 * k)).collect();
    let mass: f64 = p.iter().sum();
    let q = vec![mass / 8.0; 8];
    let cost = stream.metric(8);
    let s = exact(&p, &q, &cost).unwrap();
    close(s.dual_value, s.cost_linear, 1e-14);
    // Scaling mass and cost scales the value.
    let thousand = |h: &[f64]| h.iter().map(|x| 1000.0 * x).collect::<Vec<_>>();
    let scaled = exact(&thousand(&p), &thousand(&q), &cost).unwrap();
    close(scaled.cost_linear, 1000.0 * s.cost_linear, 1e-10);
}

#[test]
fn one_hot_targets_and_uniform_costs_have_their_closed_forms() {
    let mut stream = Stream(14);
    for turn in 0..200 {
        let n = 2 + stream.below(8);
        let (p, q, cost) = stream.problem(n, turn);
        let y = stream.below(n);
        let mut target = vec![0.0; n];
        target[y] = 1.0;
        let s = exact(&p, &target, &cost).unwrap();
        close(s.cost_linear, one_hot_cost(&p, y, &cost).unwrap(), 1e-14);
        let uniform = CostMatrix::uniform(n).unwrap();
        close(exact(&p, &q, &uniform).unwrap().cost_linear, total_variation(&p, &q).unwrap(), 1e-14);
    }
}

#[test]
fn potentials_are_the_gradient_of_the_cost() {
    let mut stream = Stream(15);
    for _ in 0..50 {
        let (p, q, cost) = (stream.simplex(6, false), stream.simplex(6, false), stream.metric(6));
        let s = exact(&p, &q, &cost).unwrap();
        // Random marginals make a non-degenerate plan, near which the cost is linear in p.
        let step = 1e-7;
        let mut moved = p.clone();
        moved[0] += step;
        moved[1] -= step;
        let slope = (exact(&moved, &q, &cost).unwrap().cost_linear - s.cost_linear) / step;
        close(slope, s.f[0] - s.f[1], 1e-6);
    }
}

#[test]
fn masses_may_differ_by_rounding_only() {
    let cost = CostMatrix::uniform(2).unwrap();
    let s = exact(&[0.5, 0.5 + 5e-10], &[1.0, 0.0], &cost).unwrap();
    assert!(s.marginal_error < 1e-9);
    assert!(matches!(exact(&[0.5, 0.5], &[0.9, 0.0], &cost), Err(OtError::Mass { .. })));
    assert!(matches!(exact(&[0.5, f64::NAN], &[0.5, 0.5], &cost), Err(OtError::Entry { index: 1, .. })));
    assert!(matches!(exact(&[1.5, -0.5], &[0.5, 0.5], &cost), Err(OtError::Entry { .. })));
    assert!(matches!(exact(&[0.0, 0.0], &[0.0, 0.0], &cost), Err(OtError::NoMass { .. })));
    assert!(matches!(exact(&[1.0], &[0.5, 0.5], &cost), Err(OtError::Length { .. })));
    assert!(ExactSolver::new(3).cost(&[0.5, 0.5], &[0.5, 0.5], &cost).is_err());
}

#[test]
fn a_solver_reused_gives_what_a_fresh_one_gives() {
    let mut stream = Stream(16);
    let mut solver = ExactSolver::new(5);
    for turn in 0..100 {
        let (p, q, cost) = stream.problem(5, turn);
        let (reused, fresh) = (solver.solve(&p, &q, &cost).unwrap(), exact(&p, &q, &cost).unwrap());
        all_close(&reused.plan, &fresh.plan, 0.0);
        all_close(&reused.f, &fresh.f, 0.0);
    }
}
