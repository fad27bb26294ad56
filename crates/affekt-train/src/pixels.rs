//! From 8-bit faces to the images a network sees.

use affekt_augment::{Augment, ten_crop};
use affekt_core::Stream;
use affekt_tensor::{Device, Tensor};

use crate::TrainError;

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

/// Gathers faces of one size as network images, reusing its buffers.
pub(crate) struct Pixels {
    /// Scaled value of each 8-bit level per channel.
    table: [[f32; 256]; 3],
    crop: Crop,
    /// Edge of a face.
    size: usize,
    /// Edge of an image.
    edge: usize,
    values: Vec<f32>,
    face: Vec<u8>,
}

/// What happens to an image before it is scaled: an augmentation and its randomness, by the number of the view.
pub(crate) type Change<'a> = (&'a dyn Augment, &'a dyn Fn(u64) -> Stream);

impl Pixels {
    pub(crate) fn new(size: usize, input: NetworkInput) -> Result<Self, TrainError> {
        let edge = input.crop.edge(size);
        if edge > size {
            return Err(TrainError::Crop { crop: edge, size });
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
        Ok(Self { table, crop: input.crop, size, edge, values: Vec::new(), face: Vec::new() })
    }

    /// Images of one face.
    pub(crate) const fn views(&self) -> usize {
        self.crop.views()
    }

    /// Adds the images of the face that `fill` writes, \[size, size, 3\] u8.
    pub(crate) fn push(&mut self, fill: impl FnOnce(&mut Vec<u8>), change: Option<Change<'_>>) {
        fill(&mut self.face);
        self.crop_face();
        let table = &self.table;
        for (view, image) in self.face.chunks_exact_mut(self.edge * self.edge * 3).enumerate() {
            if let Some((augment, stream)) = change {
                augment.apply(image, self.edge, &mut stream(view as u64));
            }
            let (rgb, _) = image.as_chunks::<3>();
            self.values.extend(rgb.iter().flat_map(|&[r, g, b]| {
                [table[0][usize::from(r)], table[1][usize::from(g)], table[2][usize::from(b)]]
            }));
        }
    }

    /// What was pushed since the last call, [n, 3, edge, edge], channels innermost in memory.
    pub(crate) fn take(&mut self, device: Device) -> Tensor {
        let n = self.values.len() / (self.edge * self.edge * 3);
        let shape = [n, self.edge, self.edge, 3].map(|n| i64::try_from(n).expect("because it is a length"));
        // Pixels lie as NHWC; the permuted view is NCHW with channels innermost, without moving a byte.
        let images = Tensor::from_slice(&self.values).reshape(shape).permute([0, 3, 1, 2]);
        self.values.clear();
        match device {
            // The copy then goes on while the device computes.
            Device::Cuda(_) => images.pin_memory(device).to_device_(device, images.kind(), true, false),
            _ => images,
        }
    }

    /// The face of the buffer becomes its crops.
    fn crop_face(&mut self) {
        let (Crop::Centre(edge) | Crop::Ten(edge)) = self.crop else { return };
        let mut crops =
            ten_crop(&self.face, self.size, edge).expect("because the edge was compared with the size");
        if self.crop.views() == 1 {
            let one = edge * edge * 3;
            crops.copy_within(CENTRE * one..(CENTRE + 1) * one, 0);
            crops.truncate(one);
        }
        self.face = crops;
    }
}
