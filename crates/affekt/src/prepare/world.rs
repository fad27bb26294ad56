//! Drawing a world into a dataset folder.

use std::path::Path;

use affekt_artifact::{Digest, Hasher, Limits, Manifest, ManifestRow, Quarantine};
use affekt_core::{LabelDistribution, LabelSet, Seed, Split};
use affekt_data::{LabelNoise, Thinning, put_noise};
use affekt_face::{Channels, RowOutcome, ShardedCacheWriter};
use affekt_study::{DatasetSource, Prepared, WorldSize};
use affekt_worlds::{World, WorldSample};
use anyhow::{Context, bail};
use rayon::prelude::*;

use super::{Preparation, Progress, noise, thin};
use crate::identity;

/// Test sets drawn to find how far a finite one strays from the limits.
const SPREAD_DRAWS: u64 = 2_000;

/// A world, how many faces of it, and how large.
pub(super) struct Rendering {
    dataset: String,
    world: World,
    faces: WorldSize,
    seed: Seed,
    size: u32,
    thin: Option<Thinning>,
    noise: Option<LabelNoise>,
    inputs: Digest,
    /// Of all that decides the faces but rho and names.
    sweep: Digest,
}

impl Rendering {
    /// `folder` is where relative paths of the study start.
    pub(super) fn new(
        dataset: &str,
        folder: &Path,
        source: &DatasetSource,
        size: u32,
    ) -> anyhow::Result<Self> {
        let DatasetSource::World { world, size: faces, seed, rho, prior, thin, noise } = source else {
            bail!("a dataset of files was taken for a world");
        };
        let mut world = World::load(folder.join(world))?;
        if let Some(rho) = *rho {
            world = world.with_rho(rho).context("cannot set source.rho")?;
        }
        if !prior.is_empty() {
            world = world.with_prior(prior).context("cannot set source.prior")?;
        }
        let thin = thin.as_ref().map(|spec| thin::resolve(spec, world.label_set())).transpose()?;
        let noise = noise.as_ref().map(|spec| noise::resolve(spec, world.label_set())).transpose()?;
        let (faces, seed) = (*faces, *seed);
        let digest_of = |mut hasher: Hasher| {
            for (name, value) in [
                ("train", faces.train),
                ("valid", faces.valid),
                ("test", faces.test),
                ("seed", seed),
                ("size", size.into()),
            ] {
                hasher.part(name, &value.to_le_bytes());
            }
            if let Some(thin) = &thin {
                hasher.part("thin", format!("{thin:?}").as_bytes());
            }
            if let Some(noise) = &noise {
                hasher.part("noise", format!("{noise:?}").as_bytes());
            }
            hasher.finish()
        };
        let mut hasher = Hasher::new();
        hasher.part("kind", b"world").part("code", identity::DATA.as_bytes());
        hasher.part("dataset", dataset.as_bytes()).part("world", world.canonical_toml().as_bytes());
        let inputs = digest_of(hasher);
        let mut hasher = Hasher::new();
        hasher.part("sweep", world.sweep_toml().as_bytes());
        let sweep = digest_of(hasher);
        let (dataset, seed) = (dataset.to_owned(), Seed(seed));
        Ok(Self { dataset, world, faces, seed, size, thin, noise, inputs, sweep })
    }

    fn samples(&self) -> Vec<WorldSample> {
        let parts = [
            (Split::Train, self.faces.train),
            (Split::Valid, self.faces.valid),
            (Split::Test, self.faces.test),
        ];
        let places: Vec<(Split, u64)> =
            parts.into_iter().flat_map(|(split, n)| (0..n).map(move |index| (split, index))).collect();
        let drawn: Vec<WorldSample> =
            places.into_par_iter().map(|(split, index)| self.world.draw(self.seed, split, index)).collect();
        let Some(thin) = &self.thin else { return drawn };
        let training: Vec<_> = drawn
            .iter()
            .map(|sample| (&sample.id, (sample.split == Split::Train).then_some(sample.class)))
            .collect();
        let kept = thin.keeps(&training);
        drawn.into_iter().zip(kept).filter_map(|(sample, stays)| stays.then_some(sample)).collect()
    }
}

impl Preparation for Rendering {
    fn inputs(&self) -> &Digest {
        &self.inputs
    }

    fn label_set(&self) -> &LabelSet {
        self.world.label_set()
    }

    fn write(&self, folder: &Path, progress: &mut Progress) -> anyhow::Result<Prepared> {
        let samples = self.samples();
        let preprocess = Hasher::new().part("world", &self.size.to_le_bytes()).finish();
        let writer = ShardedCacheWriter::new(&folder.join("faces"), self.size, samples.len(), &preprocess)?;
        let faces = writer.write(
            // A face is a function of the inputs and its place.
            |rows| {
                let mut hasher = Hasher::new();
                hasher.part("inputs", self.inputs.as_str().as_bytes());
                hasher.part("first", &(rows.start as u64).to_le_bytes()).finish()
            },
            || Ok(()),
            |(), row, face| {
                face.copy_from_slice(&self.world.render(&samples[row], self.size)?);
                anyhow::Ok(RowOutcome::Face { channels: Channels::Rgb })
            },
            |done| {
                progress.shard(done);
                Ok(())
            },
        )?;
        let mut manifest = Manifest {
            dataset: self.dataset.clone(),
            label_set: self.world.label_set().clone(),
            aus: self.world.aus().to_vec(),
            rows: samples.iter().map(manifest_row).collect::<anyhow::Result<_>>()?,
        };
        if let Some(noise) = &self.noise {
            manifest = put_noise(&manifest, noise.clone(), folder)?;
        }
        manifest.save(folder)?;
        Quarantine::default().save(&folder.join("quarantine.csv"))?;
        let sweep = self.world.rho().map(|_| self.sweep.clone());
        let limits = Limits { sweep, ..limits(&self.world, self.faces.test, self.seed) };
        limits.save(&folder.join("limits.json"))?;
        let digest = Hasher::new()
            .part("manifest", Digest::of_file(&folder.join("manifest.csv"))?.as_str().as_bytes())
            .part("faces", faces.digest.as_str().as_bytes())
            .finish();
        Ok(Prepared::of(&manifest, self.inputs.clone(), digest, true))
    }
}

fn manifest_row(sample: &WorldSample) -> anyhow::Result<ManifestRow> {
    let posterior = LabelDistribution::new(sample.eta.clone())
        .with_context(|| format!("posterior of {}", sample.id.as_str()))?;
    Ok(ManifestRow {
        sample: sample.id.clone(),
        path: String::new(),
        subject: sample.subject.clone(),
        video: None,
        frame: None,
        split: sample.split,
        expression: Some(sample.class),
        va: Some(sample.va),
        aus: sample.aus.iter().copied().map(Some).collect(),
        // What a crowd without end would vote.
        distribution: Some(posterior.clone()),
        posterior: Some(posterior),
        clean_expression: None,
    })
}

/// The limits of a world with their spread over test sets of `n_test` faces.
pub(crate) fn limits(world: &World, n_test: u64, seed: Seed) -> Limits {
    let limits = world.limits();
    let spread = limits.sampling_sd(n_test, SPREAD_DRAWS, seed);
    let accuracy = limits.accuracy;
    Limits {
        schema: Limits::SCHEMA.to_owned(),
        accuracy,
        macro_f1: limits.macro_f1,
        argmax_macro_f1: limits.argmax_macro_f1,
        // Binomial: the argmax rule is right with this probability on every face.
        accuracy_sd: if n_test > 0 { (accuracy * (1.0 - accuracy) / n_test as f64).sqrt() } else { 0.0 },
        macro_f1_sd: spread.macro_f1,
        best_f1_per_class: limits.best_f1_per_class,
        argmax_f1_per_class: limits.argmax_f1_per_class,
        best_confusion: limits.best_confusion,
        argmax_confusion: limits.argmax_confusion,
        pair_auc: limits.pair_auc,
        rho: world.rho(),
        pair: world.pair(),
        sweep: None,
    }
}
