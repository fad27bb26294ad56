//! Values of an arm that cannot be.

use std::path::Path;

use super::Checks;
use super::cost::check_cost;
use crate::{
    ArmSpec, Backbone, CostSpec, ExpressionLossSpec, FusionSpec, MethodSpec, PostHocRuleSpec, PostHocSpec,
    SamplingSpec, SecondStageSpec, StageName, StudySpec, Variant, WeightsSpec,
};

pub(super) fn check_arm(checks: &mut Checks, key: &str, arm: &ArmSpec, spec: &StudySpec, folder: &Path) {
    check_cost(checks, &format!("{key}.cost"), &arm.cost, folder);
    let (backbone, weights) = arm.network(&spec.model);
    if arm.network.is_some() {
        check_network(checks, &format!("{key}.network"), backbone, weights);
    }
    if let Some(post_hoc) = &arm.post_hoc {
        check_post_hoc(checks, key, arm, post_hoc, spec);
        if let PostHocRuleSpec::MinRisk { cost } = &post_hoc.rule {
            check_cost(checks, &format!("{key}.post_hoc.rule.cost"), cost, folder);
        }
    }
    if let Some(lambda) = arm.lambda {
        checks.not_negative(format!("{key}.lambda"), lambda);
        let priced = arm.cost != CostSpec::None {} || lambda <= 0.0;
        checks.demand(priced, format!("{key}.lambda"), lambda, "absent or 0 in an arm without a cost");
    }
    if let Some(loss) = &arm.expression {
        check_expression(checks, &format!("{key}.expression"), loss);
    }
    if let Some(mixup) = arm.mixup {
        checks.within(format!("{key}.mixup.alpha"), mixup.alpha, 0.05, 1.0);
    }
    match arm.second_stage {
        Some(SecondStageSpec::Crt { epochs, lr }) => {
            let key = format!("{key}.second_stage");
            checks.demand((1..=100_000).contains(&epochs), format!("{key}.epochs"), epochs, "1 to 100000");
            checks.positive(format!("{key}.lr"), lr);
        }
        Some(SecondStageSpec::TauNorm { tau }) => {
            checks.within(format!("{key}.second_stage.tau"), tau, 0.0, 1.0);
        }
        None => {}
    }
    check_combination(checks, key, arm, spec);
    if let Some(method) = &arm.method {
        check_method(checks, &format!("{key}.method"), method, backbone);
        // Keys of the shared network and loss that its own would pass over without a word.
        let expected = "off, for the method of an arm knows nothing of it";
        let train = &spec.train;
        checks.demand(!spec.loss.uncertainty, "loss.uncertainty", true, expected);
        checks.demand(!train.soft_targets, "train.soft_targets", true, expected);
        checks.demand(train.frozen_warmup.is_none(), "train.frozen_warmup", train.frozen_warmup, expected);
    }
}

/// What cannot be had together.
fn check_combination(checks: &mut Checks, key: &str, arm: &ArmSpec, spec: &StudySpec) {
    let sampled = arm.sampling.or(spec.train.sampling).is_some_and(|s| s != SamplingSpec::Shuffled);
    let answers = [
        ("expression", arm.expression.is_some_and(|loss| loss.is_about_frequency())),
        ("sampling", sampled && arm.method.is_none()),
        ("second_stage", arm.second_stage.is_some()),
    ];
    let given: Vec<&str> = answers.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    let expected = "one answer to class frequency, for each aims at the balanced prior once";
    checks.demand(given.len() < 2, key, &given, expected);
    let soft = arm.mixup.is_some() || arm.soft_targets || spec.train.soft_targets;
    let expected = "absent with mixup or soft targets, which only cross-entropy learns";
    checks.demand(!soft || arm.expression.is_none(), format!("{key}.expression"), arm.expression, expected);
    let own =
        arm.expression.is_some() || arm.mixup.is_some() || arm.second_stage.is_some() || arm.soft_targets;
    let expected =
        "an arm without expression, mixup, soft_targets and second_stage: the method has a loss of its own";
    checks.demand(arm.method.is_none() || !own, format!("{key}.method"), &arm.name, expected);
}

fn check_expression(checks: &mut Checks, key: &str, loss: &ExpressionLossSpec) {
    match *loss {
        ExpressionLossSpec::ClassWeights { power } => {
            checks.demand(power > 0.0 && power <= 1.0, format!("{key}.power"), power, "in (0, 1]");
        }
        ExpressionLossSpec::EffectiveNumber { beta } => {
            checks.demand((0.0..1.0).contains(&beta), format!("{key}.beta"), beta, "in [0, 1)");
        }
        ExpressionLossSpec::Focal { gamma } => checks.not_negative(format!("{key}.gamma"), gamma),
        ExpressionLossSpec::LdamDrw { max_margin, scale, beta, deferred } => {
            checks.positive(format!("{key}.max_margin"), max_margin);
            checks.positive(format!("{key}.scale"), scale);
            checks.demand((0.0..1.0).contains(&beta), format!("{key}.beta"), beta, "in [0, 1)");
            checks.within(format!("{key}.deferred"), deferred, 0.0, 1.0);
        }
        ExpressionLossSpec::LogitAdjust { tau } => checks.positive(format!("{key}.tau"), tau),
        ExpressionLossSpec::LabelSmoothing { epsilon } => {
            checks.demand(epsilon > 0.0 && epsilon < 1.0, format!("{key}.epsilon"), epsilon, "in (0, 1)");
        }
        ExpressionLossSpec::ConfidencePenalty { beta } => checks.positive(format!("{key}.beta"), beta),
        ExpressionLossSpec::BalancedSoftmax {} | ExpressionLossSpec::MeanAbsolute {} => {}
    }
}

fn check_post_hoc(checks: &mut Checks, key: &str, arm: &ArmSpec, post_hoc: &PostHocSpec, spec: &StudySpec) {
    let trained: Vec<&str> =
        spec.arms.iter().filter(|other| other.post_hoc.is_none()).map(|other| other.name.as_str()).collect();
    let expected = format!("an arm that trains: {}", trained.join(", "));
    let of = post_hoc.of.as_str();
    checks.demand(trained.contains(&of), format!("{key}.post_hoc.of"), of, &expected);
    match &post_hoc.rule {
        PostHocRuleSpec::MinRisk { cost } => {
            let priced = *cost != CostSpec::None {};
            checks.demand(priced, format!("{key}.post_hoc.rule.cost"), cost, "a cost");
        }
        PostHocRuleSpec::LogitAdjust { tau } => checks.positive(format!("{key}.post_hoc.rule.tau"), *tau),
    }
    let idle = arm.cost == CostSpec::None {}
        && arm.method.is_none()
        && arm.network.is_none()
        && arm.lambda.is_none()
        && arm.expression.is_none()
        && arm.sampling.is_none()
        && arm.mixup.is_none()
        && !arm.soft_targets
        && arm.second_stage.is_none();
    let expected = "alone, with the cost kind `none`: the arm is not trained";
    checks.demand(idle, format!("{key}.post_hoc"), of, expected);
}

fn check_method(checks: &mut Checks, key: &str, method: &MethodSpec, backbone: Backbone) {
    let MethodSpec::AdaDf {
        variant,
        quirks,
        threshold,
        beta,
        temperature,
        fusion,
        rank_share,
        rank_margin,
        divide_after,
        stem_dropout,
        ..
    } = method;
    checks.demand(
        *variant == Variant::Paper || quirks.is_empty(),
        format!("{key}.quirks"),
        quirks,
        "none with the variant `reference`, which has them all",
    );
    let unit = [
        ("threshold", *threshold),
        ("rank_share", *rank_share),
        ("rank_margin", *rank_margin),
        ("stem_dropout", *stem_dropout),
    ];
    for (name, value) in unit {
        checks.within(format!("{key}.{name}"), value, 0.0, 1.0);
    }
    match *fusion {
        FusionSpec::Adaptive { min, max } => {
            checks.within(format!("{key}.fusion.min"), min, 0.0, 1.0);
            checks.within(format!("{key}.fusion.max"), max, min, 1.0);
        }
        FusionSpec::Fixed { weight } => checks.within(format!("{key}.fusion.weight"), weight, 0.0, 1.0),
    }
    checks.positive(format!("{key}.beta"), *beta);
    checks.positive(format!("{key}.temperature"), *temperature);
    let too_late = match backbone {
        Backbone::SmallResnet { .. } => matches!(divide_after, StageName::Layer3 | StageName::Layer4),
        Backbone::Resnet18 {} | Backbone::Resnet50 {} => *divide_after == StageName::Layer4,
    };
    checks.demand(
        !too_late,
        format!("{key}.divide_after"),
        divide_after,
        "a stage before the last, so that something is left for the branches",
    );
}

/// Whether the file of weights is there is asked when the study is planned: a study without it can be read and shown.
pub(super) fn check_network(
    checks: &mut Checks,
    key: &str,
    backbone: Backbone,
    weights: Option<&WeightsSpec>,
) {
    if let Backbone::SmallResnet { width, blocks } = backbone {
        checks.demand((4..=512).contains(&width), format!("{key}.backbone.width"), width, "4 to 512");
        checks.demand((1..=16).contains(&blocks), format!("{key}.backbone.blocks"), blocks, "1 to 16");
    }
    let Some(weights) = weights else { return };
    let named = !weights.file.as_os_str().is_empty();
    checks.demand(named, format!("{key}.weights.file"), &weights.file, "a file of weights");
    let state = weights.key.as_deref();
    checks.demand(state != Some(""), format!("{key}.weights.key"), state, "the key of a state dict, or none");
    for (name, names) in [("drop", &weights.drop), ("fresh", &weights.fresh)] {
        let whole = names.iter().all(|name| !name.is_empty());
        let expected = "names, or prefixes that end with a dot";
        checks.demand(whole, format!("{key}.weights.{name}"), names, expected);
    }
}
