//! Hair behind and on top of the head; it never covers brows or forehead lines.

use super::Pen;
use super::canvas::{Canvas, line, outline};
use super::colour::{Rgb, lighten, shade};
use crate::identity::{HairStyle, Identity};

/// Long hair and bobs, painted before the head.
pub(super) fn behind(canvas: &mut Canvas, identity: &Identity) {
    let w = identity.face_width;
    let bottom = match identity.style {
        HairStyle::Long => 1.25,
        HairStyle::Bob => 0.55,
        HairStyle::Bald | HairStyle::Short | HairStyle::Parted => return,
    };
    let mass = [
        [0.0, -1.06],
        [0.6 * w, -0.92],
        [0.86 * w, -0.4],
        [0.9 * w, 0.2],
        [0.84 * w, bottom],
        [0.3, bottom + 0.04],
        [-0.3, bottom + 0.04],
        [-0.84 * w, bottom],
        [-0.9 * w, 0.2],
        [-0.86 * w, -0.4],
        [-0.6 * w, -0.92],
    ];
    canvas.fill(outline(&mass), Pen::new(shade(identity.hair, 0.25), 1.0));
}

/// The crown, painted after the head.
pub(super) fn in_front(canvas: &mut Canvas, identity: &Identity) {
    let (w, p) = (identity.face_width, identity.parting);
    let (crown, temple, sideburn) = match identity.style {
        HairStyle::Bald => return,
        HairStyle::Short => (-0.73, -0.56, -0.22),
        HairStyle::Parted => (-0.70, -0.58, -0.30),
        HairStyle::Long => (-0.74, -0.52, 0.35),
        HairStyle::Bob => (-0.70, -0.50, 0.30),
    };
    // The hairline is higher on the side of the parting.
    let lift = if identity.style == HairStyle::Short { 0.02 } else { 0.09 };
    let cap = [
        [-0.73 * w, sideburn],
        [-0.77 * w, -0.5],
        [-0.58 * w, -0.92],
        [0.0, -1.07],
        [0.58 * w, -0.92],
        [0.77 * w, -0.5],
        [0.73 * w, sideburn],
        [0.645 * w, sideburn - 0.12],
        [0.57 * w, temple],
        [0.3 * w, crown - lift * p],
        [0.0, crown - 0.04],
        [-0.3 * w, crown + lift * p],
        [-0.57 * w, temple],
        [-0.645 * w, sideburn - 0.12],
    ];
    canvas.fill(outline(&cap), Pen::new(identity.hair, 1.0));
    strands(canvas, identity.hair, w, p);
}

fn strands(canvas: &mut Canvas, hair: Rgb, w: f32, p: f32) {
    let pen = Pen::new(lighten(hair, 0.3), 0.4);
    canvas.stroke(line(&[[-0.5 * w * p, -0.72], [-0.3 * w * p, -0.9], [0.05 * p, -0.97]]), pen, 0.03);
    canvas.stroke(line(&[[0.2 * w * p, -0.93], [0.45 * w * p, -0.82], [0.62 * w * p, -0.6]]), pen, 0.025);
}
