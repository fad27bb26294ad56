//! Trains the small residual net on a built-in world, without any study around it:
//! `fit_world WORLD.toml N_TRAIN EPOCHS WIDTH LR BATCH none|uniform LAMBDA SEED`.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use affekt_artifact::{Digest, Manifest, ManifestRow, Selection};
use affekt_augment::{AugmentParams, AugmentSpec};
use affekt_core::{LabelDistribution, Seed, Split};
use affekt_face::{CacheError, Channels, FaceCache, RowOutcome, ShardedCacheWriter};
use affekt_learn::CosineSchedule;
use affekt_losses::{ExpressionLoss, MultiTaskObjective, MultiTaskSpec, TaskWeights, Weighing};
use affekt_models::{Architecture, ExpressionHead, HeadSizes, MultiTask, ResNet};
use affekt_ot::CostMatrix;
use affekt_tensor::{AdamWParams, Device, OptimizerParams, ParamStore, Precision, set_threads};
use affekt_train::{Crop, FitParams, NetworkInput, Shuffled, Splits, Training, Views, expression_scores};
use affekt_worlds::World;
use rayon::prelude::*;

const SIZE: u32 = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [world, n_train, epochs, width, lr, batch, cost, lambda, seed] = args.as_slice() else {
        return Err(
            "usage: fit_world WORLD.toml N_TRAIN EPOCHS WIDTH LR BATCH none|uniform LAMBDA SEED".into()
        );
    };
    let world = World::load(world)?;
    let folder = tempfile::tempdir()?;
    let counts = [(Split::Train, n_train.parse()?), (Split::Valid, 1000_u64), (Split::Test, 4000)];
    let (manifest, cache) = draw(&world, counts, folder.path())?;
    let splits = Splits::new(&manifest, cache)?;

    set_threads(1);
    let seed = Seed(seed.parse()?);
    let store = ParamStore::new(seed, Device::Cpu);
    let backbone = Box::new(ResNet::new(
        &store.root().sub("backbone"),
        Architecture::SmallResNet { width: width.parse()?, blocks: 1 },
    ));
    let heads = HeadSizes { n_classes: 8, va: true, n_aus: i64::try_from(world.aus().len())? };
    let model = MultiTask::new(&store.root(), backbone, heads, ExpressionHead::Linear, 0.0);
    let cost = (cost == "uniform").then(|| CostMatrix::uniform(8)).transpose()?;
    let weights = TaskWeights { expression: 1.0, va: 1.0, au: 1.0 };
    let mut objective = MultiTaskObjective::new(MultiTaskSpec {
        weights,
        weighing: Weighing::Fixed,
        expression: ExpressionLoss::CrossEntropy,
        lambda: lambda.parse()?,
        cost,
    })?;
    let augment =
        AugmentParams::new(AugmentSpec { flip: 0.5, shift: 4, ..AugmentSpec::default() })?.pipeline([128; 3]);
    let params = FitParams {
        epochs: epochs.parse()?,
        batch_size: batch.parse()?,
        lr: lr.parse()?,
        accumulate: 1,
        optimizer: OptimizerParams::AdamW(AdamWParams::new(0.9, 0.999, 1e-8, 0.05)?),
        clip_norm: None,
        patience: None,
        ema: None,
        precision: Precision::Bf16,
        input: NetworkInput { mean: [0.5; 3], std: [0.25; 3], crop: Crop::Whole },
        views: Views { mirror: true, shift: 0 },
        mixup: None,
        soft_targets: false,
        frozen_warmup: None,
        seed,
    };
    let steps = splits.train.faces().len() / params.batch_size;
    let total = steps as u64 * u64::from(params.epochs);
    let schedule = CosineSchedule::new(steps as f64, total, 0.01)?;
    let order = Shuffled { len: splits.train.faces().len(), seed: params.seed };
    let fitted = Training {
        model: &model,
        store: &store,
        objective: &mut objective,
        schedule: &schedule,
        augment: &augment,
        order: &order,
        train: &splits.train,
        valid: &splits.valid,
        params,
        from: None,
        keeper: None,
    }
    .run(&mut |record| println!("{}", serde_json::to_string(record).unwrap_or_default()))?;
    let test = splits.test.open(&fitted.selection);
    let evaluator = params.evaluator(Device::Cpu);
    let rows = evaluator.predict(&model, test.faces(), Selection::Last)?;
    let limits = world.limits();
    let (accuracy, macro_f1) = expression_scores(&rows, 8).ok_or("no labels")?;
    println!(
        "accuracy {accuracy:.4} (limit {:.4}); macro-F1 {macro_f1:.4} (limit {:.4}, argmax rule {:.4})",
        limits.accuracy, limits.macro_f1, limits.argmax_macro_f1
    );
    Ok(())
}

fn draw(
    world: &World,
    counts: [(Split, u64); 3],
    folder: &std::path::Path,
) -> Result<(Manifest, FaceCache), Box<dyn std::error::Error>> {
    let samples: Vec<_> = counts
        .into_iter()
        .flat_map(|(split, n)| (0..n).map(move |index| world.draw(Seed(0), split, index)))
        .collect();
    let path = folder.join("faces");
    let identity = Digest::of_bytes(b"world");
    let rendered: Vec<Vec<u8>> =
        samples.par_iter().map(|sample| world.render(sample, SIZE)).collect::<Result<_, _>>()?;
    ShardedCacheWriter::new(&path, SIZE, samples.len(), &identity)?.write(
        |_| identity.clone(),
        || Ok::<_, CacheError>(()),
        |(), row, face| {
            face.copy_from_slice(&rendered[row]);
            Ok(RowOutcome::Face { channels: Channels::Rgb })
        },
        |_| Ok(()),
    )?;
    let rows = samples
        .into_iter()
        .zip(counts.into_iter().flat_map(|(split, n)| (0..n).map(move |_| split)))
        .map(|(sample, split)| {
            Ok(ManifestRow {
                sample: sample.id,
                path: String::new(),
                subject: sample.subject,
                video: None,
                frame: None,
                split,
                expression: Some(sample.class),
                va: Some(sample.va),
                aus: sample.aus.iter().map(|&au| Some(au)).collect(),
                distribution: None,
                posterior: Some(LabelDistribution::new(sample.eta)?),
                clean_expression: None,
            })
        })
        .collect::<Result<_, Box<dyn std::error::Error>>>()?;
    let manifest = Manifest {
        dataset: world.name().to_owned(),
        label_set: world.label_set().clone(),
        aus: world.aus().to_vec(),
        rows,
    };
    Ok((manifest, FaceCache::open(&path)?))
}
