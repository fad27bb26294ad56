//! Our side of `cargo xtask bench stats`: prints `<work> <seconds a call>` a line.
#![allow(clippy::print_stdout, reason = "a measurement is for reading")]

use std::hint::black_box;
use std::time::Instant;

use affekt_core::Seed;
use affekt_metrics::{Confusion, UndefinedClass};
use affekt_stats::{Alternative, ClusterSums, Differences, ZeroMethod, sign_flip, wilcoxon};

const FRAMES: usize = 27_000;
const VIDEOS: usize = 120;
const CLASSES: usize = 8;
const SWAPS: u64 = 10_000;

fn main() {
    let mut stream = Seed(1).stream("bench", &[]);
    let mut normal = |n: usize| -> Vec<f64> { (0..n).map(|_| 0.3 + stream.normal()).collect() };
    let (twenty, thirty) = (normal(20), normal(30));
    let thousandths: Vec<f64> = twenty.iter().map(|d| (d * 15.0).round() / 1000.0).collect();
    let ties = [3.0, -1.0, 2.0, 2.0, 4.0, -3.0, 5.0, 1.0, 1.0, -2.0, 6.0, 4.0];
    let flip = |values: &[f64]| {
        let d = Differences::new(values.to_vec())?;
        Ok::<f64, affekt_stats::StatsError>(sign_flip(&d, Alternative::TwoSided)?.p_value())
    };
    let rank = |values: &[f64]| {
        let d = Differences::new(values.to_vec())?;
        Ok::<f64, affekt_stats::StatsError>(wilcoxon(&d, ZeroMethod::Wilcox)?.p_value(Alternative::TwoSided))
    };
    timed("sign_flip_20", || flip(black_box(&twenty)).is_ok());
    timed("sign_flip_20_ties", || flip(black_box(&thousandths)).is_ok());
    timed("wilcoxon_30", || rank(black_box(&thirty)).is_ok());
    timed("wilcoxon_12_ties", || rank(black_box(&ties)).is_ok());

    let frames = Frames::draw();
    timed("cluster_macro_f1", || frames.test().is_ok());
    timed("cluster_macro_f1_matrix", || frames.test().is_ok());
}

/// Runs a call for half a second.
fn timed(name: &str, mut call: impl FnMut() -> bool) {
    assert!(call(), "{name} failed");
    let (started, mut calls) = (Instant::now(), 0_u32);
    while started.elapsed().as_secs_f64() < 0.5 {
        black_box(call());
        calls += 1;
    }
    println!("{name} {:e}", started.elapsed().as_secs_f64() / f64::from(calls));
}

/// Predictions of two arms, frame by frame.
struct Frames {
    video: Vec<usize>,
    truth: Vec<usize>,
    a: Vec<usize>,
    b: Vec<usize>,
}

impl Frames {
    fn draw() -> Self {
        let mut stream = Seed(2).stream("frames", &[]);
        let mut index = |n: usize| usize::try_from(stream.below(n as u64)).unwrap_or(0);
        let video = (0..FRAMES).map(|_| index(VIDEOS)).collect();
        let truth: Vec<usize> = (0..FRAMES).map(|_| index(CLASSES)).collect();
        let mut guess = |percent: usize| -> Vec<usize> {
            truth.iter().map(|&t| if index(100) < percent { t } else { index(CLASSES) }).collect()
        };
        let (a, b) = (guess(60), guess(58));
        Self { video, truth, a, b }
    }

    /// From frames to p: confusion matrices by video are counted anew in every call.
    fn test(&self) -> Result<f64, Box<dyn std::error::Error>> {
        let found = ClusterSums::new(&self.tables(&self.a)?, &self.tables(&self.b)?)?.randomise(
            SWAPS,
            Seed(3),
            |sums| macro_f1(sums).unwrap_or(f64::NAN),
        )?;
        Ok(found.drawn.p_value())
    }

    fn tables(&self, guess: &[usize]) -> Result<Vec<Vec<f64>>, affekt_metrics::MetricError> {
        let mut tables = vec![Confusion::new(CLASSES); VIDEOS];
        for ((video, truth), guess) in self.video.iter().zip(&self.truth).zip(guess) {
            tables[*video].add(*truth, *guess)?;
        }
        Ok(tables.iter().map(|table| table.as_slice().iter().map(|&count| count as f64).collect()).collect())
    }
}

/// Macro-F1 of a confusion matrix held as sums.
fn macro_f1(sums: &[f64]) -> Result<f64, affekt_metrics::MetricError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sums of counts")]
    let rows: Vec<Vec<u64>> =
        sums.chunks(CLASSES).map(|row| row.iter().map(|&count| count as u64).collect()).collect();
    Confusion::from_rows(&rows)?.macro_f1(UndefinedClass::Zero)
}
