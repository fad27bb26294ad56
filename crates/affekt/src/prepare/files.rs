//! Bringing a dataset on disk into a dataset folder.

use std::path::{Path, PathBuf};

use affekt_artifact::{Digest, Hasher};
use affekt_core::LabelSet;
use affekt_data::{Dataset, LabelNoise, Preparing, Thinning, fingerprint, prepare_files};
use affekt_face::Preprocess;
use affekt_study::{FaceOrigin, NoiseSpec, Prepared, SplitSpec, ThinSpec};

use super::{Preparation, Progress, noise, thin};
use crate::detector::detector;
use crate::identity;

/// A dataset description, its files, and how they are cut and divided.
pub(super) struct Files {
    name: String,
    dataset: Dataset,
    root: PathBuf,
    preprocess: Preprocess,
    split: affekt_data::SplitSpec,
    thin: Option<Thinning>,
    noise: Option<LabelNoise>,
    inputs: Digest,
}

impl Files {
    pub(super) fn new(
        name: &str,
        manifest: &Path,
        root: &Path,
        preprocess: Preprocess,
        split: SplitSpec,
        (thin, noise): (Option<&ThinSpec>, Option<&NoiseSpec>),
    ) -> anyhow::Result<Self> {
        let dataset = Dataset::load(manifest)?;
        let noise = noise.map(|spec| noise::resolve(spec, dataset.label_set())).transpose()?;
        let thin = thin.map(|spec| thin::resolve(spec, dataset.label_set())).transpose()?;
        let SplitSpec { valid, test, seed, keep } = split;
        let mut hasher = Hasher::new();
        hasher
            .part("kind", b"files")
            .part("code", identity::DATA.as_bytes())
            .part("dataset", name.as_bytes());
        hasher.part("files", fingerprint(&dataset, root)?.as_str().as_bytes());
        hasher.part("preprocess", preprocess.digest().as_str().as_bytes());
        hasher.part("valid", &valid.to_le_bytes()).part("test", &test.to_le_bytes());
        if let Some(keep) = keep {
            hasher.part("keep", &keep.to_le_bytes());
        }
        if let Some(thin) = &thin {
            hasher.part("thin", format!("{thin:?}").as_bytes());
        }
        if let Some(noise) = &noise {
            hasher.part("noise", format!("{noise:?}").as_bytes());
        }
        let inputs = hasher.part("seed", &seed.to_le_bytes()).finish();
        let split = affekt_data::SplitSpec { valid, test, seed, keep };
        let (name, root) = (name.to_owned(), root.to_owned());
        Ok(Self { name, dataset, root, preprocess, split, thin, noise, inputs })
    }
}

impl Preparation for Files {
    fn inputs(&self) -> &Digest {
        &self.inputs
    }

    fn label_set(&self) -> &LabelSet {
        self.dataset.label_set()
    }

    fn write(&self, folder: &Path, progress: &mut Progress) -> anyhow::Result<Prepared> {
        let preparing = Preparing {
            preprocess: self.preprocess,
            split: self.split,
            thin: self.thin.as_ref(),
            noise: self.noise.as_ref(),
            detector: &detector,
            progress: &mut |done| progress.shard(done),
        };
        let made = prepare_files(&self.dataset, &self.root, preparing, folder)?;
        let mut prepared = Prepared::of(&made.manifest, self.inputs.clone(), made.digest, false);
        prepared.dataset.clone_from(&self.name);
        let (framing, colour) = (self.preprocess.framing(), self.preprocess.colour());
        prepared.faces = Some(FaceOrigin { framing, colour });
        prepared.quarantined =
            made.quarantine.counts().into_iter().map(|(reason, n)| (reason.to_string(), n)).collect();
        Ok(prepared)
    }
}
