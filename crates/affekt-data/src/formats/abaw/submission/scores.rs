//! What models say of one frame, and what is answered for it.

use affekt_artifact::PredictionRow;
use affekt_core::{ABAW_AUS, VaPoint};

use super::{AbawTask, AuThresholds};

/// Sums over the prediction files that have the frame; empty or 0 where the task does not ask.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    /// Files summed.
    pub(super) n: u32,
    /// Class decided on in the first of them.
    class: usize,
    probabilities: Vec<f64>,
    va: [f64; 2],
    aus: Vec<f64>,
    /// File and line it was seen in last.
    pub(super) last: (usize, u64),
    /// A row of the list is about it.
    pub(super) listed: bool,
}

/// One row of a submission; neutral where the task does not ask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) va: VaPoint,
    pub(super) expression: usize,
    pub(super) aus: [bool; ABAW_AUS.len()],
}

impl Answer {
    /// Valence and arousal 0, the class `neutral`, no action unit.
    pub(super) fn neutral() -> Self {
        Self { va: VaPoint::clamped(0.0, 0.0), expression: 0, aus: [false; ABAW_AUS.len()] }
    }

    /// The values as they are written after the frame's name.
    pub(super) fn text(&self, task: AbawTask, decimals: usize) -> String {
        let mut cells = Vec::with_capacity(3 + self.aus.len());
        if task.has_va() {
            cells.extend([self.va.valence(), self.va.arousal()].map(|x| decimal(x, decimals)));
        }
        if task.has_expression() {
            cells.push(self.expression.to_string());
        }
        if task.has_aus() {
            cells.extend(self.aus.map(|present| u8::from(present).to_string()));
        }
        cells.join(",")
    }
}

/// A number with so many decimals; zero has no sign.
fn decimal(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|b| matches!(b, b'0' | b'.')) => zero.to_owned(),
        _ => text,
    }
}

impl Scores {
    /// What one file says; `None` for valence and arousal counts as 0, its caller having refused it.
    pub(super) fn of(row: &PredictionRow, task: AbawTask, seen: (usize, u64)) -> Self {
        let numbers = |wanted: bool, values: &[f32]| {
            if wanted { values.iter().map(|&p| f64::from(p)).collect() } else { Vec::new() }
        };
        Self {
            n: 1,
            class: row.predicted_class.get(),
            probabilities: numbers(task.has_expression(), &row.probabilities),
            va: row.predicted_va.unwrap_or_default().map(f64::from),
            aus: numbers(task.has_aus(), &row.au_probabilities),
            last: seen,
            listed: false,
        }
    }

    /// Adds what another file says.
    pub(super) fn add(&mut self, other: &Self) {
        let sum = |into: &mut [f64], from: &[f64]| into.iter_mut().zip(from).for_each(|(x, y)| *x += y);
        self.n += other.n;
        sum(&mut self.probabilities, &other.probabilities);
        sum(&mut self.va, &other.va);
        sum(&mut self.aus, &other.aus);
        self.last = other.last;
    }

    /// The row, and whether valence or arousal lay outside [-1, 1] and was moved to its edge.
    pub(super) fn answer(&self, task: AbawTask, thresholds: &AuThresholds) -> (Answer, bool) {
        let n = f64::from(self.n);
        let mut answer = Answer::neutral();
        let mut clamped = false;
        if task.has_va() {
            let [valence, arousal] = self.va.map(|sum| sum / n);
            clamped = VaPoint::new(valence, arousal).is_err();
            answer.va = VaPoint::clamped(valence, arousal);
        }
        if task.has_expression() {
            answer.expression = if self.n == 1 { self.class } else { first_largest(&self.probabilities) };
        }
        for ((present, sum), threshold) in answer.aus.iter_mut().zip(&self.aus).zip(thresholds.as_array()) {
            *present = sum / n >= *threshold;
        }
        (answer, clamped)
    }
}

/// Position of the largest number; of equal ones the first.
pub(super) fn first_largest(values: &[f64]) -> usize {
    (0..values.len()).rev().max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{decimal, first_largest};

    #[test]
    fn numbers_have_their_decimals_and_zero_no_sign() {
        let texts = [-0.0004, -0.0006, 1.0, -1.0, 0.123_456].map(|x| decimal(x, 3));
        assert_eq!(texts, ["0.000", "-0.001", "1.000", "-1.000", "0.123"]);
    }

    #[test]
    fn of_equal_classes_the_first_is_taken() {
        assert_eq!(first_largest(&[0.1, 0.4, 0.4, 0.1]), 1);
    }
}
