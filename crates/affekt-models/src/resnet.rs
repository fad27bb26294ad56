//! A whole network as a feature extractor.

use affekt_learn::Backbone;
use affekt_tensor::{Mode, ParamPath, Tensor};

use crate::Architecture;
use crate::architecture::Trunk;
use crate::block::global_mean;

/// A residual network and the mean over its last map.
#[derive(Debug)]
pub struct ResNet {
    trunk: Trunk,
    n_features: i64,
}

impl ResNet {
    /// State-dict names as in torchvision and timm, `fc` excepted.
    pub fn new(path: &ParamPath, architecture: Architecture) -> Self {
        Self { trunk: Trunk::new(path, architecture, |_| true), n_features: architecture.n_features() }
    }
}

impl Backbone for ResNet {
    fn n_features(&self) -> i64 {
        self.n_features
    }

    fn forward(&self, images: &Tensor, mode: Mode) -> Tensor {
        global_mean(&self.trunk.forward(images, mode))
    }
}
