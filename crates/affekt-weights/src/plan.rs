//! Which entry of a file goes to which parameter of a model.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::{
    Conversion, Difference, Dropped, HostTensor, Kind, LoadReport, Rules, StateDict, WeightsError, rules,
};

/// Last part of the name of a counter torch's batch normalisation keeps and nothing of ours reads.
pub(crate) const COUNTER: &str = "num_batches_tracked";

/// A parameter or buffer of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its kind.
    pub kind: Kind,
}

impl Expected {
    /// A parameter of that name, shape and kind.
    pub fn new(name: impl Into<String>, shape: impl Into<Vec<usize>>, kind: Kind) -> Self {
        Self { name: name.into(), shape: shape.into(), kind }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {} {:?}", self.name, self.kind, self.shape)
    }
}

/// Pairs every parameter of a model with an entry of the file, `(target, source)` in the order of `expected`.
///
/// Shapes agree exactly: nothing is broadcast. Kinds agree too, except that floats of 16 and 64 bit go into `F32` by
/// [`HostTensor::to_f32`], and are reported; the model's kind never changes.
///
/// # Errors
/// [`WeightsError::Mismatch`] lists everything missing, different and unused beyond what `rules` allow.
pub fn plan(
    state: &StateDict,
    expected: &[Expected],
    rules: &Rules,
) -> Result<(Vec<(String, String)>, LoadReport), WeightsError> {
    let mut report = LoadReport::default();
    let mut pairs = Vec::new();
    let mut used = BTreeSet::new();
    for target in expected {
        let source = rules.names.source(&target.name);
        let Some((source, tensor)) = source.and_then(|name| Some((name, state.get(name)?))) else {
            if rules::names(&rules.fresh, &target.name) {
                report.fresh.push(target.name.clone());
            } else {
                report.missing.push(target.clone());
            }
            continue;
        };
        used.insert(source);
        match fit(target, tensor) {
            Fit::Exact => {}
            Fit::Converted(conversion) => report.converted.push(conversion),
            Fit::Not { n_beyond } => {
                report.different.push(Difference {
                    expected: target.clone(),
                    source: source.to_owned(),
                    shape: tensor.shape().to_vec(),
                    kind: tensor.kind(),
                    n_beyond,
                });
                continue;
            }
        }
        report.loaded.push(target.name.clone());
        pairs.push((target.name.clone(), source.to_owned()));
    }
    sort_out_rest(state, &used, rules, &mut report);
    if report.fits() {
        return Ok((pairs, report));
    }
    Err(WeightsError::Mismatch { path: state.origin().path.clone(), report: Box::new(report) })
}

enum Fit {
    Exact,
    Converted(Conversion),
    Not { n_beyond: usize },
}

fn fit(target: &Expected, tensor: &HostTensor) -> Fit {
    let (from, to) = (tensor.kind(), target.kind);
    if tensor.shape() != target.shape || from != to && !(from.is_float() && to == Kind::F32) {
        return Fit::Not { n_beyond: 0 };
    }
    if from == to {
        return Fit::Exact;
    }
    match tensor.n_beyond_f32() {
        0 => Fit::Converted(Conversion { target: target.name.clone(), from, to }),
        n_beyond => Fit::Not { n_beyond },
    }
}

fn sort_out_rest(state: &StateDict, used: &BTreeSet<&str>, rules: &Rules, report: &mut LoadReport) {
    for name in state.names().filter(|name| !used.contains(name)) {
        let dropped = rules.names.dropped.iter().find(|dropped| dropped.name == name);
        if let Some(dropped) = dropped {
            report.dropped.push(dropped.clone());
        } else if name.rsplit('.').next() == Some(COUNTER) {
            report.n_counters += 1;
        } else if rules::names(&rules.droppable, name) {
            report
                .dropped
                .push(Dropped { name: name.to_owned(), reason: "droppable by the rules".to_owned() });
        } else {
            report.unused.push(name.to_owned());
        }
    }
}
