//! `affekt submit`

use affekt_data::{AuThresholds, Submission, SubmissionFormat, SubmissionReport};

use crate::cli::SubmitArgs;
use crate::output::{self, Outcome, Table};

pub(super) fn run(args: &SubmitArgs) -> anyhow::Result<Outcome> {
    let submission = Submission {
        format: SubmissionFormat::of(args.edition, args.track.into())?,
        list: args.list.clone(),
        lengths: args.lengths.clone(),
        predictions: args.predictions.clone(),
        selection: args.selection,
        holes: args.holes.into(),
        au_thresholds: AuThresholds::new(&args.au_threshold)?,
        decimals: args.decimals,
    };
    let report = submission.write(&args.out)?;
    if let Some(published) = report.published_otherwise() {
        let (rows, edition) = (report.rows, report.format.edition);
        tracing::warn!(
            "the list has {rows} rows; that of edition {edition} was published with {published}: is it whole?"
        );
    }
    if args.json {
        output::json(&report)?;
    } else {
        output::print(&table(&report))?;
        let SubmissionReport { out, rows, files, .. } = &report;
        output::line(&format!("\nwrote and read back {rows} rows in {files} file(s): {}", out.display()))?;
    }
    Ok(Outcome::Done)
}

fn table(report: &SubmissionReport) -> String {
    let (format, counts) = (&report.format, &report.counts);
    let title = format!("ABAW{} ({}), {}", format.edition, format.year, format.task);
    let mut table = Table::new(&[&title, ""]);
    let mut add = |name: &str, value: u64| table.row([name.to_owned(), value.to_string()]);
    add("videos", report.videos);
    add("rows", report.rows);
    add("  predicted", counts.predicted);
    add("  from the nearest frame", counts.nearest);
    add("  neutral", counts.neutral);
    // What is usual is not shown where there is none of it.
    for (name, value) in [
        ("frames to the farthest nearest one", counts.farthest),
        ("rows of a frame listed above", counts.repeated),
        ("rows with valence or arousal moved into [-1, 1]", counts.clamped),
        ("rows that not every prediction file has", counts.not_in_every_file),
        ("predictions of frames not on the list", counts.unlisted),
        ("predictions of the other selection", counts.other_selection),
    ] {
        if value > 0 {
            add(name, value);
        }
    }
    table.render()
}
