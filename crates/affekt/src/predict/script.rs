//! A trained network as `TorchScript`, there and back.

use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;
use affekt_core::{LabelSet, Seed};
use affekt_learn::{AffectModel, ModelOutput};
use affekt_study::{FaceOrigin, Head, ResolvedRun};
use affekt_tensor::{Device, Kind, Mode, Precision, Script, Tensor};
use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};

/// Largest difference between the network and its recording.
const TOLERANCE: f64 = 1e-5;

/// What the columns of a recorded network are: `<file>.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ScriptCard {
    schema: String,
    /// RGB in [0, 1], rows from the top.
    input: [i64; 3],
    /// Logits of classes, then valence and arousal, then logits of action units.
    columns: Vec<String>,
    label_set: LabelSet,
    pub(super) faces: Option<FaceOrigin>,
    pub(super) resolved: ResolvedRun,
}

impl ScriptCard {
    const SCHEMA: &'static str = "affekt-script/1";

    pub(super) fn new(run: &ResolvedRun, faces: FaceOrigin) -> Self {
        let edge = i64::from(run.input.ten_crop.unwrap_or(run.input.size));
        let has = |head| run.model.heads.contains(&head);
        let mut columns: Vec<String> =
            run.label_set.classes().iter().map(|class| format!("logit_{class}")).collect();
        if run.method.is_none() && has(Head::Va) {
            columns.extend(["valence", "arousal"].map(str::to_owned));
        }
        if run.method.is_none() && has(Head::Au) {
            columns.extend(run.aus.iter().map(|au| format!("logit_au_{au}")));
        }
        let (label_set, resolved) = (run.label_set.clone(), run.clone());
        let schema = Self::SCHEMA.to_owned();
        Self { schema, input: [3, edge, edge], columns, label_set, faces: Some(faces), resolved }
    }

    /// Where the card of a recorded network lies.
    pub(super) fn path(script: &Path) -> PathBuf {
        let mut name = script.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    pub(super) fn load(script: &Path) -> anyhow::Result<Self> {
        let path = Self::path(script);
        let bytes = std::fs::read(&path).with_context(|| {
            format!("{}: TorchScript needs its card beside it, as `affekt export` writes it", path.display())
        })?;
        let card: Self = serde_json::from_slice(&bytes).with_context(|| path.display().to_string())?;
        let (schema, expected) = (&card.schema, Self::SCHEMA);
        ensure!(schema == expected, "{}: schema is {schema}; expected {expected}", path.display());
        Ok(card)
    }
}

/// Records a network and writes it with its card.
pub(super) fn export(
    run: &ResolvedRun,
    faces: FaceOrigin,
    model: &dyn AffectModel,
    out: &Path,
) -> anyhow::Result<ScriptCard> {
    let card = ScriptCard::new(run, faces);
    let [channels, edge, _] = card.input;
    let column = |values: [f64; 3]| Tensor::from_slice(&values).to_kind(Kind::Float).reshape([1, 3, 1, 1]);
    let (mean, std) = (column(run.input.mean), column(run.input.std));
    let forward = |images: &Tensor| {
        let mode = Mode { train: false, precision: Precision::Fp32, noise: Seed(0) };
        let output = model.forward(&((images - &mean) / &std), mode);
        let all = [Some(output.expression), output.va, output.aus];
        Tensor::cat(&all.into_iter().flatten().collect::<Vec<_>>(), 1)
    };
    let faces_of = |n: i64| Tensor::rand([n, channels, edge, edge], (Kind::Float, Device::Cpu));
    let script = Script::trace("affekt", &faces_of(1), forward)?;
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // Written aside, for LibTorch writes in place, and read back before it counts.
    let aside = Aside::of(out);
    script.save(&aside.0)?;
    let read = Script::load(&aside.0)?;
    let shown = faces_of(3);
    let (expected, got) = (affekt_tensor::no_grad(|| forward(&shown)), read.run(&shown)?);
    let apart = (&expected - &got).abs().max().double_value(&[]);
    let fits = expected.size() == got.size() && got.size()[1] == i64::try_from(card.columns.len())?;
    ensure!(
        fits && apart <= TOLERANCE,
        "the recorded network says something else ({:?} beside {:?}, apart by {apart:e}); this is a fault of affekt",
        got.size(),
        expected.size()
    );
    write_atomic(&ScriptCard::path(out), serde_json::to_string_pretty(&card)?.as_bytes())?;
    std::fs::rename(&aside.0, out).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(card)
}

/// A file beside another, gone when dropped unless it was renamed.
struct Aside(PathBuf);

impl Aside {
    fn of(out: &Path) -> Self {
        let name = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self(out.with_file_name(format!(".{name}.{}.tmp", std::process::id())))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A recorded network as a model; its images are in [0, 1].
pub(super) struct Recorded {
    script: Script,
    n_classes: i64,
    va: bool,
    n_aus: i64,
}

impl Recorded {
    pub(super) fn load(path: &Path, card: &ScriptCard) -> anyhow::Result<Self> {
        let count = |prefix: &str| card.columns.iter().filter(|name| name.starts_with(prefix)).count();
        let n_aus = count("logit_au_");
        Ok(Self {
            script: Script::load(path)?,
            n_classes: i64::try_from(card.label_set.len())?,
            va: card.columns.iter().any(|name| name == "valence"),
            n_aus: i64::try_from(n_aus)?,
        })
    }
}

impl AffectModel for Recorded {
    /// # Panics
    /// When the module does not run on these images, as every operator of the library does here.
    fn forward(&self, images: &Tensor, _mode: Mode) -> ModelOutput {
        let all = match self.script.run(images) {
            Ok(all) => all,
            Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
        };
        let after = self.n_classes + if self.va { 2 } else { 0 };
        ModelOutput {
            expression: all.narrow(1, 0, self.n_classes),
            va: self.va.then(|| all.narrow(1, self.n_classes, 2)),
            aus: (self.n_aus > 0).then(|| all.narrow(1, after, self.n_aus)),
            features: all.shallow_clone(),
            auxiliary: None,
        }
    }
}
