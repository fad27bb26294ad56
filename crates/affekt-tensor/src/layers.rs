//! Layers with `PyTorch`'s initial values, parameter names and arithmetic.

use affekt_core::Seed;
use affekt_torch_sys::{Norm, conv2d, norm_act};
use tch::{Kind, Tensor};

use crate::{Init, Mode, ParamPath};

/// Square convolution without bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dShape {
    /// Input channels.
    pub c_in: i64,
    /// Output channels.
    pub c_out: i64,
    /// Kernel edge.
    pub kernel: i64,
    /// Stride.
    pub stride: i64,
}

/// A convolution without bias, zero-padded to keep the size at stride 1.
#[derive(Debug)]
pub struct Conv2d {
    weight: Tensor,
    stride: i64,
    padding: i64,
}

impl Conv2d {
    /// Weight `weight` [`c_out`, `c_in`, k, k], Kaiming normal on the fan out as torchvision's `ResNet`.
    pub fn new(path: &ParamPath, shape: Conv2dShape) -> Self {
        let Conv2dShape { c_in, c_out, kernel, stride } = shape;
        let sd = (2.0 / (c_out * kernel * kernel) as f64).sqrt();
        let weight = path.parameter("weight", &[c_out, c_in, kernel, kernel], Init::Normal { sd });
        Self { weight, stride, padding: kernel / 2 }
    }

    /// # Shape
    /// x [n, `c_in`, h, w] -> [n, `c_out`, h', w'] in the kind of `x`
    ///
    /// # Panics
    /// Where the shapes do not fit, as every operator here does.
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let weight = self.weight.to_kind(x.kind());
        match conv2d(x, &weight, self.stride, self.padding) {
            Ok((y, _)) => y,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Batch normalisation over the channels.
#[derive(Debug)]
pub struct BatchNorm2d {
    weight: Tensor,
    bias: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
}

impl BatchNorm2d {
    /// Share of the new batch in the running statistics, as in `PyTorch`.
    const MOMENTUM: f64 = 0.1;
    /// Added to the variance, as in `PyTorch`.
    const EPS: f64 = 1e-5;

    /// Scale 1, shift 0, running mean 0 and variance 1.
    pub fn new(path: &ParamPath, channels: i64) -> Self {
        Self {
            weight: path.parameter("weight", &[channels], Init::Constant(1.0)),
            bias: path.parameter("bias", &[channels], Init::Constant(0.0)),
            running_mean: path.buffer("running_mean", &[channels], Init::Constant(0.0)),
            running_var: path.buffer("running_var", &[channels], Init::Constant(1.0)),
        }
    }

    /// # Shape
    /// x [n, c, h, w] -> the same, in the kind of `x`; statistics are kept in 32 bit
    pub fn forward(&self, x: &Tensor, mode: Mode) -> Tensor {
        self.run(x, None, mode, false)
    }

    /// relu(norm(x)), in one pass where a kernel for it is at hand.
    ///
    /// # Shape
    /// as [`Self::forward`]
    pub fn forward_relu(&self, x: &Tensor, mode: Mode) -> Tensor {
        self.run(x, None, mode, true)
    }

    /// relu(norm(x) + add), in one pass where a kernel for it is at hand.
    ///
    /// # Shape
    /// as [`Self::forward`]; `add` as x
    pub fn forward_add_relu(&self, x: &Tensor, add: &Tensor, mode: Mode) -> Tensor {
        self.run(x, Some(add), mode, true)
    }

    /// # Panics
    /// Where shapes, kinds or devices do not fit, as every operator here does.
    fn run(&self, x: &Tensor, add: Option<&Tensor>, mode: Mode, relu: bool) -> Tensor {
        let run = |weight: &Tensor, bias: &Tensor, running_mean: &Tensor, running_var: &Tensor| {
            let (momentum, eps) = (Self::MOMENTUM, Self::EPS);
            let norm = Norm { weight, bias, running_mean, running_var, momentum, eps };
            match norm_act(x, add, norm, mode.train, relu) {
                Ok((y, _)) => y,
                Err(error) => panic!("{error}"),
            }
        };
        if x.kind() != Kind::Double {
            return run(&self.weight, &self.bias, &self.running_mean, &self.running_var);
        }
        let wide = |tensor: &Tensor| tensor.to_kind(Kind::Double);
        let (mean, var) = (wide(&self.running_mean), wide(&self.running_var));
        let y = run(&wide(&self.weight), &wide(&self.bias), &mean, &var);
        if mode.train {
            let _guard = tch::no_grad_guard();
            self.running_mean.shallow_clone().copy_(&mean);
            self.running_var.shallow_clone().copy_(&var);
        }
        y
    }
}

/// A fully connected layer in 32 bit, in 64 bit where its input is.
#[derive(Debug)]
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    /// Weight [`n_out`, `n_in`] and bias \[`n_out`\], uniform within 1/sqrt(`n_in`) as in `PyTorch`.
    pub fn new(path: &ParamPath, n_in: i64, n_out: i64) -> Self {
        let init = Init::Uniform { bound: 1.0 / (n_in as f64).sqrt() };
        Self {
            weight: path.parameter("weight", &[n_out, n_in], init),
            bias: path.parameter("bias", &[n_out], init),
        }
    }

    /// # Shape
    /// x [n, `n_in`] -> [n, `n_out`] f32, f64 where x is
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let kind = wide_kind(x);
        x.to_kind(kind).linear(&self.weight.to_kind(kind), Some(&self.bias.to_kind(kind)))
    }
}

/// A classifier by angle: scaled cosines between the input and a weight vector per class.
#[derive(Debug)]
pub struct CosineLinear {
    weight: Tensor,
    scale: f64,
}

impl CosineLinear {
    /// Weight [`n_out`, `n_in`], uniform within 1/sqrt(`n_in`); its length does not matter.
    pub fn new(path: &ParamPath, n_in: i64, n_out: i64, scale: f64) -> Self {
        let init = Init::Uniform { bound: 1.0 / (n_in as f64).sqrt() };
        Self { weight: path.parameter("weight", &[n_out, n_in], init), scale }
    }

    /// # Equation
    /// `s <x, w_c> / (|x| |w_c|)`
    /// # Shape
    /// x [n, `n_in`] -> [n, `n_out`] f32, f64 where x is, within `[-s, s]`
    /// # Numerics
    /// lengths below 1e-12 count as 1e-12
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let kind = wide_kind(x);
        let unit = |x: &Tensor| {
            let length = x.norm_scalaropt_dim(2.0, [-1_i64].as_slice(), true).clamp_min(1e-12);
            x / length
        };
        unit(&x.to_kind(kind)).matmul(&unit(&self.weight.to_kind(kind)).tr()) * self.scale
    }
}

/// Kind of heads and losses after activations of this kind: 32 bit, 64 bit where activations are.
pub fn wide_kind(x: &Tensor) -> Kind {
    if x.kind() == Kind::Double { Kind::Double } else { Kind::Float }
}

/// Zeroes entries with probability `p` and scales the rest by 1 / (1 - p); the identity at `p` 0.
///
/// The mask comes from a keyed stream, not from the library's process-wide generator.
///
/// # Shape
/// x of any shape -> the same
pub fn dropout(x: &Tensor, p: f64, noise: Seed) -> Tensor {
    if p <= 0.0 {
        return x.shallow_clone();
    }
    let mut stream = noise.stream("dropout", &[]);
    #[expect(clippy::cast_possible_truncation, reason = "activations are 32-bit")]
    let keep = if p < 1.0 { (1.0 / (1.0 - p)) as f32 } else { 0.0 };
    let mask: Vec<f32> = (0..x.numel()).map(|_| if stream.bernoulli(p) { 0.0 } else { keep }).collect();
    x * Tensor::from_slice(&mask).reshape(x.size()).to_device(x.device()).to_kind(x.kind())
}
