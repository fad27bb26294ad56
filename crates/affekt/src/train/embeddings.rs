//! Feature vectors of the test faces: `embeddings.safetensors`.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::write_atomic;
use affekt_learn::AffectModel;
use affekt_tensor::{Device, Kind, Tensor, save_tensors};
use affekt_train::{Evaluator, FaceSet};

/// Name of the file in a run's folder.
pub(super) const FILE: &str = "embeddings.safetensors";

/// Writes `features`, [n, d] f32: what the expression head hears of each test face, in the order of the test rows of one
/// selection in `predictions.csv`, from the weights of the last epoch.
pub(super) fn write(
    path: &Path,
    evaluator: Evaluator,
    model: &dyn AffectModel,
    test: &FaceSet,
) -> anyhow::Result<()> {
    let positions: Vec<usize> = (0..test.len()).collect();
    let mut features = Vec::new();
    evaluator.visit(model, test, &positions, &mut |_, output| {
        features.push(output.features.to_kind(Kind::Float).to_device(Device::Cpu));
    })?;
    let tensors = BTreeMap::from([("features".to_owned(), Tensor::cat(&features, 0))]);
    write_atomic(path, &save_tensors(&tensors, &BTreeMap::new())?)?;
    Ok(())
}
