//! What the camera adds: background, something in the way, light, blur and grain.

use affekt_core::Seed;
use tiny_skia::Transform;

use super::Pen;
use super::canvas::{Canvas, ellipse};
use super::narrow;
use crate::nuisance::{Nuisance, Occlusion};

pub(super) fn background(canvas: &mut Canvas, nuisance: &Nuisance) {
    let [from, to] = nuisance.background;
    canvas.cover(from, to, nuisance.background_angle);
}

pub(super) fn occlude(canvas: &mut Canvas, occlusion: &Occlusion) {
    let [x, y] = occlusion.centre;
    let turned = ellipse(occlusion.centre, occlusion.radii[0], occlusion.radii[1])
        .and_then(|path| path.transform(Transform::from_rotate_at(occlusion.angle, x, y)));
    canvas.fill(turned, Pen::new(occlusion.colour, 1.0));
}

/// From the painted canvas to RGB bytes.
pub(super) fn develop(canvas: &Canvas, nuisance: &Nuisance) -> Vec<u8> {
    let side = canvas.side() as usize;
    let mut pixels = expose(canvas, nuisance);
    // The blur is meant at 64 pixels; larger pictures take as many more passes as the same spread asks for.
    let ratio = (side / 64).clamp(1, 4);
    for _ in 0..ratio * ratio {
        blur(&mut pixels, side, nuisance.blur);
    }
    add_grain(&mut pixels, nuisance);
    pixels.iter().flatten().map(|&v| to_byte(v)).collect()
}

/// Exposure, colour of the light, and its fall-off along one direction.
fn expose(canvas: &Canvas, nuisance: &Nuisance) -> Vec<[f32; 3]> {
    let side = canvas.side() as usize;
    let (dy, dx) = nuisance.light_angle.sin_cos();
    let tint = [1.0 + nuisance.warmth, 1.0, 1.0 - nuisance.warmth];
    let unit = |i: usize| narrow((2.0 * i as f64 + 1.0) / side as f64 - 1.0);
    let mut pixels = Vec::with_capacity(side * side);
    for (y, row) in canvas.bytes().chunks_exact(4 * side).enumerate() {
        let along_y = unit(y) * dy;
        for (x, rgba) in row.chunks_exact(4).enumerate() {
            let gain = nuisance.exposure * (1.0 + nuisance.light * (unit(x) * dx + along_y));
            pixels.push([0, 1, 2].map(|c| f32::from(rgba[c]) * gain * tint[c]));
        }
    }
    pixels
}

/// One pass of the kernel (weight, 1 - 2 weight, weight) along both axes.
fn blur(pixels: &mut [[f32; 3]], side: usize, weight: f32) {
    if weight <= 0.0 || side < 2 {
        return;
    }
    for row in pixels.chunks_exact_mut(side) {
        let mut before = row[0];
        for x in 0..side {
            let (now, after) = (row[x], row[(x + 1).min(side - 1)]);
            row[x] = soften(before, now, after, weight);
            before = now;
        }
    }
    let mut above: Vec<[f32; 3]> = pixels[..side].to_vec();
    for y in 0..side {
        let below = (y + 1).min(side - 1) * side;
        for x in 0..side {
            let now = pixels[y * side + x];
            pixels[y * side + x] = soften(above[x], now, pixels[below + x], weight);
            above[x] = now;
        }
    }
}

fn soften(before: [f32; 3], now: [f32; 3], after: [f32; 3], weight: f32) -> [f32; 3] {
    [0, 1, 2].map(|c| now[c] + weight * (before[c] + after[c] - 2.0 * now[c]))
}

/// The same noise on all channels of a pixel, near normal: a sum of four uniform bytes.
fn add_grain(pixels: &mut [[f32; 3]], nuisance: &Nuisance) {
    if nuisance.grain <= 0.0 {
        return;
    }
    // Four bytes uniform on 0..=255 have mean 510 and variance 4 (256^2 - 1) / 12.
    let unit = nuisance.grain / 147.8;
    let mut stream = Seed(nuisance.grain_key).stream("world-grain", &[]);
    for two in pixels.chunks_mut(2) {
        let bytes = stream.next_u64().to_le_bytes();
        for (pixel, four) in two.iter_mut().zip(bytes.chunks_exact(4)) {
            let sum: u16 = four.iter().map(|&b| u16::from(b)).sum();
            let noise = (f32::from(sum) - 510.0) * unit;
            for channel in pixel {
                *channel += noise;
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and clamped to 0..=255 first"
)]
fn to_byte(v: f32) -> u8 {
    v.round().clamp(0.0, 255.0) as u8
}
