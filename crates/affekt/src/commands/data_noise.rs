//! `affekt data noise`

use affekt_artifact::Manifest;
use affekt_data::{LabelNoise, NoiseShape, NoisyLabels};
use anyhow::{Context, ensure};

use crate::cli::{DataNoiseArgs, NoiseKindArg};
use crate::output::{self, Outcome, Table};
use crate::prepare::class_distances;

pub(super) fn run(args: &DataNoiseArgs) -> anyhow::Result<Outcome> {
    let manifest = Manifest::load(&args.folder)?;
    let shape = match (args.kind, args.temperature) {
        (NoiseKindArg::Uniform, given) => {
            ensure!(given.is_none(), "--temperature goes with --kind circumplex");
            NoiseShape::Uniform {}
        }
        (NoiseKindArg::Circumplex, given) => {
            let temperature = given.context("--kind circumplex needs --temperature")?;
            NoiseShape::Circumplex {
                temperature,
                distances: class_distances(&manifest.label_set, args.prototypes)?,
            }
        }
    };
    let noise = LabelNoise { rate: args.rate, seed: args.seed, shape };
    let labels = NoisyLabels::draw(&manifest, noise)?;
    ensure!(!labels.rows.is_empty(), "{} has no training row with an expression", args.folder.display());
    labels.save(&args.out)?;
    print(&labels, args)?;
    Ok(Outcome::Done)
}

fn print(labels: &NoisyLabels, args: &DataNoiseArgs) -> anyhow::Result<()> {
    let mut table = Table::new(&["class", "labels", "changed", "after noise", "of these wrong"]);
    for (index, class) in labels.label_set.indices().zip(labels.label_set.classes()) {
        let original = labels.rows.iter().filter(|row| row.original == index);
        let noisy = labels.rows.iter().filter(|row| row.noisy == index);
        let wrong = noisy.clone().filter(|row| row.changed()).count();
        let changed = original.clone().filter(|row| row.changed()).count();
        let counts = [original.count(), changed, noisy.count(), wrong].map(|n| n.to_string());
        table.row(std::iter::once(class.clone()).chain(counts));
    }
    output::print(&table.render())?;
    let (n, changed) = (labels.rows.len(), labels.n_changed());
    let share = 100.0 * changed as f64 / n as f64;
    let (out, head) = (args.out.display(), NoisyLabels::head_path(&args.out));
    output::line(&format!(
        "\n{changed} of {n} training labels changed ({share:.2} %): {out}, {}",
        head.display()
    ))
}
