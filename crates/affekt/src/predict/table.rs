//! The table of predictions: appended to picture by picture, gone on with after a kill.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;
use affekt_face::Detection;
use affekt_study::ResolvedRun;
use affekt_train::FaceSaid;
use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::CHUNK;
use super::pictures::Item;

/// What became of one face of a picture.
pub(super) enum Found {
    /// A face, where a detector found it, and what the network says.
    Face(Option<Detection>, FaceSaid),
    /// None, and why.
    Nothing(String),
}

/// The file being written.
pub(super) struct Table {
    file: File,
    path: PathBuf,
    beside: PathBuf,
    settings: Value,
    classes: Vec<String>,
    n_aus: usize,
}

/// Key of the number of pictures of a table that is whole.
const ENDED: &str = "pictures";

const FIXED: [&str; 11] =
    ["path", "video", "frame", "face_found", "reason", "score", "x", "y", "width", "height", "predicted"];

impl Table {
    /// Opens `path` anew, or after the chunks of `items` that it holds whole when it was begun with the same `settings`;
    /// with it the number of pictures that are done.
    ///
    /// A chunk begun is done again, for what a network says of a face may differ in its last bits with the faces beside
    /// it. Settings, and in the end the number of pictures, lie beside it in `<path>.json`.
    pub(super) fn open(
        path: &Path,
        run: &ResolvedRun,
        settings: &Value,
        items: &[Item],
        restart: bool,
    ) -> anyhow::Result<(Self, usize)> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".json");
        let beside = PathBuf::from(beside);
        let classes: Vec<String> = run.label_set.classes().iter().map(ToString::to_string).collect();
        let header = header(&classes, &run.aus)?;
        let (mut keep, mut done) = (0, 0);
        if path.exists() && !restart {
            let found = fs::read(&beside).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let mut found: Value = found.unwrap_or_default();
            let ended = found.as_object_mut().and_then(|card| card.remove(ENDED));
            ensure!(
                found == *settings,
                "{}: holds predictions of another checkpoint or other settings (see {}); name another --out, or begin \
                 anew with --restart",
                path.display(),
                beside.display()
            );
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let is_whole = ended.as_ref().and_then(Value::as_u64) == Some(items.len() as u64);
            (keep, done) = kept(&bytes, &header, items, is_whole);
        }
        if keep == 0 {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            }
            write_atomic(path, &header)?;
            keep = header.len();
        }
        write_atomic(&beside, serde_json::to_string_pretty(settings)?.as_bytes())?;
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(keep as u64)?;
        file.seek(SeekFrom::End(0))?;
        let (path, settings) = (path.to_owned(), settings.clone());
        Ok((Self { file, path, beside, settings, classes, n_aus: run.aus.len() }, done))
    }

    /// Notes that the table holds all of `n` pictures.
    pub(super) fn end(self, n: usize) -> anyhow::Result<()> {
        let mut card = self.settings;
        card[ENDED] = n.into();
        Ok(write_atomic(&self.beside, serde_json::to_string_pretty(&card)?.as_bytes())?)
    }

    /// Adds the rows of some pictures in one write.
    pub(super) fn add(&mut self, rows: &[(&Item, Vec<Found>)]) -> anyhow::Result<()> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for (item, faces) in rows {
            for face in faces {
                writer.write_record(self.cells(item, face))?;
            }
        }
        let bytes = writer.into_inner().context("rows in memory")?;
        let cannot = || {
            format!("cannot write {}; what is in it stays, and the same command goes on", self.path.display())
        };
        self.file.write_all(&bytes).and_then(|()| self.file.sync_data()).with_context(cannot)
    }

    fn cells(&self, item: &Item, face: &Found) -> Vec<String> {
        let frame = item.frame.map_or_else(String::new, |frame| frame.to_string());
        let mut cells = vec![key(item), item.video.clone(), frame];
        let (found, reason, detection, said) = match face {
            Found::Face(detection, said) => ("true", "", detection.as_ref(), Some(said)),
            Found::Nothing(reason) => ("false", reason.as_str(), None, None),
        };
        cells.extend([found.to_owned(), reason.to_owned()]);
        match detection {
            Some(Detection { bbox, score }) => {
                cells.extend([*score, bbox.x, bbox.y, bbox.width, bbox.height].map(|n| n.to_string()));
            }
            None => cells.extend(vec![String::new(); 5]),
        }
        let Some(said) = said else {
            cells.resize(FIXED.len() + self.classes.len() + 2 + self.n_aus, String::new());
            return cells;
        };
        cells.push(self.classes[said.best()].clone());
        cells.extend(said.probabilities.iter().map(f32::to_string));
        match said.va {
            Some(va) => cells.extend(va.map(|x| x.to_string())),
            None => cells.extend([String::new(), String::new()]),
        }
        let aus = (0..self.n_aus).map(|k| said.aus.get(k).map_or_else(String::new, f32::to_string));
        cells.extend(aus);
        cells
    }
}

/// How a picture is named in the table.
pub(super) fn key(item: &Item) -> String {
    item.path.to_string_lossy().into_owned()
}

fn header(classes: &[String], aus: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut names: Vec<String> = FIXED.map(str::to_owned).to_vec();
    names.extend(classes.iter().map(|class| format!("p_{class}")));
    names.extend(["valence", "arousal"].map(str::to_owned));
    names.extend(aus.iter().map(|au| format!("au_{au}")));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(names)?;
    writer.into_inner().context("a header in memory")
}

/// Bytes of a table that stay, and how many pictures they are: chunks that are whole, or all when the table is. None where
/// the header is another one.
fn kept(bytes: &[u8], header: &[u8], items: &[Item], is_whole: bool) -> (usize, usize) {
    if !bytes.starts_with(header) {
        return (0, 0);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = reader.headers().map_or(0, csv::StringRecord::len);
    // Where the rows of each picture begin.
    let mut begun: Vec<usize> = Vec::new();
    let mut last = String::new();
    for record in reader.records().map_while(Result::ok).take_while(|record| record.len() == columns) {
        let name = record.get(0).unwrap_or_default();
        if begun.is_empty() || last != name {
            if items.get(begun.len()).is_none_or(|item| key(item) != name) {
                break;
            }
            let start = record.position().map_or(0, csv::Position::byte);
            begun.push(usize::try_from(start).unwrap_or(header.len()));
            name.clone_into(&mut last);
        }
    }
    if is_whole && begun.len() == items.len() {
        return (bytes.len(), items.len());
    }
    // The last picture's other faces may be missing.
    let whole = begun.len().saturating_sub(1) / CHUNK * CHUNK;
    (begun.get(whole).copied().unwrap_or(header.len()), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_that_are_whole_stay() {
        let header = b"path,a\n";
        let item = |k: usize| Item { path: format!("p{k}").into(), video: String::new(), frame: None };
        let items: Vec<Item> = (0..2 * CHUNK).map(item).collect();
        let table = |n: usize| {
            let rows = (0..n).map(|k| format!("p{k},1\np{k},2\n")).collect::<Vec<_>>().concat();
            format!("path,a\n{rows}")
        };
        let front = |text: &str, is_whole| kept(text.as_bytes(), header, &items, is_whole);
        let one = (table(CHUNK).len(), CHUNK);
        // The last picture of a table may lack faces, and with it its chunk.
        assert_eq!(front(&table(CHUNK), false), (7, 0));
        assert_eq!(front(&table(CHUNK + 1), false), one);
        assert_eq!(front(&format!("{}p9", table(CHUNK + 9)), false), one);
        assert_eq!(front(&format!("{}p{},\"4", table(CHUNK + 9), CHUNK + 9), false), one);
        assert_eq!(front(&table(2 * CHUNK), false), one);
        assert_eq!(front(&table(2 * CHUNK), true), (table(2 * CHUNK).len(), 2 * CHUNK));
        // Another picture in between, as after a file was added.
        assert_eq!(front(&table(2 * CHUNK).replace("p3,", "x,"), true), (7, 0));
        assert_eq!(front("path,a\n", false), (7, 0));
        assert_eq!(front("path,b\n", false), (0, 0));
    }
}
