//! From a checkpoint of affekt to the names of timm and torchvision.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::{BACKBONE, CLASSIFIER, EXPRESSION, Layout, STEM, stage};
use crate::plan::COUNTER;
use crate::{HostTensor, Kind, StateDict, WeightsError};

/// An entry of a checkpoint that a ResNet has no place for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftBehind {
    /// Part of the model it belongs to, such as `auxiliary.layer3`.
    pub part: String,
    /// Its entries.
    pub names: Vec<String>,
}

/// A state dict under the names of timm.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The layout of the checkpoint.
    pub layout: Layout,
    /// What `load_state_dict(strict=True)` of timm and torchvision takes.
    pub state: StateDict,
    /// Entries that come from the checkpoint.
    pub n_renamed: usize,
    /// Counters of batch normalisation, which torch wants and affekt does not keep: zero.
    pub n_added: usize,
    /// What the ResNet has no place for.
    pub left: Vec<LeftBehind>,
}

impl Layout {
    /// The ResNet within a checkpoint of affekt, and the expression head as its classifier.
    ///
    /// Of the dual-branch model this is the stem with the target branch. Its attention, a factor in (0, 1) of each face's
    /// logits, is left behind: classes keep their order, probabilities do not keep their values.
    ///
    /// # Errors
    /// [`WeightsError::NotExportable`] when the names are of no layout of affekt, or lack a stage or the head.
    pub fn export(state: &StateDict) -> Result<Exported, WeightsError> {
        let refuse = |reason: &str| WeightsError::NotExportable {
            path: state.origin().path.clone(),
            reason: reason.to_owned(),
        };
        let layout = Self::detect(state)
            .ok_or_else(|| refuse("its names are neither backbone.* nor stem.*, auxiliary.*, target.*"))?;
        let mut renamed = BTreeMap::new();
        let mut left: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in state.names() {
            match layout.exported(name).zip(state.shared(name)) {
                Some((to, tensor)) => {
                    renamed.insert(to, tensor);
                }
                None => left.entry(part(name)).or_default().push(name.to_owned()),
            }
        }
        for needed in ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", CLASSIFIER] {
            if !renamed.keys().any(|name| name.split('.').next() == Some(needed)) {
                return Err(refuse(&format!("it has no {needed}, which every ResNet of timm has")));
            }
        }
        let n_renamed = renamed.len();
        add_counters(&mut renamed);
        let n_added = renamed.len() - n_renamed;
        let left = left.into_iter().map(|(part, names)| LeftBehind { part, names }).collect();
        Ok(Exported { layout, state: StateDict::from_shared(renamed), n_renamed, n_added, left })
    }

    /// The name in timm; `None` for what it has no place for.
    fn exported(self, name: &str) -> Option<String> {
        let (place, rest) = name.split_once('.')?;
        let (part, tail) = rest.split_once('.').unwrap_or((rest, ""));
        match self {
            Self::MultiTask if place == EXPRESSION => Some(format!("{CLASSIFIER}.{rest}")),
            Self::MultiTask => (place == BACKBONE && stage(part).is_some()).then(|| rest.to_owned()),
            Self::DualBranch { .. } if place == "target" && part == EXPRESSION => {
                Some(format!("{CLASSIFIER}.{tail}"))
            }
            Self::DualBranch { .. } => {
                (matches!(place, STEM | "target") && stage(part).is_some()).then(|| rest.to_owned())
            }
        }
    }
}

fn add_counters(state: &mut BTreeMap<String, Arc<HostTensor>>) {
    let zero = HostTensor::new(Kind::I64, Vec::new(), vec![0; Kind::I64.size()]);
    let zero = Arc::new(zero.expect("because a scalar has one element"));
    let norms: Vec<String> =
        state.keys().filter_map(|name| name.strip_suffix("running_mean")).map(str::to_owned).collect();
    for norm in norms {
        state.entry(format!("{norm}{COUNTER}")).or_insert_with(|| Arc::clone(&zero));
    }
}

/// The first step of a name, or two within a branch.
fn part(name: &str) -> String {
    let steps = if super::BRANCHES.iter().any(|branch| name.starts_with(branch)) { 2 } else { 1 };
    name.split('.').take(steps).collect::<Vec<_>>().join(".")
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exported {}, added {} counters", self.n_renamed, self.n_added)?;
        if self.left.is_empty() {
            return Ok(());
        }
        let parts = self.left.iter().map(|left| format!("{} ({})", left.part, left.names.len()));
        let count: usize = self.left.iter().map(|left| left.names.len()).sum();
        write!(f, "\nleft behind {count}: {}", parts.collect::<Vec<_>>().join(", "))
    }
}
