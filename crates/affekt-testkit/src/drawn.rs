//! Numbers drawn by a hash of a name, so that a generator in another language draws the same.

/// The value in [0, 1) of entry `i` of the tensor `name`, exact in 32 bit: splitmix64(fnv1a64(name) + i) >> 40 over 2^24.
pub fn unit(name: &str, i: usize) -> f32 {
    (splitmix64(fnv1a64(name).wrapping_add(i as u64)) >> 40) as f32 / 16_777_216.0
}

/// Values of a parameter or buffer of a residual network with heads of 512 inputs, by the kind that its name tells.
///
/// # Equation
/// Convolutions (u - 1/2) 2 sqrt(3) sd with sd = sqrt(2 / fan out), linear layers with sd = 1 / sqrt(3 x 512);
/// normalisation: scale and variance 1/2 + u, shift and mean (u - 1/2) 0.2. One rounding to 32 bit per operation.
pub fn parameter(name: &str, shape: &[usize]) -> Vec<f32> {
    let n: usize = shape.iter().product();
    let is_norm = name.contains("bn") || name.contains("downsample.1");
    #[expect(clippy::cast_possible_truncation, reason = "bounds are 32-bit in the generator too")]
    let spread = |sd: f64| (3.0_f64.sqrt() * sd) as f32;
    let value = |i: usize| match (name.rsplit('.').next().unwrap_or(""), shape) {
        ("running_var", _) | ("weight", [_]) => 0.5 + unit(name, i),
        ("running_mean", _) => (unit(name, i) - 0.5) * 0.2,
        ("bias", _) if is_norm => (unit(name, i) - 0.5) * 0.2,
        ("weight", [c_out, _, h, w]) => {
            (unit(name, i) - 0.5) * 2.0 * spread((2.0 / (c_out * h * w) as f64).sqrt())
        }
        _ => (unit(name, i) - 0.5) * 2.0 * spread(1.0 / (3.0 * 512.0_f64).sqrt()),
    };
    (0..n).map(value).collect()
}

fn fnv1a64(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

fn splitmix64(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
