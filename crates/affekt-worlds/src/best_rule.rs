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
//!
//! A rule is kept as a mixture of rules that send each cell to one class. Each step adds the rule that the present rates
//! ask for and finds the best weights of all so far (Frank and Wolfe with full correction), until the rule asked for
//! promises nothing more: then the mixture is stationary, and the promise that is left says how nearly.

use affekt_core::Seed;

use crate::joint::Joint;

/// Random starts beside the argmax rule, the prior-corrected rule and one that leaves each class out.
const RANDOM_STARTS: u64 = 8;
/// Rules asked for from every start, and from the best ends of these.
const STEPS: [usize; 2] = [12, 300];
/// Number of distinct ends that are followed to the end.
const FOLLOWED: usize = 4;
/// Most moves of weight between two rules of a mixture before the next rule is asked for.
const MOVES: usize = 4_000;
/// Slope of the sum of the F1 below which a mixture has arrived.
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

/// Best rule found: a few steps from every start, and from the best ends all the way.
pub(crate) fn best_rule(joint: &Joint) -> Rule {
    let prior = joint.prior();
    let mut ends: Vec<Mixture> = starts(joint, &prior)
        .into_iter()
        .map(|start| {
            let mut mixture = Mixture::of(joint, start);
            mixture.improve(joint, &prior, STEPS[0]);
            mixture
        })
        .collect();
    let score = |mixture: &Mixture| mixture.rates.macro_f1(&prior);
    ends.sort_by(|a, b| score(b).total_cmp(&score(a)));
    ends.dedup_by(|a, b| (score(a) - score(b)).abs() < 1e-9);
    ends.truncate(FOLLOWED);
    for mixture in &mut ends {
        mixture.improve(joint, &prior, STEPS[1]);
    }
    ends.into_iter()
        .max_by(|a, b| score(a).total_cmp(&score(b)))
        .expect("there is always the argmax start")
        .rule()
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

    /// Moves `step` of the weight of one part of a mixture to another.
    fn shift(&mut self, from: &Self, to: &Self, step: f64) {
        for c in 0..self.tp.len() {
            self.tp[c] += step * (to.tp[c] - from.tp[c]);
            self.q[c] += step * (to.q[c] - from.q[c]);
        }
    }

    /// Slopes a and b of the sum of the F1 in TP and, negative, in q.
    fn slopes(&self, prior: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let a: Vec<f64> = (0..prior.len()).map(|c| f1(1.0, prior[c] + self.q[c])).collect();
        let b = (0..prior.len()).map(|c| 0.5 * a[c] * a[c] * self.tp[c]).collect();
        (a, b)
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

/// A rule as a mixture of rules that send each cell to one class.
struct Mixture {
    parts: Vec<Part>,
    rates: Rates,
}

struct Part {
    rule: Rule,
    rates: Rates,
    weight: f64,
}

impl Mixture {
    fn of(joint: &Joint, rule: Rule) -> Self {
        let rates = Rates::of(joint, &rule);
        Self { parts: vec![Part { rates: rates.clone(), rule, weight: 1.0 }], rates }
    }

    /// Asks for rules until none promises more; macro-F1 never falls on the way.
    fn improve(&mut self, joint: &Joint, prior: &[f64], steps: usize) {
        for _ in 0..steps {
            let (a, b) = self.rates.slopes(prior);
            let rule = Rule::by_score(joint, |c, mass, total| a[c] * mass - b[c] * total);
            let rates = Rates::of(joint, &rule);
            if value(&rates, &a, &b) - value(&self.rates, &a, &b) <= ENOUGH {
                return;
            }
            let before = self.rates.macro_f1(prior);
            self.parts.push(Part { rule, rates, weight: 0.0 });
            self.correct(prior);
            self.parts.retain(|part| part.weight > 0.0);
            if self.rates.macro_f1(prior) <= before {
                return;
            }
        }
    }

    /// Moves weight from the part with the least slope to the one with the most until all with weight are level.
    fn correct(&mut self, prior: &[f64]) {
        let order = |x: &(usize, f64), y: &(usize, f64)| x.1.total_cmp(&y.1);
        for _ in 0..MOVES {
            let (a, b) = self.rates.slopes(prior);
            let slopes = self.parts.iter().map(|part| value(&part.rates, &a, &b)).enumerate();
            let used = slopes.clone().filter(|&(i, _)| self.parts[i].weight > 0.0);
            let (Some((to, high)), Some((from, low))) = (slopes.max_by(order), used.min_by(order)) else {
                return;
            };
            if high - low <= ENOUGH {
                return;
            }
            let (left, right) = (self.parts[from].rates.clone(), self.parts[to].rates.clone());
            let step = best_step(&self.rates, prior, &left, &right, self.parts[from].weight);
            if step <= 0.0 {
                return;
            }
            self.rates.shift(&left, &right, step);
            self.parts[from].weight -= step;
            self.parts[to].weight += step;
        }
    }

    fn rule(&self) -> Rule {
        let mut shares = vec![0.0; self.parts[0].rule.0.len()];
        for part in &self.parts {
            for (share, own) in shares.iter_mut().zip(&part.rule.0) {
                *share += part.weight * own;
            }
        }
        Rule(shares)
    }
}

/// Linear part of the sum of the F1 at the rates that gave the slopes.
fn value(rates: &Rates, a: &[f64], b: &[f64]) -> f64 {
    (0..a.len()).map(|c| a[c] * rates.tp[c] - b[c] * rates.q[c]).sum()
}

/// Step in 0..=most from one part to another at which the sum of the F1 is largest, or a local largest that gains.
fn best_step(now: &Rates, prior: &[f64], from: &Rates, to: &Rates, most: f64) -> f64 {
    let at = |step: f64| {
        let mut there = now.clone();
        there.shift(from, to, step);
        there
    };
    let rising = |step: f64| {
        let (a, b) = at(step).slopes(prior);
        value(to, &a, &b) > value(from, &a, &b)
    };
    let here = now.macro_f1(prior);
    let mut end = most;
    for _ in 0..40 {
        let (mut low, mut high) = (0.0, end);
        if rising(end) {
            low = end;
        } else {
            for _ in 0..60 {
                let middle = f64::midpoint(low, high);
                if rising(middle) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
        }
        let there = at(low).macro_f1(prior);
        // All of a part that gains nothing but loses nothing goes too: it would only be weighed again.
        if there > here || (low >= most && there >= here) {
            return low;
        }
        end = low / 2.0;
    }
    0.0
}
