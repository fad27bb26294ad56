//! Images and labels of one step.

use affekt_tensor::Tensor;

/// Labels of a batch of n items; every task has its mask, and masked entries hold a neutral value.
#[derive(Debug)]
pub struct Target {
    /// Class index, \[n\] i64; 0 where masked.
    pub expression: Tensor,
    /// Distributions over the classes to learn in place of the class, [n, c] f32; `None` for one-hot targets.
    pub soft: Option<Tensor>,
    /// 1 where the expression is labelled, \[n\] f32.
    pub expression_mask: Tensor,
    /// Valence and arousal, [n, 2] f32; 0 where masked.
    pub va: Tensor,
    /// 1 where valence and arousal are labelled, \[n\] f32.
    pub va_mask: Tensor,
    /// Action units, [n, k] f32 of 0 and 1; 0 where masked.
    pub aus: Tensor,
    /// 1 where the action unit is labelled, [n, k] f32.
    pub au_mask: Tensor,
    /// True posterior of the expression, [n, c] f32; `None` unless every item of the batch has one.
    pub posterior: Option<Tensor>,
}

/// One step's input.
#[derive(Debug)]
pub struct Batch {
    /// Normalised faces, [n, 3, h, w], channels innermost in memory.
    pub images: Tensor,
    /// Their labels.
    pub target: Target,
}
