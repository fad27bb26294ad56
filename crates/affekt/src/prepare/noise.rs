//! Label noise of a dataset, from the study file to what draws it.

use affekt_core::LabelSet;
use affekt_data::{LabelNoise, NoiseShape};
use affekt_ot::{CostMatrix, PrototypeTable};
use affekt_study::{NoiseSpec, Prepared};
use anyhow::Context;

/// The noise with everything resolved that decides it.
pub(super) fn resolve(spec: &NoiseSpec, set: &LabelSet) -> anyhow::Result<LabelNoise> {
    Ok(match spec {
        NoiseSpec::Symmetric { rate, seed } => {
            LabelNoise { rate: *rate, seed: *seed, shape: NoiseShape::Uniform {} }
        }
        NoiseSpec::Circumplex { rate, seed, temperature, table } => {
            let table: PrototypeTable = table.parse().context("no such table for the label noise")?;
            let distances = class_distances(set, table)?;
            let shape = NoiseShape::Circumplex { temperature: *temperature, distances };
            LabelNoise { rate: *rate, seed: *seed, shape }
        }
    })
}

/// Distances between the classes on the plane of valence and arousal.
pub(crate) fn class_distances(set: &LabelSet, table: PrototypeTable) -> anyhow::Result<Vec<Vec<f64>>> {
    let position = |class: &String| {
        table.get(class).with_context(|| {
            let others = PrototypeTable::ALL.into_iter().filter(|table| table.get(class).is_some());
            let others: Vec<&str> = others.map(PrototypeTable::name).collect();
            format!(
                "prototype table {table} has no position for {class}; tables that have: {}",
                others.join(", ")
            )
        })
    };
    let prototypes = set.classes().iter().map(position).collect::<anyhow::Result<Vec<_>>>()?;
    let costs = CostMatrix::from_prototypes(&prototypes)?;
    Ok((0..set.len()).map(|i| (0..set.len()).map(|j| costs.get(i, j)).collect()).collect())
}

/// Says what noise came to: the draws are independent, so the share of wrong labels is near the rate, not at it.
pub(super) fn report(name: &str, prepared: &Prepared) {
    if let Some(noise) = prepared.noise {
        let share = 100.0 * noise.rate();
        let (changed, labels) = (noise.changed, noise.labels);
        eprintln!("{name}: {changed} of {labels} training labels are wrong on purpose ({share:.2} %)");
    }
}
