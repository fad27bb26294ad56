//! A trained network and what it must be shown.

use std::path::{Path, PathBuf};

use affekt_artifact::Digest;
use affekt_core::Seed;
use affekt_face::{Colour, Fit, Framing, ResizeFilter};
use affekt_learn::AffectModel;
use affekt_study::{FaceOrigin, ResolvedRun, WeightsSpec};
use affekt_tensor::{Device, ParamStore, Precision};
use affekt_train::{Evaluator, NetworkInput};
use affekt_weights::StateDict;
use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::script::{Recorded, ScriptCard};
use crate::train::build::{self, Network};
use crate::train::{regime, weights};

/// The card of a checkpoint, as far as prediction needs it.
#[derive(Deserialize)]
struct Card {
    resolved: ResolvedRun,
    faces: Option<FaceOrigin>,
}

/// A network with its weights.
enum Model {
    Network(Network),
    Recorded(Recorded),
}

/// A network that predicts.
pub(super) struct Checkpoint {
    pub(super) run: ResolvedRun,
    /// How the faces it learned from were cut out.
    pub(super) faces: FaceOrigin,
    pub(super) digest: Digest,
    pub(super) evaluator: Evaluator,
    model: Model,
}

impl Checkpoint {
    /// Reads a checkpoint, that in a run's folder, or `TorchScript` with its card.
    pub(super) fn load(path: &Path, device: Device) -> anyhow::Result<Self> {
        let path: PathBuf = if path.is_dir() { path.join("checkpoint.safetensors") } else { path.to_owned() };
        let digest = Digest::of_file(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if ScriptCard::path(&path).is_file() {
            return Self::recorded(&path, digest);
        }
        let Card { resolved: run, faces } = card(&path)?;
        let store = ParamStore::new(Seed(run.seed), device);
        let network = build::model(&run, &store)?;
        let spec = WeightsSpec { file: path, key: None, drop: Vec::new(), fresh: Vec::new() };
        weights::copy(&run, &spec, "--checkpoint".to_owned(), &store)?;
        store.freeze(|_| true);
        let evaluator = regime::fit_params(&run)?.evaluator(device);
        let faces = faces.unwrap_or(WHOLE);
        Ok(Self { run, faces, digest, evaluator, model: Model::Network(network) })
    }

    fn recorded(path: &Path, digest: Digest) -> anyhow::Result<Self> {
        let card = ScriptCard::load(path)?;
        let model = Model::Recorded(Recorded::load(path, &card)?);
        let run = card.resolved;
        let evaluator = regime::fit_params(&run)?.evaluator(Device::Cpu);
        // The recording holds the scaling of pixels itself.
        let input = NetworkInput { mean: [0.0; 3], std: [1.0; 3], ..evaluator.input };
        let evaluator = Evaluator { input, precision: Precision::Fp32, ..evaluator };
        Ok(Self { run, faces: card.faces.unwrap_or(WHOLE), digest, evaluator, model })
    }

    pub(super) fn model(&self) -> &dyn AffectModel {
        match &self.model {
            Model::Network(network) => network.model(),
            Model::Recorded(recorded) => recorded,
        }
    }
}

/// Faces that were rendered are whole pictures.
const WHOLE: FaceOrigin = FaceOrigin {
    framing: Framing::Picture { fit: Fit::Stretch, filter: ResizeFilter::PilBilinear },
    colour: Colour::Rgb,
};

fn card(path: &Path) -> anyhow::Result<Card> {
    let state = StateDict::read(path)?;
    let text = state.origin().metadata.get("affekt");
    ensure!(
        text.is_some(),
        "{}: no checkpoint of affekt: it says nothing of classes and preprocessing; give checkpoint.safetensors of a run",
        path.display()
    );
    let text = text.map(String::as_str).unwrap_or_default();
    serde_json::from_str(text).with_context(|| {
        format!("{}: made by another version of affekt; train the run again", path.display())
    })
}
