//! One backbone, one head per task.

use affekt_learn::{AffectModel, Backbone, ModelOutput};
use affekt_tensor::{CosineLinear, Linear, Mode, ParamPath, Tensor, dropout, no_grad};

/// Which heads a model has, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadSizes {
    /// Expression classes.
    pub n_classes: i64,
    /// True for a valence-arousal head.
    pub va: bool,
    /// Action units; 0 for no such head.
    pub n_aus: i64,
}

/// How features become expression logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExpressionHead {
    /// `W x + b`.
    Linear,
    /// `scale cos(x, w_c)`, for losses with margins on the cosine.
    Cosine {
        /// Scale of the logits, > 0.
        scale: f64,
    },
}

enum Classifier {
    Linear(Linear),
    Cosine(CosineLinear),
}

impl Classifier {
    fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Self::Linear(layer) => layer.forward(x),
            Self::Cosine(layer) => layer.forward(x),
        }
    }
}

/// Shared backbone; expression logits, valence-arousal through tanh, action-unit logits.
pub struct MultiTask {
    backbone: Box<dyn Backbone>,
    dropout: f64,
    expression: Classifier,
    va: Option<Linear>,
    aus: Option<Linear>,
}

impl MultiTask {
    /// Heads named `expression`, `va` and `au` under `path`; dropout before them.
    pub fn new(
        path: &ParamPath,
        backbone: Box<dyn Backbone>,
        heads: HeadSizes,
        expression: ExpressionHead,
        dropout: f64,
    ) -> Self {
        let n_features = backbone.n_features();
        let linear = |name: &str, n_out| Linear::new(&path.sub(name), n_features, n_out);
        Self {
            expression: match expression {
                ExpressionHead::Linear => Classifier::Linear(linear("expression", heads.n_classes)),
                ExpressionHead::Cosine { scale } => Classifier::Cosine(CosineLinear::new(
                    &path.sub("expression"),
                    n_features,
                    heads.n_classes,
                    scale,
                )),
            },
            va: heads.va.then(|| linear("va", 2)),
            aus: (heads.n_aus > 0).then(|| linear("au", heads.n_aus)),
            backbone,
            dropout,
        }
    }

    fn heads(&self, features: Tensor, mode: Mode) -> ModelOutput {
        let heard =
            if mode.train { dropout(&features, self.dropout, mode.noise) } else { features.shallow_clone() };
        ModelOutput {
            expression: self.expression.forward(&heard),
            va: self.va.as_ref().map(|head| head.forward(&heard).tanh()),
            aus: self.aus.as_ref().map(|head| head.forward(&heard)),
            features,
            auxiliary: None,
        }
    }
}

impl AffectModel for MultiTask {
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput {
        self.heads(self.backbone.forward(images, mode), mode)
    }
}

/// A multi-task model whose features stay as they are, running statistics included: only its heads can learn.
pub struct FixedFeatures(pub MultiTask);

impl AffectModel for FixedFeatures {
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput {
        let features = no_grad(|| self.0.backbone.forward(images, Mode { train: false, ..mode }));
        self.0.heads(features, mode)
    }
}
