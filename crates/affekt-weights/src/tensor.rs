//! A tensor in main memory.

use crate::Kind;
use crate::half::{bf16_to_f32, f16_to_f32};

/// Kind, shape and the elements in row-major order, little-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostTensor {
    kind: Kind,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl HostTensor {
    /// A tensor of the given elements; `None` when their bytes are not as many as `shape` and `kind` ask for.
    ///
    /// # Shape
    /// The empty shape is a scalar: one element.
    pub fn new(kind: Kind, shape: Vec<usize>, bytes: Vec<u8>) -> Option<Self> {
        (byte_len(kind, &shape)? == bytes.len()).then_some(Self { kind, shape, bytes })
    }

    /// A tensor of 32-bit floats; `None` when they are not as many as `shape` asks for.
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Option<Self> {
        Self::new(Kind::F32, shape, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// What one element is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Extents, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Row-major elements, little-endian.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / self.kind.size()
    }

    /// True for a tensor with an extent of 0.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements as 32-bit floats, in row-major order.
    ///
    /// # Range
    /// As stored; `Bool` gives 0 and 1.
    ///
    /// # Numerics
    /// Exact from `F32`, `F16`, `BF16`, `I16`, `I8`, `U8` and `Bool`; NaN and infinities stay. From `F64`, `I64` and
    /// `I32` rounded to nearest, ties to even; an `F64` beyond the 32-bit range becomes infinite, which
    /// [`plan`](crate::plan) refuses beforehand.
    ///
    /// # Example
    /// ```
    /// use affekt_weights::{HostTensor, Kind};
    /// let halves = HostTensor::new(Kind::F16, vec![2], vec![0x00, 0x3c, 0x00, 0xc1]).expect("two elements");
    /// assert_eq!(halves.to_f32(), [1.0, -2.5]);
    /// ```
    pub fn to_f32(&self) -> Vec<f32> {
        match self.kind {
            Kind::F64 => self.map(|bytes| narrow(f64::from_le_bytes(bytes))),
            Kind::F32 => self.map(f32::from_le_bytes),
            Kind::F16 => self.map(|bytes| f16_to_f32(u16::from_le_bytes(bytes))),
            Kind::Bf16 => self.map(|bytes| bf16_to_f32(u16::from_le_bytes(bytes))),
            Kind::I64 => self.map(|bytes| i64::from_le_bytes(bytes) as f32),
            Kind::I32 => self.map(|bytes| i32::from_le_bytes(bytes) as f32),
            Kind::I16 => self.map(|bytes| f32::from(i16::from_le_bytes(bytes))),
            Kind::I8 => self.map(|bytes| f32::from(i8::from_le_bytes(bytes))),
            Kind::U8 | Kind::Bool => self.map(|bytes| f32::from(u8::from_le_bytes(bytes))),
        }
    }

    /// How many finite elements become infinite in 32 bit.
    pub(crate) fn n_beyond_f32(&self) -> usize {
        if self.kind != Kind::F64 {
            return 0;
        }
        let values = self.bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
        values.filter(|&value| value.is_finite() && narrow(value).is_infinite()).count()
    }

    fn map<const N: usize>(&self, convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        self.bytes.as_chunks::<N>().0.iter().map(|bytes| convert(*bytes)).collect()
    }
}

/// Bytes a tensor takes; `None` when no memory could hold it.
pub(crate) fn byte_len(kind: Kind, shape: &[usize]) -> Option<usize> {
    // An extent of 0 anywhere makes the product 0, whatever the other extents claim.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(kind.size(), |product, &extent| product.checked_mul(extent))
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to 32 bit is what the caller asked for")]
fn narrow(value: f64) -> f32 {
    value as f32
}
