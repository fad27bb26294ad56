//! What the network sees, and how it learns.

use super::Checks;
use crate::{FrozenWarmupSpec, Head, OptimizerSpec, ScheduleSpec, StudySpec};

pub(super) fn check_training(checks: &mut Checks, spec: &StudySpec) {
    let input = &spec.input;
    checks.demand((8..=1024).contains(&input.size), "input.size", input.size, "8 to 1024 pixels");
    for channel in 0..3 {
        checks.within(format!("input.mean.{channel}"), input.mean[channel], 0.0, 1.0);
        checks.positive(format!("input.std.{channel}"), input.std[channel]);
    }
    checks.demand(
        input.shift <= input.size / 4,
        "input.shift",
        input.shift,
        "at most a quarter of input.size, for more moves the face out of the picture",
    );
    if let Some(crop) = input.ten_crop {
        checks.demand((8..=input.size).contains(&crop), "input.ten_crop", crop, "8 to input.size pixels");
        checks.demand(
            !input.mirror,
            "input.mirror",
            input.mirror,
            "false with ten_crop, whose views are mirrored already",
        );
        checks.demand(input.shift == 0, "input.shift", input.shift, "0 with ten_crop, which moves the face");
    }
    super::arm::check_network(checks, "model", spec.model.backbone, spec.model.weights.as_ref());
    checks.unique("model.heads", &spec.model.heads);
    checks.demand(
        spec.model.heads.contains(&Head::Expression),
        "model.heads",
        &spec.model.heads,
        "`expression` among them, for every measure of a study is about it",
    );
    checks.demand((0.0..1.0).contains(&spec.model.dropout), "model.dropout", spec.model.dropout, "in [0, 1)");
    let train = &spec.train;
    checks.demand((1..=100_000).contains(&train.epochs), "train.epochs", train.epochs, "1 to 100000");
    checks.demand(
        (2..=65_536).contains(&train.batch_size),
        "train.batch_size",
        train.batch_size,
        "2 to 65536: batch statistics and the CCC loss need two",
    );
    let accumulate = train.accumulate;
    checks.demand((1..=65_536).contains(&accumulate), "train.accumulate", accumulate, "1 to 65536");
    if let Some(norm) = train.clip_norm {
        checks.positive("train.clip_norm", norm);
    }
    if let Some(patience) = train.patience {
        checks.demand(patience >= 1, "train.patience", patience, "at least 1");
    }
    if train.learn_valid {
        let selects = spec.analysis.selection != "last" || train.patience.is_some() || train.keep_best;
        let expected = "false with analysis.selection = \"best-valid\", train.patience and train.keep_best, which validate";
        checks.demand(!selects, "train.learn_valid", train.learn_valid, expected);
    }
    check_optimizer(checks, &train.optimizer);
    match train.schedule {
        ScheduleSpec::Cosine { warmup_epochs, final_fraction } => {
            checks.demand(
                warmup_epochs >= 0.0 && warmup_epochs < f64::from(train.epochs),
                "train.schedule.warmup_epochs",
                warmup_epochs,
                "at least 0 and below train.epochs",
            );
            checks.within("train.schedule.final_fraction", final_fraction, 0.0, 1.0);
        }
        ScheduleSpec::Exponential { gamma } => {
            checks.demand(gamma > 0.0 && gamma <= 1.0, "train.schedule.gamma", gamma, "in (0, 1]");
        }
        ScheduleSpec::Step { epochs, gamma } => {
            checks.demand(gamma > 0.0 && gamma <= 1.0, "train.schedule.gamma", gamma, "in (0, 1]");
            let key = "train.schedule.epochs";
            checks.demand((1..=train.epochs).contains(&epochs), key, epochs, "1 to train.epochs");
        }
    }
    if let Some(decay) = train.ema {
        checks.demand((0.0..1.0).contains(&decay), "train.ema", decay, "in [0, 1)");
    }
    if let Some(FrozenWarmupSpec { epochs, backbone_lr }) = train.frozen_warmup {
        let key = "train.frozen_warmup.epochs";
        checks.demand((1..=train.epochs).contains(&epochs), key, epochs, "1 to train.epochs");
        checks.within("train.frozen_warmup.backbone_lr", backbone_lr, 0.0, 1.0);
    }
}

fn check_optimizer(checks: &mut Checks, optimizer: &OptimizerSpec) {
    let (OptimizerSpec::AdamW { lr, .. } | OptimizerSpec::Adam { lr, .. } | OptimizerSpec::Sgd { lr, .. }) =
        *optimizer;
    checks.positive("train.optimizer.lr", lr);
    let mut share = |key: &str, value: f64| {
        checks.demand((0.0..1.0).contains(&value), format!("train.optimizer.{key}"), value, "in [0, 1)");
    };
    match *optimizer {
        OptimizerSpec::AdamW { beta1, beta2, eps, .. } | OptimizerSpec::Adam { beta1, beta2, eps, .. } => {
            share("beta1", beta1);
            share("beta2", beta2);
            checks.positive("train.optimizer.eps", eps);
        }
        OptimizerSpec::Sgd { momentum, nesterov, .. } => {
            share("momentum", momentum);
            let holds = !nesterov || momentum > 0.0;
            checks.demand(holds, "train.optimizer.momentum", momentum, "above 0 with nesterov");
        }
    }
    if let OptimizerSpec::AdamW { weight_decay, .. } | OptimizerSpec::Sgd { weight_decay, .. } = *optimizer {
        checks.not_negative("train.optimizer.weight_decay", weight_decay);
    }
}
