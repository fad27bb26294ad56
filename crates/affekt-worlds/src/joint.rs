//! The joint law of class and AU vector, and the posterior it gives.

use crate::world::World;

/// P(cell, class), row-major; a cell is one AU vector, or one sample of a finite set.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    n_classes: usize,
    mass: Vec<f64>,
}

impl Joint {
    /// `mass` holds `n_classes` entries a cell, all >= 0, which sum to 1 over everything.
    pub(crate) fn new(n_classes: usize, mass: Vec<f64>) -> Self {
        Self { n_classes, mass }
    }

    pub(crate) fn n_classes(&self) -> usize {
        self.n_classes
    }

    /// The rows P(cell, .) in cell order.
    pub(crate) fn cells(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.mass.chunks_exact(self.n_classes)
    }

    /// P(class).
    pub(crate) fn prior(&self) -> Vec<f64> {
        let mut prior = vec![0.0; self.n_classes];
        for cell in self.cells() {
            for (total, mass) in prior.iter_mut().zip(cell) {
                *total += mass;
            }
        }
        prior
    }

    /// H(class | cell) in nats; a class without mass in a cell adds nothing.
    pub(crate) fn mean_entropy(&self) -> f64 {
        let entropy = |cell: &[f64]| -> f64 {
            let total: f64 = cell.iter().sum();
            cell.iter().filter(|&&mass| mass > 0.0).map(|mass| mass * (total / mass).ln()).sum()
        };
        self.cells().map(entropy).sum()
    }
}

impl World {
    /// The true posterior of every class given an AU vector in the order of [`World::aus`].
    ///
    /// # Equation
    /// ```text
    /// eta_c = pi_c P(x | c) / sum_k pi_k P(x | k)
    /// P(x | c) = prod_j p_cj^(x_j) (1 - p_cj)^(1 - x_j)
    /// ```
    /// and, for a member c of the pair, `rho P_common(x) + (1 - rho) P(x | c)`, where `P_common` mixes the two
    /// members by their priors.
    ///
    /// # Range
    /// The simplex. An AU vector the world never draws gets the prior.
    pub fn posterior(&self, aus: &[bool]) -> Vec<f64> {
        let mut joint = self.joint_of(|j| aus.get(j).copied().unwrap_or(false));
        let total: f64 = joint.iter().sum();
        if total > 0.0 {
            for mass in &mut joint {
                *mass /= total;
            }
            joint
        } else {
            self.prior()
        }
    }

    /// The joint law over all 2^n AU vectors; bit j of the cell number is AU j.
    pub(crate) fn joint(&self) -> Joint {
        let cells = 1_usize << self.aus().len();
        let mass = (0..cells).flat_map(|cell| self.joint_of(|j| cell >> j & 1 == 1)).collect();
        Joint::new(self.label_set().len(), mass)
    }

    /// P(AUs, class) for every class.
    fn joint_of(&self, present: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut joint: Vec<f64> = self
            .class_tables()
            .iter()
            .map(|class| {
                let likelihood: f64 =
                    class.au.iter().enumerate().map(|(j, &p)| if present(j) { p } else { 1.0 - p }).product();
                class.prior * likelihood
            })
            .collect();
        if let Some(pair) = self.pair_rule() {
            let prior = pair.members.map(|c| self.class_tables()[c].prior);
            let common = (joint[pair.members[0]] + joint[pair.members[1]]) / (prior[0] + prior[1]);
            for (c, prior) in pair.members.into_iter().zip(prior) {
                joint[c] = pair.rho * prior * common + (1.0 - pair.rho) * joint[c];
            }
        }
        joint
    }
}
