//! Random problems for the tests, from a fixed seed.
#![allow(dead_code, reason = "each test binary uses its own part")]

use affekt_ot::CostMatrix;

/// `SplitMix64`: enough for test problems, and the tests need no random-number crate.
pub(crate) struct Stream(pub(crate) u64);

impl Stream {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n as u64).expect("the remainder is below a usize")
    }

    /// A distribution with continuous entries, some of them 0 when `sparse`.
    pub(crate) fn simplex(&mut self, n: usize, sparse: bool) -> Vec<f64> {
        let mut weights: Vec<f64> = (0..n).map(|_| -(1.0 - self.unit()).ln()).collect();
        if sparse {
            for _ in 0..n / 2 {
                let zero = self.below(n);
                weights[zero] = 0.0;
            }
            let kept = self.below(n);
            weights[kept] += 1.0;
        }
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    }

    /// Sixteenths thrown into `n` cells: exact ties and zeros, hence degenerate bases.
    pub(crate) fn sixteenths(&mut self, n: usize) -> Vec<f64> {
        let mut h = vec![0.0; n];
        for _ in 0..16 {
            h[self.below(n)] += 1.0 / 16.0;
        }
        h
    }

    /// Euclidean costs of random points.
    pub(crate) fn metric(&mut self, n: usize) -> CostMatrix {
        let points: Vec<[f64; 2]> =
            (0..n).map(|_| [2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0]).collect();
        CostMatrix::from_prototypes(&points).expect("the points are finite")
    }

    /// Costs without symmetry or triangle inequality; small integers when `tied`.
    pub(crate) fn costs(&mut self, n: usize, tied: bool) -> CostMatrix {
        let costs = (0..n * n).map(|cell| match (cell / n == cell % n, tied) {
            (true, _) => 0.0,
            (false, true) => self.below(4) as f64,
            (false, false) => self.unit(),
        });
        CostMatrix::from_row_major(n, costs.collect()).expect("the costs are valid")
    }

    /// One of the kinds of problem above, by turns.
    pub(crate) fn problem(&mut self, n: usize, turn: usize) -> (Vec<f64>, Vec<f64>, CostMatrix) {
        let cost = match turn % 3 {
            0 => self.metric(n),
            1 => self.costs(n, false),
            _ => self.costs(n, true),
        };
        let (p, q) = match turn / 3 % 4 {
            0 => (self.simplex(n, false), self.simplex(n, false)),
            1 => (self.simplex(n, true), self.simplex(n, true)),
            2 => (self.sixteenths(n), self.sixteenths(n)),
            _ => {
                let p = self.simplex(n, turn.is_multiple_of(2));
                // The same masses on other classes: every partial sum ties.
                let mut q = p.clone();
                q.rotate_right(1 + self.below(n));
                (p, q)
            }
        };
        (p, q, cost)
    }
}

#[track_caller]
pub(crate) fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "expected {expected}, got {got}");
}

#[track_caller]
pub(crate) fn all_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        close(*got, *expected, tolerance);
    }
}
