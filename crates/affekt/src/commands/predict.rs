//! `affekt predict`

use crate::cli::PredictArgs;
use crate::output::Outcome;

#[cfg(feature = "torch")]
pub(super) fn run(args: &PredictArgs) -> anyhow::Result<Outcome> {
    use affekt_face::FacePolicy;

    use crate::cli::{FacesArg, PlaceArg};
    use crate::output;
    use crate::predict::{self, Request, Where};

    let place = match args.framing {
        PlaceArg::AsTrained => Where::AsTrained,
        PlaceArg::Picture => Where::Picture,
        PlaceArg::Detect => Request::detected(&args.detector, args.margin)?,
    };
    let policy = match args.faces {
        FacesArg::Largest => Some(FacePolicy::Largest),
        FacesArg::MostCentral => Some(FacePolicy::MostCentral),
        FacesArg::HighestScore => Some(FacePolicy::HighestScore),
        FacesArg::All => None,
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let said = predict::run(&Request {
        checkpoint: args.checkpoint.clone(),
        paths: args.paths.clone(),
        out: args.out.clone(),
        place,
        policy,
        restart: args.restart,
        device: affekt_tensor::device(&args.device)?,
        threads: args.threads.unwrap_or_else(|| u32::try_from(cores).unwrap_or(1)),
    })?;
    output::line(&said.text)?;
    // Not one face in many pictures is a mistake in the framing more often than a truth.
    let nothing = said.faces == 0 && said.pictures > 0;
    Ok(if nothing { Outcome::CheckFailed } else { Outcome::Done })
}

#[cfg(not(feature = "torch"))]
pub(super) fn run(_args: &PredictArgs) -> anyhow::Result<Outcome> {
    anyhow::bail!("this build has no LibTorch; build with --features torch or use cargo xtask")
}
