//! `affekt worlds render`

use std::fs;

use affekt_artifact::write_atomic;
use affekt_core::{Seed, Split};
use affekt_worlds::{World, WorldSample};
use anyhow::Context;
use image::{ImageFormat, RgbImage};
use rayon::prelude::*;

use crate::cli::WorldsRenderArgs;
use crate::output::{self, Outcome};
use crate::prepare::limits;

pub(super) fn run(args: &WorldsRenderArgs) -> anyhow::Result<Outcome> {
    let world = World::load(&args.world)?;
    let seed = Seed(args.seed);
    let images = args.out.join("images");
    fs::create_dir_all(&images).with_context(|| format!("cannot create {}", images.display()))?;
    let samples: Vec<WorldSample> =
        (0..args.n).into_par_iter().map(|index| world.draw(seed, Split::Test, index)).collect();
    samples.par_iter().try_for_each(|sample| -> anyhow::Result<()> {
        let pixels = world.render(sample, args.size)?;
        let picture = RgbImage::from_raw(args.size, args.size, pixels)
            .context("a world rendered a picture of another size than asked for")?;
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).context("cannot write a picture as PNG")?;
        Ok(write_atomic(&images.join(format!("{}.png", sample.id)), png.get_ref())?)
    })?;
    let labels = args.out.join("labels.csv");
    write_atomic(&labels, &labels_csv(&world, &samples)?)?;
    limits(&world, args.n, seed).save(&args.out.join("limits.json"))?;
    output::line(&format!("{} faces of {} in {}", samples.len(), world.name(), args.out.display()))?;
    Ok(Outcome::Done)
}

/// One row per picture: labels, action units, and the true posterior of each class.
fn labels_csv(world: &World, samples: &[WorldSample]) -> anyhow::Result<Vec<u8>> {
    let classes = world.label_set().classes();
    let mut header: Vec<String> =
        ["image", "subject", "expression", "valence", "arousal"].map(str::to_owned).to_vec();
    header.extend(world.aus().iter().map(|au| format!("au{au}")));
    header.extend(classes.iter().map(|class| format!("eta_{class}")));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&header)?;
    for sample in samples {
        let mut cells = vec![
            format!("images/{}.png", sample.id),
            sample.subject.to_string(),
            world.label_set().name_of(sample.class)?.to_owned(),
            sample.va.valence().to_string(),
            sample.va.arousal().to_string(),
        ];
        cells.extend(sample.aus.iter().map(|&present| u8::from(present).to_string()));
        cells.extend(sample.eta.iter().map(ToString::to_string));
        table.write_record(&cells)?;
    }
    table.into_inner().context("cannot write labels.csv")
}
