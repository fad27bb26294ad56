//! Resizing with reusable buffers.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::{Fit, Preprocess, ResizeFilter, Rgb8Image};

/// Brings pictures to size; one per thread, its buffers are reused.
#[derive(Debug)]
pub struct Preprocessor {
    params: Preprocess,
    resizer: Resizer,
    scratch: Vec<u8>,
}

impl Preprocessor {
    /// A preprocessor for these parameters.
    pub fn new(params: Preprocess) -> Self {
        Self { params, resizer: Resizer::new(), scratch: Vec::new() }
    }

    /// Writes the picture, brought to size, into `out`.
    ///
    /// # Shape
    /// `out` \[size, size, 3\] u8, rows from the top.
    ///
    /// # Panics
    /// When `out` is not [`Preprocess::image_len`] bytes long: the caller allocated it for other parameters.
    pub fn apply(&mut self, picture: &Rgb8Image, out: &mut [u8]) {
        assert_eq!(out.len(), self.params.image_len(), "out must hold one preprocessed image");
        let size = self.params.size();
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        match self.params.fit() {
            Fit::Stretch => self.resize(picture, [0.0, 0.0, width, height], size, size, out),
            Fit::CenterCrop => {
                let side = f64::from(picture.width().min(picture.height()));
                let crop = [(width - side) / 2.0, (height - side) / 2.0, side, side];
                self.resize(picture, crop, size, size, out);
            }
            Fit::Pad => self.pad(picture, out),
        }
    }

    fn pad(&mut self, picture: &Rgb8Image, out: &mut [u8]) {
        let size = self.params.size();
        let longer = u64::from(picture.width().max(picture.height()));
        // Rounded to the nearest pixel; a hair-thin picture still keeps one.
        let scaled = |side: u32| {
            let side = (u64::from(side) * u64::from(size) + longer / 2) / longer;
            u32::try_from(side).map_or(size, |side| side.clamp(1, size))
        };
        let (inner_width, inner_height) = (scaled(picture.width()), scaled(picture.height()));
        let mut inner = std::mem::take(&mut self.scratch);
        inner.resize(inner_width as usize * inner_height as usize * 3, 0);
        let whole = [0.0, 0.0, f64::from(picture.width()), f64::from(picture.height())];
        self.resize(picture, whole, inner_width, inner_height, &mut inner);

        out.fill(0);
        let (left, top) = ((size - inner_width) as usize / 2, (size - inner_height) as usize / 2);
        let (stride, inner_stride) = (size as usize * 3, inner_width as usize * 3);
        for (row, source) in out.chunks_exact_mut(stride).skip(top).zip(inner.chunks_exact(inner_stride)) {
            row[left * 3..left * 3 + inner_stride].copy_from_slice(source);
        }
        self.scratch = inner;
    }

    fn resize(&mut self, picture: &Rgb8Image, crop: [f64; 4], width: u32, height: u32, out: &mut [u8]) {
        let filter = match self.params.filter() {
            ResizeFilter::PilBilinear => FilterType::Bilinear,
        };
        let [left, top, crop_width, crop_height] = crop;
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .crop(left, top, crop_width, crop_height)
            .use_alpha(false);
        let source = ImageRef::new(picture.width(), picture.height(), picture.pixels(), PixelType::U8x3)
            .expect("because an Rgb8Image holds width x height x 3 bytes");
        let mut target = Image::from_slice_u8(width, height, out, PixelType::U8x3)
            .expect("because the caller sized the buffer for width x height");
        self.resizer
            .resize(&source, &mut target, &options)
            .expect("because both are RGB and the crop lies inside the picture");
    }
}
