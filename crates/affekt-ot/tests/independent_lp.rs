//! Exact transport against 10,000 optima of an independent linear program and an integer network flow.

mod support;

use affekt_ot::{CostMatrix, ExactSolver, exact_batch};
use support::Stream;

const SEED: u64 = 2026;
const PROBLEMS: usize = 10_000;

/// Masses and costs in whole units, as `tests/golden/gen_optima.py` draws them.
struct Problem {
    unit: usize,
    p: Vec<usize>,
    q: Vec<usize>,
    /// Row-major.
    cost: Vec<usize>,
}

fn costs(stream: &mut Stream, kind: usize, n: usize) -> Vec<usize> {
    let cells = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    if kind < 2 {
        let points: Vec<_> = (0..n).map(|_| (stream.below(45), stream.below(45))).collect();
        let apart =
            |i: usize, j: usize| (points[i].0.abs_diff(points[j].0), points[i].1.abs_diff(points[j].1));
        return cells
            .map(|(i, j)| apart(i, j))
            .map(|(a, b)| if kind == 0 { a + b } else { a * a + b * b })
            .collect();
    }
    let top = if kind == 2 { 4096 } else { 4 };
    let drawn: Vec<usize> = (0..n * n).map(|_| stream.below(top)).collect();
    cells.map(|(i, j)| if i == j { 0 } else { drawn[i * n + j] }).collect()
}

fn masses(stream: &mut Stream, n: usize, unit: usize, grain: usize) -> Vec<usize> {
    let step = unit / grain;
    let mut cuts: Vec<usize> = (1..n).map(|_| step * stream.below(grain + 1)).collect();
    cuts.sort_unstable();
    let ends = cuts.iter().copied().chain([unit]);
    std::iter::once(0).chain(cuts.iter().copied()).zip(ends).map(|(from, to)| to - from).collect()
}

fn problem(stream: &mut Stream, index: usize) -> Problem {
    let n = 2 + index % 11;
    let unit = if stream.below(2) == 0 { 1 << 14 } else { 10_000 };
    let kind = stream.below(4);
    let cost = costs(stream, kind, n);
    let kind = stream.below(5);
    let grain = [unit, n, 16, unit, unit][kind];
    let p = masses(stream, n, unit, grain);
    let q = match kind {
        3 => {
            let mut q = p.clone();
            q.rotate_left((1 + stream.below(n)) % n);
            q
        }
        4 => {
            let mut q = vec![0; n];
            q[stream.below(n)] = unit;
            q
        }
        _ => masses(stream, n, unit, grain),
    };
    Problem { unit, p, q, cost }
}

impl Problem {
    /// The problem with mass 1 and costs in `[0, 1]`; the second factor undoes the scaling of the value.
    fn scaled(&self) -> (Vec<f64>, Vec<f64>, CostMatrix, f64) {
        let mass = |h: &[usize]| h.iter().map(|&x| x as f64 / self.unit as f64).collect::<Vec<f64>>();
        let top = 4096.0;
        let costs = self.cost.iter().map(|&c| c as f64 / top).collect();
        let cost = CostMatrix::from_row_major(self.p.len(), costs).expect("whole costs are valid");
        (mass(&self.p), mass(&self.q), cost, self.unit as f64 * top)
    }
}

fn optima() -> Vec<f64> {
    let lines = include_str!("golden/optima.txt").lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.map(|word| u64::from_str_radix(word, 16).expect("a hexadecimal number") as f64).collect()
}

#[test]
fn exact_transport_equals_ten_thousand_independent_optima() {
    let (optima, mut stream) = (optima(), Stream(SEED));
    assert_eq!(optima.len(), PROBLEMS);
    let mut solvers: Vec<ExactSolver> = (0..=12).map(ExactSolver::new).collect();
    let (mut with_zeros, mut with_ties, mut worst) = (0, 0, 0.0);
    for (index, optimum) in optima.iter().enumerate() {
        let problem = problem(&mut stream, index);
        let (p, q, cost, scale) = problem.scaled();
        let got = solvers[p.len()].cost(&p, &q, &cost).unwrap();
        let off = (got - optimum / scale).abs();
        assert!(off <= 1e-12, "problem {index}: expected {}, got {got}", optimum / scale);
        if off > worst {
            worst = off;
        }
        with_zeros += usize::from(problem.p.contains(&0) || problem.q.contains(&0));
        let mut all = problem.p.clone();
        all.sort_unstable();
        with_ties += usize::from(all.windows(2).any(|pair| pair[0] == pair[1]));
        let batch = exact_batch(&p, &q, &cost).unwrap();
        assert_eq!(batch.cost[0].to_bits(), got.to_bits());
    }
    // The draw holds what the claim is about.
    assert!(with_zeros > 2000 && with_ties > 2000, "{with_zeros} with zeros, {with_ties} with ties");
    eprintln!(
        "largest difference {worst:e}; {with_zeros} problems with zeros, {with_ties} with equal masses"
    );
}
