//! `affekt compare`

use affekt_artifact::Results;
use affekt_study::{Comparison, Contrast, compare};
use anyhow::Context;

use crate::cli::CompareArgs;
use crate::output::{self, Outcome, Table};

pub(super) fn run(args: &CompareArgs) -> anyhow::Result<Outcome> {
    let results = Results::load(&args.results)?;
    let contrast = Contrast {
        metric: args.metric.clone(),
        treatment: args.treatment.clone(),
        control: args.control.clone(),
    };
    let found =
        compare(&results, &contrast, &args.selection, args.dataset.as_deref(), args.alpha, args.margin)
            .with_context(|| format!("cannot compare arms of {}", args.results.display()))?;
    if args.json {
        output::json(&found)?;
    } else {
        let texts: Vec<String> = found.iter().map(render).collect();
        output::print(&texts.join("\n"))?;
    }
    Ok(Outcome::Done)
}

fn render(comparison: &Comparison) -> String {
    let mut values = Table::new(&["seed", &comparison.treatment, &comparison.control, "difference"]);
    for pair in &comparison.pairs {
        values.row([
            pair.seed.to_string(),
            format!("{:.4}", pair.treatment),
            format!("{:.4}", pair.control),
            format!("{:+.4}", pair.treatment - pair.control),
        ]);
    }
    let summary = &comparison.summary;
    let mut table = Table::new(&[&comparison.metric, ""]);
    let shown = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |v| format!("{v:.4}"));
    let interval = match (summary.ci_low, summary.ci_high, summary.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{low:+.4} to {high:+.4} ({:.1} %)", confidence * 100.0)
        }
        _ => "none for so few seeds".to_owned(),
    };
    let mut add = |name: &str, value: String| table.row([name.to_owned(), value]);
    add("seeds", summary.n.to_string());
    add("mean difference", format!("{:+.4}", summary.mean_difference));
    add("Hodges-Lehmann", format!("{:+.4}", summary.hodges_lehmann));
    add("exact interval", interval);
    add("sign-flip p", format!("{:.5}", summary.sign_flip_p));
    add("Wilcoxon p", format!("{:.5}", summary.wilcoxon_p));
    add("smallest attainable p", format!("{:.5}", summary.min_attainable_p));
    add("Cohen's d_z", shown(summary.d_z));
    add("Hedges' g_z", shown(summary.hedges_g));
    add("rank-biserial", shown(summary.rank_biserial));
    if let Some(margin) = comparison.margin {
        add("margin", margin.to_string());
        add("TOST p", shown(summary.tost_p));
        let shares = [summary.rope_left, summary.rope, summary.rope_right].map(shown).join(" / ");
        add("posterior below / within / above", shares);
    }
    format!("{}\n{}\n{}\n{}\n", comparison.dataset, values.render(), table.render(), comparison.sentence)
}
