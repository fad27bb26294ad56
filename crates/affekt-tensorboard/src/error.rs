//! What TensorBoard cannot show.

/// A value was refused before anything was written.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorBoardError {
    /// A score is not a probability.
    #[error("score {index} is {got}; expected a number in [0, 1]")]
    Score {
        /// Position of the sample, from 0.
        index: usize,
        /// The score.
        got: f64,
    },
    /// A curve needs a threshold at each end.
    #[error("{got} thresholds; expected at least 2")]
    Thresholds {
        /// Thresholds asked for.
        got: u16,
    },
    /// The bytes do not begin as a PNG file does.
    #[error("the picture is no PNG: expected signature and header, got {got} bytes")]
    Png {
        /// Length of what was given.
        got: usize,
    },
}
