//! Feature vectors of the test faces: `embeddings.safetensors`.

use std::path::Path;

use affekt_artifact::Embeddings;
use affekt_learn::AffectModel;
use affekt_tensor::{Device, Kind};
use affekt_train::{Evaluator, FaceSet};

/// Writes what the expression head hears of each test face, in the order of the test rows of one selection in
/// `predictions.csv`, from the weights of the last epoch.
pub(super) fn write(
    path: &Path,
    evaluator: Evaluator,
    model: &dyn AffectModel,
    test: &FaceSet,
) -> anyhow::Result<()> {
    let positions: Vec<usize> = (0..test.len()).collect();
    let mut values = Vec::new();
    evaluator.visit(model, test, &positions, &mut |_, output| {
        let features = output.features.to_kind(Kind::Float).to_device(Device::Cpu).contiguous().view([-1]);
        let first = values.len();
        values.resize(first + features.numel(), 0.0);
        features.copy_data(&mut values[first..], features.numel());
    })?;
    let dimensions = values.len() / test.len().max(1);
    Embeddings { dimensions, values }.save(path)?;
    Ok(())
}
