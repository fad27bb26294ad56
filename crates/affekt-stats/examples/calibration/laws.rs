//! Distributions that differences are drawn from, all symmetric about zero.

use affekt_core::Stream;

/// A law of single differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    Normal,
    /// Student's t with two degrees of freedom: no variance.
    HeavyTails,
    /// Cauchy: no mean.
    Cauchy,
    /// Normal, rounded to steps of two thirds of a standard deviation: ties and zeros.
    Ties,
    /// -1, 0, 1 with probabilities 1/4, 1/2, 1/4.
    Zeros,
}

impl Law {
    pub(crate) const ALL: [Self; 5] = [Self::Normal, Self::HeavyTails, Self::Cauchy, Self::Ties, Self::Zeros];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::HeavyTails => "t, 2 df",
            Self::Cauchy => "Cauchy",
            Self::Ties => "ties",
            Self::Zeros => "half zeros",
        }
    }

    pub(crate) fn draw(self, stream: &mut Stream) -> f64 {
        match self {
            Self::Normal => stream.normal(),
            Self::HeavyTails => {
                // sqrt of a chi-squared with two degrees of freedom over two: of an exponential variate.
                let scale = -(-stream.uniform()).ln_1p();
                stream.normal() / (scale + 1e-12).sqrt()
            }
            Self::Cauchy => (std::f64::consts::PI * (stream.uniform() - 0.5)).tan(),
            Self::Ties => (1.5 * stream.normal()).round() / 1.5,
            Self::Zeros => match stream.below(4) {
                0 => -1.0,
                1 => 1.0,
                _ => 0.0,
            },
        }
    }

    pub(crate) fn sample(self, n: usize, stream: &mut Stream) -> Vec<f64> {
        (0..n).map(|_| self.draw(stream)).collect()
    }
}
