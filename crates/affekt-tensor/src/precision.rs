//! Arithmetic and mode of a forward pass.

use affekt_core::Seed;
use tch::Kind;

/// Arithmetic of convolutions; parameters, normalisation statistics, heads and losses stay in 32 bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats throughout.
    Fp32,
    /// Activations and convolutions in bfloat16, master weights in 32 bit.
    Bf16,
    /// Activations and convolutions in half precision, master weights in 32 bit, the loss scaled ([`LossScale`]); for CUDA.
    ///
    /// [`LossScale`]: crate::LossScale
    Fp16,
    /// 64-bit activations over 32-bit parameters, for checks: one rounding of each gradient is left.
    Fp64,
}

impl Precision {
    /// Kind of activations under this precision.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Fp32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
            Self::Fp16 => Kind::Half,
            Self::Fp64 => Kind::Double,
        }
    }
}

/// How a forward pass runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Batch statistics, dropout and running averages when true.
    pub train: bool,
    /// Arithmetic.
    pub precision: Precision,
    /// Key of everything random in this pass (dropout): a pure function of run seed and step, so that a run can
    /// start anywhere and threads or neighbours never share generator state.
    pub noise: Seed,
}

impl Mode {
    /// The same pass in a part of the network that draws noise of its own.
    #[must_use]
    pub fn fork(self, part: u64) -> Self {
        Self { noise: Seed(self.noise.stream("part", &[part]).next_u64()), ..self }
    }
}
