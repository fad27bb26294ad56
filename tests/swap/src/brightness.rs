//! An augmentation: brighter or darker.

use affekt_augment::Augment;
use affekt_core::Stream;

/// Adds the same random number of grey levels to every pixel; one draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brightness {
    /// Largest change, in grey levels.
    pub most: u8,
}

impl Augment for Brightness {
    fn apply(&self, image: &mut [u8], _size: usize, stream: &mut Stream) {
        let levels = u64::from(self.most);
        let drawn = stream.below(2 * levels + 1);
        // Both are at most 255.
        let up = u8::try_from(drawn.saturating_sub(levels)).unwrap_or(self.most);
        let down = u8::try_from(levels.saturating_sub(drawn)).unwrap_or(self.most);
        for value in image {
            *value = value.saturating_add(up).saturating_sub(down);
        }
    }
}
