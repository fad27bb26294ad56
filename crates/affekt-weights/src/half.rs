//! 16-bit floats.

/// The value of a 16-bit float of IEEE 754, exactly.
pub(crate) fn f16_to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from((bits >> 10) & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    let magnitude = match exponent {
        // Subnormal: fraction steps of 2^-24, which 32 bit holds as normal numbers.
        0 => (f32::from(bits & 0x3ff) * f32::from_bits(0x3380_0000)).to_bits(),
        0x1f => 0x7f80_0000 | (fraction << 13),
        // The bias of the exponent is 15 in 16 bit, 127 in 32.
        _ => ((exponent + 112) << 23) | (fraction << 13),
    };
    f32::from_bits(sign | magnitude)
}

/// The value of a bfloat16: a 32-bit float without its lower half.
pub(crate) fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in 64 bit.
    fn defined(bits: u16) -> f64 {
        let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
        let (exponent, fraction) = (i32::from((bits >> 10) & 31), f64::from(bits & 1023));
        match exponent {
            0 => sign * fraction * 2.0_f64.powi(-24),
            31 if fraction > 0.0 => f64::NAN,
            31 => sign * f64::INFINITY,
            _ => sign * (1024.0 + fraction) * 2.0_f64.powi(exponent - 25),
        }
    }

    #[test]
    fn all_16_bit_floats_agree_with_the_definition() {
        for bits in 0..=u16::MAX {
            let (got, expected) = (f64::from(f16_to_f32(bits)), defined(bits));
            assert!(got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan(), "{bits:#06x}");
        }
    }

    #[test]
    fn bfloat16_is_the_upper_half() {
        for value in [0.0_f32, -1.5, 3.0, f32::INFINITY, 2.0_f32.powi(-130)] {
            let upper = u16::try_from(value.to_bits() >> 16).unwrap();
            assert_eq!(bf16_to_f32(upper).to_bits(), value.to_bits());
        }
    }
}
