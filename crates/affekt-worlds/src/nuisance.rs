//! How a sample was photographed: the part of a picture that says nothing of person or expression.

use affekt_core::Stream;

use crate::render::narrow;

/// Pose, light, sharpness, background and occlusion of one picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Nuisance {
    /// Head tilt in degrees.
    pub(crate) tilt: f32,
    /// Shift in half-widths of the picture.
    pub(crate) shift: [f32; 2],
    pub(crate) scale: f32,
    /// Turn of the head, -1 to 1: features slide sideways over the head.
    pub(crate) turn: f32,
    /// Where the eyes look, each -1 to 1.
    pub(crate) gaze: [f32; 2],
    /// Direction of the light gradient in radians and its strength.
    pub(crate) light_angle: f32,
    pub(crate) light: f32,
    /// Factor on every pixel, and on red against blue.
    pub(crate) exposure: f32,
    pub(crate) warmth: f32,
    /// Weight of the neighbours in a blur, 0 none.
    pub(crate) blur: f32,
    /// Standard deviation of the grain, in grey levels.
    pub(crate) grain: f32,
    pub(crate) grain_key: u64,
    pub(crate) background: [[f32; 3]; 2],
    pub(crate) background_angle: f32,
    pub(crate) occlusion: Option<Occlusion>,
}

/// Something in front of a small part of the face.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Occlusion {
    pub(crate) centre: [f32; 2],
    pub(crate) radii: [f32; 2],
    pub(crate) angle: f32,
    pub(crate) colour: [f32; 3],
}

impl Nuisance {
    /// `strength` scales every departure from a frontal, evenly lit, sharp picture.
    pub(crate) fn draw(stream: &mut Stream, strength: f64) -> Self {
        let mut range = |low: f64, high: f64| narrow(stream.range(low, high));
        let s = narrow(strength);
        let tilt = s * range(-8.0, 8.0);
        let shift = [s * range(-0.05, 0.05), s * range(-0.05, 0.05)];
        let scale = 1.0 + s * range(-0.06, 0.05);
        let turn = s * range(-0.7, 0.7);
        let gaze = [s * range(-1.0, 1.0), s * range(-0.5, 0.5)];
        let light_angle = range(0.0, std::f64::consts::TAU);
        let light = s * range(0.0, 0.28);
        let exposure = 1.0 + s * range(-0.16, 0.10);
        let warmth = s * range(-0.05, 0.05);
        let blur = (s * range(-0.10, 0.17)).clamp(0.0, 0.25);
        let grain = s * range(0.5, 3.0);
        let background = [0, 1].map(|_| {
            let (grey, colour) = (range(0.15, 0.85), range(0.0, 0.6));
            [0, 1, 2].map(|_| grey + colour * (range(0.1, 0.9) - grey))
        });
        let background_angle = range(0.0, std::f64::consts::TAU);
        let occlusion = Occlusion {
            centre: [range(-0.75, 0.75), range(-0.75, 0.95)],
            radii: [range(0.10, 0.24), range(0.08, 0.16)],
            angle: range(0.0, 180.0),
            colour: [range(0.1, 0.9), range(0.1, 0.9), range(0.1, 0.9)],
        };
        let occluded = stream.bernoulli((0.05 * strength).clamp(0.0, 1.0));
        let grain_key = stream.next_u64();
        Self {
            tilt,
            shift,
            scale,
            turn,
            gaze,
            light_angle,
            light,
            exposure,
            warmth,
            blur,
            grain,
            grain_key,
            background,
            background_angle,
            occlusion: occluded.then_some(occlusion),
        }
    }
}
