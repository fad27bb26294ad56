//! From cached faces to a batch of tensors.

use std::iter::repeat_n;

use affekt_augment::{Augment, ten_crop};
use affekt_core::{Seed, VaPoint};
use affekt_learn::{Batch, Target};
use affekt_tensor::{Device, Tensor};

use crate::{FaceSet, TrainError};

/// What the network sees of a cached face: a part of it, its pixels scaled to (x / 255 - mean) / std per RGB channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkInput {
    /// Mean per channel.
    pub mean: [f64; 3],
    /// Standard deviation per channel, > 0.
    pub std: [f64; 3],
    /// Which part.
    pub crop: Crop,
}

/// Which part of a face becomes an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crop {
    /// All of it.
    Whole,
    /// A square of this edge in pixels from the centre.
    Centre(usize),
    /// Ten such squares, each an image: corners and centre of the face and of its mirror image ([`ten_crop`]).
    Ten(usize),
}

impl Crop {
    /// Images of one face.
    pub const fn views(self) -> usize {
        match self {
            Self::Whole | Self::Centre(_) => 1,
            Self::Ten(_) => 10,
        }
    }

    /// The same edge, one image a face.
    #[must_use]
    pub const fn one_view(self) -> Self {
        match self {
            Self::Ten(edge) => Self::Centre(edge),
            other => other,
        }
    }

    /// Edge of an image of a face of `size` pixels.
    const fn edge(self, size: usize) -> usize {
        match self {
            Self::Whole => size,
            Self::Centre(edge) | Self::Ten(edge) => edge,
        }
    }
}

/// Position of the centre crop among the ten.
const CENTRE: usize = 4;

/// Turns samples into batches, reusing its buffers.
pub(crate) struct Assembler<'a> {
    faces: &'a FaceSet,
    /// Scaled value of each 8-bit level per channel.
    table: [[f32; 256]; 3],
    crop: Crop,
    soft_targets: bool,
    device: Device,
    pixels: Vec<f32>,
    face: Vec<u8>,
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
        let (size, crop) = (faces.cache.size(), input.crop.edge(faces.cache.size()));
        if crop > size {
            return Err(TrainError::Crop { crop, size });
        }
        let mut table = [[0.0; 256]; 3];
        for (channel, levels) in table.iter_mut().enumerate() {
            for (level, value) in levels.iter_mut().enumerate() {
                let scaled = (level as f64 / 255.0 - input.mean[channel]) / input.std[channel];
                #[expect(clippy::cast_possible_truncation, reason = "inputs are 32-bit")]
                let scaled = scaled as f32;
                *value = scaled;
            }
        }
        let (pixels, face) = (Vec::new(), Vec::new());
        Ok(Self { faces, table, crop: input.crop, soft_targets: false, device, pixels, face })
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
        let size = self.faces.cache.size();
        let (edge, views) = (self.crop.edge(size), self.crop.views());
        self.pixels.clear();
        for &position in positions {
            let index = self.faces.rows[position].0;
            let face = self.faces.cache.image(index).expect("because lengths were compared on opening");
            face.copy_rgb(&mut self.face);
            self.crop_face(size);
            let table = &self.table;
            for (view, image) in self.face.chunks_exact_mut(edge * edge * 3).enumerate() {
                if let Some(Jitter { augment, seed, epoch }) = jitter {
                    let place = [u64::from(epoch), index as u64, view as u64];
                    // The only view of a face is keyed by the face alone.
                    let key = if views == 1 { &place[..2] } else { &place[..] };
                    augment.apply(image, edge, &mut seed.stream("augment", key));
                }
                let (rgb, _) = image.as_chunks::<3>();
                self.pixels.extend(rgb.iter().flat_map(|&[r, g, b]| {
                    [table[0][usize::from(r)], table[1][usize::from(g)], table[2][usize::from(b)]]
                }));
            }
        }
        let shape = [positions.len() * views, edge, edge, 3].map(to_i64);
        // Pixels lie as NHWC; the permuted view is NCHW with channels innermost, without moving a byte.
        let images = Tensor::from_slice(&self.pixels).reshape(shape).permute([0, 3, 1, 2]);
        let shown: Vec<usize> = positions.iter().flat_map(|&position| repeat_n(position, views)).collect();
        Batch { images: images.to_device(self.device), target: self.target(&shown) }
    }

    /// The face of the buffer becomes its crops.
    fn crop_face(&mut self, size: usize) {
        let (Crop::Centre(edge) | Crop::Ten(edge)) = self.crop else { return };
        let mut crops =
            ten_crop(&self.face, size, edge).expect("because the edge was compared with the size");
        if self.crop.views() == 1 {
            let one = edge * edge * 3;
            crops.copy_within(CENTRE * one..(CENTRE + 1) * one, 0);
            crops.truncate(one);
        }
        self.face = crops;
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
