//! Annotations in folder names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use affekt_core::Split;
use serde::Deserialize;

use super::label_table::LabelTable;
use super::{Format, Refuse, folders_in, inside, list_files};
use crate::root::{Root, join};
use crate::{AnnotationReader, DataError, Dataset, Entry, Gather, Label, Reading};

/// A tree `images/[split/]label/file`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderLayout {
    /// Top of the tree, relative to the dataset root; `.` for the root itself.
    pub images: String,
    /// Folder of each split the dataset comes with: split = folder, or several to choose from.
    #[serde(default)]
    pub splits: BTreeMap<Split, FolderChoice>,
    /// Tables that repeat the labels of a split: split = CSV, relative to the dataset root, with a header, the file
    /// name first and the label second. Where the table is there, an image whose folder says otherwise is set aside.
    #[serde(default)]
    pub tables: BTreeMap<Split, String>,
}

/// Folders of which the first that exists is taken; copies of a dataset differ in such names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct FolderChoice(Vec<String>);

impl FolderChoice {
    /// The first that exists below `top`, a folder relative to the dataset root, found at `path`.
    fn existing(&self, root: &Root, top: &str, path: &Path) -> Result<(&str, PathBuf), DataError> {
        for folder in &self.0 {
            match root.named("split folder", &join(top, folder)) {
                Err(DataError::NotFound { .. }) => {}
                found => return found.map(|path| (folder.as_str(), path)),
            }
        }
        Err(DataError::NotFound { what: "split folder", path: path.join(self.0.join(" or ")) })
    }
}

impl TryFrom<toml::Value> for FolderChoice {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, Self::Error> {
        match value {
            toml::Value::String(folder) => Ok(Self(vec![folder])),
            toml::Value::Array(folders) if !folders.is_empty() => {
                let text = |folder: toml::Value| match folder {
                    toml::Value::String(folder) => Ok(folder),
                    other => Err(format!("folder {other}; expected a text")),
                };
                folders.into_iter().map(text).collect::<Result<_, _>>().map(Self)
            }
            other => Err(format!("folder {other}; expected a text or a list of at least one")),
        }
    }
}

impl Format for FolderLayout {
    fn check(&self, refuse: &Refuse<'_>) -> Result<(), DataError> {
        inside(refuse, "layout.images", &self.images)?;
        let folders = self.splits.values().flat_map(|choice| &choice.0);
        folders.into_iter().try_for_each(|folder| inside(refuse, "layout.splits", folder))?;
        for (split, table) in &self.tables {
            inside(refuse, "layout.tables", table)?;
            if !self.splits.contains_key(split) {
                return Err(refuse("layout.tables", split.as_str(), "splits that `layout.splits` names"));
            }
        }
        Ok(())
    }

    fn reader(&self, dataset: &Dataset) -> Box<dyn AnnotationReader> {
        Box::new(FolderReader { dataset: dataset.clone(), layout: self.clone() })
    }
}

/// Reads a tree `images/[split/]label/file`; files deeper down carry the label of the folder above them.
#[derive(Clone, Debug)]
struct FolderReader {
    dataset: Dataset,
    layout: FolderLayout,
}

impl AnnotationReader for FolderReader {
    fn read(&self, root: &Path) -> Result<Reading, DataError> {
        let root = Root::open(root)?;
        let images = &self.layout.images;
        let top = root.named("image folder", images)?;
        let mut gather = Gather::new(&self.dataset, images);
        let mut n_files = 0;
        if self.layout.splits.is_empty() {
            n_files += read_part(&mut gather, (&top, ""), None, None)?;
        }
        for (&split, choice) in &self.layout.splits {
            let (part, path) = choice.existing(&root, images, &top)?;
            let table = self.layout.tables.get(&split).map(|file| LabelTable::read(&root, file, &mut gather));
            let mut table = table.transpose()?.flatten();
            n_files += read_part(&mut gather, (&path, part), Some(split), table.as_mut())?;
            if let Some(table) = table {
                table.report_unseen(&mut gather, part, split);
            }
        }
        if n_files == 0 {
            return Err(DataError::Empty { path: top, got: "no file in any class folder" });
        }
        Ok(gather.finish())
    }
}

/// Reads the class folders of a part, given by its path and its name below the image folder; returns how many
/// files they hold.
fn read_part(
    gather: &mut Gather,
    (path, part): (&Path, &str),
    split: Option<Split>,
    mut table: Option<&mut LabelTable>,
) -> Result<u64, DataError> {
    let mut n_files = 0;
    for label in folders_in(path)? {
        let mut files = Vec::new();
        list_files(path, &label, &mut files)?;
        for file in files {
            n_files += 1;
            let name = join(part, &file);
            match table.as_mut().and_then(|table| table.disagrees(gather, &file, &label)) {
                Some((line, detail)) => {
                    let reason = affekt_artifact::QuarantineReason::ConflictingLabel;
                    gather.reject(&name, Some(line), split, reason, detail);
                }
                None => gather.add(Entry {
                    name: &name,
                    label: Label::Text(&label),
                    split,
                    ..Entry::default()
                })?,
            }
        }
    }
    Ok(n_files)
}
