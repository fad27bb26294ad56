//! Cheeks: AU6 folds under the eye and crow's feet, and the folds that AU10 and AU12 draw from nose to mouth.

use super::Pen;
use super::canvas::{Canvas, ellipse, line};
use super::colour::{crease, lighten};
use super::units::Units;
use crate::identity::Identity;

pub(super) fn paint(canvas: &mut Canvas, identity: &Identity, units: &Units) {
    let Units { au6, au10, au12, .. } = *units;
    let skin = identity.skin;
    let fold = |alpha: f32| Pen::new(crease(skin), alpha);
    for side in [-1.0, 1.0] {
        let at = |x: f32, y: f32| [side * x, y];
        // The faint resting fold deepens with age.
        let resting = [at(0.165, 0.2), at(0.24, 0.3), at(0.29, 0.4)];
        canvas.stroke(line(&resting), fold(0.1 + 0.12 * identity.age), 0.02);

        // AU6: the cheek is pushed up into a bright mound under a dark crescent.
        canvas.fill(ellipse(at(0.36, 0.1), 0.17, 0.095), Pen::new(lighten(skin, 0.4), 0.6 * au6));
        let crescent = [at(0.13, -0.03), at(0.24, 0.025), at(0.37, 0.015), at(0.49, -0.06)];
        canvas.stroke(line(&crescent), fold(0.85 * au6), 0.036);
        let bag = [at(0.2, 0.11), at(0.34, 0.185), at(0.5, 0.12)];
        canvas.stroke(line(&bag), fold(0.45 * au6), 0.03);
        for (rise, reach) in [(-0.1, 0.6), (-0.01, 0.62), (0.07, 0.59)] {
            let ray = [at(0.5, -0.15 + 0.5 * rise), at(reach, -0.15 + 1.1 * rise)];
            canvas.stroke(line(&ray), fold(0.8 * au6), 0.026);
        }

        // AU10: a straight, deep fold close to the nose.
        let oblique = [at(0.13, 0.1), at(0.195, 0.165), at(0.25, 0.27)];
        canvas.stroke(line(&oblique), fold(0.7 * au10), 0.04);

        // AU12: a wide bracket around the corner of the mouth.
        let bracket = [at(0.2, 0.22), at(0.335, 0.29), at(0.405, 0.4), at(0.4, 0.5)];
        canvas.stroke(line(&bracket), fold(0.7 * au12), 0.032);
        canvas.fill(ellipse(at(0.4, 0.24), 0.1, 0.07), Pen::new(lighten(skin, 0.3), 0.35 * au12));
    }
}
