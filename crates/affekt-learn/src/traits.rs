//! What a network must offer.

use affekt_tensor::{Mode, Tensor};

/// Turns faces into feature vectors.
pub trait Backbone: Send {
    /// Length of a feature vector.
    fn n_features(&self) -> i64;

    /// # Shape
    /// images [n, 3, h, w] -> features [n, `n_features`] f32
    fn forward(&self, images: &Tensor, mode: Mode) -> Tensor;
}

/// What a model says about a batch of n faces.
#[derive(Debug)]
pub struct ModelOutput {
    /// Expression logits, [n, c] f32.
    pub expression: Tensor,
    /// Valence and arousal in (-1, 1), [n, 2] f32; `None` without that head.
    pub va: Option<Tensor>,
    /// Action-unit logits, [n, k] f32; `None` without that head.
    pub aus: Option<Tensor>,
    /// What the expression head hears, before dropout, [n, f] f32.
    pub features: Tensor,
    /// What the auxiliary branch of a dual-branch network says; `None` without one.
    pub auxiliary: Option<AuxiliaryOutput>,
}

/// What a dual-branch network says besides its prediction.
#[derive(Debug)]
pub struct AuxiliaryOutput {
    /// Expression logits of the auxiliary branch, [n, c] f32.
    pub logits: Tensor,
    /// How clear each face is, the mean attention of both branches in (0, 1), [n, 1] f32.
    pub attention: Tensor,
}

/// A network with its task heads.
pub trait AffectModel: Send {
    /// # Shape
    /// images [n, 3, h, w] -> [`ModelOutput`]
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput;
}
