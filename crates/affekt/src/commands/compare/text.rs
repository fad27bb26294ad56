//! Comparisons as text for a terminal.

use affekt_stats::{Alternative, Role};
use affekt_study::{Comparison, Ranking};

use super::Found;
use crate::output::Table;

pub(super) fn of(found: &Found) -> String {
    let comparisons = found.comparisons.iter().map(comparison);
    comparisons.chain(found.rankings.iter().map(ranking)).collect::<Vec<_>>().join("\n")
}

fn comparison(comparison: &Comparison) -> String {
    let Comparison { paired_by, treatment, control, .. } = comparison;
    let mut values = Table::new(&[paired_by, treatment, control, "difference"]);
    for pair in &comparison.pairs {
        values.row([
            pair.pair.clone(),
            format!("{:.4}", pair.treatment),
            format!("{:.4}", pair.control),
            format!("{:+.4}", pair.treatment - pair.control),
        ]);
    }
    let mut table = Table::new(&[&comparison.metric, ""]);
    for (name, value) in lines(comparison) {
        table.row([name, value]);
    }
    let dataset =
        if comparison.dataset.is_empty() { String::new() } else { format!("{}\n", comparison.dataset) };
    format!("{dataset}{}\n{}\n{}\n", values.render(), table.render(), comparison.sentence)
}

/// Names and values of everything that was computed.
fn lines(comparison: &Comparison) -> Vec<(String, String)> {
    let summary = &comparison.summary;
    let shown = |value: Option<f64>| value.map_or_else(|| "undefined".to_owned(), |v| format!("{v:.4}"));
    let interval = match (summary.ci_low, summary.ci_high, summary.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{low:+.4} to {high:+.4} ({:.1} %)", confidence * 100.0)
        }
        _ => format!("none for so few {}s", comparison.paired_by),
    };
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| lines.push((name.to_owned(), value));
    add(&format!("{}s", comparison.paired_by), summary.n.to_string());
    add("mean difference", format!("{:+.4}", summary.mean_difference));
    add("Hodges-Lehmann", format!("{:+.4}", summary.hodges_lehmann));
    add("exact interval", interval);
    let attainable = |value: Option<f64>| value.map_or_else(String::new, |p| format!(" (attainable {p:.5})"));
    let drawn = summary.sign_flip_se.map_or_else(String::new, |se| format!(" ± {se:.5}"));
    let smallest = attainable(Some(summary.min_attainable_p));
    add("sign-flip p", format!("{:.5}{drawn}{smallest}", summary.sign_flip_p));
    add("Wilcoxon p", format!("{:.5}{smallest}", summary.wilcoxon_p));
    // Both above are two-sided.
    if comparison.test != "sign_flip" || comparison.alternative != Alternative::TwoSided {
        let p = format!("{:.5}{}", comparison.p_value, attainable(comparison.attainable_p));
        add(&format!("p asked for ({})", comparison.test), p);
    }
    let family = match (comparison.role, comparison.family_size) {
        (Role::Primary, _) => Some("primary contrast, not corrected".to_owned()),
        (Role::Family, 1) => None,
        (Role::Family, m) => Some(format!(
            "{:.5}, family of {m}{}",
            comparison.adjusted_p,
            attainable(comparison.attainable_adjusted_p)
        )),
    };
    if let Some(text) = family {
        add("corrected p", text);
    }
    power(comparison, &mut add);
    add("Cohen's d_z = mean / sd", shown(summary.d_z));
    add("Hedges' g_z = J d_z", shown(summary.hedges_g));
    add("rank-biserial (R+ - R-) / (R+ + R-)", shown(summary.rank_biserial));
    if let Some(margin) = comparison.margin {
        add("margin", margin.to_string());
        add("TOST p", shown(summary.tost_p));
        let shares = [summary.rope_left, summary.rope, summary.rope_right].map(shown).join(" / ");
        add("posterior share below / within / above", shares);
        if let Some(p) = comparison.posterior {
            let values = [p.left, p.rope, p.right].map(|p| format!("{p:.3}")).join(" / ");
            add("probability below / within / above", format!("{values} (± {:.3})", p.standard_error));
        }
    }
    lines
}

fn power(comparison: &Comparison, add: &mut impl FnMut(&str, String)) {
    let power = &comparison.power;
    let target = power.target * 100.0;
    let detectable = match (power.detectable_dz, power.detectable_difference) {
        (Some(dz), Some(difference)) => format!("d_z {dz:.2}, here {difference:.4}"),
        (Some(dz), None) => format!("d_z {dz:.2}"),
        _ => format!("nothing: no p reaches {:.4}", power.level),
    };
    add(&format!("found with {target:.0} % power"), detectable);
    if let (Some(dz), Some(at)) = (power.dz, power.power) {
        let what = if power.declared { "declared effect" } else { "effect of the observed size" };
        add(&format!("power for the {what}"), format!("{:.0} % (d_z {dz:.2})", at * 100.0));
        let needed = power.pairs_needed.map_or_else(|| "more than feasible".to_owned(), |n| n.to_string());
        add(&format!("{}s needed for {target:.0} % power", comparison.paired_by), needed);
    }
}

fn ranking(ranking: &Ranking) -> String {
    let mut arms = Table::new(&["arm", "mean rank", "mean"]);
    for arm in &ranking.arms {
        arms.row([arm.arm.clone(), format!("{:.3}", arm.average_rank), format!("{:.4}", arm.mean)]);
    }
    let mut pairs = Table::new(&["pair", "rank difference", "Nemenyi p", "p", "Holm p"]);
    for (nemenyi, holm) in ranking.nemenyi.pairs.iter().zip(&ranking.holm) {
        pairs.row([
            format!("{} / {}", ranking.arms[nemenyi.first].arm, ranking.arms[nemenyi.second].arm),
            format!("{:+.3}", nemenyi.rank_difference),
            format!("{:.5}", nemenyi.adjusted_p),
            format!("{:.5}", holm.p_value),
            format!("{:.5}", holm.adjusted_p),
        ]);
    }
    format!("{}\n{}\n{}\n", arms.render(), pairs.render(), ranking.sentence)
}
