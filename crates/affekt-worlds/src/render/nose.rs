//! The nose: AU10 lifts its wings and wrinkles its sides.

use super::Pen;
use super::canvas::{Canvas, ellipse, line};
use super::colour::{lighten, shade};
use super::units::Units;
use crate::identity::Identity;

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let au10 = units.au10;
    let skin = identity.skin;
    let tip = 0.17 * identity.nose_length - 0.02 * au10;
    let w = identity.nose_width * (1.0 + 0.18 * au10);
    let side = identity.parting;
    let shadow = [[side * 0.055, -0.16], [side * 0.06 * w, 0.0], [side * 0.085 * w, tip - 0.02]];
    canvas.stroke(line(&shadow), Pen::new(shade(skin, 0.5), 0.32), 0.045);
    canvas.stroke(line(&[[0.0, -0.14], [0.0, tip - 0.05]]), Pen::new(lighten(skin, 0.35), 0.4), 0.04);
    canvas.fill(ellipse([0.0, tip - 0.01], 0.045, 0.035), Pen::new(lighten(skin, 0.4), 0.45));
    let base = [[-0.05, tip + 0.05], [0.0, tip + 0.065], [0.05, tip + 0.05]];
    canvas.stroke(line(&base), Pen::new(shade(skin, 0.6), 0.55), 0.024);
    for side in [-1.0, 1.0] {
        let y = tip - 0.025 * au10;
        let nostril = ellipse([side * 0.055 * w, y + 0.045], 0.026, 0.016 + 0.006 * au10);
        canvas.fill(nostril, Pen::new(shade(skin, 0.85), 0.8));
        let wing = [[side * 0.1 * w, y - 0.035], [side * 0.125 * w, y + 0.015], [side * 0.1 * w, y + 0.05]];
        canvas.stroke(line(&wing), Pen::new(shade(skin, 0.6), 0.6), 0.024);
        for rise in [-0.075, -0.005] {
            let wrinkle = [[side * 0.03, rise - 0.03], [side * 0.105, rise + 0.02]];
            canvas.stroke(line(&wrinkle), Pen::new(shade(skin, 0.65), 0.8 * au10), 0.028);
        }
    }
}
