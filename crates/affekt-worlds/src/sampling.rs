//! How far a finite test set strays from the limits.

use affekt_core::Seed;
use serde::{Deserialize, Serialize};

use crate::limits::WorldLimits;

/// Mean and standard deviation, over test sets of one size, of the scores of the best macro-F1 rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplingSd {
    /// Size of the test sets.
    pub n_test: u64,
    /// Number of test sets drawn.
    pub draws: u64,
    /// Mean accuracy.
    pub accuracy_mean: f64,
    /// Standard deviation of accuracy.
    pub accuracy: f64,
    /// Mean macro-F1; a little off the limit, because F1 of a finite set is biased.
    pub macro_f1_mean: f64,
    /// Standard deviation of macro-F1.
    pub macro_f1: f64,
}

impl WorldLimits {
    /// Monte Carlo spread of accuracy and macro-F1 of the best macro-F1 rule on test sets of `n_test` samples.
    ///
    /// Samples of a world are independent given the seed, so (true, predicted) is drawn from the expected
    /// confusion. The F1 of a class that neither occurs nor is predicted counts as 0.
    ///
    /// # Numerics
    /// Standard deviations divide by `draws - 1`; they are 0 with fewer than two draws, and everything is 0
    /// with an empty test set.
    pub fn sampling_sd(&self, n_test: u64, draws: u64, seed: Seed) -> SamplingSd {
        let k = self.best_confusion.len();
        let cumulative: Vec<f64> = self
            .best_confusion
            .iter()
            .flatten()
            .scan(0.0, |sum, p| {
                *sum += p;
                Some(*sum)
            })
            .collect();
        let total = cumulative.last().copied().unwrap_or(0.0);
        let mut accuracy = Moments::default();
        let mut macro_f1 = Moments::default();
        for draw in 0..draws {
            let mut stream = seed.stream("world-sampling", &[n_test, draw]);
            let mut counts = vec![0_u64; k * k];
            for _ in 0..n_test {
                let u = stream.uniform() * total;
                let hit = cumulative.partition_point(|&sum| sum <= u);
                if let Some(count) = counts.get_mut(hit) {
                    *count += 1;
                }
            }
            let (acc, f1) = score(&counts, k);
            accuracy.add(acc);
            macro_f1.add(f1);
        }
        SamplingSd {
            n_test,
            draws,
            accuracy_mean: accuracy.mean(),
            accuracy: accuracy.sd(),
            macro_f1_mean: macro_f1.mean(),
            macro_f1: macro_f1.sd(),
        }
    }
}

fn score(counts: &[u64], k: usize) -> (f64, f64) {
    let n: u64 = counts.iter().sum();
    if n == 0 {
        return (0.0, 0.0);
    }
    let hits = |c: usize| counts[c * k + c];
    let f1 = |c: usize| {
        let truth: u64 = (0..k).map(|j| counts[c * k + j]).sum();
        let predicted: u64 = (0..k).map(|i| counts[i * k + c]).sum();
        if truth + predicted == 0 { 0.0 } else { 2.0 * hits(c) as f64 / (truth + predicted) as f64 }
    };
    let accuracy = (0..k).map(hits).sum::<u64>() as f64 / n as f64;
    (accuracy, (0..k).map(f1).sum::<f64>() / k as f64)
}

/// Running mean and variance by Welford's update.
#[derive(Default)]
struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1;
        let delta = x - self.mean;
        self.mean += delta / self.n as f64;
        self.squares += delta * (x - self.mean);
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn sd(&self) -> f64 {
        if self.n < 2 { 0.0 } else { (self.squares / (self.n - 1) as f64).sqrt() }
    }
}
