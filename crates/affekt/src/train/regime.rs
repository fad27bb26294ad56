//! How a run learns: names of optimisers, schedules and samplers become values.

use affekt_core::Seed;
use affekt_data::{Sampler, Sampling};
use affekt_learn::{CosineSchedule, ExponentialSchedule, Schedule};
use affekt_study::{self as study, OptimizerSpec, ResolvedRun, SamplingSpec, ScheduleSpec};
use affekt_tensor::{AdamWParams, EmaDecay, OptimizerParams, Precision, SgdParams};
use affekt_train::{Crop, EpochOrder, FaceSet, FitParams, FrozenWarmup, NetworkInput, Views};

use super::build::BACKBONE;

fn network_input(run: &ResolvedRun) -> anyhow::Result<NetworkInput> {
    let crop = match run.input.ten_crop {
        None => Crop::Whole,
        Some(edge) => Crop::Ten(usize::try_from(edge)?),
    };
    Ok(NetworkInput { mean: run.input.mean, std: run.input.std, crop })
}

/// The numbers of the training loop.
pub(crate) fn fit_params(run: &ResolvedRun) -> anyhow::Result<FitParams> {
    let (lr, optimizer) = match run.train.optimizer {
        OptimizerSpec::AdamW { lr, beta1, beta2, eps, weight_decay } => {
            (lr, OptimizerParams::AdamW(AdamWParams::new(beta1, beta2, eps, weight_decay)?))
        }
        // Without decay the two are one.
        OptimizerSpec::Adam { lr, beta1, beta2, eps } => {
            (lr, OptimizerParams::AdamW(AdamWParams::new(beta1, beta2, eps, 0.0)?))
        }
        OptimizerSpec::Sgd { lr, momentum, weight_decay, nesterov } => {
            (lr, OptimizerParams::Sgd(SgdParams::new(momentum, weight_decay, nesterov)?))
        }
    };
    Ok(FitParams {
        epochs: run.train.epochs,
        batch_size: usize::try_from(run.train.batch_size)?,
        accumulate: usize::try_from(run.train.accumulate)?,
        lr,
        optimizer,
        clip_norm: run.train.clip_norm,
        ema: run.train.ema.map(EmaDecay::new).transpose()?,
        precision: match run.train.precision {
            study::Precision::Fp32 => Precision::Fp32,
            study::Precision::Bf16 => Precision::Bf16,
            study::Precision::Fp16 => Precision::Fp16,
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
        patience: run.train.patience,
        seed: Seed(run.seed),
    })
}

/// The learning rates of a run, over epochs that visit `n_samples` samples.
pub(crate) fn schedule(
    run: &ResolvedRun,
    epochs: u32,
    n_samples: usize,
) -> anyhow::Result<Box<dyn Schedule>> {
    let steps_per_epoch = n_samples as u64 / run.train.samples_per_step().max(1);
    Ok(match run.train.schedule {
        ScheduleSpec::Cosine { warmup_epochs, final_fraction } => {
            let total = steps_per_epoch * u64::from(epochs);
            Box::new(CosineSchedule::new(warmup_epochs * steps_per_epoch as f64, total, final_fraction)?)
        }
        ScheduleSpec::Exponential { gamma } => Box::new(ExponentialSchedule::new(gamma, steps_per_epoch)?),
        ScheduleSpec::Step { epochs, gamma } => {
            Box::new(ExponentialSchedule::new(gamma, steps_per_epoch * u64::from(epochs))?)
        }
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
