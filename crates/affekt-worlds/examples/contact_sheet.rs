//! Writes a PNG with ten faces of every class of a world, one row a class; with `units` as third argument a sheet of
//! each action unit instead, one column a unit, cut out of the same world.
//!
//! `cargo run --release --example contact_sheet -- configs/worlds/separable.toml sheet.png [classes|units] [size]`

use affekt_core::{Seed, Split};
use affekt_worlds::{World, WorldSample};
use image::{Rgb, RgbImage};

const COLUMNS: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(world), Some(out)) = (args.next(), args.next()) else {
        return Err("usage: contact_sheet WORLD.toml OUT.png [classes|units] [size]".into());
    };
    let by_unit = args.next().is_some_and(|kind| kind == "units");
    let size: u32 = args.next().map_or(Ok(96), |text| text.parse())?;
    let world = World::load(world)?;
    let rows = if by_unit { units(&world)? } else { classes(&world) };
    sheet(&world, &rows, size)?.save(out)?;
    Ok(())
}

/// Ten samples of each class.
fn classes(world: &World) -> Vec<Vec<WorldSample>> {
    world
        .label_set()
        .indices()
        .map(|class| {
            (0..)
                .map(|i| world.draw(Seed(0), Split::Train, 8 * i))
                .filter(|s| s.class == class)
                .take(COLUMNS)
                .collect()
        })
        .collect()
}

/// Three people: the resting face, then each AU alone, in a copy of the world where only that AU occurs.
fn units(world: &World) -> Result<Vec<Vec<WorldSample>>, affekt_worlds::WorldError> {
    let text = world.canonical_toml();
    let worlds = std::iter::once(None)
        .chain((0..world.aus().len()).map(Some))
        .map(|only| World::from_toml(&with_only(&text, only, world.aus().len())))
        .collect::<Result<Vec<_>, _>>()?;
    Ok([0, 8, 24, 40].map(|i| worlds.iter().map(|w| w.draw(Seed(2), Split::Train, i)).collect()).to_vec())
}

/// The world's text with every class showing one AU for certain and no other.
fn with_only(text: &str, only: Option<usize>, n: usize) -> String {
    let row: Vec<&str> = (0..n).map(|j| if Some(j) == only { "1.0" } else { "0.0" }).collect();
    let row = format!("au = [{}]", row.join(", "));
    let mut lines: Vec<&str> = Vec::new();
    let mut skipping = false;
    for line in text.lines() {
        if line.starts_with("au = ") {
            lines.push(&row);
            skipping = !line.ends_with(']');
        } else if !skipping {
            lines.push(line);
        } else if line.starts_with(']') {
            skipping = false;
        }
    }
    lines.join("\n")
}

fn sheet(world: &World, rows: &[Vec<WorldSample>], size: u32) -> Result<RgbImage, affekt_worlds::WorldError> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let pixels = |n: usize| u32::try_from(n).unwrap_or(0) * (size + 2);
    let mut sheet = RgbImage::from_pixel(pixels(columns), pixels(rows.len()), Rgb([255; 3]));
    for (r, row) in rows.iter().enumerate() {
        for (c, sample) in row.iter().enumerate() {
            let bytes = world.render(sample, size)?;
            let face = RgbImage::from_raw(size, size, bytes).expect("size * size * 3 bytes");
            image::imageops::replace(&mut sheet, &face, i64::from(pixels(c)), i64::from(pixels(r)));
        }
    }
    Ok(sheet)
}
