//! `affekt data check`

use affekt_data::{Dataset, check};

use crate::cli::DataCheckArgs;
use crate::output::{self, Outcome};

pub(super) fn run(args: &DataCheckArgs) -> anyhow::Result<Outcome> {
    let dataset = Dataset::load(&args.manifest)?;
    let report = check(&dataset, &args.root)?;
    if args.json {
        output::json(&report)?;
    } else {
        output::print(&report.to_string())?;
    }
    Ok(if report.needs_attention() { Outcome::CheckFailed } else { Outcome::Done })
}
