//! From cached faces to a batch of tensors.

use affekt_augment::Augment;
use affekt_core::{Seed, VaPoint};
use affekt_learn::{Batch, Target};
use affekt_tensor::{Device, Tensor};

use crate::FaceSet;

/// Scaling of 8-bit pixels: (x / 255 - mean) / std per RGB channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelScaling {
    /// Mean per channel.
    pub mean: [f64; 3],
    /// Standard deviation per channel, > 0.
    pub std: [f64; 3],
}

/// Turns samples into batches, reusing its buffers.
pub(crate) struct Assembler<'a> {
    faces: &'a FaceSet,
    /// Scaled value of each 8-bit level per channel.
    table: [[f32; 256]; 3],
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

impl<'a> Assembler<'a> {
    pub(crate) fn new(faces: &'a FaceSet, scaling: PixelScaling, device: Device) -> Self {
        let mut table = [[0.0; 256]; 3];
        for (channel, levels) in table.iter_mut().enumerate() {
            for (level, value) in levels.iter_mut().enumerate() {
                let scaled = (level as f64 / 255.0 - scaling.mean[channel]) / scaling.std[channel];
                #[expect(clippy::cast_possible_truncation, reason = "inputs are 32-bit")]
                let scaled = scaled as f32;
                *value = scaled;
            }
        }
        Self { faces, table, device, pixels: Vec::new(), face: Vec::new() }
    }

    /// The batch of the samples at `positions` within the split.
    ///
    /// The augmentation of a sample is keyed by its place in the cache, not in the batch: the order of a batch
    /// or a different batch size changes nothing.
    pub(crate) fn batch(&mut self, positions: &[usize], jitter: Option<Jitter<'_>>) -> Batch {
        let size = self.faces.cache.size();
        self.pixels.clear();
        for &position in positions {
            let index = self.faces.rows[position].0;
            let face = self.faces.cache.image(index).expect("because lengths were compared on opening");
            face.copy_rgb(&mut self.face);
            if let Some(Jitter { augment, seed, epoch }) = jitter {
                let mut stream = seed.stream("augment", &[u64::from(epoch), index as u64]);
                augment.apply(&mut self.face, size, &mut stream);
            }
            let table = &self.table;
            let (rgb, _) = self.face.as_chunks::<3>();
            self.pixels.extend(rgb.iter().flat_map(|&[r, g, b]| {
                [table[0][usize::from(r)], table[1][usize::from(g)], table[2][usize::from(b)]]
            }));
        }
        let shape = [positions.len(), size, size, 3].map(to_i64);
        // Pixels lie as NHWC; the permuted view is NCHW with channels innermost, without moving a byte.
        let images = Tensor::from_slice(&self.pixels).reshape(shape).permute([0, 3, 1, 2]);
        Batch { images: images.to_device(self.device), target: self.target(positions) }
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
            expression_mask: send(Tensor::from_slice(&class_mask)),
            va: send(Tensor::from_slice(&va).reshape([n, 2])),
            va_mask: send(Tensor::from_slice(&va_mask)),
            aus: send(Tensor::from_slice(&aus).reshape([n, n_aus])),
            au_mask: send(Tensor::from_slice(&au_mask).reshape([n, n_aus])),
            posterior: posterior.map(|eta| send(Tensor::from_slice(&eta).reshape([n, -1]))),
        }
    }
}

fn to_i64(n: usize) -> i64 {
    i64::try_from(n).expect("because sizes of batches and labels are far below 2^63")
}
