//! The basic residual block both networks are built of.

use affekt_tensor::{BatchNorm2d, Conv2d, Conv2dShape, Mode, ParamPath, Tensor};

/// Two 3x3 convolutions with a shortcut (He et al. 2016, Fig. 2).
#[derive(Debug)]
pub(crate) struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: Option<(Conv2d, BatchNorm2d)>,
}

impl BasicBlock {
    /// Parameter names as in torchvision: `conv1 bn1 conv2 bn2 downsample.0 downsample.1`.
    pub(crate) fn new(path: &ParamPath, c_in: i64, c_out: i64, stride: i64) -> Self {
        let conv = |name: &str, c_in, kernel, stride| {
            Conv2d::new(&path.sub(name), Conv2dShape { c_in, c_out, kernel, stride })
        };
        let downsample = (stride != 1 || c_in != c_out).then(|| {
            (conv("downsample.0", c_in, 1, stride), BatchNorm2d::new(&path.sub("downsample.1"), c_out))
        });
        Self {
            conv1: conv("conv1", c_in, 3, stride),
            bn1: BatchNorm2d::new(&path.sub("bn1"), c_out),
            conv2: conv("conv2", c_out, 3, 1),
            bn2: BatchNorm2d::new(&path.sub("bn2"), c_out),
            downsample,
        }
    }

    pub(crate) fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let y = self.bn1.forward(&self.conv1.forward(x), mode).relu_();
        let y = self.bn2.forward(&self.conv2.forward(&y), mode);
        match &self.downsample {
            None => (y + x).relu_(),
            Some((conv, bn)) => (y + bn.forward(&conv.forward(x), mode)).relu_(),
        }
    }
}

/// Blocks of one stage, the first of which strides.
pub(crate) fn stage(
    path: &ParamPath,
    c_in: i64,
    c_out: i64,
    n_blocks: usize,
    stride: i64,
) -> Vec<BasicBlock> {
    (0..n_blocks)
        .map(|i| {
            let (c_in, stride) = if i == 0 { (c_in, stride) } else { (c_out, 1) };
            BasicBlock::new(&path.sub(i), c_in, c_out, stride)
        })
        .collect()
}

/// Mean over the pixels in 32 bit: [n, c, h, w] -> [n, c].
pub(crate) fn global_mean(x: &Tensor) -> Tensor {
    x.mean_dim([2_i64, 3].as_slice(), false, affekt_tensor::Kind::Float)
}
