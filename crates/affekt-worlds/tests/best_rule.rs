//! The macro-F1 limit against brute force over every rule, on few cells and two or three classes.

use affekt_core::{Seed, Stream};
use affekt_worlds::WorldLimits;

/// Equally frequent cells with these posteriors, through the public door.
fn limit(etas: &[Vec<f64>]) -> WorldLimits {
    WorldLimits::from_posteriors(etas.iter().map(Vec::as_slice)).expect("rows sum to 1")
}

fn macro_f1(etas: &[Vec<f64>], rule: &[Vec<f64>]) -> f64 {
    let (n, k) = (etas.len() as f64, etas[0].len());
    let f1 = |c: usize| {
        let tp: f64 = etas.iter().zip(rule).map(|(eta, r)| eta[c] * r[c]).sum::<f64>() / n;
        let prior: f64 = etas.iter().map(|eta| eta[c]).sum::<f64>() / n;
        let q: f64 = rule.iter().map(|r| r[c]).sum::<f64>() / n;
        if prior + q > 0.0 { 2.0 * tp / (prior + q) } else { 0.0 }
    };
    (0..k).map(f1).sum::<f64>() / k as f64
}

/// All points of the simplex with coordinates in multiples of 1 / steps.
fn grid(k: usize, steps: u32) -> Vec<Vec<f64>> {
    if k == 1 {
        return vec![vec![1.0]];
    }
    let mut points = Vec::new();
    for first in 0..=steps {
        let share = f64::from(first) / f64::from(steps);
        for rest in grid(k - 1, steps - first).into_iter().filter(|_| first < steps) {
            points.push(std::iter::once(share).chain(rest.into_iter().map(|r| r * (1.0 - share))).collect());
        }
    }
    points.push(std::iter::once(1.0).chain(std::iter::repeat_n(0.0, k - 1)).collect());
    points
}

/// Largest macro-F1 over every assignment of grid points to cells.
fn brute_force(etas: &[Vec<f64>], steps: u32) -> f64 {
    let options = grid(etas[0].len(), steps);
    let mut choice = vec![0_usize; etas.len()];
    let mut best = 0.0_f64;
    loop {
        let rule: Vec<Vec<f64>> = choice.iter().map(|&i| options[i].clone()).collect();
        let score = macro_f1(etas, &rule);
        if score > best {
            best = score;
        }
        let Some(cell) = choice.iter().position(|&i| i + 1 < options.len()) else { return best };
        choice[cell] += 1;
        choice[..cell].fill(0);
    }
}

fn random_etas(stream: &mut Stream, cells: usize, k: usize) -> Vec<Vec<f64>> {
    // Powers of uniforms: some classes rare, some cells nearly certain.
    let tail: Vec<f64> = (0..k).map(|c| 0.35_f64.powf(c as f64)).collect();
    (0..cells)
        .map(|_| {
            let raw: Vec<f64> = tail.iter().map(|t| t * stream.uniform().powi(3) + 1e-6).collect();
            let sum: f64 = raw.iter().sum();
            raw.iter().map(|x| x / sum).collect()
        })
        .collect()
}

#[test]
fn stationary_rule_iteration_is_not_below_brute_force_over_deterministic_rules_of_two_and_three_classes() {
    for case in 0..40 {
        let mut stream = Seed(case).stream("deterministic", &[]);
        let two = random_etas(&mut stream, 8, 2);
        let three = random_etas(&mut stream, 6, 3);
        for etas in [two, three] {
            let (found, brute) = (limit(&etas).macro_f1, brute_force(&etas, 1));
            assert!(found >= brute - 1e-12, "case {case}: {found} < {brute}");
        }
    }
}

#[test]
fn stationary_rule_iteration_equals_brute_force_over_randomised_rules_of_two_and_three_classes() {
    for case in 0..12 {
        let mut stream = Seed(case).stream("randomised", &[]);
        for (etas, steps) in [(random_etas(&mut stream, 3, 2), 30), (random_etas(&mut stream, 2, 3), 20)] {
            let (found, brute) = (limit(&etas).macro_f1, brute_force(&etas, steps));
            assert!(found >= brute - 1e-12, "case {case}: {found} < {brute}");
            // The grid misses the optimum by at most its spacing, to second order.
            assert!(found <= brute + 0.004, "case {case}: {found} > {brute}");
        }
    }
}

#[test]
fn a_tie_is_split() {
    // One cell, two classes at 0.55 : 0.45. Sending a share t to the first gives
    // 1.1 t / (0.55 + t) and 0.9 (1 - t) / (1.45 - t) as the two F1.
    let etas = vec![vec![0.55, 0.45]; 4];
    let found = limit(&etas);
    let by_hand = (0..=100_000_u32)
        .map(|i| f64::from(i) / 100_000.0)
        .map(|t| 0.5 * (1.1 * t / (0.55 + t) + 0.9 * (1.0 - t) / (1.45 - t)))
        .fold(0.0_f64, |best, f| if f > best { f } else { best });
    assert!((found.macro_f1 - by_hand).abs() < 1e-9, "{} against {by_hand}", found.macro_f1);
    assert!((found.argmax_macro_f1 - 0.5 * 1.1 / 1.55).abs() < 1e-12);
}

#[test]
fn ties_beside_other_classes_match_brute_force() {
    // The last two classes keep the ratio 3 : 2 in every cell, as a degenerate pair does.
    for case in 0..10 {
        let mut stream = Seed(case).stream("tied", &[]);
        let etas: Vec<Vec<f64>> = (0..2)
            .map(|_| {
                let pair = stream.uniform();
                vec![1.0 - pair, 0.6 * pair, 0.4 * pair]
            })
            .collect();
        let (found, brute) = (limit(&etas).macro_f1, brute_force(&etas, 24));
        assert!(found >= brute - 1e-12, "case {case}: {found} < {brute}");
        assert!(found <= brute + 0.004, "case {case}: {found} > {brute}");
    }
}

#[test]
fn certainty_scores_one() {
    let etas = vec![vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
    let limits = limit(&etas);
    assert!((limits.macro_f1 - 1.0).abs() < 1e-12 && (limits.accuracy - 1.0).abs() < 1e-12);
}
