//! Residual networks as a list of stages, so that a network can be frozen or divided after any of them.

use affekt_tensor::{BatchNorm2d, Conv2d, Conv2dShape, Mode, ParamPath, Tensor};

use crate::block::{Block, BlockKind, stage};

/// A residual network without its classifier (He et al. 2016); names of parameters as in torchvision and timm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// For faces of 48 to 96 px: stem at half resolution, then `blocks` blocks each at 1/4, 1/8 and 1/16.
    ///
    /// Wide and shallow on purpose: at these sizes the cost of a step on a CPU is set by how many numbers pass through
    /// memory, so channels are spent where the maps are small. `4 width` features.
    SmallResNet {
        /// Channels of the first stage; the others have `2 width` and `4 width`.
        width: i64,
        /// Blocks of each stage, at least 1.
        blocks: usize,
    },
    /// ResNet-18; 512 features.
    ResNet18,
    /// ResNet-50 with the stride in the 3x3 convolution, as torchvision and timm build it; 2048 features.
    ResNet50,
}

/// A stage of a network: `Conv1` is the first convolution with its normalisation and pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `conv1`, `bn1` and the pooling.
    Conv1,
    /// `layer1`.
    Layer1,
    /// `layer2`.
    Layer2,
    /// `layer3`.
    Layer3,
    /// `layer4`; a [`Architecture::SmallResNet`] has none.
    Layer4,
}

impl Stage {
    /// All stages, input first.
    pub const ALL: [Self; 5] = [Self::Conv1, Self::Layer1, Self::Layer2, Self::Layer3, Self::Layer4];

    /// Name as in state dicts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conv1 => "conv1",
            Self::Layer1 => "layer1",
            Self::Layer2 => "layer2",
            Self::Layer3 => "layer3",
            Self::Layer4 => "layer4",
        }
    }

    /// Whether a parameter of this name, relative to the network, belongs to the stage.
    pub fn owns(self, parameter: &str) -> bool {
        let first = parameter.split('.').next().unwrap_or("");
        first == self.name() || (self == Self::Conv1 && first == "bn1")
    }
}

impl Architecture {
    /// Length of a feature vector.
    pub const fn n_features(self) -> i64 {
        match self {
            Self::SmallResNet { width, .. } => 4 * width,
            Self::ResNet18 => 512,
            Self::ResNet50 => 2048,
        }
    }

    /// The last stage.
    pub const fn last_stage(self) -> Stage {
        match self {
            Self::SmallResNet { .. } => Stage::Layer3,
            Self::ResNet18 | Self::ResNet50 => Stage::Layer4,
        }
    }

    /// The stages, input first.
    pub(crate) fn stages(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |stage| *stage <= self.last_stage())
    }

    /// Kind, channels in, channels out, number of blocks and stride of stage `layer<k>`.
    fn layer(self, k: u32) -> (BlockKind, i64, i64, usize, i64) {
        let stride = if k == 1 { 1 } else { 2 };
        match self {
            Self::SmallResNet { width, blocks } => {
                let c_out = width << (k - 1);
                (BlockKind::Basic, if k == 1 { width } else { c_out / 2 }, c_out, blocks, 2)
            }
            Self::ResNet18 => {
                let c_out = 64 << (k - 1);
                (BlockKind::Basic, if k == 1 { 64 } else { c_out / 2 }, c_out, 2, stride)
            }
            Self::ResNet50 => {
                let (c_out, n_blocks) = (256 << (k - 1), [3, 4, 6, 3][k as usize - 1]);
                (BlockKind::Bottleneck, if k == 1 { 64 } else { c_out / 2 }, c_out, n_blocks, stride)
            }
        }
    }
}

/// Some consecutive stages of a network.
#[derive(Debug)]
pub(crate) struct Trunk {
    stem: Option<Stem>,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Stem {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    pools: bool,
}

impl Trunk {
    /// The stages that `wanted` names, which must be consecutive.
    pub(crate) fn new(path: &ParamPath, network: Architecture, wanted: impl Fn(Stage) -> bool) -> Self {
        let stem = wanted(Stage::Conv1).then(|| {
            let (c_out, kernel, pools) = match network {
                Architecture::SmallResNet { width, .. } => (width, 5, false),
                Architecture::ResNet18 | Architecture::ResNet50 => (64, 7, true),
            };
            let shape = Conv2dShape { c_in: 3, c_out, kernel, stride: 2 };
            let conv1 = Conv2d::new(&path.sub("conv1"), shape);
            Stem { conv1, bn1: BatchNorm2d::new(&path.sub("bn1"), c_out), pools }
        });
        let layers = network.stages().zip(0..).skip(1).filter(|(layer, _)| wanted(*layer));
        let blocks = layers.flat_map(|(layer, k)| {
            let (kind, c_in, c_out, n_blocks, stride) = network.layer(k);
            stage(&path.sub(layer.name()), kind, [c_in, c_out], n_blocks, stride)
        });
        Self { stem, blocks: blocks.collect() }
    }

    /// # Shape
    /// images [n, 3, h, w], or the map of the stage before -> the map of the last stage
    pub(crate) fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let mut x = x.to_kind(mode.precision.kind());
        if let Some(Stem { conv1, bn1, pools }) = &self.stem {
            x = bn1.forward_relu(&conv1.forward(&x), mode);
            if *pools {
                x = x.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false);
            }
        }
        for block in &self.blocks {
            x = block.forward(&x, mode);
        }
        x
    }
}
