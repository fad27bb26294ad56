//! ResNet-18 (He et al. 2016) with torchvision's names and initial values.

use affekt_learn::Backbone;
use affekt_tensor::{BatchNorm2d, Conv2d, Conv2dShape, Mode, ParamPath, Tensor};

use crate::block::{BasicBlock, global_mean, stage};

/// The 18-layer residual network without its classifier; 512 features.
#[derive(Debug)]
pub struct ResNet18 {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    blocks: Vec<BasicBlock>,
}

impl ResNet18 {
    /// State-dict names as in torchvision and timm, `fc` excepted.
    pub fn new(path: &ParamPath) -> Self {
        let mut blocks = stage(&path.sub("layer1"), 64, 64, 2, 1);
        blocks.extend(stage(&path.sub("layer2"), 64, 128, 2, 2));
        blocks.extend(stage(&path.sub("layer3"), 128, 256, 2, 2));
        blocks.extend(stage(&path.sub("layer4"), 256, 512, 2, 2));
        let stem = Conv2dShape { c_in: 3, c_out: 64, kernel: 7, stride: 2 };
        Self {
            conv1: Conv2d::new(&path.sub("conv1"), stem),
            bn1: BatchNorm2d::new(&path.sub("bn1"), 64),
            blocks,
        }
    }
}

impl Backbone for ResNet18 {
    fn n_features(&self) -> i64 {
        512
    }

    fn forward(&self, images: &Tensor, mode: Mode) -> Tensor {
        let x = images.to_kind(mode.precision.kind());
        let x = self.bn1.forward(&self.conv1.forward(&x), mode).relu_();
        let mut x = x.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false);
        for block in &self.blocks {
            x = block.forward(&x, mode);
        }
        global_mean(&x)
    }
}
