//! Where runs execute: here, with a learner that needs no LibTorch.

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use affekt_artifact::{Manifest, PredictionRow, Predictions, Selection, write_atomic};
use affekt_augment::Augment;
use affekt_core::{Seed, Split};
use affekt_face::FaceCache;
use affekt_study::{
    Executor, Job, JobOutcome, JobStatus, Progress, ResolvedRun, RunLock, StudyError, finish_run,
};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// Trains a nearest-mean classifier for each run, one after the other, in this process.
///
/// A run is a folder: `run.json` says what to do, and `metrics.jsonl`, `checkpoint.safetensors`, `predictions.csv` and, last,
/// `DONE` say that it was done. What happens in between is nobody else's business.
pub struct NearestMean {
    /// What is done to training faces.
    pub augment: Box<dyn Augment>,
}

impl Executor for NearestMean {
    fn execute(&self, jobs: &[Job], progress: &mut dyn Progress) -> Result<Vec<JobOutcome>, StudyError> {
        let one = |job: &Job| {
            progress.started(job);
            let start = Instant::now();
            let status = match self.train(&job.folder) {
                Ok(()) => JobStatus::Done { seconds: start.elapsed().as_secs_f64() },
                Err(error) => JobStatus::Failed { how: error.to_string(), log_tail: String::new() },
            };
            let outcome = JobOutcome { job: job.clone(), status };
            progress.finished(&outcome);
            outcome
        };
        Ok(jobs.iter().map(one).collect())
    }
}

impl NearestMean {
    fn train(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let _lock = RunLock::acquire(folder)?;
        let run = ResolvedRun::load(folder)?;
        let data = run.data_path(folder)?;
        let manifest = Manifest::load(&data)?;
        let cache = FaceCache::open(&data.join("faces"))?;
        let mut face = Vec::new();
        let mut read = |k: usize, change: Option<&dyn Augment>| {
            // Row k of the manifest is image k of the cache.
            cache.image(k).ok_or("the face cache is shorter than the manifest")?.copy_rgb(&mut face);
            if let Some(augment) = change {
                augment.apply(&mut face, cache.size(), &mut Seed(run.seed).stream("brightness", &[k as u64]));
            }
            Ok::<Vec<f64>, Box<dyn Error>>(face.iter().map(|&v| f64::from(v) / 255.0).collect())
        };

        let n_classes = run.label_set.len();
        let mut means = vec![vec![0.0; cache.size() * cache.size() * 3]; n_classes];
        let mut counts = vec![0.0_f64; n_classes];
        for (k, row) in manifest.rows.iter().enumerate() {
            let Some(class) = row.expression.filter(|_| row.split == Split::Train) else { continue };
            for (mean, value) in means[class.get()].iter_mut().zip(read(k, Some(&*self.augment))?) {
                *mean += value;
            }
            counts[class.get()] += 1.0;
        }
        for (mean, n) in means.iter_mut().zip(&counts) {
            // A class without a face has a frequency of 0, whatever its mean.
            let n = if *n > 0.0 { *n } else { 1.0 };
            for value in mean {
                *value /= n;
            }
        }

        let mut rows = Vec::new();
        for (k, row) in manifest.rows.iter().enumerate().filter(|(_, row)| row.split != Split::Train) {
            let probabilities = posterior(&read(k, None)?, &means, &counts);
            let decided = decide(&probabilities, run.cost.as_deref());
            rows.push(PredictionRow {
                selection: Selection::Last,
                sample: row.sample.clone(),
                subject: row.subject.clone(),
                video: row.video.clone(),
                split: row.split,
                true_class: row.expression,
                predicted_class: run.label_set.class_at(decided).ok_or("a class beyond the label set")?,
                #[expect(clippy::cast_possible_truncation, reason = "what the table holds")]
                probabilities: probabilities.iter().map(|p| *p as f32).collect(),
                true_va: row.va,
                predicted_va: None,
                true_aus: row.aus.clone(),
                au_probabilities: Vec::new(),
            });
        }
        write_checkpoint(&folder.join("checkpoint.safetensors"), &means)?;
        write_atomic(&folder.join("metrics.jsonl"), b"{\"epoch\":1,\"train_loss\":null}\n")?;
        Predictions { label_set: run.label_set.clone(), aus: run.aus.clone(), rows }
            .save(&folder.join("predictions.csv"))?;
        // The last act of a run: from here on it counts.
        finish_run(folder, &[])?;
        Ok(())
    }
}

/// Class frequencies times a Gaussian about each class mean, one width for all.
fn posterior(face: &[f64], means: &[Vec<f64>], counts: &[f64]) -> Vec<f64> {
    let score = |(mean, n): (&Vec<f64>, &f64)| {
        let distance: f64 = mean.iter().zip(face).map(|(m, v)| (m - v).powi(2)).sum();
        n.ln() - distance
    };
    let scores: Vec<f64> = means.iter().zip(counts).map(score).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
    let weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

/// The class of least expected cost; the likeliest where the arm has no cost.
fn decide(probabilities: &[f64], cost: Option<&[Vec<f64>]>) -> usize {
    let risk = |class: usize| match cost {
        Some(cost) => cost[class].iter().zip(probabilities).map(|(c, p)| c * p).sum(),
        None => -probabilities[class],
    };
    let classes = 0..probabilities.len();
    classes.min_by(|&a, &b| f64::total_cmp(&risk(a), &risk(b))).unwrap_or(0)
}

fn write_checkpoint(path: &Path, means: &[Vec<f64>]) -> Result<(), Box<dyn Error>> {
    let bytes: Vec<u8> = means.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F64, vec![means.len(), means[0].len()], &bytes)?;
    write_atomic(path, &safetensors::serialize([("means", view)], None)?)?;
    Ok(())
}
