//! What the backbone said of each test face, `embeddings.safetensors`.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::{ArtifactError, write_atomic};

/// Features before the heads, one row a sample.
///
/// Row k belongs to the k-th test row of `predictions.csv` among those of the last epoch's weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    /// Length of a row; at least 1.
    pub dimensions: usize,
    /// Row-major.
    pub values: Vec<f32>,
}

impl Embeddings {
    /// File name inside a run's folder.
    pub const FILE: &'static str = "embeddings.safetensors";
    const NAME: &'static str = "features";

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.values.len() / self.dimensions.max(1)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ArtifactError::Io`]; [`ArtifactError::Tensor`] unless it holds `features`, 32-bit floats `[n, d]`, d at least 1.
    pub fn load(path: &Path) -> Result<Self, ArtifactError> {
        let bytes = std::fs::read(path).map_err(ArtifactError::io("read", path))?;
        let refuse = |got: String| ArtifactError::Tensor {
            path: path.to_owned(),
            expected: "`features`, 32-bit floats [n, d], d at least 1".to_owned(),
            got,
        };
        let file = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
        let tensor = file.tensor(Self::NAME).map_err(|error| refuse(error.to_string()))?;
        match (tensor.dtype(), tensor.shape()) {
            (Dtype::F32, &[_, dimensions]) if dimensions > 0 => {
                let (words, _) = tensor.data().as_chunks::<4>();
                Ok(Self { dimensions, values: words.iter().map(|word| f32::from_le_bytes(*word)).collect() })
            }
            (kind, shape) => Err(refuse(format!("{kind:?} {shape:?}"))),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`ArtifactError::Tensor`] when the values do not fill their last row, [`ArtifactError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), ArtifactError> {
        let refuse = |got: String| ArtifactError::Tensor {
            path: path.to_owned(),
            expected: format!("rows of {} values", self.dimensions),
            got,
        };
        if self.n() * self.dimensions != self.values.len() {
            return Err(refuse(format!("{} values", self.values.len())));
        }
        let data: Vec<u8> = self.values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let shape = vec![self.n(), self.dimensions];
        let view = TensorView::new(Dtype::F32, shape, &data).map_err(|error| refuse(error.to_string()))?;
        let bytes =
            safetensors::serialize([(Self::NAME, view)], None).map_err(|error| refuse(error.to_string()))?;
        write_atomic(path, &bytes)
    }
}
