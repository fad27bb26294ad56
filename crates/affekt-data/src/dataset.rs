//! A checked dataset description.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_core::LabelSet;

use crate::root::is_inside;
use crate::{
    AnnotationReader, ColumnRef, CsvReader, DataError, DatasetSpec, FolderReader, LabelPolicy, Layout,
};

/// A description whose every value was checked, with the text it came from.
#[derive(Clone, Debug)]
pub struct Dataset {
    spec: DatasetSpec,
    labels: LabelPolicy,
    text: String,
}

impl Dataset {
    /// Schema of this version.
    pub const SCHEMA: &'static str = "affekt-dataset/1";

    /// Reads and checks a description.
    ///
    /// # Errors
    /// [`DataError::Io`], [`DataError::Spec`] and [`DataError::SpecValue`].
    pub fn load(path: &Path) -> Result<Self, DataError> {
        let text = std::fs::read_to_string(path).map_err(DataError::io("read", path))?;
        Self::parse_from(&text, Some(path))
    }

    /// Checks a description in memory.
    ///
    /// # Errors
    /// [`DataError::Spec`] and [`DataError::SpecValue`].
    pub fn parse(text: &str) -> Result<Self, DataError> {
        Self::parse_from(text, None)
    }

    fn parse_from(text: &str, path: Option<&Path>) -> Result<Self, DataError> {
        let spec: DatasetSpec = toml::from_str(text)
            .map_err(|source| DataError::Spec { path: path.map(Path::to_owned), source: Box::new(source) })?;
        let refuse = |key: &str, got: &str, expected: &str| DataError::SpecValue {
            dataset: spec.name.clone(),
            key: key.to_owned(),
            got: got.to_owned(),
            expected: expected.to_owned(),
        };
        if spec.schema != Self::SCHEMA {
            return Err(refuse("schema", &spec.schema, Self::SCHEMA));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if spec.name.is_empty() || !spec.name.chars().all(plain) {
            return Err(refuse("name", &spec.name, "letters, digits, `-` and `_`"));
        }
        check_layout(&spec.layout, &refuse)?;
        if spec.subject_until.as_deref() == Some("") {
            return Err(refuse("subject_until", "", "a text, or no such key"));
        }
        if let (Some(text), Layout::Csv(csv)) = (&spec.subject_until, &spec.layout)
            && csv.columns.subject.is_some()
        {
            return Err(refuse("subject_until", text, "no such key beside a subject column"));
        }
        let labels = LabelPolicy::new(&spec)?;
        if let Some(published) = &spec.published {
            if !(0.0..=1.0).contains(&published.tolerance) {
                let got = published.tolerance.to_string();
                return Err(refuse("published.tolerance", &got, "a share in [0, 1]"));
            }
            if let Some(class) = published.rows.keys().find(|c| spec.label_set.0.parse_class(c).is_err()) {
                return Err(refuse("published.rows", class, "classes of the label set"));
            }
        }
        Ok(Self { spec, labels, text: text.to_owned() })
    }

    /// The values as written.
    pub const fn spec(&self) -> &DatasetSpec {
        &self.spec
    }

    /// The classes.
    pub const fn label_set(&self) -> &LabelSet {
        &self.spec.label_set.0
    }

    /// How labels are read.
    pub const fn labels(&self) -> &LabelPolicy {
        &self.labels
    }

    /// The description's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Published rows per class in index order; `None` where nothing was published.
    pub fn published(&self) -> Vec<Option<u64>> {
        let rows = self.spec.published.as_ref().map(|p| &p.rows);
        let none = BTreeMap::new();
        self.label_set().classes().iter().map(|c| rows.unwrap_or(&none).get(c).copied()).collect()
    }

    /// The reader for this layout.
    pub fn reader(&self) -> Box<dyn AnnotationReader> {
        match &self.spec.layout {
            Layout::Csv(layout) => Box::new(CsvReader::new(self, layout.clone())),
            Layout::Folders(layout) => Box::new(FolderReader::new(self, layout.clone())),
        }
    }
}

fn check_layout(layout: &Layout, refuse: &dyn Fn(&str, &str, &str) -> DataError) -> Result<(), DataError> {
    let inside = |key: &str, path: &str| {
        if is_inside(path) { Ok(()) } else { Err(refuse(key, path, "a path inside the dataset root")) }
    };
    match layout {
        Layout::Csv(csv) => {
            inside("layout.file", &csv.file)?;
            inside("layout.images", &csv.images)?;
            if !csv.delimiter.is_ascii() || matches!(csv.delimiter, '"' | '\r' | '\n') {
                return Err(refuse("layout.delimiter", &csv.delimiter.to_string(), "one ASCII character"));
            }
            let columns = &csv.columns;
            if columns.valence.is_some() != columns.arousal.is_some() {
                return Err(refuse("layout.columns", "one of valence and arousal", "both or neither"));
            }
            let optional =
                [&columns.subject, &columns.video, &columns.split, &columns.valence, &columns.arousal];
            let mut all = [&columns.image, &columns.label].into_iter().chain(optional.into_iter().flatten());
            let wrong = all.find(|c| matches!(c, ColumnRef::Name(_)) != csv.header);
            match wrong {
                Some(ColumnRef::Name(name)) => {
                    Err(refuse("layout.columns", name, "positions from 0, as `header` is false"))
                }
                Some(ColumnRef::Position(n)) => {
                    Err(refuse("layout.columns", &n.to_string(), "column names, as `header` is true"))
                }
                None => Ok(()),
            }
        }
        Layout::Folders(folders) => {
            inside("layout.images", &folders.images)?;
            folders.splits.values().try_for_each(|folder| inside("layout.splits", folder))
        }
    }
}
