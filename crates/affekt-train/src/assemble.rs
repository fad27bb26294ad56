//! From cached faces to a batch of tensors.

use std::iter::repeat_n;

use affekt_augment::Augment;
use affekt_core::{Seed, Stream, VaPoint};
use affekt_learn::{Batch, Target};
use affekt_tensor::{Device, Tensor};

use crate::pixels::Pixels;
use crate::{FaceSet, NetworkInput, TrainError};

/// Turns samples into batches, reusing its buffers.
pub(crate) struct Assembler<'a> {
    faces: &'a FaceSet,
    pixels: Pixels,
    soft_targets: bool,
    device: Device,
}

/// Augmentation of training batches: which, and keyed by what.
#[derive(Clone, Copy)]
pub(crate) struct Jitter<'a> {
    pub(crate) augment: &'a dyn Augment,
    pub(crate) seed: Seed,
    pub(crate) epoch: u32,
}

impl<'a> Jitter<'a> {
    /// What draws nothing and so needs no key.
    pub(crate) fn fixed(augment: &'a dyn Augment) -> Self {
        Self { augment, seed: Seed(0), epoch: 0 }
    }
}

impl<'a> Assembler<'a> {
    pub(crate) fn new(faces: &'a FaceSet, input: NetworkInput, device: Device) -> Result<Self, TrainError> {
        let pixels = Pixels::new(faces.cache.size(), input)?;
        Ok(Self { faces, pixels, soft_targets: false, device })
    }

    /// Targets are distributions over the classes where samples have them.
    pub(crate) fn with_soft_targets(self, soft_targets: bool) -> Self {
        Self { soft_targets, ..self }
    }

    /// The batch of the samples at `positions` within the split; with ten crops ten images of each in a row.
    ///
    /// The augmentation of a sample is keyed by its place in the cache, not in the batch: the order of a batch
    /// or a different batch size changes nothing.
    pub(crate) fn batch(&mut self, positions: &[usize], jitter: Option<Jitter<'_>>) -> Batch {
        let images = self.images(positions, jitter);
        let views = self.pixels.views();
        let shown: Vec<usize> = positions.iter().flat_map(|&position| repeat_n(position, views)).collect();
        Batch { images, target: self.target(&shown) }
    }

    /// The images of a batch without their targets.
    pub(crate) fn images(&mut self, positions: &[usize], jitter: Option<Jitter<'_>>) -> Tensor {
        let views = self.pixels.views();
        for &position in positions {
            let index = self.faces.rows[position].0;
            let face = self.faces.cache.image(index).expect("because lengths were compared on opening");
            let stream = |view: u64| {
                let Jitter { seed, epoch, .. } = jitter.expect("because it is asked for by an augmentation");
                let place = [u64::from(epoch), index as u64, view];
                // The only view of a face is keyed by the face alone.
                seed.stream("augment", if views == 1 { &place[..2] } else { &place[..] })
            };
            let change = jitter.map(|jitter| (jitter.augment, &stream as &dyn Fn(u64) -> Stream));
            self.pixels.push(|out| face.copy_rgb(out), change);
        }
        self.pixels.take(self.device)
    }

    fn target(&self, positions: &[usize]) -> Target {
        let rows = || positions.iter().map(|&position| &self.faces.rows[position].1);
        let (n, n_aus) = (to_i64(positions.len()), to_i64(self.faces.n_aus));
        let class: Vec<i64> =
            rows().map(|row| row.expression.map_or(0, |class| to_i64(class.get()))).collect();
        let class_mask: Vec<f32> = rows().map(|row| f32::from(u8::from(row.expression.is_some()))).collect();
        #[expect(clippy::cast_possible_truncation, reason = "targets are 32-bit")]
        let va: Vec<f32> = rows()
            .flat_map(|row| row.va.map_or([0.0; 2], |va: VaPoint| [va.valence() as f32, va.arousal() as f32]))
            .collect();
        let va_mask: Vec<f32> = rows().map(|row| f32::from(u8::from(row.va.is_some()))).collect();
        let aus: Vec<f32> =
            rows().flat_map(|row| &row.aus).map(|au| f32::from(u8::from(*au == Some(true)))).collect();
        let au_mask: Vec<f32> =
            rows().flat_map(|row| &row.aus).map(|au| f32::from(u8::from(au.is_some()))).collect();
        #[expect(clippy::cast_possible_truncation, reason = "targets are 32-bit")]
        let posterior: Option<Vec<f32>> = rows()
            .map(|row| row.posterior.as_ref().map(|eta| eta.as_slice().iter().map(|&p| p as f32).collect()))
            .collect::<Option<Vec<Vec<f32>>>>()
            .map(|rows| rows.concat());
        let send = |tensor: Tensor| tensor.to_device(self.device);
        Target {
            expression: send(Tensor::from_slice(&class)),
            soft: self.soft_targets.then(|| send(self.distributions(positions))),
            expression_mask: send(Tensor::from_slice(&class_mask)),
            va: send(Tensor::from_slice(&va).reshape([n, 2])),
            va_mask: send(Tensor::from_slice(&va_mask)),
            aus: send(Tensor::from_slice(&aus).reshape([n, n_aus])),
            au_mask: send(Tensor::from_slice(&au_mask).reshape([n, n_aus])),
            posterior: posterior.map(|eta| send(Tensor::from_slice(&eta).reshape([n, -1]))),
        }
    }
}

impl Assembler<'_> {
    /// Distribution over the classes of each sample, one-hot where it has none, 0 where it is unlabelled.
    fn distributions(&self, positions: &[usize]) -> Tensor {
        let n_classes = self.faces.label_set.len();
        let mut flat = vec![0.0_f32; positions.len() * n_classes];
        for (row, &position) in flat.chunks_exact_mut(n_classes).zip(positions) {
            let sample = &self.faces.rows[position].1;
            match (&sample.distribution, sample.expression) {
                (Some(votes), Some(_)) => {
                    for (entry, p) in row.iter_mut().zip(votes.as_slice()) {
                        #[expect(clippy::cast_possible_truncation, reason = "targets are 32-bit")]
                        let p = *p as f32;
                        *entry = p;
                    }
                }
                (_, Some(class)) => row[class.get()] = 1.0,
                (_, None) => {}
            }
        }
        Tensor::from_slice(&flat).reshape([to_i64(positions.len()), to_i64(n_classes)])
    }
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).expect("because sizes of batches and labels are far below 2^63")
}
