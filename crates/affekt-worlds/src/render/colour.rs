//! Colours as the painter mixes them.

/// An sRGB colour, each channel in 0..=1.
pub(super) type Rgb = [f32; 3];

/// Deep red-brown that shadows on skin tend to.
const SHADOW: Rgb = [0.16, 0.06, 0.05];

/// `amount` of `b` in `a`.
pub(super) fn mix(a: Rgb, b: Rgb, amount: f32) -> Rgb {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * amount)
}

/// A shadow on skin.
pub(super) fn shade(skin: Rgb, amount: f32) -> Rgb {
    mix(skin, SHADOW, amount)
}

/// The colour of a fold; on dark skin it goes further towards black, so that the contrast stays.
pub(super) fn crease(skin: Rgb) -> Rgb {
    shade(skin, 0.58 + 0.4 * (1.0 - skin[0]))
}

/// Light on skin.
pub(super) fn lighten(skin: Rgb, amount: f32) -> Rgb {
    mix(skin, [1.0, 0.96, 0.9], amount)
}
