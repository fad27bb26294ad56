//! The multi-task challenge: one table of single frames a part, all labels in a row.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::{ABAW_AUS, LabelSet, Split};
use serde::Deserialize;

use super::super::{Format, Refuse, inside};
use super::codes::{Fault, Labels, field_count, fields, quoted};
use super::frames::split_name;
use super::list::{add_test_rows, read_abaw_test_list};
use super::rows::{FrameRow, Rows, read_file};
use super::track::same_header;
use crate::root::Root;
use crate::text_lines::text_lines;
use crate::{AnnotationReader, DataError, Dataset, Reading};

/// Five names over the sixteen fields of a row.
const HEADER: &str = "image,valence,arousal,expression,aus";

/// Tables whose rows are `<video>/<frame>.jpg`, valence, arousal, expression and twelve action units.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbawMtlLayout {
    /// Folders of cropped faces relative to the dataset root, merged: `<folder>/<video>/00001.jpg`.
    pub images: Vec<String>,
    /// Table of each part, relative to the root: split = file.
    pub tables: BTreeMap<Split, String>,
    /// List of the test part, which has no labels.
    pub test_list: Option<String>,
}

impl Format for AbawMtlLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        check_images(&self.images, refuse)?;
        check_parts("layout.tables", &self.tables, refuse)?;
        self.test_list.iter().try_for_each(|list| check_test_list(list, &self.tables, refuse))
    }

    fn names_subject(&self) -> bool {
        true
    }

    fn label_sets(&self) -> Vec<LabelSet> {
        vec![LabelSet::aff_wild2()]
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(MtlReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

/// Refuses an empty list of image folders, or one that leaves the root.
pub(super) fn check_images(images: &[String], refuse: &Refuse<'_>) -> Result<(), DataError> {
    if images.is_empty() {
        return Err(refuse("layout.images", "an empty list", "at least one folder"));
    }
    images.iter().try_for_each(|folder| inside(refuse, "layout.images", folder))
}

/// Refuses parts that are none, or leave the root.
pub(super) fn check_parts(
    key: &str,
    parts: &BTreeMap<Split, String>,
    refuse: &Refuse<'_>,
) -> Result<(), DataError> {
    if parts.is_empty() {
        return Err(refuse(key, "nothing", "at least train"));
    }
    parts.values().try_for_each(|path| inside(refuse, key, path))
}

/// Refuses a test list beside a labelled test part, or one that leaves the root.
pub(super) fn check_test_list(
    list: &str,
    parts: &BTreeMap<Split, String>,
    refuse: &Refuse<'_>,
) -> Result<(), DataError> {
    if parts.contains_key(&Split::Test) {
        return Err(refuse("layout.test_list", list, "no such key where a labelled part is called test"));
    }
    inside(refuse, "layout.test_list", list)
}

#[derive(Clone, Debug)]
struct MtlReader {
    dataset: Dataset,
    layout: AbawMtlLayout,
}

impl AnnotationReader for MtlReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let aus = &self.dataset.spec().aus;
        if *aus != ABAW_AUS {
            // The header says `aus` and no more: no file would contradict another order.
            return Err(DataError::SpecValue {
                dataset: self.dataset.spec().name.clone(),
                key: "aus".to_owned(),
                got: format!("{aus:?}"),
                expected: format!("{ABAW_AUS:?}, the order of the columns"),
            });
        }
        let root = Root::open(root)?;
        let mut rows = Rows::new(&self.dataset, &root, &self.layout.images)?;
        for (&split, file) in &self.layout.tables {
            self.read_table(&root, file, split, &mut rows)?;
        }
        if let Some(list) = &self.layout.test_list {
            add_test_rows(&mut rows, &read_abaw_test_list(&root.named("test list", list)?)?)?;
        }
        Ok(rows.finish())
    }
}

impl MtlReader {
    fn read_table(
        &self,
        root: &Root,
        file: &str,
        split: Split,
        rows: &mut Rows<'_>,
    ) -> Result<(), DataError> {
        let bytes = read_file(root, file)?;
        let mut lines = text_lines(&bytes);
        let header = lines.next().and_then(|(_, header)| header).unwrap_or("");
        if !same_header(header, HEADER) {
            return Err(DataError::Header {
                path: root.named("annotation file", file)?,
                expected: HEADER.to_owned(),
                got: quoted(header),
            });
        }
        let mut n_rows = 0_u64;
        for (line, text) in lines {
            n_rows += 1;
            let Some(text) = text else {
                rows.malformed("", Some(line), split, format!("{file}: the line is not UTF-8 text"));
                continue;
            };
            let fields = fields(text);
            let name = fields[0];
            let Some((video, frame)) = split_name(name) else {
                let detail = format!("{file}: {:?} is no frame such as video45_1/00001.jpg", quoted(name));
                rows.malformed("", Some(line), split, detail);
                continue;
            };
            let labels =
                self.labels(&fields).map_err(|(reason, detail)| (reason, format!("{file}: {detail}")));
            rows.add(FrameRow { video, frame, split, line }, labels.map(Some))?;
        }
        if n_rows == 0 {
            let path = root.named("annotation file", file)?;
            return Err(DataError::Empty { path, got: "there is only a header" });
        }
        Ok(())
    }

    fn labels(&self, fields: &[&str]) -> Result<Labels, Fault> {
        let [_, valence, arousal, expression, aus @ ..] = fields else {
            return Err(field_count(fields, 4 + ABAW_AUS.len()));
        };
        if aus.len() != ABAW_AUS.len() {
            return Err(field_count(fields, 4 + ABAW_AUS.len()));
        }
        let mut labels = Labels::default();
        labels.set_va(&[valence, arousal])?;
        labels.set_expression(&[expression], self.dataset.labels().source())?;
        labels.set_aus(aus, ABAW_AUS.len())?;
        Ok(labels)
    }
}
