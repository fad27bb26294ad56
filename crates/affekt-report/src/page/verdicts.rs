//! The claims of the papers beside what the runs say.

use affekt_artifact::{Claim, Evidence, TestRow, Verdict};

use crate::number::{NumberKind, UNDEFINED, decimals, interval};
use crate::study::Study;
use crate::{Cell, DataTable};

/// One claim on one dataset.
#[derive(Clone, Debug)]
pub(crate) struct VerdictRow {
    pub(crate) claim: Claim,
    /// The comparison that the claim's evidence was read from, if it can be told.
    pub(crate) test: Option<TestRow>,
}

/// All claims, in file order.
pub(crate) fn rows(study: &Study) -> Vec<VerdictRow> {
    let claims = study.claims.claims.iter();
    claims
        .map(|claim| VerdictRow { test: test_behind(study, claim).cloned(), claim: claim.clone() })
        .collect()
}

/// Symbol that goes with the word, so that the table can be read at a glance and without colour.
pub(crate) const fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "✓",
        Verdict::Contradicted => "✗",
        Verdict::Undecided => "?",
    }
}

impl VerdictRow {
    /// Contrast, effect, interval, p, n and smallest attainable p as printed.
    pub(crate) fn cells(&self) -> [Cell; 6] {
        let Some(test) = &self.test else { return [const { Cell::Hole }; 6] };
        [
            Cell::text(format!("{} − {}, {}", test.treatment, test.control, test.metric)),
            Cell::Number(NumberKind::Difference, Some(test.hodges_lehmann)),
            Cell::text(interval(test.ci_low, test.ci_high)),
            Cell::Number(NumberKind::PValue, Some(test.sign_flip_p)),
            Cell::Count(test.n),
            Cell::Number(NumberKind::PValue, Some(test.min_attainable_p)),
        ]
    }

    /// The evidence as `what: value (file)`.
    pub(crate) fn evidence(&self) -> Vec<String> {
        let one = |item: &Evidence| {
            let value = item.value.map_or_else(|| UNDEFINED.to_owned(), printed);
            format!("{}: {value} ({})", item.what, item.file)
        };
        self.claim.evidence.iter().map(one).collect()
    }
}

/// A number of unknown kind: a whole one as such, others with four decimals or in scientific form.
fn printed(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return decimals(value, 0);
    }
    let kind = if value.abs() < 1e-4 { NumberKind::PValue } else { NumberKind::Score };
    kind.print(value)
}

/// The claims as a table for the files.
pub(crate) fn table(rows: &[VerdictRow]) -> DataTable {
    let columns = [
        "claim",
        "dataset",
        "statement",
        "verdict",
        "contrast",
        "HL estimate",
        "interval",
        "p",
        "n",
        "smallest attainable p",
        "why",
    ];
    let mut table = DataTable::new("claims", "Claims of the papers and what these runs say", &columns);
    for row in rows {
        let claim = &row.claim;
        let mut cells = vec![
            Cell::text(&*claim.id),
            Cell::text(&*claim.dataset),
            Cell::text(&*claim.statement),
            Cell::text(claim.verdict.to_string()),
        ];
        cells.extend(row.cells());
        cells.push(Cell::text(&*claim.reason));
        table.rows.push(cells);
    }
    table
}

/// The row of `tests.csv` whose numbers a claim cites.
///
/// A claim does not name its comparison, but its evidence holds numbers of that row. A row counts when at
/// least two of them are its own and no other row has as many; of such rows, the one whose arms the evidence speaks of.
fn test_behind<'a>(study: &'a Study, claim: &Claim) -> Option<&'a TestRow> {
    let cited: Vec<f64> = claim
        .evidence
        .iter()
        .filter(|item| item.file.ends_with("tests.csv"))
        .filter_map(|item| item.value)
        .collect();
    let matches = |row: &TestRow| {
        let own = own_numbers(row);
        cited.iter().filter(|value| own.iter().any(|number| is_same(**value, *number))).count()
    };
    let of_dataset = study.tests.rows.iter().filter(|row| row.dataset == claim.dataset);
    let mut scored: Vec<(usize, &TestRow)> = of_dataset.map(|row| (matches(row), row)).collect();
    // Equal arms have equal numbers: then only the names tell.
    let best = scored.iter().map(|(own, _)| *own).max().unwrap_or(0);
    if scored.iter().filter(|(own, _)| *own == best).count() > 1 {
        scored.retain(|(own, row)| *own == best && is_named(claim, row));
    }
    // Stable: equal scores keep file order, and a tie at the top is no match.
    scored.sort_by_key(|(own, _)| std::cmp::Reverse(*own));
    match scored.as_slice() {
        [(best, row), rest @ ..] if *best >= 2 && rest.first().is_none_or(|next| next.0 < *best) => Some(row),
        _ => None,
    }
}

/// Whether the evidence has a number of each arm of the row, as `<metric> of <arm>, ...`.
fn is_named(claim: &Claim, row: &TestRow) -> bool {
    [&row.treatment, &row.control].into_iter().all(|arm| {
        let begin = format!("{} of {arm},", row.metric);
        claim.evidence.iter().any(|item| item.what.starts_with(&begin))
    })
}

/// The same number, though one went through JSON, whose reader may miss the last bit.
fn is_same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

/// The numbers that tell one row from another.
fn own_numbers(row: &TestRow) -> Vec<f64> {
    let certain = [
        row.treatment_mean,
        row.control_mean,
        row.mean_difference,
        row.hodges_lehmann,
        row.sign_flip_p,
        row.wilcoxon_p,
        row.holm_p,
    ];
    let possible = [
        row.ci_low,
        row.ci_high,
        row.d_z,
        row.rank_biserial,
        row.tost_p,
        row.rope_below,
        row.rope_within,
        row.rope_above,
    ];
    certain.into_iter().chain(possible.into_iter().flatten()).collect()
}
