//! The table of predictions: appended to picture by picture, gone on with after a kill.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use affekt_artifact::write_atomic;
use affekt_face::Detection;
use affekt_study::ResolvedRun;
use affekt_train::FaceSaid;
use anyhow::{Context as _, ensure};
use serde_json::Value;

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
    classes: Vec<String>,
    n_aus: usize,
}

const FIXED: [&str; 11] =
    ["path", "video", "frame", "face_found", "reason", "score", "x", "y", "width", "height", "predicted"];

impl Table {
    /// Opens `path` anew, or after what it holds when it was begun with the same `settings`; with it the paths of the
    /// pictures that are done.
    ///
    /// Settings lie beside it in `<path>.json`.
    pub(super) fn open(
        path: &Path,
        run: &ResolvedRun,
        settings: &Value,
        restart: bool,
    ) -> anyhow::Result<(Self, BTreeSet<String>)> {
        let beside = path.with_file_name(format!(
            "{}.json",
            path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
        ));
        let classes: Vec<String> = run.label_set.classes().iter().map(ToString::to_string).collect();
        let header = header(&classes, &run.aus)?;
        let (kept, done) = if path.exists() && !restart {
            let found: Option<Value> =
                fs::read(&beside).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            ensure!(
                found.as_ref() == Some(settings),
                "{}: holds predictions of another checkpoint or other settings (see {}); name another --out, or begin \
                 anew with --restart",
                path.display(),
                beside.display()
            );
            whole(&fs::read(path)?, &header)
        } else {
            (Vec::new(), BTreeSet::new())
        };
        if kept.is_empty() {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            }
            write_atomic(path, &header)?;
            write_atomic(&beside, serde_json::to_string_pretty(settings)?.as_bytes())?;
        }
        let keep = if kept.is_empty() { header.len() } else { kept.len() };
        let mut file = OpenOptions::new().write(true).open(path)?;
        file.set_len(keep as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok((Self { file, path: path.to_owned(), classes, n_aus: run.aus.len() }, done))
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

/// The front of a table whose pictures are whole: a line cut short goes, and with it the last picture, whose other faces
/// may be missing. Empty where the header is another one.
fn whole(bytes: &[u8], header: &[u8]) -> (Vec<u8>, BTreeSet<String>) {
    if !bytes.starts_with(header) {
        return (Vec::new(), BTreeSet::new());
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = reader.headers().map_or(0, csv::StringRecord::len);
    let mut pictures: Vec<(String, u64)> = Vec::new();
    for record in reader.records() {
        let Ok(record) = record else { break };
        if record.len() != columns {
            break;
        }
        let (name, start) =
            (record.get(0).unwrap_or_default(), record.position().map_or(0, csv::Position::byte));
        if pictures.last().is_none_or(|(last, _)| last != name) {
            pictures.push((name.to_owned(), start));
        }
    }
    let end = pictures.pop().map_or(header.len() as u64, |(_, start)| start);
    let end = usize::try_from(end).unwrap_or(header.len());
    (bytes[..end].to_vec(), pictures.into_iter().map(|(name, _)| name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_picture_of_a_torn_table_is_done_again() {
        let header = b"path,a\n";
        let front = |rows: &str| {
            let (kept, done) = whole(format!("path,a\n{rows}").as_bytes(), header);
            let mut done: Vec<String> = done.into_iter().collect();
            done.sort();
            (String::from_utf8(kept).unwrap(), done)
        };
        let expected = ("path,a\nx,1\nx,2\n".to_owned(), vec!["x".to_owned()]);
        assert_eq!(front("x,1\nx,2\ny,3\n"), expected);
        assert_eq!(front("x,1\nx,2\ny,3\ny"), expected);
        assert_eq!(front("x,1\nx,2\ny,3\ny,\"4"), expected);
        assert_eq!(front("x,1"), ("path,a\n".to_owned(), Vec::new()));
        assert_eq!(front(""), ("path,a\n".to_owned(), Vec::new()));
        assert_eq!(whole(b"other\n", header).0, b"");
    }
}
