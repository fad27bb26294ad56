//! Pictures for miniatures.

use std::io::Cursor;

use affekt_core::{Seed, Split};
use affekt_worlds::World;
use image::{ImageFormat, RgbImage};

/// Faces of a built-in world, encoded.
#[derive(Debug)]
pub struct Faces {
    world: World,
}

impl Default for Faces {
    fn default() -> Self {
        let text = include_str!("../../../configs/worlds/degenerate.toml");
        Self {
            world: World::from_toml(text).expect("because the built-in world is checked by its own tests"),
        }
    }
}

impl Faces {
    /// Face number `index`, \[side, side, 3\] u8; the same every time.
    ///
    /// # Panics
    /// When the world cannot render a face of this side.
    pub fn pixels(&self, index: u64, side: u32) -> Vec<u8> {
        let sample = self.world.draw(Seed(7), Split::Test, index);
        self.world.render(&sample, side).expect("because miniatures ask for small faces")
    }

    /// That face as a JPEG file.
    ///
    /// # Panics
    /// As [`pixels`](Self::pixels).
    pub fn jpeg(&self, index: u64, side: u32) -> Vec<u8> {
        self.encoded(index, side, ImageFormat::Jpeg)
    }

    /// That face as a PNG file.
    ///
    /// # Panics
    /// As [`pixels`](Self::pixels).
    pub fn png(&self, index: u64, side: u32) -> Vec<u8> {
        self.encoded(index, side, ImageFormat::Png)
    }

    fn encoded(&self, index: u64, side: u32, format: ImageFormat) -> Vec<u8> {
        let pixels = self.pixels(index, side);
        let picture = RgbImage::from_raw(side, side, pixels).expect("because the face has this side");
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).expect("because a picture in memory can be encoded");
        file.into_inner()
    }
}
