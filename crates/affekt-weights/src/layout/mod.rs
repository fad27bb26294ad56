//! The names of affekt's models beside those of timm and torchvision.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Dropped, NameMap, StateDict};

mod export;

pub use export::{Exported, LeftBehind};

/// Last stage of the stem that both branches of a dual-branch model share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Division {
    /// The first convolution.
    Conv1,
    /// The first stage, as in Ada-DF.
    Layer1,
    /// The second stage.
    Layer2,
    /// The third stage.
    Layer3,
}

impl Division {
    /// Number of stages in the stem.
    pub const fn n_stages(self) -> u8 {
        match self {
            Self::Conv1 => 0,
            Self::Layer1 => 1,
            Self::Layer2 => 2,
            Self::Layer3 => 3,
        }
    }

    fn of_stages(count: u8) -> Option<Self> {
        [Self::Conv1, Self::Layer1, Self::Layer2, Self::Layer3].into_iter().find(|d| d.n_stages() == count)
    }
}

/// How a model of affekt names its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "layout")]
pub enum Layout {
    /// `backbone.<name in timm>`, heads `expression`, `va`, `au`.
    MultiTask,
    /// `stem.<name>`, then `auxiliary.<name>` and `target.<name>`, each with heads `expression` and `attention`.
    DualBranch {
        /// Where the branches part.
        division: Division,
    },
}

pub(crate) const STEM: &str = "stem";
pub(crate) const BRANCHES: [&str; 2] = ["auxiliary", "target"];
pub(crate) const BACKBONE: &str = "backbone";
pub(crate) const EXPRESSION: &str = "expression";
/// The classifier of timm and torchvision.
pub(crate) const CLASSIFIER: &str = "fc";

impl Layout {
    /// Which entry of a ResNet of timm or torchvision each parameter of this layout takes its values from.
    ///
    /// In the dual layout a stage behind the division goes into both branches. The classifier goes to the expression
    /// heads when it has `n_classes` rows, else it is dropped with that reason. Other names of the file are left to
    /// [`plan`](crate::plan), which reports them as unused.
    pub fn import(self, state: &StateDict, n_classes: usize) -> NameMap {
        let n_rows = state.get("fc.weight").and_then(|tensor| tensor.shape().first().copied());
        let mut map = NameMap::default();
        for name in state.names() {
            let (first, rest) = name.split_once('.').unwrap_or((name, ""));
            if first != CLASSIFIER {
                for place in self.places(first) {
                    map.pairs.insert(format!("{place}.{name}"), name.to_owned());
                }
            } else if n_rows == Some(n_classes) {
                for head in self.heads() {
                    map.pairs.insert(format!("{head}.{rest}"), name.to_owned());
                }
            } else {
                let rows = n_rows.map_or_else(|| "no".to_owned(), |count| count.to_string());
                let reason = format!("a classifier of {rows} classes, the model has {n_classes}");
                map.dropped.push(Dropped { name: name.to_owned(), reason });
            }
        }
        map
    }

    /// Where the part `first` of a ResNet stands; nowhere if a ResNet has no such part.
    fn places(self, first: &str) -> &'static [&'static str] {
        let Some(stage) = stage(first) else { return &[] };
        match self {
            Self::MultiTask => &[BACKBONE],
            Self::DualBranch { division } if stage <= division.n_stages() => &[STEM],
            Self::DualBranch { .. } => &BRANCHES,
        }
    }

    fn heads(self) -> &'static [&'static str] {
        match self {
            Self::MultiTask => &[EXPRESSION],
            Self::DualBranch { .. } => &["auxiliary.expression", "target.expression"],
        }
    }

    /// The layout of a checkpoint of affekt, told by its names; `None` for another's.
    pub fn detect(state: &StateDict) -> Option<Self> {
        let parts: BTreeMap<&str, Vec<u8>> = state.names().fold(BTreeMap::new(), |mut parts, name| {
            let mut steps = name.split('.');
            let (place, part) = (steps.next().unwrap_or(""), steps.next().unwrap_or(""));
            if let Some(stage) = stage(part) {
                parts.entry(place).or_default().push(stage);
            }
            parts
        });
        let last = |place: &str| parts.get(place).and_then(|stages| stages.iter().max().copied());
        let first = |place: &str| parts.get(place).and_then(|stages| stages.iter().min().copied());
        if let Some(last_of_stem) = last(STEM) {
            let division = Division::of_stages(last_of_stem)?;
            let follows = |branch: &&str| first(branch) == Some(last_of_stem + 1);
            return BRANCHES.iter().all(follows).then_some(Self::DualBranch { division });
        }
        (first(BACKBONE) == Some(0)).then_some(Self::MultiTask)
    }
}

/// Stage a part of a ResNet belongs to: 0 for what comes before `layer1`.
pub(crate) fn stage(part: &str) -> Option<u8> {
    match part {
        "conv1" | "bn1" => Some(0),
        "layer1" => Some(1),
        "layer2" => Some(2),
        "layer3" => Some(3),
        "layer4" => Some(4),
        _ => None,
    }
}
