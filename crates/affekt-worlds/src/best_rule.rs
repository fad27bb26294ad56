//! The decision rule with the largest macro-F1.
//!
//! Macro-F1 depends on a rule through `TP_c` and `q_c`, which are linear in the rule, so its slope in the share
//! that cell x gives to class c is `P(x) (a_c eta_c - b_c) / K`, with
//! ```text
//! a_c = 2 / (pi_c + q_c)        b_c = 2 TP_c / (pi_c + q_c)^2
//! ```
//! A stationary rule sends each cell to the classes of the largest `a_c eta_c - b_c`. Where classes are tied the
//! best rule splits a cell between them, which a classifier of pixels can do by any detail that says nothing of
//! the class.

use affekt_core::Seed;

use crate::joint::Joint;

/// Random starts beside the argmax rule, the prior-corrected rule and one that leaves each class out.
const RANDOM_STARTS: u64 = 8;
/// Steps towards the stationary rule, damped by a line search, from every start.
const STATIONARY_STEPS: usize = 24;
/// Number of distinct stationary rules, best first, from which the ascent climbs.
const CLIMBS: usize = 4;
/// Most sweeps of cell-by-cell ascent.
const SWEEPS: usize = 100;
/// Gain of a step or sweep below which it has arrived.
const ENOUGH: f64 = 1e-12;

/// Share of each cell given to each class, row-major; rows on the simplex.
#[derive(Clone, Debug)]
pub(crate) struct Rule(Vec<f64>);

/// True positives and predicted share of each class under a rule.
#[derive(Clone, Debug)]
pub(crate) struct Rates {
    tp: Vec<f64>,
    q: Vec<f64>,
}

/// Best rule found: every start follows the stationary rule; the best ends then climb cell by cell.
pub(crate) fn best_rule(joint: &Joint) -> Rule {
    let prior = joint.prior();
    let score = |rule: &Rule| Rates::of(joint, rule).macro_f1(&prior);
    let mut ends: Vec<(f64, Rule)> = starts(joint, &prior)
        .into_iter()
        .map(|start| approach_stationary(joint, &prior, start))
        .map(|rule| (score(&rule), rule))
        .collect();
    ends.sort_by(|a, b| b.0.total_cmp(&a.0));
    ends.dedup_by(|a, b| (a.0 - b.0).abs() < 1e-9);
    ends.into_iter()
        .take(CLIMBS)
        .map(|(_, rule)| climb(joint, &prior, rule))
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .expect("there is always the argmax start")
}

impl Rule {
    /// Everything to the class of the largest weight x posterior; the first of equals.
    pub(crate) fn weighted_argmax(joint: &Joint, weight: &[f64]) -> Self {
        Self::by_score(joint, |c, mass, _| weight[c] * mass)
    }

    fn by_score(joint: &Joint, score: impl Fn(usize, f64, f64) -> f64) -> Self {
        let k = joint.n_classes();
        let mut share = vec![0.0; joint.cells().len() * k];
        for (row, cell) in share.chunks_exact_mut(k).zip(joint.cells()) {
            let total: f64 = cell.iter().sum();
            let mut top = (f64::NEG_INFINITY, 0);
            for (c, &mass) in cell.iter().enumerate() {
                let value = score(c, mass, total);
                if value > top.0 {
                    top = (value, c);
                }
            }
            row[top.1] = 1.0;
        }
        Self(share)
    }

    /// Expected confusion: row = true class, column = predicted class.
    pub(crate) fn confusion(&self, joint: &Joint) -> Vec<Vec<f64>> {
        let k = joint.n_classes();
        let mut confusion = vec![vec![0.0; k]; k];
        for (row, cell) in self.0.chunks_exact(k).zip(joint.cells()) {
            for (truth, mass) in confusion.iter_mut().zip(cell) {
                for (entry, share) in truth.iter_mut().zip(row) {
                    *entry += mass * share;
                }
            }
        }
        confusion
    }
}

impl Rates {
    pub(crate) fn of(joint: &Joint, rule: &Rule) -> Self {
        let k = joint.n_classes();
        let mut rates = Self { tp: vec![0.0; k], q: vec![0.0; k] };
        for (row, cell) in rule.0.chunks_exact(k).zip(joint.cells()) {
            let total: f64 = cell.iter().sum();
            for c in 0..k {
                rates.tp[c] += row[c] * cell[c];
                rates.q[c] += row[c] * total;
            }
        }
        rates
    }

    pub(crate) fn accuracy(&self) -> f64 {
        self.tp.iter().sum()
    }

    /// F1 of every class; 0 for a class that neither occurs nor is predicted.
    pub(crate) fn f1(&self, prior: &[f64]) -> Vec<f64> {
        (0..prior.len()).map(|c| f1(self.tp[c], prior[c] + self.q[c])).collect()
    }

    pub(crate) fn macro_f1(&self, prior: &[f64]) -> f64 {
        self.f1(prior).iter().sum::<f64>() / prior.len() as f64
    }

    fn towards(&self, other: &Self, step: f64) -> Self {
        let mix = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + step * (b - a)).collect();
        Self { tp: mix(&self.tp, &other.tp), q: mix(&self.q, &other.q) }
    }
}

fn f1(tp: f64, denominator: f64) -> f64 {
    if denominator > 0.0 { 2.0 * tp / denominator } else { 0.0 }
}

fn starts(joint: &Joint, prior: &[f64]) -> Vec<Rule> {
    let k = prior.len();
    let mut weights = vec![vec![1.0; k]];
    weights.push(prior.iter().map(|&p| if p > 0.0 { 1.0 / p } else { 0.0 }).collect());
    weights.extend((0..k).map(|left_out| (0..k).map(|c| f64::from(u8::from(c != left_out))).collect()));
    weights.extend((0..RANDOM_STARTS).map(|i| {
        let mut stream = Seed(0).stream("world-limits", &[i]);
        (0..k).map(|_| (1.5 * stream.normal()).exp()).collect()
    }));
    weights.iter().map(|w| Rule::weighted_argmax(joint, w)).collect()
}

/// Moves towards the rule that the current rates ask for, as far as macro-F1 rises: damping, so no cycles.
fn approach_stationary(joint: &Joint, prior: &[f64], mut rule: Rule) -> Rule {
    for _ in 0..STATIONARY_STEPS {
        let now = Rates::of(joint, &rule);
        let a: Vec<f64> = (0..prior.len()).map(|c| f1(1.0, prior[c] + now.q[c])).collect();
        let b: Vec<f64> = (0..prior.len()).map(|c| 0.5 * a[c] * a[c] * now.tp[c]).collect();
        let wanted = Rule::by_score(joint, |c, mass, total| a[c] * mass - b[c] * total);
        let there = Rates::of(joint, &wanted);
        let here = now.macro_f1(prior);
        let (gain, step) = (1..=32)
            .map(|i| f64::from(i) / 32.0)
            .map(|step| (now.towards(&there, step).macro_f1(prior) - here, step))
            .fold((0.0, 0.0), |top, next| if next.0 > top.0 { next } else { top });
        if gain <= ENOUGH {
            break;
        }
        for (share, target) in rule.0.iter_mut().zip(&wanted.0) {
            *share += step * (target - *share);
        }
    }
    rule
}

/// Moves, cell by cell, the best part of one class's share to another until nothing is gained.
fn climb(joint: &Joint, prior: &[f64], mut rule: Rule) -> Rule {
    let k = prior.len();
    let mut score = Rates::of(joint, &rule).macro_f1(prior);
    for _ in 0..SWEEPS {
        let mut rates = Rates::of(joint, &rule);
        for (row, cell) in rule.0.chunks_exact_mut(k).zip(joint.cells()) {
            let total: f64 = cell.iter().sum();
            if total <= 0.0 {
                continue;
            }
            for from in 0..k {
                for to in 0..k {
                    if row[from] > 0.0 && to != from {
                        let moved = best_move(&rates, prior, (from, to), cell, row[from]);
                        row[from] -= moved;
                        row[to] += moved;
                        rates.tp[from] -= moved * cell[from];
                        rates.q[from] -= moved * total;
                        rates.tp[to] += moved * cell[to];
                        rates.q[to] += moved * total;
                    }
                }
            }
        }
        let now = Rates::of(joint, &rule).macro_f1(prior);
        if now - score <= ENOUGH {
            break;
        }
        score = now;
    }
    rule
}

/// Share of a cell, at most `available`, whose move between two classes gains most.
///
/// With t the mass moved the derivative is `2 k_to / (D_to + t)^2 - 2 k_from / (D_from - t)^2` with `D = pi + q`
/// and `k_c = eta_c D_c - TP_c`, so the optimum is an end or, when both k are positive, one inner point.
fn best_move(rates: &Rates, prior: &[f64], (from, to): (usize, usize), cell: &[f64], available: f64) -> f64 {
    let total: f64 = cell.iter().sum();
    let (d_from, d_to) = (prior[from] + rates.q[from], prior[to] + rates.q[to]);
    let k_from = cell[from] / total * d_from - rates.tp[from];
    let k_to = cell[to] / total * d_to - rates.tp[to];
    if k_to <= 0.0 && k_from >= 0.0 {
        return 0.0;
    }
    if k_to > 0.0 && k_from > 0.0 {
        let (s_from, s_to) = (k_from.sqrt(), k_to.sqrt());
        let moved = (s_to * d_from - s_from * d_to) / (s_to + s_from) / total;
        return moved.clamp(0.0, available);
    }
    // Convex or rising: all or nothing.
    let after = f1(rates.tp[from] - available * cell[from], d_from - available * total)
        + f1(rates.tp[to] + available * cell[to], d_to + available * total);
    let before = f1(rates.tp[from], d_from) + f1(rates.tp[to], d_to);
    if after > before { available } else { 0.0 }
}
