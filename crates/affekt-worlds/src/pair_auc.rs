//! How well the true posterior parts two classes.

use std::cmp::Ordering;

use crate::joint::Joint;

impl Joint {
    /// The area under the ROC curve that the true posterior ratio reaches for every two classes.
    ///
    /// # Equation
    /// ```text
    /// AUC_ab = P(r(x) > r(y)) + P(r(x) = r(y)) / 2,   x ~ P(. | a), y ~ P(. | b), r = P(. , a) / P(. , b)
    /// ```
    /// By Neyman and Pearson no score does better. Priors move r by a factor only, so they leave it as it is.
    ///
    /// # Range
    /// [0.5, 1], symmetric; 0.5 on the diagonal and where a class has no mass. 0.5: nobody can part the pair.
    ///
    /// # Numerics
    /// Cells are sorted by ratio; sums over cells with equal conditional mass cancel to rounding, so ratios that
    /// ought to be tied need no tolerance.
    pub(crate) fn pair_auc(&self) -> Vec<Vec<f64>> {
        let k = self.n_classes();
        let of = |a: usize, b: usize| match a.cmp(&b) {
            Ordering::Less => self.auc_of(a, b),
            Ordering::Equal => 0.5,
            Ordering::Greater => self.auc_of(b, a),
        };
        (0..k).map(|a| (0..k).map(|b| of(a, b)).collect()).collect()
    }

    fn auc_of(&self, a: usize, b: usize) -> f64 {
        let mut cells: Vec<[f64; 2]> =
            self.cells().map(|cell| [cell[a], cell[b]]).filter(|[p, q]| p + q > 0.0).collect();
        let totals = cells.iter().fold([0.0; 2], |sum, cell| [sum[0] + cell[0], sum[1] + cell[1]]);
        if totals.contains(&0.0) {
            return 0.5;
        }
        // The share of a is a monotone function of the ratio, and finite where b has no mass.
        let share = |[p, q]: [f64; 2]| p / (p + q);
        cells.sort_by(|x, y| share(*x).total_cmp(&share(*y)));
        let (mut below, mut auc) = (0.0, 0.0);
        for tied in cells.chunk_by(|x, y| share(*x).total_cmp(&share(*y)).is_eq()) {
            let [p, q] = tied.iter().fold([0.0; 2], |sum, cell| [sum[0] + cell[0], sum[1] + cell[1]]);
            auc += p * (below + q / 2.0);
            below += q;
        }
        auc / (totals[0] * totals[1])
    }
}
