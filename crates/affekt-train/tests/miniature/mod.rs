//! Four classes that are four plain colours with noise, 16 px.

use affekt_artifact::{Digest, Manifest, ManifestRow};
use affekt_core::{LabelSet, SampleId, Seed, Split, SubjectId, VaPoint};
use affekt_face::{CacheError, Channels, FaceCache, RowOutcome, ShardedCacheWriter};
use affekt_losses::{ExpressionLoss, MultiTaskObjective, MultiTaskSpec, TaskWeights, Weighing};
use affekt_models::{Architecture, ExpressionHead, HeadSizes, MultiTask, ResNet};
use affekt_ot::CostMatrix;
use affekt_tensor::{AdamWParams, OptimizerParams, ParamStore, Precision};
use affekt_train::{Crop, FitParams, NetworkInput, Splits, Views};

/// Two epochs of four steps in 32 bit, and nothing besides the plain loop.
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) fn params() -> FitParams {
    FitParams {
        epochs: 2,
        batch_size: 8,
        accumulate: 1,
        lr: 3e-3,
        optimizer: OptimizerParams::AdamW(AdamWParams::new(0.9, 0.999, 1e-8, 0.01).unwrap()),
        clip_norm: None,
        ema: None,
        precision: Precision::Fp32,
        input: NetworkInput { mean: [0.5; 3], std: [0.25; 3], crop: Crop::Whole },
        views: Views::default(),
        mixup: None,
        soft_targets: false,
        frozen_warmup: None,
        patience: None,
        seed: Seed(1),
    }
}

/// A little residual net with all heads.
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) fn small_net(store: &ParamStore, width: i64, dropout: f64) -> MultiTask {
    let architecture = Architecture::SmallResNet { width, blocks: 1 };
    let backbone = Box::new(ResNet::new(&store.root().sub("backbone"), architecture));
    let heads = HeadSizes { n_classes: 4, va: true, n_aus: 2 };
    MultiTask::new(&store.root(), backbone, heads, ExpressionHead::Linear, dropout)
}

/// Its objective.
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) fn objective(weighing: Weighing, lambda: f64, cost: Option<CostMatrix>) -> MultiTaskObjective {
    let weights = TaskWeights { expression: 1.0, va: 0.5, au: 0.5 };
    let expression = ExpressionLoss::CrossEntropy;
    MultiTaskObjective::new(MultiTaskSpec { weights, weighing, expression, lambda, cost }).unwrap()
}

/// Which labels the faces carry.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Labels {
    /// Those of their colours, for every task.
    True,
    /// Drawn at random.
    Shuffled,
    /// No valence, arousal or action units.
    ExpressionOnly,
}

const SIZE: usize = 16;
const COLOURS: [[u8; 3]; 4] = [[200, 40, 40], [40, 200, 40], [40, 40, 200], [160, 160, 40]];

/// 32 faces to train on, 16 to choose with, 32 to test on.
pub(crate) fn miniature(labels: Labels) -> Splits {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces");
    let splits = [(Split::Train, 32), (Split::Valid, 16), (Split::Test, 32)];
    let order: Vec<Split> = splits.iter().flat_map(|&(split, n)| vec![split; n]).collect();
    let classes: Vec<String> = ["red", "green", "blue", "olive"].map(str::to_owned).to_vec();
    let label_set = LabelSet::new("colours", classes).unwrap();
    let mut images = Vec::new();
    let rows = order
        .into_iter()
        .enumerate()
        .map(|(k, split)| {
            let mut stream = Seed(9).stream("miniature", &[k as u64]);
            let colour = k % COLOURS.len();
            let image: Vec<u8> = (0..SIZE * SIZE)
                .flat_map(|_| COLOURS[colour])
                .map(|value| value + u8::try_from(stream.below(40)).unwrap())
                .collect();
            images.push(image);
            let class = if labels == Labels::Shuffled { stream.below(4) } else { colour as u64 };
            let labelled = labels != Labels::ExpressionOnly;
            ManifestRow {
                sample: SampleId::new(format!("s{k}")).unwrap(),
                path: String::new(),
                subject: SubjectId::new(format!("p{k}")).unwrap(),
                video: None,
                frame: None,
                split,
                expression: label_set.class_at(usize::try_from(class).unwrap()),
                va: labelled
                    .then(|| VaPoint::new([0.0, 0.8, -0.6, -0.5][colour], stream.range(-0.5, 0.5)).unwrap()),
                aus: [class.is_multiple_of(2), class > 1].map(|au| labelled.then_some(au)).to_vec(),
                distribution: None,
                posterior: None,
                clean_expression: None,
            }
        })
        .collect();
    let size = u32::try_from(SIZE).unwrap();
    let identity = Digest::of_bytes(b"colours");
    ShardedCacheWriter::new(&path, size, images.len(), &identity)
        .unwrap()
        .write(
            |_| identity.clone(),
            || Ok::<_, CacheError>(()),
            |(), row, face| {
                face.copy_from_slice(&images[row]);
                Ok(RowOutcome::Face { channels: Channels::Rgb })
            },
            |_| Ok(()),
        )
        .unwrap();
    let manifest = Manifest { dataset: "colours".to_owned(), label_set, aus: vec![1, 12], rows };
    Splits::new(&manifest, FaceCache::open(&path).unwrap()).unwrap()
}
