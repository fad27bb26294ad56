//! `EmotioNet`: a table of web addresses with a column each action unit.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::QuarantineReason;
use serde::Deserialize;

use super::{Format, Refuse, inside, list_files};
use crate::csv_rows::csv_rows;
use crate::root::{Root, join};
use crate::subject::file_name;
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, ImageSource, Reading};

/// A table with the columns `URL` and `'AU 1'` and so on, in such quotes or none: 1 where the unit is present, 0
/// where it is not and 999 where nobody said. Which units are read, `aus` says; the picture is the file of the
/// folder, at any depth, that the address ends in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmotionetLayout {
    /// The table, relative to the dataset root.
    pub labels: String,
    /// Folder of the pictures, relative to the root.
    pub images: String,
}

impl Format for EmotionetLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.labels", &self.labels)?;
        inside(refuse, "layout.images", &self.images)
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(EmotionetReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

#[derive(Clone, Debug)]
struct EmotionetReader {
    dataset: Dataset,
    layout: EmotionetLayout,
}

impl AnnotationReader for EmotionetReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let path = root.named("annotation file", &self.layout.labels)?;
        let folder = root.named("image folder", &self.layout.images)?;
        let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
        let mut rows = csv_rows(&path, &bytes, ',')?.into_iter();
        let header = rows.next().and_then(|row| row.fields);
        let header =
            header.ok_or_else(|| DataError::Empty { path: path.clone(), got: "there is no header" })?;
        if rows.len() == 0 {
            return Err(DataError::Empty { path, got: "there is only a header" });
        }
        let (url, aus) = self.columns(&path, &header)?;
        let mut listed = Vec::new();
        list_files(&folder, "", &mut listed)?;
        let files: BTreeMap<&str, &str> =
            listed.iter().rev().map(|file| (file_name(file), file.as_str())).collect();

        let mut gather = Gather::new(&self.dataset, &self.layout.images);
        for row in rows {
            let line = Some(row.line);
            let fields = row.fields.unwrap_or_default();
            let text = |at: usize| fields.get(at).map_or("", |field| bare(field));
            let name = picture(text(url));
            if name.is_empty() {
                gather.malformed("", line, None, format!("{:?} ends in no file name", text(url)));
                continue;
            }
            let file = files.get(name).copied().unwrap_or(name);
            match aus.iter().map(|&at| present(text(at))).collect::<Result<Vec<_>, _>>() {
                Ok(aus) => {
                    let image = Some(ImageSource::File(join(&self.layout.images, file)));
                    gather.add(Entry { name, image, aus, line, ..Entry::default() })?;
                }
                Err((reason, detail)) => gather.reject(file, line, None, reason, detail),
            }
        }
        gather.names(join("", &self.layout.labels));
        Ok(gather.finish())
    }
}

impl EmotionetReader {
    /// Where the address and the action units of the dataset stand.
    fn columns(&self, path: &Path, header: &[String]) -> Result<(usize, Vec<usize>), DataError> {
        let place = |column: String| {
            let spelled = |text: &str| text.split_whitespace().collect::<String>();
            let found = header.iter().position(|field| spelled(bare(field)) == spelled(&column));
            found.ok_or_else(|| DataError::Column { path: path.to_owned(), column, header: header.to_vec() })
        };
        let aus = self.dataset.spec().aus.iter().map(|au| place(format!("AU {au}")));
        Ok((place("URL".to_owned())?, aus.collect::<Result<_, _>>()?))
    }
}

/// A cell without the quotes and spaces around it.
fn bare(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'))
}

/// The file that an address ends in.
fn picture(url: &str) -> &str {
    file_name(url.split(['?', '#']).next().unwrap_or(""))
}

fn present(code: &str) -> Result<Option<bool>, (QuarantineReason, String)> {
    match code.strip_suffix(".0").unwrap_or(code) {
        "0" => Ok(Some(false)),
        "1" => Ok(Some(true)),
        "999" => Ok(None),
        _ if code.parse::<f64>().is_ok() => {
            Err((QuarantineReason::LabelRange, format!("{code} where 0, 1 or 999 is expected")))
        }
        _ => Err((QuarantineReason::MalformedRow, format!("{code:?} where 0, 1 or 999 is expected"))),
    }
}
