//! Brows and forehead: AU1 inner raise, AU2 outer raise, AU4 lowering with a frown.

use super::Pen;
use super::canvas::{Canvas, ellipse, line, outline};
use super::colour::{crease, mix};
use super::units::Units;
use crate::identity::Identity;

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let Units { au1, au2, au4, .. } = *units;
    forehead(canvas, identity, units);
    let colour = mix(mix(identity.hair, [0.1, 0.07, 0.06], 0.45), identity.skin, 0.1);
    let y = identity.eye_height;
    for side in [-1.0, 1.0] {
        let inner = [0.115 - 0.05 * au4, y - 0.345 - 0.145 * au1 - 0.03 * au2 + au4 * (0.115 - 0.06 * au1)];
        let mid = [0.28, y - 0.405 - 0.055 * au1 - 0.115 * au2 + au4 * (0.085 - 0.03 * au2)];
        let outer = [0.49, y - 0.325 - 0.135 * au2 + 0.02 * au4];
        let t = 0.034 * identity.brow_thickness;
        let ring = [
            [side * inner[0], inner[1] - t],
            [side * f32::midpoint(inner[0], mid[0]), f32::midpoint(inner[1], mid[1]) - t - 0.012],
            [side * mid[0], mid[1] - t],
            [side * outer[0], outer[1] - 0.006],
            [side * outer[0], outer[1] + 0.012],
            [side * mid[0], mid[1] + t * 0.8],
            [side * f32::midpoint(inner[0], mid[0]), f32::midpoint(inner[1], mid[1]) + t],
            [side * inner[0], inner[1] + t],
        ];
        canvas.fill(outline(&ring), Pen::new(colour, 0.95));
    }
}

/// Lines of the forehead: in the middle for AU1, at the sides for AU2, between the brows for AU4.
fn forehead(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let Units { au1, au2, au4, .. } = *units;
    let fold = |alpha: f32| Pen::new(crease(identity.skin), alpha);
    for (i, y) in (0_u8..).zip([-0.63, -0.55]) {
        let reach = 0.15 + 0.03 * f32::from(i);
        let middle = [[-reach, y - 0.01], [0.0, y + 0.015], [reach, y - 0.01]];
        canvas.stroke(line(&middle), fold(0.75 * au1), 0.03);
        for side in [-1.0, 1.0] {
            let arc = [[side * 0.24, y - 0.01], [side * 0.36, y - 0.035], [side * 0.49, y + 0.02]];
            canvas.stroke(line(&arc), fold(0.75 * au2), 0.03);
        }
    }
    if au4 > 0.0 {
        let top = -0.47 - 0.05 * au1;
        canvas.fill(ellipse([0.0, -0.31], 0.075, 0.13), fold(0.3 * au4));
        for side in [-1.0, 1.0] {
            let furrow = [[side * 0.03, -0.235], [side * 0.038, -0.34], [side * 0.058, top]];
            canvas.stroke(line(&furrow), fold(0.9 * au4), 0.034);
        }
    }
}
