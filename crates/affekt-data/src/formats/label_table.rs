//! A table that repeats the labels of a folder tree.

use std::collections::BTreeMap;

use affekt_artifact::QuarantineReason;
use affekt_core::Split;

use crate::csv_rows::csv_rows;
use crate::root::{Root, join};
use crate::subject::file_name;
use crate::{DataError, Gather};

/// Labels by file name: column 0 the name, column 1 the label, whatever the header calls them.
#[derive(Debug)]
pub(crate) struct LabelTable {
    file: String,
    rows: BTreeMap<String, LabelRow>,
}

#[derive(Debug)]
struct LabelRow {
    label: String,
    line: u64,
    seen: bool,
}

impl LabelTable {
    /// Reads a table; `None`, and a note, where it is not there: the folders say the same.
    pub(crate) fn read(root: &Root, file: &str, gather: &mut Gather) -> Result<Option<Self>, DataError> {
        let path = match root.named("label table", file) {
            Err(DataError::NotFound { .. }) => {
                gather.note(&format!("no label table {file}: labels are those of the folders"), 1);
                return Ok(None);
            }
            path => path?,
        };
        let bytes = std::fs::read(&path).map_err(DataError::io("read", &path))?;
        let mut rows = BTreeMap::new();
        for row in csv_rows(&path, &bytes, ',')?.into_iter().skip(1) {
            let fields = row.fields.unwrap_or_default();
            let [name, label, ..] = fields.as_slice() else {
                gather.note(&format!("rows of {file} without a name and a label"), 1);
                continue;
            };
            let row = LabelRow { label: label.clone(), line: row.line, seen: false };
            rows.insert(file_name(name).to_owned(), row);
        }
        gather.names(join("", file));
        Ok(Some(Self { file: file.to_owned(), rows }))
    }

    /// The table's line and what it says, where that is another label than the folder's.
    pub(crate) fn disagrees(
        &mut self,
        gather: &mut Gather,
        path: &str,
        label: &str,
    ) -> Option<(u64, String)> {
        let Some(row) = self.rows.get_mut(file_name(path)) else {
            gather.note(&format!("images without a row in {}", self.file), 1);
            return None;
        };
        row.seen = true;
        (row.label != label).then(|| (row.line, format!("{} says {:?}", self.file, row.label)))
    }

    /// Sets aside the rows no image was found for.
    pub(crate) fn report_unseen(self, gather: &mut Gather, part: &str, split: Split) {
        for (name, row) in self.rows.into_iter().filter(|(_, row)| !row.seen) {
            let path = join(part, &join(&row.label, &name));
            let detail = format!("{} names it", self.file);
            gather.reject(&path, Some(row.line), Some(split), QuarantineReason::MissingImage, detail);
        }
    }
}
