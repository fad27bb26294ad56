//! Neck, shoulders, ears and the head itself.

use super::Pen;
use super::canvas::{Canvas, ellipse, line, outline};
use super::colour::{lighten, mix, shade};
use super::units::Units;
use crate::identity::Identity;

/// How far the chin moves down with a dropped jaw.
pub(super) const JAW_DROP: f32 = 0.11;

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let skin = identity.skin;
    let shoulders = [[-1.3, 1.5], [-1.05, 1.06], [-0.4, 0.9], [0.4, 0.9], [1.05, 1.06], [1.3, 1.5]];
    canvas.fill(outline(&shoulders), Pen::new(identity.shirt, 1.0));
    let neck = [[-0.36, 0.4], [0.36, 0.4], [0.36, 0.95], [0.2, 1.06], [-0.2, 1.06], [-0.36, 0.95]];
    canvas.fill(outline(&neck), Pen::new(shade(skin, 0.34), 1.0));

    for side in [-1.0, 1.0] {
        let ear = [side * 0.69 * identity.face_width, -0.02];
        let (rx, ry) = (0.1 * identity.ear_size, 0.17 * identity.ear_size);
        canvas.fill(ellipse(ear, rx, ry), Pen::new(shade(skin, 0.14), 1.0));
        canvas.fill(ellipse(ear, rx * 0.5, ry * 0.6), Pen::new(shade(skin, 0.35), 0.7));
    }

    let face = face(identity, units);
    let stops = [
        (0.0, Pen::new(lighten(skin, 0.12), 1.0)),
        (0.55, Pen::new(skin, 1.0)),
        (1.0, Pen::new(shade(skin, 0.34), 1.0)),
    ];
    canvas.fill_radial(outline(&face), [0.0, -0.12], 1.02, &stops);
    canvas.stroke(outline(&face), Pen::new(shade(skin, 0.55), 0.5), 0.02);

    // A bloom on the cheeks and a hint of the chin; neither moves with any action unit but the jaw.
    for side in [-1.0, 1.0] {
        let bloom = Pen::new(mix(skin, [0.85, 0.35, 0.3], 0.35), 0.22);
        canvas.fill(ellipse([side * 0.4, 0.16], 0.17, 0.12), bloom);
    }
    let chin = 0.78 + JAW_DROP * units.au26;
    canvas.stroke(
        line(&[[-0.09, chin - 0.015], [0.0, chin - 0.03], [0.09, chin - 0.015]]),
        Pen::new(shade(skin, 0.4), 0.35),
        0.022,
    );
}

/// Outline of the head; the jaw carries the chin down.
fn face(identity: &Identity, units: &Units) -> [[f32; 2]; 14] {
    let (w, h, jaw) = (identity.face_width, identity.face_height, identity.jaw_width);
    let drop = JAW_DROP * units.au26;
    let right = [
        [0.0, -0.94 * h],
        [0.4 * w, -0.84 * h],
        [0.63 * w, -0.5 * h],
        [0.69 * w, -0.08],
        [0.65 * w, 0.26],
        [0.5 * w * jaw, 0.6 + 0.4 * drop],
        [0.24 * w * jaw, 0.83 * h + drop],
        [0.0, 0.89 * h + drop],
    ];
    std::array::from_fn(|i| if i < 8 { right[i] } else { [-right[14 - i][0], right[14 - i][1]] })
}
