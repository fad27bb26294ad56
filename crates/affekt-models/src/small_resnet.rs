//! A small residual net for faces of 48 to 64 px.

use affekt_learn::Backbone;
use affekt_tensor::{BatchNorm2d, Conv2d, Conv2dShape, Mode, ParamPath, Tensor};

use crate::block::{BasicBlock, global_mean, stage};

/// Stem at half resolution, then three residual stages of one block each at 1/4, 1/8 and 1/16.
///
/// Wide and shallow on purpose: at these sizes the cost of a step on a CPU is set by how many numbers pass through
/// memory, so channels are spent where the maps are small.
#[derive(Debug)]
pub struct SmallResNet {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    blocks: Vec<BasicBlock>,
    n_features: i64,
}

impl SmallResNet {
    /// Stages of `width`, `2 width` and `4 width` channels.
    pub fn new(path: &ParamPath, width: i64) -> Self {
        let stem = Conv2dShape { c_in: 3, c_out: width, kernel: 5, stride: 2 };
        let mut blocks = stage(&path.sub("layer1"), width, width, 1, 2);
        blocks.extend(stage(&path.sub("layer2"), width, 2 * width, 1, 2));
        blocks.extend(stage(&path.sub("layer3"), 2 * width, 4 * width, 1, 2));
        Self {
            conv1: Conv2d::new(&path.sub("conv1"), stem),
            bn1: BatchNorm2d::new(&path.sub("bn1"), width),
            blocks,
            n_features: 4 * width,
        }
    }
}

impl Backbone for SmallResNet {
    fn n_features(&self) -> i64 {
        self.n_features
    }

    fn forward(&self, images: &Tensor, mode: Mode) -> Tensor {
        let x = images.to_kind(mode.precision.kind());
        let mut x = self.bn1.forward(&self.conv1.forward(&x), mode).relu_();
        for block in &self.blocks {
            x = block.forward(&x, mode);
        }
        global_mean(&x)
    }
}
