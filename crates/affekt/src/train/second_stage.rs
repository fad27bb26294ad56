//! What follows training as usual: the expression head learned or scaled anew on features that stay.

use std::collections::BTreeMap;

use affekt_augment::Augment;
use affekt_models::{FixedFeatures, MultiTask};
use affekt_study::{ResolvedRun, SamplingSpec, SecondStageSpec};
use affekt_tensor::{ParamStore, Tensor, no_grad};
use affekt_train::{EpochOrder as _, EpochRecord, FitParams, Fitted, Splits, Training};

use super::build::{self, Network};
use super::regime;

const HEAD: &str = "expression.";

/// What the second stage needs of the first.
pub(super) struct FirstStage<'a> {
    pub(super) run: &'a ResolvedRun,
    pub(super) net: MultiTask,
    pub(super) store: &'a ParamStore,
    pub(super) splits: &'a Splits,
    pub(super) augment: &'a dyn Augment,
    pub(super) params: FitParams,
    /// Values of the expression head before training.
    pub(super) fresh_head: BTreeMap<String, Tensor>,
    pub(super) fitted: Fitted,
}

/// Copies of the expression head's parameters.
pub(super) fn head(store: &ParamStore) -> BTreeMap<String, Tensor> {
    store.snapshot().into_iter().filter(|(name, _)| name.starts_with(HEAD)).collect()
}

/// Goes on from a trained network; validation then selects among the epochs of this stage.
pub(super) fn follow(
    stage: SecondStageSpec,
    first: FirstStage<'_>,
    on_epoch: &mut dyn FnMut(&EpochRecord),
) -> anyhow::Result<(Fitted, Network)> {
    match stage {
        SecondStageSpec::TauNorm { tau } => {
            let fitted = first.fitted;
            normalise(&first.store.state(), tau);
            normalise(&fitted.best_state, tau);
            Ok((fitted, Network::MultiTask(first.net)))
        }
        SecondStageSpec::Crt { epochs, lr } => {
            let FirstStage { run, net, store, splits, augment, params, fresh_head, .. } = first;
            store.restore(&fresh_head);
            store.freeze(|name| !name.starts_with(HEAD));
            let train = splits.train.faces();
            let order = regime::order(run, Some(SamplingSpec::Balanced), train);
            let schedule = regime::schedule(run, epochs, order.len())?;
            // One task learns, so there is nothing to weigh, and the learned weights stay as they are.
            let alone = ResolvedRun { uncertainty: false, ..run.clone() };
            let mut objective = build::objective(&alone, &train.class_counts(), store)?;
            let net = FixedFeatures(net);
            let training = Training {
                model: &net,
                store,
                objective: &mut *objective,
                schedule: &*schedule,
                augment,
                order: &order,
                train: &splits.train,
                valid: &splits.valid,
                params: FitParams { epochs, lr, ema: None, frozen_warmup: None, ..params },
                // Short, and begun again from the end of the first stage.
                from: None,
                keeper: None,
            };
            let fitted = training.run(on_epoch)?;
            Ok((fitted, Network::FixedFeatures(net)))
        }
    }
}

/// `w_c / |w_c|^tau` for each row of the expression head, bias 0.
fn normalise(state: &BTreeMap<String, Tensor>, tau: f64) {
    no_grad(|| {
        for (name, tensor) in state.iter().filter(|(name, _)| name.starts_with(HEAD)) {
            let mut tensor = tensor.shallow_clone();
            if name.ends_with("weight") {
                let length = tensor.norm_scalaropt_dim(2.0, [1_i64].as_slice(), true).clamp_min(1e-12);
                let _ = tensor.g_div_(&length.pow_tensor_scalar(tau));
            } else {
                let _ = tensor.zero_();
            }
        }
    });
}
