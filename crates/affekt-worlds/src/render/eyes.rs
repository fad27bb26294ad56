//! Eyes: the opening, the iris within it, the lids (AU6 lifts the lower one, AU7 closes both), and glasses.

use super::Pen;
use super::canvas::{Canvas, ellipse, line, polygon};
use super::colour::{mix, shade};
use super::units::Units;
use crate::identity::Identity;

const STEPS: u8 = 12;

/// One eye opening: the lids are parabolas that meet at the corners.
struct Opening {
    centre: [f32; 2],
    half_width: f32,
    upper: f32,
    lower: f32,
    /// How much higher the outer corner is, as a slope.
    slant: f32,
}

impl Opening {
    fn of(identity: &Identity, units: &Units, side: f32) -> Self {
        let Units { au1, au2, au4, au6, au7, .. } = *units;
        let size = identity.eye_size;
        Self {
            centre: [side * 0.285 * identity.eye_spacing, -0.155 + identity.eye_height],
            half_width: 0.16 * size,
            upper: 0.092 * size * (1.0 + 0.22 * au2 + 0.08 * au1 - 0.12 * au4 - 0.5 * au7 - 0.05 * au6),
            lower: 0.066 * size * (1.0 - 0.85 * au7).min_of(1.0 - 0.5 * au6),
            slant: -0.06 * side,
        }
    }

    fn upper_at(&self, x: f32) -> f32 {
        let u = (x - self.centre[0]) / self.half_width;
        self.centre[1] + self.slant * (x - self.centre[0]) - self.upper * (1.0 - u * u)
    }

    fn lower_at(&self, x: f32) -> f32 {
        let u = (x - self.centre[0]) / self.half_width;
        self.centre[1] + self.slant * (x - self.centre[0]) + self.lower * (1.0 - u * u)
    }

    /// Points along a lid from left to right.
    fn lid(&self, upper: bool) -> Vec<[f32; 2]> {
        (0..=STEPS)
            .map(|i| {
                let x = self.centre[0] + self.half_width * (2.0 * f32::from(i) / f32::from(STEPS) - 1.0);
                [x, if upper { self.upper_at(x) } else { self.lower_at(x) }]
            })
            .collect()
    }

    /// The part of a disc that shows between the lids.
    fn disc(&self, centre: [f32; 2], radius: f32) -> Vec<[f32; 2]> {
        (0..2 * STEPS)
            .map(|i| {
                let (sin, cos) = (std::f32::consts::PI * f32::from(i) / f32::from(STEPS)).sin_cos();
                let x = centre[0] + radius * cos;
                let y = centre[1] + radius * sin;
                [x, y.clamp(self.upper_at(x), self.lower_at(x))]
            })
            .collect()
    }
}

/// The smaller of two numbers that are never NaN.
trait MinOf {
    fn min_of(self, other: Self) -> Self;
}

impl MinOf for f32 {
    fn min_of(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
}

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units, gaze: [f32; 2]) {
    let Units { au4, au7, .. } = *units;
    let skin = identity.skin;
    for side in [-1.0, 1.0] {
        let eye = Opening::of(identity, units, side);
        let [cx, cy] = eye.centre;
        // The socket, a soft shadow; deeper under a lowered brow.
        canvas.fill(ellipse([cx, cy - 0.03], 0.21, 0.14), Pen::new(shade(skin, 0.35), 0.22 + 0.15 * au4));
        let mut opening = eye.lid(true);
        opening.extend(eye.lid(false).into_iter().rev());
        canvas.fill(polygon(&opening), Pen::new([0.95, 0.94, 0.92], 1.0));

        let pupil = [cx + 0.03 * gaze[0], cy - 0.012 + 0.015 * gaze[1]];
        canvas.fill(polygon(&eye.disc(pupil, 0.078)), Pen::new(identity.iris, 1.0));
        canvas.fill(polygon(&eye.disc(pupil, 0.04)), Pen::new([0.03, 0.03, 0.03], 1.0));
        let glint = [pupil[0] - 0.022, pupil[1] - 0.025];
        canvas.fill(polygon(&eye.disc(glint, 0.018)), Pen::new([1.0; 3], 0.9));

        let lash = mix([0.08, 0.05, 0.05], identity.hair, 0.2);
        canvas.stroke(line(&eye.lid(true)), Pen::new(lash, 0.95), 0.032);
        canvas.stroke(
            line(&eye.lid(false)),
            Pen::new(shade(skin, 0.7), 0.5 + 0.45 * au7),
            0.016 + 0.016 * au7,
        );
        let crease: Vec<[f32; 2]> = eye.lid(true).iter().map(|p| [p[0], p[1] - 0.045 + 0.02 * au7]).collect();
        canvas.stroke(line(&crease), Pen::new(shade(skin, 0.5), 0.55), 0.018);
    }
}

/// Thin frames; they leave brows, lids and cheeks in sight.
pub(super) fn glasses(canvas: &mut Canvas, identity: &Identity) {
    let pen = Pen::new([identity.glasses_tone; 3], 0.85);
    let y = -0.14 + identity.eye_height;
    for side in [-1.0, 1.0] {
        canvas.stroke(ellipse([side * 0.29, y], 0.225, 0.17), pen, 0.026);
        canvas.stroke(line(&[[side * 0.515, y - 0.03], [side * 0.69, y - 0.06]]), pen, 0.028);
    }
    canvas.stroke(line(&[[-0.07, y - 0.02], [0.0, y - 0.045], [0.07, y - 0.02]]), pen, 0.026);
}
