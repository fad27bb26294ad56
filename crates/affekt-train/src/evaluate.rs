//! Predictions of a model on a split.

use affekt_artifact::{ManifestRow, PredictionRow, Selection};
use affekt_augment::Augment;
use affekt_core::{Seed, Stream};
use affekt_learn::{AffectModel, ModelOutput};
use affekt_metrics::{Confusion, UndefinedClass};
use affekt_tensor::{Device, Mode, Precision, Tensor, no_grad_guard};

use crate::assemble::{Assembler, Jitter};
use crate::pixels::Pixels;
use crate::views::{Moved, Said};
use crate::{FaceSaid, FaceSet, NetworkInput, TrainError, Views};

/// Runs a model over a split without augmentation.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator {
    /// What the network sees of a face, as in training.
    pub input: NetworkInput,
    /// Arithmetic, as in training.
    pub precision: Precision,
    /// What a prediction averages over.
    pub views: Views,
    /// Device of the model.
    pub device: Device,
}

impl Evaluator {
    /// The same, each face seen in place: nine times cheaper where views are moved, for scores while a network learns.
    #[must_use]
    pub fn in_place(self) -> Self {
        Self { views: Views { shift: 0, ..self.views }, ..self }
    }

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
        let mut assembler = Assembler::new(faces, self.input, self.device)?;
        let positions: Vec<usize> = (0..faces.len()).collect();
        let mut rows = Vec::with_capacity(faces.len());
        for chunk in positions.chunks(Self::BATCH) {
            let said =
                self.said(model, chunk.len(), &mut |moved| assembler.images(chunk, moved.map(Jitter::fixed)));
            for (&position, said) in chunk.iter().zip(said) {
                let row = &faces.rows[position].1;
                if !said.is_finite() {
                    return Err(TrainError::NonFiniteOutput { sample: row.sample.to_string() });
                }
                rows.push(PredictionRow {
                    selection,
                    sample: row.sample.clone(),
                    subject: row.subject.clone(),
                    video: row.video.clone(),
                    split: row.split,
                    true_class: row.expression,
                    predicted_class: faces
                        .label_set
                        .class_at(said.best())
                        .expect("one logit per class of the label set"),
                    probabilities: said.probabilities,
                    true_va: row.va,
                    predicted_va: said.va,
                    true_aus: row.aus.clone(),
                    au_probabilities: said.aus,
                });
            }
        }
        Ok(rows)
    }

    /// What a model says of faces that are in no cache, each \[size, size, 3\] u8, rows from the top.
    ///
    /// # Errors
    /// [`TrainError::Crop`].
    ///
    /// # Panics
    /// When a face has another length.
    pub fn look(
        &self,
        model: &dyn AffectModel,
        size: usize,
        faces: &[&[u8]],
    ) -> Result<Vec<FaceSaid>, TrainError> {
        let mut pixels = Pixels::new(size, self.input)?;
        let mut all = Vec::with_capacity(faces.len());
        for chunk in faces.chunks(Self::BATCH) {
            all.extend(self.said(model, chunk.len(), &mut |moved| {
                for face in chunk {
                    assert_eq!(face.len(), size * size * 3, "a face must hold one {size} x {size} RGB image");
                    let still = |_| Seed(0).stream("still", &[]);
                    let change = moved.map(|moved| (moved, &still as &dyn Fn(u64) -> Stream));
                    let fill = |out: &mut Vec<u8>| {
                        out.clear();
                        out.extend_from_slice(face);
                    };
                    pixels.push(fill, change);
                }
                pixels.take(self.device)
            }));
        }
        Ok(all)
    }

    /// What a model says of `n` faces, whose images `images` makes for each way of moving them, none for in place.
    fn said(
        &self,
        model: &dyn AffectModel,
        n: usize,
        images: &mut dyn FnMut(Option<&dyn Augment>) -> Tensor,
    ) -> Vec<FaceSaid> {
        let _guard = no_grad_guard();
        let mode = Mode { train: false, precision: self.precision, noise: Seed(0) };
        let crops = self.input.crop.views();
        let mut views = Vec::new();
        for (down, right) in self.views.moves() {
            let moved = Moved { down, right, shift: self.views.shift };
            let in_place = (down, right) == (0, 0);
            let images = images((!in_place).then_some(&moved as &dyn Augment));
            views.push(Said::new(model.forward(&images, mode), crops));
            if self.views.mirror {
                views.push(Said::new(model.forward(&images.flip([3]), mode), crops));
            }
        }
        let Said { probabilities, va, aus } = Said::mean(views);
        let va = va.map(|va| to_rows(&va, n));
        let aus = aus.map(|aus| to_rows(&aus, n));
        let face = |(k, probabilities): (usize, Vec<f32>)| FaceSaid {
            probabilities,
            va: va.as_ref().map(|va| [va[k][0], va[k][1]]),
            aus: aus.as_ref().map_or_else(Vec::new, |aus| aus[k].clone()),
        };
        to_rows(&probabilities, n).into_iter().enumerate().map(face).collect()
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
