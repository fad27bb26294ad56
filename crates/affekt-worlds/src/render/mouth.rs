//! The mouth: AU10, 12, 15 shape it, AU23 and 24 thin the lips, AU25 and 26 open it.

use super::Pen;
use super::canvas::{Canvas, ellipse, line, polygon};
use super::colour::{Rgb, crease, mix, shade};
use super::head::JAW_DROP;
use super::units::Units;
use crate::identity::Identity;

const STEPS: u8 = 16;
const REST_Y: f32 = 0.46;

/// Where the lips are: their edges are curves over u in -1..=1 from corner to corner.
struct Lips {
    half_width: f32,
    /// Height of the corners.
    corner: f32,
    /// Inner edges at the middle; equal when the mouth is shut.
    inner_upper: f32,
    inner_lower: f32,
    /// Thickness of the lips at the middle.
    upper: f32,
    lower: f32,
}

impl Lips {
    fn of(identity: &Identity, units: &Units) -> Self {
        let Units { au10, au12, au15, au23, au24, au25, au26, .. } = *units;
        let thin = (1.0 - 0.5 * au23) * (1.0 - 0.78 * au24);
        Self {
            half_width: 0.245
                * identity.mouth_width
                * (1.0 + 0.30 * au12 + 0.04 * au15 + 0.06 * au24)
                * (1.0 - 0.36 * au23)
                * (1.0 - 0.12 * au26),
            corner: REST_Y - 0.1 * au12 + 0.1 * au15 + 0.03 * au26,
            inner_upper: REST_Y - 0.075 * au10 - 0.03 * au25 + 0.03 * au12 - 0.035 * au15,
            inner_lower: REST_Y - 0.035 * au10 + 0.075 * au25 + 0.16 * au26 + 0.03 * au12 - 0.035 * au15,
            upper: 0.052 * identity.lip_fullness * thin * (1.0 - 0.25 * au12) * (1.0 - 0.2 * au10),
            lower: 0.068 * identity.lip_fullness * thin * (1.0 - 0.15 * au12),
        }
    }

    fn x(&self, u: f32) -> f32 {
        self.half_width * u
    }

    /// A curve through both corners and a height at the middle.
    fn through(&self, middle: f32, u: f32) -> f32 {
        self.corner + (middle - self.corner) * (1.0 - u * u)
    }

    fn upper_edge(&self, u: f32) -> f32 {
        self.through(self.inner_upper, u)
    }

    fn lower_edge(&self, u: f32) -> f32 {
        let y = self.through(self.inner_lower, u);
        // A wide opening is rounder than a parabola.
        let round = (self.inner_lower - self.inner_upper) * 0.8 * u * u * (1.0 - u * u);
        let y = y + round;
        if y < self.upper_edge(u) { self.upper_edge(u) } else { y }
    }

    fn along(&self, edge: impl Fn(f32) -> f32) -> Vec<[f32; 2]> {
        (0..=STEPS)
            .map(|i| {
                let u = 2.0 * f32::from(i) / f32::from(STEPS) - 1.0;
                [self.x(u), edge(u)]
            })
            .collect()
    }

    /// The area between two edges.
    fn between(&self, top: impl Fn(f32) -> f32, bottom: impl Fn(f32) -> f32) -> Vec<[f32; 2]> {
        let mut ring = self.along(top);
        ring.extend(self.along(bottom).into_iter().rev());
        ring
    }
}

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let lips = Lips::of(identity, units);
    let skin = identity.skin;
    // Pressing drives the blood out of the lips.
    let lip = mix(identity.lip, shade(skin, 0.3), 0.6 * units.au24);
    folds(canvas, identity, units, &lips);

    let bow = |u: f32| 1.0 - u * u - 0.22 * (1.0 - 9.0 * u * u).clamp(0.0, 1.0);
    let top = lips.between(|u| lips.upper_edge(u) - lips.upper * bow(u), |u| lips.upper_edge(u));
    let bottom = lips.between(|u| lips.lower_edge(u), |u| lips.lower_edge(u) + lips.lower * (1.0 - u * u));
    canvas
        .fill(polygon(&lips.between(|u| lips.upper_edge(u), |u| lips.lower_edge(u))), Pen::new(CAVITY, 1.0));
    inside(canvas, units, &lips);
    canvas.fill(polygon(&top), Pen::new(shade(lip, 0.14), 1.0));
    canvas.fill(polygon(&bottom), Pen::new(lip, 1.0));
    let gloss = lips.inner_lower + 0.5 * lips.lower;
    canvas.stroke(
        line(&[[-0.07, gloss], [0.07, gloss]]),
        Pen::new([1.0, 0.95, 0.92], 0.25 * (1.0 - units.au24)),
        0.02,
    );

    let parted = lips.inner_lower - lips.inner_upper > 0.035;
    let seam = Pen::new(shade(skin, 0.85), if parted { 0.45 } else { 0.9 });
    let width = if parted { 0.014 } else { 0.024 + 0.024 * units.au24 };
    canvas.stroke(line(&lips.along(|u| lips.upper_edge(u))), seam, width);
    for side in [-1.0, 1.0] {
        let corner = ellipse([side * lips.half_width, lips.corner], 0.022, 0.02);
        canvas.fill(corner, Pen::new(shade(skin, 0.75), 0.6));
    }
}

const CAVITY: Rgb = [0.20, 0.05, 0.06];

/// Teeth show when the lips part (AU25); the tongue when the jaw drops (AU26).
fn inside(canvas: &mut Canvas, units: &Units, lips: &Lips) {
    let gap = lips.inner_lower - lips.inner_upper;
    let depth = |u: f32| lips.lower_edge(u) - lips.upper_edge(u);
    if units.au26 > 0.0 {
        let tongue =
            lips.between(|u| lips.lower_edge(u) - 0.35 * depth(u) * (1.0 - u * u), |u| lips.lower_edge(u));
        canvas.fill(polygon(&tongue), Pen::new([0.62, 0.22, 0.24], 0.9));
    }
    if units.au25 > 0.0 {
        let tall = if gap * 0.72 < 0.075 { gap * 0.72 } else { 0.075 };
        let share = tall / gap;
        let teeth = lips.between(|u| lips.upper_edge(u), |u| lips.upper_edge(u) + share * depth(u));
        canvas.fill(polygon(&teeth), Pen::new([0.96, 0.95, 0.91], 1.0));
    }
}

/// Lines around the mouth that AU15, 23 and 24 leave whether or not it is open.
fn folds(canvas: &mut Canvas, identity: &Identity, units: &Units, lips: &Lips) {
    let Units { au12, au15, au23, au24, au26, .. } = *units;
    let skin = identity.skin;
    let fold = |alpha: f32| Pen::new(crease(skin), alpha);
    let below = lips.inner_lower + lips.lower;

    // The dent under the lower lip, always there, deep when the lips are pressed.
    let dent = below + 0.055;
    let arc = [[-0.12, dent + 0.012], [0.0, dent], [0.12, dent + 0.012]];
    canvas.stroke(line(&arc), fold(0.22 + 0.55 * au24), 0.03 + 0.014 * au24);
    // The groove above the upper lip.
    let above = lips.inner_upper - lips.upper;
    canvas.stroke(line(&[[0.0, above - 0.09], [0.0, above - 0.03]]), fold(0.18), 0.035);

    for side in [-1.0, 1.0] {
        let (x, y) = (lips.half_width, lips.corner);
        let marionette = [
            [side * (x + 0.05), y + 0.03],
            [side * (x + 0.085), y + 0.1],
            [side * (x + 0.085), y + 0.18 + 0.3 * JAW_DROP * au26],
        ];
        canvas.stroke(line(&marionette), fold(0.7 * au15), 0.036);
        let dimple = [[side * (x + 0.03), y - 0.035], [side * (x + 0.045), y + 0.03]];
        canvas.stroke(line(&dimple), fold(0.5 * au12), 0.026);
        // AU24: the mouth bulges above and below the line, and is held at the corners.
        let clamp = [[side * (x + 0.04), y - 0.06], [side * (x + 0.065), y], [side * (x + 0.04), y + 0.06]];
        canvas.stroke(line(&clamp), fold(0.75 * au24), 0.03);
        // AU23: short lines that run to the lips.
        for (i, u) in (0_u8..).zip([0.3, 0.75]) {
            let lean = 1.0 + 0.25 * f32::from(i);
            let up = lips.upper_edge(u) - lips.upper;
            let down = lips.lower_edge(u) + lips.lower;
            let x = side * lips.x(u);
            canvas.stroke(line(&[[x, up - 0.02], [x * lean, up - 0.07]]), fold(0.62 * au23), 0.03);
            canvas.stroke(line(&[[x, down + 0.02], [x * lean, down + 0.06]]), fold(0.62 * au23), 0.03);
        }
    }
}
