//! The rows of a contrast, paired, with everything that keeps them from it.

use std::collections::BTreeMap;

use super::layout::Observation;
use super::{CompareRequest, Pair, RowProblem};

/// Values of an arm by pair, every problem of its rows noted.
pub(super) fn values<'a>(
    all: &[Observation<'a>],
    [dataset, metric, arm]: [&str; 3],
    request: &CompareRequest,
    problems: &mut Vec<RowProblem>,
) -> BTreeMap<PairKey<'a>, (u64, f64)> {
    let mut found: BTreeMap<PairKey<'a>, (u64, f64)> = BTreeMap::new();
    for o in all.iter().filter(|o| o.dataset == dataset && o.metric == metric && o.arm == arm) {
        let value = o.value(&request.columns.pair);
        let problem = match (found.get(&PairKey::new(o.pair)), value) {
            (Some(&(first, _)), _) => {
                RowProblem::Duplicate { what: o.name(&request.columns.pair), first, second: o.line }
            }
            (None, Ok(value)) => {
                found.insert(PairKey::new(o.pair), (o.line, value));
                continue;
            }
            (None, Err(problem)) => {
                // The row is there: its partner is not called unpaired on top.
                found.insert(PairKey::new(o.pair), (o.line, 0.0));
                *problem
            }
        };
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    found
}

/// The pairs of a contrast in order; none when its rows have problems, which are noted.
pub(super) fn pairs_of(
    all: &[Observation<'_>],
    [dataset, metric, treatment]: [&str; 3],
    request: &CompareRequest,
    problems: &mut Vec<RowProblem>,
) -> Option<Vec<Pair>> {
    let before = problems.len();
    let control = request.control.as_str();
    let a = values(all, [dataset, metric, treatment], request, problems);
    let b = values(all, [dataset, metric, control], request, problems);
    let on = if dataset.is_empty() { String::new() } else { format!("on {dataset}, ") };
    let place = format!("{on}{metric}: ");
    for (of, other, missing, present) in [(&a, &b, control, treatment), (&b, &a, treatment, control)] {
        let alone: Vec<_> = of.iter().filter(|(pair, _)| !other.contains_key(pair)).collect();
        if !alone.is_empty() {
            problems.push(RowProblem::Unpaired {
                place: place.clone(),
                missing: missing.to_owned(),
                present: present.to_owned(),
                pair: request.columns.pair.clone(),
                seeds: alone.iter().map(|(pair, _)| pair.text.to_owned()).collect(),
                at: alone.iter().map(|(_, (line, _))| *line).collect(),
            });
        }
    }
    if let Some(expected) = request.expected_pairs.filter(|&expected| expected != a.len()) {
        problems.push(RowProblem::Count {
            place,
            treatment: treatment.to_owned(),
            control: control.to_owned(),
            pair: request.columns.pair.clone(),
            seeds: a.keys().map(|pair| pair.text.to_owned()).collect(),
            got: a.len(),
            expected,
        });
    }
    let joined = a.iter().zip(b.values()).map(|((pair, (_, treatment)), (_, control))| Pair {
        pair: pair.text.to_owned(),
        treatment: *treatment,
        control: *control,
    });
    (problems.len() == before && !a.is_empty()).then(|| joined.collect())
}

/// A seed or subject; numbers come in their own order, before names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PairKey<'a> {
    number: (bool, u64),
    text: &'a str,
}

impl<'a> PairKey<'a> {
    fn new(text: &'a str) -> Self {
        let number = text.parse::<u64>().map_or((true, 0), |number| (false, number));
        Self { number, text }
    }
}
