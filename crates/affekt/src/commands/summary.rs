//! What a person sees of a study on standard output.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{ClaimSet, Limits, Plan, PlannedDataset, Results, Tests, fixed, is_above, signed};
use affekt_study::{Collected, Study};

use crate::output::{self, Table};

/// One line per claim and dataset.
pub(super) fn print_claims(dir: &Path) -> anyhow::Result<()> {
    let claims = ClaimSet::load(&dir.join("claims.json"))?;
    if claims.claims.is_empty() {
        return Ok(());
    }
    let tests = Tests::load(&dir.join("tests.csv"))?;
    let analysis = Study::load_spec(dir)?.analysis;
    let mut table = Table::new(&["claim", "dataset", "verdict", "contrast", "effect", "interval", "p", "n"]);
    for claim in &claims.claims {
        let contrast = analysis.claims.iter().find(|spec| spec.id == claim.id).map(|spec| &spec.contrast);
        let test = contrast.and_then(|contrast| {
            tests.rows.iter().find(|row| {
                row.dataset == claim.dataset
                    && row.metric == contrast.metric
                    && row.treatment == contrast.treatment
                    && row.control == contrast.control
            })
        });
        let compared =
            contrast.map_or_else(String::new, |c| format!("{} {} vs {}", c.metric, c.treatment, c.control));
        let numbers = test.map(|test| {
            let interval = match (test.ci_low, test.ci_high) {
                (Some(low), Some(high)) => format!("[{}, {}]", signed(low, 4), signed(high, 4)),
                _ => "none at this n".to_owned(),
            };
            [signed(test.hodges_lehmann, 4), interval, fixed(test.sign_flip_p, 4), test.n.to_string()]
        });
        let numbers = numbers.unwrap_or_else(|| ["-", "-", "-", "0"].map(str::to_owned));
        let head = [claim.id.clone(), claim.dataset.clone(), claim.verdict.to_string(), compared];
        table.row(head.into_iter().chain(numbers));
    }
    output::print(&table.render())
}

/// Every arm against the Bayes limit of each world.
pub(super) fn print_limits(dir: &Path, out_root: &Path, plan: &Plan) -> anyhow::Result<()> {
    let worlds: Vec<&PlannedDataset> = plan.datasets.iter().filter(|dataset| dataset.has_limits).collect();
    if worlds.is_empty() {
        return Ok(());
    }
    let results = Results::load(&dir.join("results.csv"))?;
    let mut table =
        Table::new(&["dataset", "arm", "n", "accuracy", "limit", "gap", "macro-F1", "limit", "gap", ""]);
    let mut above = false;
    for world in worlds {
        let limits = Limits::load(&out_root.join(&world.folder).join("limits.json"))?;
        for arm in &plan.arms {
            let of = |metric| Scores::of(&results.by_seed(&world.name, &arm.name, &plan.selection, metric));
            let (Some(accuracy), Some(macro_f1)) = (of("accuracy"), of("macro_f1")) else {
                table.row([
                    world.name.clone(),
                    arm.name.clone(),
                    "0".to_owned(),
                    "no finished run".to_owned(),
                ]);
                continue;
            };
            let flagged = accuracy.exceeds(limits.accuracy, limits.accuracy_sd)
                || macro_f1.exceeds(limits.macro_f1, limits.macro_f1_sd);
            above |= flagged;
            let cells = [
                world.name.clone(),
                arm.name.clone(),
                accuracy.n.to_string(),
                accuracy.to_string(),
                fixed(limits.accuracy, 4),
                signed(limits.accuracy - accuracy.mean, 4),
                macro_f1.to_string(),
                fixed(limits.macro_f1, 4),
                signed(limits.macro_f1 - macro_f1.mean, 4),
                if flagged { "ABOVE THE LIMIT".to_owned() } else { String::new() },
            ];
            table.row(cells);
        }
    }
    output::print(&format!("\n{}", table.render()))?;
    if above {
        eprintln!(
            "warning: an arm lies more than 3 standard errors above what any classifier can reach: \
             look for a leak between training and test"
        );
    }
    Ok(())
}

/// Says which runs are missing and which logs could not be read.
pub(super) fn tell_holes(collected: &Collected) {
    for note in &collected.notes {
        eprintln!("warning: {note}");
    }
    if collected.holes.is_empty() {
        return;
    }
    eprintln!("{} runs have no results; contrasts use the seeds that both arms have:", collected.holes.len());
    for hole in &collected.holes {
        eprintln!("  {} {} seed {}", hole.dataset, hole.arm, hole.seed);
    }
}

struct Scores {
    n: usize,
    mean: f64,
    sd: f64,
}

impl Scores {
    fn of(by_seed: &BTreeMap<u64, Option<f64>>) -> Option<Self> {
        let values: Vec<f64> = by_seed.values().copied().flatten().collect();
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 };
        Some(Self { n, mean, sd })
    }

    fn exceeds(&self, limit: f64, sampling_sd: f64) -> bool {
        is_above(limit, sampling_sd, self.mean, self.sd / (self.n as f64).sqrt())
    }
}

impl std::fmt::Display for Scores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ± {}", fixed(self.mean, 4), fixed(self.sd, 4))
    }
}
