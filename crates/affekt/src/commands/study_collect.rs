//! `affekt study collect`

use std::path::Path;

use affekt_artifact::Plan;
use affekt_study::{Collected, Merged, Study, collect, merge};
use anyhow::Context;

use super::report::out_root;
use super::summary;
use crate::cli::CollectArgs;
use crate::identity;
use crate::output::{self, Outcome};

pub(super) fn run(args: &CollectArgs) -> anyhow::Result<Outcome> {
    let dir = &args.study_dir;
    let plan = Plan::load(&dir.join("plan.toml"))?;
    for other in &args.from {
        anyhow::ensure!(other.join("runs").is_dir(), "{}: no study folder: it has no runs", other.display());
        let Merged { taken, alike } = merge(dir, &plan.runs, other)?;
        output::line(&format!("{}: {taken} runs taken, {alike} alike here and there", other.display()))?;
    }
    let collected = collect_now(dir, &plan)?;
    summary::print_claims(dir)?;
    summary::print_limits(dir, &out_root(dir), &plan)?;
    summary::tell_holes(&collected);
    Ok(Outcome::Done)
}

/// Measures every finished run of the study in `dir`.
pub(super) fn collect_now(dir: &Path, plan: &Plan) -> anyhow::Result<Collected> {
    let spec = Study::load_spec(dir)?;
    collect(dir, &out_root(dir), plan, &spec.analysis, identity::COLLECT)
        .with_context(|| format!("cannot collect {}", dir.display()))
}
