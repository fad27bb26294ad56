//! The dual-branch network of Ada-DF.

use affekt_learn::{AffectModel, AuxiliaryOutput, ModelOutput};
use affekt_tensor::{Linear, Mode, ParamPath, ParamStore, Tensor, dropout};

use crate::architecture::Trunk;
use crate::block::global_mean;
use crate::{Architecture, HeadSizes, Stage};

/// How a network is divided into a shared stem and two branches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Division {
    /// Last stage of the shared stem; Ada-DF divides after `layer1`.
    pub after: Stage,
    /// Keep the stem's parameters as they are.
    pub freeze_stem: bool,
    /// A frozen stem normalises by batch statistics and moves its running statistics, as a module left in train mode
    /// does; otherwise it normalises by its running statistics and keeps them.
    pub stem_batch_statistics: bool,
    /// Dropout on the stem's output.
    pub stem_dropout: f64,
    /// That dropout also acts outside training.
    pub dropout_in_eval: bool,
}

/// A division that the network does not have.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("the network is divided after {after}; expected a stage before its last, {last}")]
pub struct DivisionError {
    /// Stage asked for.
    pub after: &'static str,
    /// Last stage of the network.
    pub last: &'static str,
}

/// Shared stem, then an auxiliary and a target branch, each with an attention that scales its logits.
///
/// # Equation
/// `f_k = mean(branch_k(stem(x)))`, `a_k = sigmoid(v_k f_k + b_k)`, `z_k = a_k (W_k f_k + c_k)`; the prediction is
/// softmax(`z_target`). Valence-arousal and action-unit heads sit on the target branch's features.
/// # Source
/// Ada-DF, arXiv 2404.15714, section 2.
#[derive(Debug)]
pub struct DualBranch {
    stem: Trunk,
    auxiliary: Branch,
    target: Branch,
    va: Option<Linear>,
    aus: Option<Linear>,
    division: Division,
    dropout: f64,
}

#[derive(Debug)]
struct Branch {
    trunk: Trunk,
    expression: Linear,
    attention: Linear,
}

/// What one branch says of n faces.
#[derive(Debug)]
pub struct BranchOutput {
    /// Pooled features, [n, f] f32.
    pub features: Tensor,
    /// Attention in (0, 1), [n, 1] f32.
    pub attention: Tensor,
    /// Logits scaled by the attention, [n, c] f32.
    pub logits: Tensor,
}

/// Every intermediate of a forward pass.
#[derive(Debug)]
pub struct DualOutput {
    /// Map of the stem, [n, c, h, w] in the kind of the precision.
    pub stem: Tensor,
    /// The auxiliary branch, which learns from the labels.
    pub auxiliary: BranchOutput,
    /// The target branch, which learns from the fused distributions and predicts.
    pub target: BranchOutput,
}

impl DualBranch {
    /// Stem under `stem`, branches under `auxiliary` and `target` with heads `expression` and `attention`, further heads
    /// `va` and `au`. The target branch starts as a copy of the auxiliary one.
    ///
    /// # Errors
    /// [`DivisionError`] unless the stem ends before the last stage.
    pub fn new(
        store: &ParamStore,
        architecture: Architecture,
        division: Division,
        heads: HeadSizes,
        dropout: f64,
    ) -> Result<Self, DivisionError> {
        let (after, last) = (division.after, architecture.last_stage());
        if after >= last {
            return Err(DivisionError { after: after.name(), last: last.name() });
        }
        let root = store.root();
        let n_features = architecture.n_features();
        let branch = |path: &ParamPath| Branch {
            trunk: Trunk::new(path, architecture, |stage| stage > after),
            expression: Linear::new(&path.sub("expression"), n_features, heads.n_classes),
            attention: Linear::new(&path.sub("attention"), n_features, 1),
        };
        let model = Self {
            stem: Trunk::new(&root.sub("stem"), architecture, |stage| stage <= after),
            auxiliary: branch(&root.sub("auxiliary")),
            target: branch(&root.sub("target")),
            va: heads.va.then(|| Linear::new(&root.sub("va"), n_features, 2)),
            aus: (heads.n_aus > 0).then(|| Linear::new(&root.sub("au"), n_features, heads.n_aus)),
            division,
            dropout,
        };
        if division.freeze_stem {
            store.freeze(|name| name.starts_with("stem."));
        }
        store.copy_values("auxiliary.", "target.");
        Ok(model)
    }

    /// All that the network computes on the way to its logits.
    ///
    /// # Shape
    /// images [n, 3, h, w] -> [`DualOutput`]
    pub fn trace(&self, images: &Tensor, mode: Mode) -> DualOutput {
        let Division { freeze_stem, stem_batch_statistics, stem_dropout, dropout_in_eval, .. } =
            self.division;
        let moves = !freeze_stem || stem_batch_statistics;
        let mut stem = self.stem.forward(images, Mode { train: mode.train && moves, ..mode });
        if mode.train || dropout_in_eval {
            stem = dropout(&stem, stem_dropout, mode.noise);
        }
        // Each branch drops features of its own.
        let auxiliary = self.auxiliary.forward(&stem, mode.fork(0), self.dropout);
        let target = self.target.forward(&stem, mode.fork(1), self.dropout);
        DualOutput { stem, auxiliary, target }
    }
}

impl Branch {
    fn forward(&self, stem: &Tensor, mode: Mode, p: f64) -> BranchOutput {
        let features = global_mean(&self.trunk.forward(stem, mode));
        let heard = if mode.train { dropout(&features, p, mode.noise) } else { features.shallow_clone() };
        let attention = self.attention.forward(&heard).sigmoid();
        let logits = &attention * self.expression.forward(&heard);
        BranchOutput { features, attention, logits }
    }
}

impl AffectModel for DualBranch {
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput {
        let DualOutput { auxiliary, target, .. } = self.trace(images, mode);
        ModelOutput {
            va: self.va.as_ref().map(|head| head.forward(&target.features).tanh()),
            aus: self.aus.as_ref().map(|head| head.forward(&target.features)),
            expression: target.logits,
            features: target.features,
            auxiliary: Some(AuxiliaryOutput {
                logits: auxiliary.logits,
                attention: (auxiliary.attention + target.attention) * 0.5,
            }),
        }
    }
}
