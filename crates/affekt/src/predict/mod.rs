//! Predictions on pictures that are in no dataset.

mod checkpoint;
mod cut;
mod pictures;
mod script;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affekt_face::{DetectorName, FacePolicy, Margin};
use affekt_tensor::{Device, set_threads};
use anyhow::Context as _;
use rayon::prelude::*;

use checkpoint::Checkpoint;
use cut::{Cut, Seen};
use script::ScriptCard;
use table::{Found, Table};

/// Pictures that are looked at together, and written together.
const CHUNK: usize = 256;

/// Where the faces of pictures are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Where {
    /// Where they were in training.
    AsTrained,
    /// The whole picture is the face.
    Picture,
    /// Where a detector finds them.
    Detected {
        /// Which one.
        detector: DetectorName,
        /// Room around the box.
        margin: Margin,
    },
}

/// What to predict.
pub(crate) struct Request {
    /// Checkpoint, or folder of a run.
    pub(crate) checkpoint: PathBuf,
    /// Pictures and folders of pictures.
    pub(crate) paths: Vec<PathBuf>,
    /// Table to write.
    pub(crate) out: PathBuf,
    /// Where the faces are.
    pub(crate) place: Where,
    /// Which of several detected faces; `None` for all.
    pub(crate) policy: Option<FacePolicy>,
    /// True to begin anew whatever the table holds.
    pub(crate) restart: bool,
    /// Threads.
    pub(crate) threads: u32,
    /// Where to compute; a recorded network runs on the CPU.
    pub(crate) device: Device,
}

/// What came of it.
pub(crate) struct Predicted {
    /// For a person.
    pub(crate) text: String,
    /// Faces with a prediction.
    pub(crate) faces: u64,
    /// Pictures looked at, those of an earlier start left out.
    pub(crate) pictures: usize,
}

/// Predictions on every picture, a row each or a row a face; a bad picture is a row with its reason.
///
/// The table has the same bytes however often it was begun, at one number of threads.
pub(crate) fn run(request: &Request) -> anyhow::Result<Predicted> {
    set_threads(request.threads);
    let checkpoint = Checkpoint::load(&request.checkpoint, request.device)?;
    let items = pictures::gather(&request.paths)?;
    let cut = Cut::new(&checkpoint, request)?;
    let settings = serde_json::json!({
        "schema": "affekt-predictions-of/1",
        "checkpoint": checkpoint.digest,
        "run": checkpoint.run.id,
        "framing": cut.framing,
        "colour": checkpoint.faces.colour,
        "detected": cut.detected,
    });
    let (mut table, done) = Table::open(&request.out, &checkpoint.run, &settings, &items, request.restart)?;
    if (1..items.len()).contains(&done) {
        eprintln!("{done} of {} pictures are done already", items.len());
    }
    let size = usize::try_from(checkpoint.run.input.size)?;
    let mut tally = Tally::default();
    for chunk in items[done..].chunks(CHUNK) {
        let seen: Vec<Seen> = chunk.par_iter().map(|item| cut.faces(&item.path)).collect();
        let faces: Vec<&[u8]> = seen.iter().flat_map(Seen::faces).map(|(_, face)| face.as_slice()).collect();
        let mut said = checkpoint.evaluator.look(checkpoint.model(), size, &faces)?.into_iter();
        let mut rows = Vec::with_capacity(chunk.len());
        for (item, seen) in chunk.iter().zip(seen) {
            let found = match seen {
                Seen::Nothing(reason) => vec![Found::Nothing(reason)],
                Seen::Faces(faces) => faces
                    .into_iter()
                    .zip(&mut said)
                    .map(|((detection, _), said)| {
                        if said.is_finite() {
                            Found::Face(detection, said)
                        } else {
                            Found::Nothing("the network's output is not finite".to_owned())
                        }
                    })
                    .collect(),
            };
            tally.count(&found);
            rows.push((item, found));
        }
        table.add(&rows)?;
    }
    table.end(items.len())?;
    let text = if done == items.len() {
        format!("all {done} pictures are predicted already: {}", request.out.display())
    } else {
        tally.line(items.len() - done, &request.out)
    };
    Ok(Predicted { text, faces: tally.faces, pictures: items.len() - done })
}

/// Writes the network of a checkpoint as `TorchScript`, with its card beside it.
pub(crate) fn export(checkpoint: &Path, out: &Path) -> anyhow::Result<ScriptCard> {
    let checkpoint = Checkpoint::load(checkpoint, Device::Cpu)?;
    script::export(&checkpoint.run, checkpoint.faces, checkpoint.model(), out)
}

/// Faces, and pictures without by reason.
#[derive(Default)]
struct Tally {
    faces: u64,
    without: BTreeMap<String, u64>,
}

impl Tally {
    fn count(&mut self, found: &[Found]) {
        for face in found {
            match face {
                Found::Face(..) => self.faces += 1,
                // Paths and numbers apart, reasons are few.
                Found::Nothing(reason) => {
                    let kind = reason.split(':').next_back().unwrap_or(reason).trim().to_owned();
                    *self.without.entry(kind).or_default() += 1;
                }
            }
        }
    }

    fn line(&self, pictures: usize, out: &Path) -> String {
        let mut lines = vec![format!("{pictures} pictures, {} faces: {}", self.faces, out.display())];
        lines.extend(self.without.iter().take(8).map(|(reason, n)| format!("{n} without: {reason}")));
        lines.join("\n")
    }
}

impl Request {
    /// A detector by name, and the room around what it finds.
    pub(crate) fn detected(name: &str, margin: f64) -> anyhow::Result<Where> {
        let detector = DetectorName::new(name).context("--detector")?;
        Ok(Where::Detected { detector, margin: Margin::new(margin)? })
    }
}
