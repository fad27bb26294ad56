//! `affekt data prepare`

use affekt_data::{Dataset, Preparing, SplitSpec, prepare_files};
use affekt_face::{
    Colour, DetectorName, FacePolicy, Fit, Framing, Margin, Preprocess, ResizeFilter, Template,
};
use affekt_study::RunLock;
use anyhow::Context;

use crate::cli::{DataPrepareArgs, FaceArg, FitArg, FramingArg};
use crate::detector::detector;
use crate::output::{self, Outcome, Table};
use crate::prepare::Progress;

pub(super) fn run(args: &DataPrepareArgs) -> anyhow::Result<Outcome> {
    let dataset = Dataset::load(&args.manifest)?;
    let split = SplitSpec { valid: args.valid, test: args.test, seed: args.split_seed, keep: None };
    let preprocess = Preprocess::framed(args.size, framing(args)?)?.with_colour(if args.grey {
        Colour::Grey
    } else {
        Colour::Rgb
    });
    std::fs::create_dir_all(&args.out).with_context(|| format!("cannot create {}", args.out.display()))?;
    let _lock = RunLock::acquire(&args.out)?;
    let mut progress = Progress::new();
    let preparing = Preparing {
        preprocess,
        split,
        thin: None,
        noise: None,
        detector: &detector,
        progress: &mut |done| progress.shard(done),
    };
    let made = prepare_files(&dataset, &args.root, preparing, &args.out)?;
    progress.finish();
    let mut table = Table::new(&["class", "train", "valid", "test"]);
    let counts = affekt_core::Split::ALL.map(|split| made.manifest.class_counts(split));
    for (index, class) in made.manifest.label_set.classes().iter().enumerate() {
        let cells = counts.iter().map(|split| split.get(index).copied().unwrap_or(0).to_string());
        table.row(std::iter::once(class.clone()).chain(cells));
    }
    for (reason, count) in made.quarantine.counts() {
        eprintln!("set aside: {count} {reason} (see {})", args.out.join("quarantine.csv").display());
    }
    output::print(&table.render())?;
    output::line(&format!("\n{} images in {}", made.manifest.rows.len(), args.out.display()))?;
    Ok(Outcome::Done)
}

/// What the options say becomes the face.
fn framing(args: &DataPrepareArgs) -> anyhow::Result<Framing> {
    let fit = match args.fit {
        FitArg::Stretch => Fit::Stretch,
        FitArg::CenterCrop => Fit::CenterCrop,
        FitArg::Pad => Fit::Pad,
    };
    let filter = ResizeFilter::PilBilinear;
    Ok(match args.framing {
        FramingArg::Picture => Framing::Picture { fit, filter },
        FramingArg::GivenBox => Framing::GivenBox { margin: Margin::new(args.margin)?, fit, filter },
        FramingArg::Detected => Framing::Detected {
            detector: DetectorName::new(&args.detector)?,
            policy: match args.face {
                FaceArg::Largest => FacePolicy::Largest,
                FaceArg::MostCentral => FacePolicy::MostCentral,
                FaceArg::HighestScore => FacePolicy::HighestScore,
            },
            margin: Margin::new(args.margin)?,
            fit,
            filter,
        },
        FramingArg::Landmarks => Framing::Landmarks { template: Template::Arcface },
    })
}
