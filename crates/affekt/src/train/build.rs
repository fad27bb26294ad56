//! Names of networks and losses become values: the only place that knows them all.

use affekt_learn::{AffectModel, Objective};
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
    self as study, ExpressionLossSpec, FusionSpec, Head, MethodSpec, QuirkName, ResolvedRun, StageName,
    Variant,
};
use affekt_tensor::ParamStore;
use anyhow::Context as _;

/// Where a multi-task network has its feature extractor.
pub(super) const BACKBONE: &str = "backbone.";

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
        study::Backbone::SmallResnet { width, blocks } => {
            Architecture::SmallResNet { width: i64::from(width), blocks: blocks as usize }
        }
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
