//! The residual blocks the networks are built of.

use affekt_tensor::{BatchNorm2d, Conv2d, Conv2dShape, Mode, ParamPath, Tensor, wide_kind};

/// Which block a stage repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// Two 3x3 convolutions (He et al. 2016, Fig. 2).
    Basic,
    /// 1x1, 3x3 with the stride, 1x1; four times as many channels out as inside (Fig. 5 right).
    Bottleneck,
}

/// Convolutions with a shortcut: relu(f(x) + x).
#[derive(Debug)]
pub(crate) struct Block {
    /// `conv1 bn1 [conv2 bn2]`, each followed by relu.
    inner: Vec<(Conv2d, BatchNorm2d)>,
    /// `conv2 bn2` or `conv3 bn3`, to which the shortcut is added.
    last: (Conv2d, BatchNorm2d),
    downsample: Option<(Conv2d, BatchNorm2d)>,
}

impl Block {
    /// Parameter names as in torchvision: `conv1 bn1 conv2 bn2 [conv3 bn3] downsample.0 downsample.1`.
    fn new(path: &ParamPath, kind: BlockKind, c_in: i64, c_out: i64, stride: i64) -> Self {
        let conv = |name: &str, norm: &str, c_in, c_out, kernel, stride| {
            let shape = Conv2dShape { c_in, c_out, kernel, stride };
            (Conv2d::new(&path.sub(name), shape), BatchNorm2d::new(&path.sub(norm), c_out))
        };
        let width = c_out / 4;
        let (inner, last) = match kind {
            BlockKind::Basic => {
                (vec![conv("conv1", "bn1", c_in, c_out, 3, stride)], conv("conv2", "bn2", c_out, c_out, 3, 1))
            }
            BlockKind::Bottleneck => (
                vec![conv("conv1", "bn1", c_in, width, 1, 1), conv("conv2", "bn2", width, width, 3, stride)],
                conv("conv3", "bn3", width, c_out, 1, 1),
            ),
        };
        let downsample = (stride != 1 || c_in != c_out)
            .then(|| conv("downsample.0", "downsample.1", c_in, c_out, 1, stride));
        Self { inner, last, downsample }
    }

    pub(crate) fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        let shortcut = match &self.downsample {
            None => x.shallow_clone(),
            Some((conv, norm)) => norm.forward(&conv.forward(x), mode),
        };
        let mut y = x.shallow_clone();
        for (conv, norm) in &self.inner {
            y = norm.forward_relu(&conv.forward(&y), mode);
        }
        let (conv, norm) = &self.last;
        norm.forward_add_relu(&conv.forward(&y), &shortcut, mode)
    }
}

/// Blocks of one stage, the first of which strides.
pub(crate) fn stage(
    path: &ParamPath,
    kind: BlockKind,
    [c_in, c_out]: [i64; 2],
    n_blocks: usize,
    stride: i64,
) -> Vec<Block> {
    (0..n_blocks)
        .map(|i| {
            let (c_in, stride) = if i == 0 { (c_in, stride) } else { (c_out, 1) };
            Block::new(&path.sub(i), kind, c_in, c_out, stride)
        })
        .collect()
}

/// Mean over the pixels in 32 bit: [n, c, h, w] -> [n, c].
pub(crate) fn global_mean(x: &Tensor) -> Tensor {
    x.mean_dim([2_i64, 3].as_slice(), false, wide_kind(x))
}
