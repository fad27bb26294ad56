//! Mining of class distributions.

use super::{AdaDfParams, Quirk};

/// The label distribution of each class: row c is that of class c.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDistributions {
    rows: Vec<Vec<f64>>,
    /// Epochs each row has been on its fallback, without a break.
    fallen: Vec<u32>,
}

/// Sums of an epoch's label distributions by class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSums {
    sums: Vec<Vec<f64>>,
    counts: Vec<u64>,
}

impl ClassSums {
    /// No item yet.
    pub fn new(n_classes: usize) -> Self {
        Self { sums: vec![vec![0.0; n_classes]; n_classes], counts: vec![0; n_classes] }
    }

    /// Adds the label distribution of an item of class `class`.
    ///
    /// # Panics
    /// When the class is not below the number of classes, or the distribution is of another length.
    pub fn add(&mut self, class: usize, distribution: &[f64]) {
        assert_eq!(distribution.len(), self.counts.len(), "one entry per class");
        for (sum, value) in self.sums[class].iter_mut().zip(distribution) {
            *sum += value;
        }
        self.counts[class] += 1;
    }

    /// Items of each class.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
}

impl ClassDistributions {
    /// Where training starts: t on the class, the rest shared evenly.
    ///
    /// # Equation
    /// `LD[c, c] = t`, `LD[c, j] = (1 - t) / (C - 1)`
    pub fn start(n_classes: usize, threshold: f64) -> Self {
        let rows = (0..n_classes).map(|class| peaked(n_classes, class, threshold, 1.0 - threshold)).collect();
        Self { rows, fallen: vec![0; n_classes] }
    }

    /// Distributions as given, none of them on its fallback.
    pub fn from_rows(rows: Vec<Vec<f64>>) -> Self {
        let fallen = vec![0; rows.len()];
        Self { rows, fallen }
    }

    /// Distributions with what is known of their fallbacks, one count a row.
    pub(super) fn resumed(rows: Vec<Vec<f64>>, fallen: Vec<u32>) -> Self {
        Self { rows, fallen }
    }

    /// The rows.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.rows
    }

    /// Epochs each row has been on its fallback, without a break.
    pub fn epochs_on_fallback(&self) -> &[u32] {
        &self.fallen
    }

    /// Takes the means of an epoch, row by row; a row whose class weighs less than t falls back.
    ///
    /// # Equation
    /// `LD[c] = mean of softmax(z_1) over items labelled c`; if `LD[c, c] < t`: t on c, `(1 - t) / (C - 1)` elsewhere.
    /// Then, with temperature T: `LD[c, j]^(1/T)` over the sum of its row.
    /// # Numerics
    /// 64 bit; a class without items keeps its row
    /// # Deviation
    /// [`Quirk`] says what the authors' code does instead.
    pub fn update(&mut self, sums: &ClassSums, params: &AdaDfParams) {
        let n_classes = self.rows.len();
        let (t, temperature) = (params.spec().threshold, params.spec().temperature);
        let rest = if params.has(Quirk::FallbackFourTenths) { 0.4 } else { 1.0 - t };
        // A row that is kept was sharpened when it was made.
        let updated: Vec<bool> =
            sums.counts.iter().map(|&n| n > 0 || params.has(Quirk::EmptyClassFallsBack)).collect();
        for (class, row) in self.rows.iter_mut().enumerate().filter(|(class, _)| updated[*class]) {
            let n = sums.counts[class];
            let mean: Vec<f64> = sums.sums[class].iter().map(|sum| sum / n as f64).collect();
            // The NaN of an empty class does not reach t either.
            let reaches = mean[class] >= t;
            let falls = !reaches;
            self.fallen[class] = if falls { self.fallen[class] + 1 } else { 0 };
            *row = if falls { peaked(n_classes, class, t, rest) } else { mean };
        }
        if temperature.total_cmp(&1.0).is_ne() {
            self.sharpen(temperature, &updated, params);
        }
    }

    fn sharpen(&mut self, temperature: f64, updated: &[bool], params: &AdaDfParams) {
        let mut powers = self.rows.clone();
        powers.iter_mut().flatten().for_each(|entry| *entry = entry.powf(1.0 / temperature));
        let sums: Vec<f64> = powers.iter().map(|row| row.iter().sum()).collect();
        for (i, row) in powers.into_iter().enumerate().filter(|(i, _)| updated[*i]) {
            let by = |j: usize| if params.has(Quirk::SharpenByColumn) { sums[j] } else { sums[i] };
            self.rows[i] = row.into_iter().enumerate().map(|(j, entry)| entry / by(j)).collect();
        }
    }
}

/// `peak` on the class, `rest` shared evenly by the others.
fn peaked(n_classes: usize, class: usize, peak: f64, rest: f64) -> Vec<f64> {
    let share = if n_classes > 1 { rest / (n_classes - 1) as f64 } else { 0.0 };
    (0..n_classes).map(|j| if j == class { peak } else { share }).collect()
}
