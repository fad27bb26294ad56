//! A reader of a format affekt does not know.

use std::path::Path;

use affekt_data::{AnnotationReader, DataError, Dataset, Entry, Gather, Label, Reading};

/// Reads `labels.txt`: a line `picture label person` for each picture, parted by blanks.
#[derive(Clone, Debug)]
pub struct LinesReader {
    dataset: Dataset,
}

impl LinesReader {
    /// A reader under the label set and the policies of a description.
    pub fn new(dataset: &Dataset) -> Self {
        Self { dataset: dataset.clone() }
    }
}

impl AnnotationReader for LinesReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let path = root.join("labels.txt");
        let text = std::fs::read_to_string(&path).map_err(|source| DataError::Io {
            action: "read",
            path,
            source,
        })?;
        // Labels, repetitions, contradictions and counts are the collector's, as for every reader.
        let mut gather = Gather::new(&self.dataset, "pictures");
        for (number, line) in (1_u64..).zip(text.lines()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, label, person] = words[..] else {
                let detail = format!("{} words; expected picture, label, person", words.len());
                gather.malformed("labels.txt", Some(number), None, detail);
                continue;
            };
            gather.add(Entry {
                name,
                label: Label::Text(label),
                subject: Some(person),
                line: Some(number),
                ..Entry::default()
            })?;
        }
        Ok(gather.finish())
    }
}
