//! A comparison in words, from the same record as its table.

use affekt_artifact::signed;
use affekt_stats::{Alternative, Role};

use super::Comparison;

/// The result of a comparison.
pub(super) fn of(comparison: &Comparison) -> String {
    let Comparison { metric, treatment, control, summary, .. } = comparison;
    let on =
        if comparison.dataset.is_empty() { String::new() } else { format!("On {}, ", comparison.dataset) };
    let pairs = counted(summary.n, &comparison.paired_by);
    let interval = match (summary.ci_low, summary.ci_high, summary.ci_confidence) {
        (Some(low), Some(high), Some(confidence)) => {
            format!("{:.1} % interval {} to {}", confidence * 100.0, signed(low, 4), signed(high, 4))
        }
        _ => format!("too few for a {:.0} % interval", (1.0 - comparison.alpha) * 100.0),
    };
    let mut text = format!(
        "{on}{metric} of {treatment} minus {control} is {} on average over {pairs} ({interval}), {}: {}{}.",
        signed(summary.mean_difference, 4),
        p_values(comparison),
        finding(comparison, &pairs),
        equivalence(comparison)
    );
    if let Some(more) = needed(comparison) {
        text += " ";
        text += &more;
    }
    text
}

/// A p-value in four decimals; small ones in powers of ten, for none is zero.
pub(super) fn p_text(p: f64) -> String {
    if p > 0.0 && p < 1e-4 { format!("{p:.1e}") } else { format!("{p:.4}") }
}

fn p_values(comparison: &Comparison) -> String {
    let sided = match comparison.alternative {
        Alternative::TwoSided => "",
        Alternative::Greater => "one-sided (greater) ",
        Alternative::Less => "one-sided (less) ",
    };
    let exact = comparison.test != "paired_t" && comparison.summary.sign_flip_se.is_none();
    let exact = if exact { "exact " } else { "" };
    let name = match comparison.test.as_str() {
        "sign_flip" => "sign-flip",
        "wilcoxon" => "Wilcoxon",
        "wilcoxon_pratt" => "Wilcoxon (Pratt)",
        "wilcoxon_zsplit" => "Wilcoxon (zsplit)",
        "sign_test" => "sign-test",
        "paired_t" => "paired-t",
        other => other,
    };
    let adjusted = match (comparison.role, comparison.family_size) {
        (Role::Primary, _) => ", declared primary".to_owned(),
        (Role::Family, 1) => String::new(),
        (Role::Family, m) => {
            format!(", {} after correction for {m} contrasts", p_text(comparison.adjusted_p))
        }
    };
    format!("{exact}{sided}{name} p = {}{adjusted}", p_text(comparison.p_value))
}

fn finding(comparison: &Comparison, pairs: &str) -> String {
    let alpha = comparison.alpha;
    let attainable = comparison.attainable_adjusted_p.filter(|p| *p > alpha);
    if comparison.adjusted_p <= alpha {
        format!("a difference at level {alpha}")
    } else if let Some(smallest) = attainable {
        let family = if comparison.family_size > 1 {
            format!(" in a family of {}", comparison.family_size)
        } else {
            String::new()
        };
        format!("with {pairs}{family} no p below {smallest} is attainable, so a difference cannot be shown")
    } else {
        format!("no difference is shown at level {alpha}, which is not evidence of none")
    }
}

fn equivalence(comparison: &Comparison) -> String {
    match (comparison.margin, comparison.summary.tost_p) {
        (Some(margin), Some(tost)) if tost <= comparison.alpha => {
            format!("; the two are equivalent within {margin} (TOST p = {})", p_text(tost))
        }
        (Some(margin), _) => format!("; equivalence within {margin} is not shown"),
        (None, _) => String::new(),
    }
}

/// What it would take: said where no difference was shown.
fn needed(comparison: &Comparison) -> Option<String> {
    let power = &comparison.power;
    if comparison.adjusted_p <= comparison.alpha {
        return None;
    }
    let dz = power.dz?;
    let effect = if power.declared { "the declared effect" } else { "an effect of the observed size" };
    let target = power.target * 100.0;
    let paired_by = &comparison.paired_by;
    Some(match power.pairs_needed {
        Some(n) if n <= comparison.summary.n => {
            format!(
                "To see {effect} (d_z {dz:.2}) with {target:.0} % power, {} are enough.",
                counted(n, paired_by)
            )
        }
        Some(n) => format!(
            "You need {} to see {effect} (d_z {dz:.2}) with {target:.0} % power.",
            counted(n, paired_by)
        ),
        None => format!("No feasible number would show {effect} (d_z {dz:.2})."),
    })
}

/// `1 seed`, `6 seeds`.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
