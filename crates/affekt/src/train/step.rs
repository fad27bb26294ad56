//! One training step from given weights and a given batch, with every intermediate on record.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::write_atomic;
use affekt_core::Seed;
use affekt_learn::{ModelOutput, Objective, Target};
use affekt_losses::ClassDistributions;
use affekt_study::{ResolvedRun, WeightsSpec};
use affekt_tensor::{
    Device, Kind, Mode, ParamStore, Precision, Tensor, read_tensors, save_tensors, set_threads, to_f64,
};
use anyhow::{Context as _, ensure};

use super::{build, regime, weights};

/// What a step is made from.
pub(crate) struct StepInput<'a> {
    /// `run.json` or its folder: method, network, optimiser, loss.
    pub(crate) run: &'a Path,
    /// State dict: a checkpoint of ours, or a ResNet of timm or torchvision, `.pth` or safetensors.
    pub(crate) weights: &'a Path,
    /// `images` [n, 3, h, w] f32 as the network sees them, `labels` \[n\] i64; for Ada-DF also, at will,
    /// `class_distributions` [c, c] and, for their update, `softmax` [m, c] with `softmax_labels` \[m\].
    pub(crate) batch: &'a Path,
    /// Epoch the step belongs to, from 1.
    pub(crate) epoch: u32,
    /// Arithmetic; 64 bit tells an error of method from one of rounding.
    pub(crate) precision: Precision,
}

/// Runs the step and writes every intermediate as safetensors.
pub(crate) fn run(input: &StepInput<'_>, out: &Path) -> anyhow::Result<()> {
    let folder = if input.run.is_dir() { input.run } else { input.run.parent().unwrap_or(Path::new(".")) };
    let run = ResolvedRun::load(folder)?;
    set_threads(run.threads);
    let batch = Batch::load(input.batch)?;
    let store = ParamStore::new(Seed(run.seed), Device::Cpu);
    let record = if run.method.is_some() {
        dual(&run, &store, input, &batch)?
    } else {
        plain(&run, &store, input, &batch)?
    };
    write_atomic(out, &save_tensors(&record, &BTreeMap::new())?)?;
    Ok(())
}

type Record = BTreeMap<String, Tensor>;

struct Batch {
    tensors: Record,
    images: Tensor,
    target: Target,
}

impl Batch {
    fn load(path: &Path) -> anyhow::Result<Self> {
        let tensors = read_tensors(path)?;
        let need =
            |name: &str| tensors.get(name).with_context(|| format!("{}: no tensor {name}", path.display()));
        let (images, labels) = (need("images")?.shallow_clone(), need("labels")?.shallow_clone());
        let (size, n) = (images.size(), labels.numel());
        let fits = size.len() == 4 && size[1] == 3 && size[0] == labels.size()[0] && n > 0;
        ensure!(
            fits,
            "{}: images are {size:?} beside {n} labels; expected [n, 3, h, w] and [n]",
            path.display()
        );
        let n = labels.size()[0];
        let none = |width: i64| Tensor::zeros([n, width], (Kind::Float, Device::Cpu));
        let target = Target {
            expression: labels.to_kind(Kind::Int64),
            soft: None,
            expression_mask: Tensor::ones([n], (Kind::Float, Device::Cpu)),
            va: none(2),
            va_mask: Tensor::zeros([n], (Kind::Float, Device::Cpu)),
            aus: none(0),
            au_mask: none(0),
            posterior: None,
        };
        Ok(Self { tensors, images, target })
    }

    /// Items of each class; losses that look at class frequencies see those of the batch, for the file has no others.
    fn class_counts(&self, n_classes: usize) -> Vec<u64> {
        let labels = to_f64(&self.target.expression);
        let of = |class: usize| labels.iter().filter(|label| (**label - class as f64).abs() < 0.5).count();
        (0..n_classes).map(|class| of(class) as u64).collect()
    }

    /// A table [rows, columns] of the file as rows.
    fn rows(&self, name: &str) -> Option<Vec<Vec<f64>>> {
        let table = self.tensors.get(name)?;
        let columns = usize::try_from(*table.size().last()?).ok()?;
        Some(to_f64(table).chunks(columns.max(1)).map(<[f64]>::to_vec).collect())
    }
}

fn dual(
    run: &ResolvedRun,
    store: &ParamStore,
    input: &StepInput<'_>,
    batch: &Batch,
) -> anyhow::Result<Record> {
    let model = build::dual_branch(run, store)?;
    let mut objective = build::ada_df(run)?;
    start(run, store, input)?;
    if let Some(rows) = batch.rows("class_distributions") {
        objective.set_distributions(ClassDistributions::from_rows(rows))?;
    }
    objective.begin_epoch(input.epoch);
    let mode = Mode { train: true, precision: input.precision, noise: Seed(run.seed) };
    let seen = model.trace(&batch.images, mode);
    let attention = (&seen.auxiliary.attention + &seen.target.attention) * 0.5;
    let loss = objective.fused_loss(
        &seen.auxiliary.logits,
        &seen.target.logits,
        &attention,
        &batch.target.expression,
    );
    let mut record = Record::new();
    let mut put = |name: &str, tensor: &Tensor| {
        record.insert(name.to_owned(), tensor.detach().copy());
    };
    put("stem", &seen.stem);
    for (name, branch) in [("auxiliary", &seen.auxiliary), ("target", &seen.target)] {
        put(&format!("features.{name}"), &branch.features);
        put(&format!("attention.{name}"), &branch.attention);
        put(&format!("logits.{name}"), &branch.logits);
    }
    put("fusion.weight", &loss.weight);
    put("fusion.target", &loss.fused);
    put("loss.cross_entropy", &loss.cross_entropy);
    put("loss.divergence", &loss.divergence);
    put("loss.rank", &loss.rank);
    put("loss.total", &loss.total);
    update(run, store, &loss.total, input.epoch, &mut record)?;
    if let Some(softmax) = batch.rows("softmax") {
        let labels = batch.rows("softmax_labels").context("softmax without softmax_labels")?.concat();
        ensure!(softmax.len() == labels.len(), "{} rows of softmax, {} labels", softmax.len(), labels.len());
        let rows = objective.updated_distributions(&softmax, &labels)?;
        let n = i64::try_from(rows.len())?;
        record.insert("class_distributions".to_owned(), Tensor::from_slice(&rows.concat()).reshape([n, n]));
    }
    Ok(record)
}

/// Copies the weights into the network, from any file that a study could start from.
fn start(run: &ResolvedRun, store: &ParamStore, input: &StepInput<'_>) -> anyhow::Result<()> {
    let file = input.weights.to_owned();
    let spec = WeightsSpec { file, key: None, drop: Vec::new(), fresh: Vec::new() };
    eprint!("{}", weights::copy(run, &spec, "--weights".to_owned(), store)?);
    Ok(())
}

fn plain(
    run: &ResolvedRun,
    store: &ParamStore,
    input: &StepInput<'_>,
    batch: &Batch,
) -> anyhow::Result<Record> {
    let network = build::model(run, store)?;
    let mut objective = build::objective(run, &batch.class_counts(run.label_set.len()), store)?;
    start(run, store, input)?;
    objective.begin_epoch(input.epoch);
    let mode = Mode { train: true, precision: input.precision, noise: Seed(run.seed) };
    let output = network.model().forward(&batch.images, mode);
    // Labels of the other tasks are not in the file.
    let output = ModelOutput { va: None, aus: None, ..output };
    let loss = objective.forward(&output, &batch.target)?;
    let mut record = Record::new();
    record.insert("features".to_owned(), output.features.detach().copy());
    record.insert("logits".to_owned(), output.expression.detach().copy());
    record.insert("loss.total".to_owned(), loss.total.detach().copy());
    for (name, part) in loss.parts {
        record.insert(format!("loss.{name}"), Tensor::from_slice(&[part]));
    }
    update(run, store, &loss.total, input.epoch, &mut record)?;
    Ok(record)
}

/// Gradients of `total`, one update, and what it left.
fn update(
    run: &ResolvedRun,
    store: &ParamStore,
    total: &Tensor,
    epoch: u32,
    record: &mut Record,
) -> anyhow::Result<()> {
    let params = regime::fit_params(run)?;
    let mut optimizer = params.optimizer.build(store.parameters());
    optimizer.zero_grad();
    total.backward();
    for (name, parameter) in store.parameters() {
        let gradient = parameter.grad();
        if gradient.defined() {
            record.insert(format!("gradient.{name}"), gradient.detach().copy());
        }
    }
    // Epochs of one step each: the schedule knows the epoch and nothing of a dataset.
    let schedule = regime::schedule(run, run.train.epochs, params.samples_per_step())?;
    optimizer.step(params.lr * schedule.factor(u64::from(epoch.saturating_sub(1))));
    for (name, value) in store.snapshot() {
        record.insert(format!("updated.{name}"), value);
    }
    Ok(())
}
