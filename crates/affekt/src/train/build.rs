//! Names of networks, losses and schedules become values: the only place that knows them all.

use affekt_core::Seed;
use affekt_data::{Sampler, Sampling};
use affekt_learn::{AffectModel, CosineSchedule, ExponentialSchedule, Objective, Schedule};
use affekt_losses::{
    AdaDf, AdaDfParams, AdaDfSpec, ExpressionLoss, Fusion, MultiTaskObjective, MultiTaskSpec, Quirk,
    TaskWeights, Weighing,
};
use affekt_metrics::{effective_number, inverse_frequency, ldam_margins, log_prior};
use affekt_models::{
    Architecture, Division, DualBranch, ExpressionHead, FixedFeatures, HeadSizes, MultiTask, ResNet, Stage,
};
use affekt_ot::CostMatrix;
use affekt_study::{
    self as study, ExpressionLossSpec, FusionSpec, Head, MethodSpec, OptimizerSpec, QuirkName, ResolvedRun,
    SamplingSpec, ScheduleSpec, StageName, Variant,
};
use affekt_tensor::{AdamWParams, EmaDecay, ParamStore, Precision};
use affekt_train::{Crop, EpochOrder, FaceSet, FitParams, FrozenWarmup, NetworkInput, Views};
use anyhow::Context as _;

/// Where a multi-task network has its feature extractor.
const BACKBONE: &str = "backbone.";

/// The networks there are.
pub(crate) enum Network {
    /// One backbone, one head per task.
    MultiTask(MultiTask),
    /// The same in its second stage.
    FixedFeatures(FixedFeatures),
    /// Ada-DF's.
    DualBranch(Box<DualBranch>),
}

impl Network {
    /// The network as the loop knows it.
    pub(crate) fn model(&self) -> &dyn AffectModel {
        match self {
            Self::MultiTask(net) => net,
            Self::FixedFeatures(net) => net,
            Self::DualBranch(net) => &**net,
        }
    }
}

/// The network of a run, its parameters in `store`.
pub(crate) fn model(run: &ResolvedRun, store: &ParamStore) -> anyhow::Result<Network> {
    let heads = head_sizes(run)?;
    let architecture = architecture(run.model.backbone);
    let Some(MethodSpec::AdaDf { .. }) = &run.method else {
        let backbone = Box::new(ResNet::new(&store.root().sub("backbone"), architecture));
        if let Some(last) = run.model.freeze.map(stage) {
            let owned = |name: &str| Stage::ALL.into_iter().filter(|s| *s <= last).any(|s| s.owns(name));
            store.freeze(|name| name.strip_prefix(BACKBONE).is_some_and(owned));
        }
        let expression = match run.expression {
            Some(ExpressionLossSpec::LdamDrw { scale, .. }) => ExpressionHead::Cosine { scale },
            _ => ExpressionHead::Linear,
        };
        let net = MultiTask::new(&store.root(), backbone, heads, expression, run.model.dropout);
        return Ok(Network::MultiTask(net));
    };
    Ok(Network::DualBranch(Box::new(dual_branch(run, store)?)))
}

/// The network of a run whose method is Ada-DF.
pub(crate) fn dual_branch(run: &ResolvedRun, store: &ParamStore) -> anyhow::Result<DualBranch> {
    let Some(MethodSpec::AdaDf { divide_after, freeze_stem, stem_dropout, .. }) = &run.method else {
        anyhow::bail!("run {} has no dual-branch network; expected method kind `ada-df`", run.id);
    };
    let quirks = quirks(run);
    let division = Division {
        after: stage(*divide_after),
        freeze_stem: *freeze_stem,
        stem_batch_statistics: quirks.contains(&QuirkName::StemBatchStatistics),
        stem_dropout: *stem_dropout,
        dropout_in_eval: quirks.contains(&QuirkName::DropoutInEval),
    };
    let architecture = architecture(run.model.backbone);
    Ok(DualBranch::new(store, architecture, division, head_sizes(run)?, run.model.dropout)?)
}

/// The loss of a run whose training split has these class counts; what it learns lies in `store`.
pub(crate) fn objective(
    run: &ResolvedRun,
    class_counts: &[u64],
    store: &ParamStore,
) -> anyhow::Result<Box<dyn Objective>> {
    if let Some(MethodSpec::AdaDf { .. }) = &run.method {
        return Ok(Box::new(ada_df(run)?));
    }
    let spec = MultiTaskSpec {
        weights: task_weights(run),
        weighing: if run.uncertainty { Weighing::uncertainty(store) } else { Weighing::Fixed },
        expression: expression_loss(run, class_counts),
        lambda: run.lambda,
        cost: cost(run)?,
    };
    Ok(Box::new(MultiTaskObjective::new(spec)?))
}

fn expression_loss(run: &ResolvedRun, counts: &[u64]) -> ExpressionLoss {
    match run.expression {
        None => ExpressionLoss::CrossEntropy,
        Some(ExpressionLossSpec::ClassWeights { power }) => {
            ExpressionLoss::Weighted { weights: inverse_frequency(counts, power) }
        }
        Some(ExpressionLossSpec::EffectiveNumber { beta }) => {
            ExpressionLoss::Weighted { weights: effective_number(counts, beta) }
        }
        Some(ExpressionLossSpec::Focal { gamma }) => ExpressionLoss::Focal { gamma },
        Some(ExpressionLossSpec::LdamDrw { max_margin, scale, beta, deferred }) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of the epochs"
            )]
            let finished = (deferred * f64::from(run.train.epochs)) as u32;
            ExpressionLoss::Ldam {
                margins: ldam_margins(counts, max_margin),
                scale,
                weights: effective_number(counts, beta),
                deferred_to: finished + 1,
            }
        }
        Some(ExpressionLossSpec::LogitAdjust { tau }) => ExpressionLoss::Adjusted {
            offsets: log_prior(counts).iter().map(|log_pi| tau * log_pi).collect(),
        },
        Some(ExpressionLossSpec::BalancedSoftmax {}) => {
            ExpressionLoss::Adjusted { offsets: log_prior(counts) }
        }
        Some(ExpressionLossSpec::LabelSmoothing { epsilon }) => ExpressionLoss::Smoothed { epsilon },
        Some(ExpressionLossSpec::ConfidencePenalty { beta }) => ExpressionLoss::ConfidencePenalty { beta },
        Some(ExpressionLossSpec::MeanAbsolute {}) => ExpressionLoss::MeanAbsolute,
    }
}

/// The loss of a run whose method is Ada-DF.
pub(crate) fn ada_df(run: &ResolvedRun) -> anyhow::Result<AdaDf> {
    let Some(MethodSpec::AdaDf { threshold, beta, temperature, fusion, rank_share, rank_margin, .. }) =
        &run.method
    else {
        anyhow::bail!("run {} has no fused loss; expected method kind `ada-df`", run.id);
    };
    let params = AdaDfParams::new(AdaDfSpec {
        threshold: *threshold,
        beta: *beta,
        temperature: *temperature,
        fusion: match *fusion {
            FusionSpec::Adaptive { min, max } => Fusion::Adaptive { min, max },
            FusionSpec::Fixed { weight } => Fusion::Fixed { weight },
        },
        rank_share: *rank_share,
        rank_margin: *rank_margin,
        batch_size: usize::try_from(run.train.batch_size)?,
        quirks: quirks(run).into_iter().filter_map(loss_quirk).collect(),
    })?;
    let (n_classes, cost) = (run.label_set.len(), cost(run)?);
    Ok(AdaDf::new(params, n_classes, task_weights(run), run.lambda, cost)?)
}

/// The departures of a run from the paper.
fn quirks(run: &ResolvedRun) -> Vec<QuirkName> {
    match &run.method {
        Some(MethodSpec::AdaDf { variant: Variant::Reference, .. }) => QuirkName::ALL.to_vec(),
        Some(MethodSpec::AdaDf { quirks, .. }) => quirks.clone(),
        None => Vec::new(),
    }
}

/// The quirk of the loss; none for those of the network.
fn loss_quirk(name: QuirkName) -> Option<Quirk> {
    match name {
        QuirkName::StemBatchStatistics | QuirkName::DropoutInEval => None,
        QuirkName::FallbackFourTenths => Some(Quirk::FallbackFourTenths),
        QuirkName::SurveyAsTrained => Some(Quirk::SurveyAsTrained),
        QuirkName::EmptyClassFallsBack => Some(Quirk::EmptyClassFallsBack),
        QuirkName::SharpenByColumn => Some(Quirk::SharpenByColumn),
        QuirkName::GradientThroughTarget => Some(Quirk::GradientThroughTarget),
        QuirkName::ConfiguredBatchSize => Some(Quirk::ConfiguredBatchSize),
    }
}

fn architecture(backbone: study::Backbone) -> Architecture {
    match backbone {
        study::Backbone::SmallResnet { width } => Architecture::SmallResNet { width: i64::from(width) },
        study::Backbone::Resnet18 {} => Architecture::ResNet18,
        study::Backbone::Resnet50 {} => Architecture::ResNet50,
    }
}

fn stage(name: StageName) -> Stage {
    match name {
        StageName::Conv1 => Stage::Conv1,
        StageName::Layer1 => Stage::Layer1,
        StageName::Layer2 => Stage::Layer2,
        StageName::Layer3 => Stage::Layer3,
        StageName::Layer4 => Stage::Layer4,
    }
}

fn head_sizes(run: &ResolvedRun) -> anyhow::Result<HeadSizes> {
    let has = |head| run.model.heads.contains(&head);
    anyhow::ensure!(has(Head::Expression), "model.heads must contain \"expression\"");
    let n_aus = if has(Head::Au) { run.aus.len() } else { 0 };
    let (n_classes, n_aus) = (i64::try_from(run.label_set.len())?, i64::try_from(n_aus)?);
    Ok(HeadSizes { n_classes, va: has(Head::Va), n_aus })
}

fn task_weights(run: &ResolvedRun) -> TaskWeights {
    TaskWeights { expression: run.tasks.expression, va: run.tasks.va, au: run.tasks.au }
}

fn cost(run: &ResolvedRun) -> anyhow::Result<Option<CostMatrix>> {
    let rows = run.cost.as_ref().map(|rows| CostMatrix::from_rows(rows));
    rows.transpose().context("cost matrix of the run")
}

fn network_input(run: &ResolvedRun) -> anyhow::Result<NetworkInput> {
    let crop = match run.input.ten_crop {
        None => Crop::Whole,
        Some(edge) => Crop::Ten(usize::try_from(edge)?),
    };
    Ok(NetworkInput { mean: run.input.mean, std: run.input.std, crop })
}

/// The numbers of the training loop.
pub(crate) fn fit_params(run: &ResolvedRun) -> anyhow::Result<FitParams> {
    let (lr, adam_w) = match run.train.optimizer {
        OptimizerSpec::AdamW { lr, beta1, beta2, eps, weight_decay } => {
            (lr, AdamWParams::new(beta1, beta2, eps, weight_decay)?)
        }
        // Without decay the two are one.
        OptimizerSpec::Adam { lr, beta1, beta2, eps } => (lr, AdamWParams::new(beta1, beta2, eps, 0.0)?),
    };
    Ok(FitParams {
        epochs: run.train.epochs,
        batch_size: usize::try_from(run.train.batch_size)?,
        lr,
        adam_w,
        ema: run.train.ema.map(EmaDecay::new).transpose()?,
        precision: match run.train.precision {
            study::Precision::Fp32 => Precision::Fp32,
            study::Precision::Bf16 => Precision::Bf16,
        },
        input: network_input(run)?,
        views: Views { mirror: run.input.mirror, shift: run.input.shift },
        mixup: run.mixup.map(|mixup| mixup.alpha),
        soft_targets: run.train.soft_targets,
        frozen_warmup: run.train.frozen_warmup.map(|warmup| FrozenWarmup {
            prefix: BACKBONE,
            epochs: warmup.epochs,
            share: warmup.backbone_lr,
        }),
        seed: Seed(run.seed),
    })
}

/// The learning rates of a run, over epochs that visit `n_samples` samples.
pub(crate) fn schedule(
    run: &ResolvedRun,
    epochs: u32,
    n_samples: usize,
) -> anyhow::Result<Box<dyn Schedule>> {
    let steps_per_epoch = n_samples as u64 / u64::from(run.train.batch_size.max(1));
    Ok(match run.train.schedule {
        ScheduleSpec::Cosine { warmup_epochs, final_fraction } => {
            let total = steps_per_epoch * u64::from(epochs);
            Box::new(CosineSchedule::new(warmup_epochs * steps_per_epoch as f64, total, final_fraction)?)
        }
        ScheduleSpec::Exponential { gamma } => Box::new(ExponentialSchedule::new(gamma, steps_per_epoch)?),
    })
}

/// The order of training samples of affekt-data, for the loop that does not know that crate.
pub(crate) struct SampledOrder(Sampler);

impl EpochOrder for SampledOrder {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn epoch(&self, epoch: u32) -> Vec<usize> {
        self.0.epoch(epoch)
    }
}

/// Which training samples each epoch of the run visits.
pub(crate) fn order(run: &ResolvedRun, sampling: Option<SamplingSpec>, train: &FaceSet) -> SampledOrder {
    let sampling = match sampling {
        None | Some(SamplingSpec::Shuffled) => Sampling::Shuffled,
        Some(SamplingSpec::Balanced) => Sampling::Balanced,
        Some(SamplingSpec::SquareRoot) => Sampling::SquareRoot,
        Some(SamplingSpec::DownSampled) => Sampling::DownSampled,
    };
    let classes: Vec<_> = train.rows().map(|row| row.expression).collect();
    SampledOrder(Sampler::new(sampling, &classes, Seed(run.seed)))
}
