//! Painting a portrait: head, eyes, brows, nose, cheeks, mouth, then the photograph's light and grain.
//!
//! Coordinates are those of the face: x to the right, y down, the eyes near y = -0.16, the mouth near 0.46, the
//! chin near 0.87; the picture spans about -0.9 to 0.9 each way.

mod brows;
mod canvas;
mod cheeks;
mod colour;
mod eyes;
mod hair;
mod head;
mod mouth;
mod nose;
mod photo;
mod units;

use crate::WorldError;
use crate::sample::{Portrait, WorldSample};
use crate::world::World;
use canvas::{Canvas, Pen};
use units::Units;

/// Version of the pixels; a world file names the one it means, so a change of the renderer changes its hash.
pub const RENDERER: u32 = 1;
/// Largest picture, in pixels a side.
pub const MAX_SIZE: u32 = 1024;

impl World {
    /// Paints a sample: RGB, one byte a channel, row by row, `size * size * 3` bytes.
    ///
    /// The same sample and size give the same bytes; the class label is not read.
    ///
    /// # Errors
    /// [`WorldError::Size`] when `size` is 0 or above [`MAX_SIZE`].
    pub fn render(&self, sample: &WorldSample, size: u32) -> Result<Vec<u8>, WorldError> {
        let refused = WorldError::Size { got: size, expected: MAX_SIZE };
        if !(1..=MAX_SIZE).contains(&size) {
            return Err(refused);
        }
        paint(&sample.portrait, size).ok_or(refused)
    }
}

fn paint(portrait: &Portrait, size: u32) -> Option<Vec<u8>> {
    let Portrait { identity, nuisance, levels } = portrait;
    let units = Units::of(levels);
    let mut canvas = Canvas::new(size, nuisance)?;

    photo::background(&mut canvas, nuisance);
    hair::behind(&mut canvas, identity);
    head::paint(&mut canvas, identity, &units);
    hair::in_front(&mut canvas, identity);
    // Turning the head slides the features over it.
    canvas.slide(0.06 * nuisance.turn);
    cheeks::paint(&mut canvas, identity, &units);
    eyes::paint(&mut canvas, identity, &units, nuisance.gaze);
    brows::paint(&mut canvas, identity, &units);
    nose::paint(&mut canvas, identity, &units);
    mouth::paint(&mut canvas, identity, &units);
    if identity.glasses {
        eyes::glasses(&mut canvas, identity);
    }
    canvas.slide(0.0);
    if let Some(occlusion) = &nuisance.occlusion {
        photo::occlude(&mut canvas, occlusion);
    }
    Some(photo::develop(&canvas, nuisance))
}

/// The single step from the f64 of the labels to the f32 of the pixels.
#[expect(clippy::cast_possible_truncation, reason = "pixels need no more than f32")]
pub(crate) const fn narrow(x: f64) -> f32 {
    x as f32
}
