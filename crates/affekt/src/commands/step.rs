//! `affekt step`

use crate::cli::StepArgs;
use crate::output::Outcome;

#[cfg(feature = "torch")]
pub(super) fn run(args: &StepArgs) -> anyhow::Result<Outcome> {
    use affekt_tensor::Precision;

    use crate::cli::StepPrecision;
    use crate::train::step::{self, StepInput};

    let precision = match args.precision {
        StepPrecision::Fp32 => Precision::Fp32,
        StepPrecision::Bf16 => Precision::Bf16,
        StepPrecision::Fp64 => Precision::Fp64,
    };
    let StepArgs { run, weights, batch, epoch, out, .. } = args;
    step::run(&StepInput { run, weights, batch, epoch: *epoch, precision }, out)?;
    Ok(Outcome::Done)
}

#[cfg(not(feature = "torch"))]
pub(super) fn run(_args: &StepArgs) -> anyhow::Result<Outcome> {
    anyhow::bail!("this build has no LibTorch; build with --features torch or use cargo xtask")
}
