//! Predictions of a model on a split.

use affekt_artifact::{ManifestRow, PredictionRow, Selection};
use affekt_core::Seed;
use affekt_learn::{AffectModel, ModelOutput};
use affekt_metrics::{Confusion, UndefinedClass};
use affekt_tensor::{Device, Kind, Mode, Precision, Tensor, no_grad_guard};

use crate::assemble::Assembler;
use crate::{FaceSet, NetworkInput, TrainError};

/// Runs a model over a split without augmentation.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator {
    /// What the network sees of a face, as in training.
    pub input: NetworkInput,
    /// Arithmetic, as in training.
    pub precision: Precision,
    /// True to average over each face and its mirror image.
    pub mirror: bool,
    /// Device of the model.
    pub device: Device,
}

impl Evaluator {
    /// Faces per forward pass; larger gains nothing on a CPU and costs memory.
    const BATCH: usize = 128;

    /// One row per sample, in the order of the split; logits of several crops of a face are averaged.
    ///
    /// # Errors
    /// [`TrainError::NonFiniteOutput`] names the first sample with a NaN or infinite logit, [`TrainError::Crop`].
    ///
    /// # Panics
    /// When the model has another number of classes than the label set.
    pub fn predict(
        &self,
        model: &dyn AffectModel,
        faces: &FaceSet,
        selection: Selection,
    ) -> Result<Vec<PredictionRow>, TrainError> {
        let _guard = no_grad_guard();
        let mode = Mode { train: false, precision: self.precision, noise: Seed(0) };
        let mut assembler = Assembler::new(faces, self.input, self.device)?;
        let positions: Vec<usize> = (0..faces.len()).collect();
        let mut rows = Vec::with_capacity(faces.len());
        for chunk in positions.chunks(Self::BATCH) {
            let batch = assembler.batch(chunk, None);
            let views = self.input.crop.views();
            let mut said = Said::new(model.forward(&batch.images, mode), views);
            if self.mirror {
                said = said.mean_with(Said::new(model.forward(&batch.images.flip([3]), mode), views));
            }
            let n = chunk.len();
            let probabilities = to_rows(&said.probabilities, n);
            let va = said.va.map(|va| to_rows(&va, n));
            let aus = said.aus.map(|aus| to_rows(&aus, n));
            for (k, &position) in chunk.iter().enumerate() {
                let row = &faces.rows[position].1;
                let probabilities = probabilities[k].clone();
                if !probabilities.iter().all(|p| p.is_finite()) {
                    return Err(TrainError::NonFiniteOutput { sample: row.sample.to_string() });
                }
                let best = argmax(&probabilities);
                rows.push(PredictionRow {
                    selection,
                    sample: row.sample.clone(),
                    subject: row.subject.clone(),
                    video: row.video.clone(),
                    split: row.split,
                    true_class: row.expression,
                    predicted_class: faces
                        .label_set
                        .class_at(best)
                        .expect("one logit per class of the label set"),
                    probabilities,
                    true_va: row.va,
                    predicted_va: va.as_ref().map(|va| [va[k][0], va[k][1]]),
                    true_aus: row.aus.clone(),
                    au_probabilities: aus.as_ref().map_or_else(Vec::new, |aus| aus[k].clone()),
                });
            }
        }
        Ok(rows)
    }
}

impl Evaluator {
    /// Shows what the model says of the samples at `positions`, batch by batch: faces as they are, or their centre
    /// crops.
    ///
    /// # Errors
    /// [`TrainError::Crop`].
    pub fn visit(
        &self,
        model: &dyn AffectModel,
        faces: &FaceSet,
        positions: &[usize],
        see: &mut dyn FnMut(&[&ManifestRow], &ModelOutput),
    ) -> Result<(), TrainError> {
        let _guard = no_grad_guard();
        let mode = Mode { train: false, precision: self.precision, noise: Seed(0) };
        let input = NetworkInput { crop: self.input.crop.one_view(), ..self.input };
        let mut assembler = Assembler::new(faces, input, self.device)?;
        for chunk in positions.chunks(Self::BATCH) {
            let rows: Vec<&ManifestRow> = chunk.iter().map(|&position| &faces.rows[position].1).collect();
            see(&rows, &model.forward(&assembler.batch(chunk, None).images, mode));
        }
        Ok(())
    }
}

/// A model's output on the scale of its predictions.
struct Said {
    probabilities: Tensor,
    va: Option<Tensor>,
    aus: Option<Tensor>,
}

impl Said {
    /// Means over `views` images of each sample: of logits, and of valence and arousal.
    fn new(output: ModelOutput, views: usize) -> Self {
        let views = i64::try_from(views).expect("because there are ten at most");
        let mean = |x: Tensor| {
            if views == 1 { x } else { x.view([-1, views, x.size()[1]]).mean_dim(1, false, None::<Kind>) }
        };
        Self {
            probabilities: mean(output.expression).softmax(-1, Kind::Float),
            va: output.va.map(mean),
            aus: output.aus.map(|logits| mean(logits).sigmoid()),
        }
    }

    fn mean_with(self, other: Self) -> Self {
        let mean = |a: Tensor, b: Tensor| (a + b) * 0.5;
        Self {
            probabilities: mean(self.probabilities, other.probabilities),
            va: self.va.zip(other.va).map(|(a, b)| mean(a, b)),
            aus: self.aus.zip(other.aus).map(|(a, b)| mean(a, b)),
        }
    }
}

/// Accuracy and macro-F1 (absent classes count 0) of predictions with a true class; `None` without any.
pub fn expression_scores(rows: &[PredictionRow], n_classes: usize) -> Option<(f64, f64)> {
    let pairs =
        rows.iter().filter_map(|row| row.true_class.map(|class| (class.get(), row.predicted_class.get())));
    let confusion = Confusion::from_pairs(n_classes, pairs).ok()?;
    Some((confusion.accuracy().ok()?, confusion.macro_f1(UndefinedClass::Zero).ok()?))
}

fn to_rows(tensor: &Tensor, n: usize) -> Vec<Vec<f32>> {
    let flat = tensor.to_device(Device::Cpu).contiguous().view([-1]);
    let mut values = vec![0_f32; flat.numel()];
    flat.copy_data(&mut values, flat.numel());
    values.chunks(flat.numel() / n).map(<[f32]>::to_vec).collect()
}

/// Position of the largest entry, the first of several.
fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}
