//! From a picture to a face, with reusable buffers.

use std::fmt;

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::picture::spread_in_place;
use crate::warp::warp;
use crate::{
    Channels, Colour, FaceBox, FaceDetector, FaceError, FaceHint, Fit, Framing, Margin, Picture, Pixels,
    Preprocess, PreprocessError, ResizeFilter, Similarity,
};

/// Makes faces of pictures; one per thread, its buffers are reused.
pub struct Preprocessor {
    params: Preprocess,
    detector: Option<Box<dyn FaceDetector>>,
    resizer: Resizer,
    scratch: Vec<u8>,
}

/// Part of a picture in pixels: left, top, width, height.
type Crop = [f64; 4];

impl Preprocessor {
    /// A preprocessor for these parameters; one whose framing asks for a detector is made by
    /// [`with_detector`](Self::with_detector).
    pub fn new(params: Preprocess) -> Self {
        Self { params, detector: None, resizer: Resizer::new(), scratch: Vec::new() }
    }

    /// A preprocessor that finds faces with `detector`.
    ///
    /// # Errors
    /// [`PreprocessError::OtherDetector`] unless the framing asks for a detector of this name.
    pub fn with_detector(
        params: Preprocess,
        detector: Box<dyn FaceDetector>,
    ) -> Result<Self, PreprocessError> {
        let expected = match params.framing() {
            Framing::Detected { detector, .. } => Some(detector),
            _ => None,
        };
        let got = detector.name();
        if expected != Some(got) {
            return Err(PreprocessError::OtherDetector { expected, got });
        }
        Ok(Self { detector: Some(detector), ..Self::new(params) })
    }

    /// Writes the face of a picture into `out`.
    ///
    /// # Shape
    /// `out` \[size, size, 3\] u8, rows from the top.
    ///
    /// # Errors
    /// [`FaceError`] when the hint lacks what the framing needs, when it cannot be used, when no face is found,
    /// or when the detector fails. Nothing is guessed.
    ///
    /// # Panics
    /// When `out` is not [`Preprocess::image_len`] bytes long: the caller allocated it for other parameters.
    pub fn apply(&mut self, picture: &Picture, hint: &FaceHint, out: &mut [u8]) -> Result<(), FaceError> {
        if self.apply_compact(picture, hint, out)? == Channels::Grey {
            let n = out.len() / 3;
            spread_in_place(out, n);
        }
        Ok(())
    }

    /// As [`apply`](Self::apply), with one byte a pixel at the front of `out` where the face is grey all over.
    ///
    /// # Shape
    /// `out` \[size, size, channels\] u8; what is behind has no meaning.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    ///
    /// # Panics
    /// As [`apply`](Self::apply).
    pub fn apply_compact(
        &mut self,
        picture: &Picture,
        hint: &FaceHint,
        out: &mut [u8],
    ) -> Result<Channels, FaceError> {
        assert_eq!(out.len(), self.params.image_len(), "out must hold one preprocessed image");
        let channels = match self.params.framing() {
            Framing::Picture { fit, filter } => {
                let whole = [0.0, 0.0, f64::from(picture.width()), f64::from(picture.height())];
                self.fit(picture, whole, fit, filter, out)
            }
            Framing::GivenBox { margin, fit, filter } => {
                let face = hint.bbox.ok_or(FaceError::NoBox)?;
                self.fit(picture, square_around(face, margin, picture)?, fit, filter, out)
            }
            Framing::Detected { detector: name, policy, margin, fit, filter } => {
                let detector = self.detector.as_mut().ok_or(FaceError::NoDetector { name })?;
                let faces = detector.detect(picture)?;
                let chosen = policy.choose(&faces, picture.width(), picture.height());
                let face = chosen.ok_or(FaceError::NoFace { detector: name })?.bbox;
                self.fit(picture, square_around(face, margin, picture)?, fit, filter, out)
            }
            Framing::Landmarks { template } => {
                let points = hint.landmarks.as_ref().ok_or(FaceError::NoLandmarks)?.five();
                let size = self.params.size();
                let target = template.points(size).expect("because Preprocess checked the size");
                warp(picture, &Similarity::estimate(&points, &target)?, size, out);
                Channels::Rgb
            }
        };
        if self.params.colour() == Colour::Grey && channels == Channels::Rgb {
            for k in 0..out.len() / 3 {
                out[k] = luma([out[3 * k], out[3 * k + 1], out[3 * k + 2]]);
            }
            return Ok(Channels::Grey);
        }
        Ok(channels)
    }

    fn fit(
        &mut self,
        picture: &Picture,
        crop: Crop,
        fit: Fit,
        filter: ResizeFilter,
        out: &mut [u8],
    ) -> Channels {
        let size = self.params.size();
        let [left, top, width, height] = crop;
        match fit {
            Fit::Stretch => self.resize(picture, crop, filter, [size, size], out),
            Fit::CenterCrop => {
                let side = smaller(width, height);
                let centred = [left + (width - side) / 2.0, top + (height - side) / 2.0, side, side];
                self.resize(picture, centred, filter, [size, size], out)
            }
            Fit::Pad => self.pad(picture, crop, filter, out),
        }
    }

    fn pad(&mut self, picture: &Picture, crop: Crop, filter: ResizeFilter, out: &mut [u8]) -> Channels {
        let size = self.params.size();
        let [_, _, width, height] = crop;
        let longer = width + height - smaller(width, height);
        // Rounded to the nearest pixel; a hair-thin picture still keeps one.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most size")]
        let inner =
            [width, height].map(|side| ((side * f64::from(size) / longer).round() as u32).clamp(1, size));
        let mut pixels = std::mem::take(&mut self.scratch);
        pixels.resize(inner[0] as usize * inner[1] as usize * 3, 0);
        let channels = self.resize(picture, crop, filter, inner, &mut pixels);
        let n = channels.count();

        out.fill(0);
        let [left, top] = inner.map(|side| (size - side) as usize / 2);
        let (stride, inner_stride) = (size as usize * n, inner[0] as usize * n);
        for (row, source) in out.chunks_exact_mut(stride).skip(top).zip(pixels.chunks_exact(inner_stride)) {
            row[left * n..left * n + inner_stride].copy_from_slice(source);
        }
        self.scratch = pixels;
        channels
    }

    fn resize(
        &mut self,
        picture: &Picture,
        [left, top, crop_width, crop_height]: Crop,
        filter: ResizeFilter,
        [width, height]: [u32; 2],
        out: &mut [u8],
    ) -> Channels {
        let filter = match filter {
            ResizeFilter::PilBilinear => FilterType::Bilinear,
        };
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .crop(left, top, crop_width, crop_height)
            .use_alpha(false);
        let mut run = |pixels: &[u8], kind: PixelType, out: &mut [u8]| {
            let source = ImageRef::new(picture.width(), picture.height(), pixels, kind)
                .expect("because a Picture holds width x height pixels");
            let mut target = Image::from_slice_u8(width, height, out, kind)
                .expect("because the caller sized the buffer for width x height");
            self.resizer
                .resize(&source, &mut target, &options)
                .expect("because both have as many channels and the crop lies inside the picture");
        };
        match picture.pixels() {
            Pixels::Rgb(pixels) => {
                run(pixels, PixelType::U8x3, out);
                Channels::Rgb
            }
            Pixels::Grey(pixels) => {
                run(pixels, PixelType::U8, &mut out[..width as usize * height as usize]);
                Channels::Grey
            }
        }
    }
}

impl fmt::Debug for Preprocessor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preprocessor").field("params", &self.params).finish_non_exhaustive()
    }
}

/// The square of side longer x (1 + 2 margin) around the middle of the box, cut off where the picture ends.
fn square_around(face: FaceBox, margin: Margin, picture: &Picture) -> Result<Crop, FaceError> {
    let [x, y, width, height] = [face.x, face.y, face.width, face.height].map(f64::from);
    let usable = x.is_finite() && y.is_finite() && width.is_finite() && height.is_finite();
    if !(usable && width > 0.0 && height > 0.0) {
        return Err(FaceError::Box { face });
    }
    let half = (width + height - smaller(width, height)) * (0.5 + margin.get());
    let cut = |centre: f64, side: u32| {
        let side = f64::from(side);
        let (from, to) = ((centre - half).clamp(0.0, side), (centre + half).clamp(0.0, side));
        (from, to - from)
    };
    let (left, width) = cut(x + width / 2.0, picture.width());
    let (top, height) = cut(y + height / 2.0, picture.height());
    // Less than a pixel is no face.
    if width < 1.0 || height < 1.0 {
        let (width, height) = (picture.width(), picture.height());
        return Err(FaceError::Outside { face, width, height });
    }
    Ok([left, top, width, height])
}

fn smaller(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// Grey of a pixel as Pillow computes it.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + (1 << 15);
    u8::try_from(sum >> 16).unwrap_or(u8::MAX)
}
