//! One backbone, one linear head per task.

use affekt_learn::{AffectModel, Backbone, ModelOutput};
use affekt_tensor::{Linear, Mode, ParamPath, Tensor, dropout};

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

/// Shared backbone; expression logits, valence-arousal through tanh, action-unit logits.
pub struct MultiTask {
    backbone: Box<dyn Backbone>,
    dropout: f64,
    expression: Linear,
    va: Option<Linear>,
    aus: Option<Linear>,
}

impl MultiTask {
    /// Heads named `expression`, `va` and `au` under `path`; dropout before them.
    pub fn new(path: &ParamPath, backbone: Box<dyn Backbone>, heads: HeadSizes, dropout: f64) -> Self {
        let n_features = backbone.n_features();
        let linear = |name: &str, n_out| Linear::new(&path.sub(name), n_features, n_out);
        Self {
            expression: linear("expression", heads.n_classes),
            va: heads.va.then(|| linear("va", 2)),
            aus: (heads.n_aus > 0).then(|| linear("au", heads.n_aus)),
            backbone,
            dropout,
        }
    }
}

impl AffectModel for MultiTask {
    fn forward(&self, images: &Tensor, mode: Mode) -> ModelOutput {
        let features = self.backbone.forward(images, mode);
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
