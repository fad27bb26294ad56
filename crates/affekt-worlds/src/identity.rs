//! Who is shown: the part of a picture that a subject keeps over all samples.

use affekt_core::Stream;

use crate::render::narrow;

/// Hair styles the renderer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HairStyle {
    Bald,
    Short,
    Parted,
    Long,
    Bob,
}

/// Lengths are factors around 1 or offsets around 0; colours are sRGB in 0..=1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub(crate) face_width: f32,
    pub(crate) face_height: f32,
    pub(crate) jaw_width: f32,
    pub(crate) eye_spacing: f32,
    pub(crate) eye_size: f32,
    pub(crate) eye_height: f32,
    pub(crate) brow_thickness: f32,
    pub(crate) nose_length: f32,
    pub(crate) nose_width: f32,
    pub(crate) mouth_width: f32,
    pub(crate) lip_fullness: f32,
    pub(crate) ear_size: f32,
    /// Depth of resting lines, 0 to 1.
    pub(crate) age: f32,
    pub(crate) skin: [f32; 3],
    pub(crate) lip: [f32; 3],
    pub(crate) hair: [f32; 3],
    pub(crate) iris: [f32; 3],
    pub(crate) shirt: [f32; 3],
    pub(crate) style: HairStyle,
    /// Which side the parting is on: -1 or 1.
    pub(crate) parting: f32,
    pub(crate) glasses: bool,
    pub(crate) glasses_tone: f32,
}

/// Light to dark.
const SKINS: [[f64; 3]; 7] = [
    [0.98, 0.86, 0.77],
    [0.95, 0.80, 0.69],
    [0.90, 0.72, 0.58],
    [0.82, 0.62, 0.47],
    [0.70, 0.50, 0.37],
    [0.57, 0.39, 0.28],
    [0.46, 0.31, 0.22],
];
const HAIRS: [[f64; 3]; 7] = [
    [0.08, 0.07, 0.07],
    [0.17, 0.11, 0.08],
    [0.29, 0.18, 0.11],
    [0.43, 0.28, 0.16],
    [0.68, 0.52, 0.30],
    [0.52, 0.24, 0.12],
    [0.58, 0.57, 0.56],
];
const IRISES: [[f64; 3]; 4] =
    [[0.26, 0.15, 0.08], [0.34, 0.23, 0.10], [0.25, 0.40, 0.55], [0.30, 0.42, 0.27]];

impl Identity {
    pub(crate) fn draw(stream: &mut Stream) -> Self {
        let mut around = |low: f64, high: f64| narrow(stream.range(low, high));
        let face_width = around(0.94, 1.06);
        let face_height = around(0.96, 1.04);
        let jaw_width = around(0.86, 1.08);
        let eye_spacing = around(0.95, 1.05);
        let eye_size = around(0.94, 1.12);
        let eye_height = around(-0.02, 0.02);
        let brow_thickness = around(0.85, 1.25);
        let nose_length = around(0.92, 1.08);
        let nose_width = around(0.85, 1.15);
        let mouth_width = around(0.93, 1.07);
        let lip_fullness = around(0.85, 1.2);
        let ear_size = around(0.9, 1.1);
        let age = around(0.0, 1.0);
        let skin = between(&SKINS, stream);
        // Dark skin mostly comes with dark hair and eyes; light skin with any.
        let dark = skin[0] < 0.75;
        let hair = if dark { between(&HAIRS[..3], stream) } else { between(&HAIRS, stream) };
        let iris = if dark { between(&IRISES[..2], stream) } else { between(&IRISES, stream) };
        let blend = narrow(stream.range(0.45, 0.7));
        let lip = std::array::from_fn(|i| {
            skin[i] * (1.0 - blend) + [0.72, 0.30, 0.30][i] * blend * (0.4 + 0.6 * skin[0])
        });
        let shirt = [0, 1, 2].map(|_| narrow(stream.range(0.1, 0.85)));
        let style = [HairStyle::Bald, HairStyle::Short, HairStyle::Parted, HairStyle::Long, HairStyle::Bob]
            [stream.categorical(&[0.08, 0.27, 0.25, 0.22, 0.18])];
        let parting = if stream.bernoulli(0.5) { 1.0 } else { -1.0 };
        let glasses = stream.bernoulli(0.14);
        let glasses_tone = narrow(stream.range(0.05, 0.35));
        Self {
            face_width,
            face_height,
            jaw_width,
            eye_spacing,
            eye_size,
            eye_height,
            brow_thickness,
            nose_length,
            nose_width,
            mouth_width,
            lip_fullness,
            ear_size,
            age,
            skin,
            lip,
            hair,
            iris,
            shirt,
            style,
            parting,
            glasses,
            glasses_tone,
        }
    }
}

/// A colour between two neighbours of a scale, with a little noise.
fn between(scale: &[[f64; 3]], stream: &mut Stream) -> [f32; 3] {
    let first = stream.categorical(&vec![1.0; scale.len() - 1]);
    let (t, lift) = (stream.uniform(), stream.range(-0.02, 0.02));
    std::array::from_fn(|i| {
        narrow((scale[first][i] * (1.0 - t) + scale[first + 1][i] * t + lift).clamp(0.02, 1.0))
    })
}
