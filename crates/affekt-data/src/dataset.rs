//! A checked dataset description.

use std::path::Path;

use affekt_core::LabelSet;

use crate::{AnnotationReader, DataError, DatasetSpec, LabelPolicy, SubjectRule};

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
        spec.layout.format().check(&refuse)?;
        if let Some((got, expected)) = spec.subject.as_ref().and_then(SubjectRule::fault) {
            return Err(refuse("subject", got, expected));
        }
        if spec.subject.is_some() && spec.layout.format().names_subject() {
            return Err(refuse("subject", "a rule", "no such key where the annotation names the subject"));
        }
        let own_sets = spec.layout.format().label_sets();
        if !own_sets.is_empty() && !own_sets.contains(&spec.label_set.0) {
            let expected: Vec<_> = own_sets.iter().map(LabelSet::name).collect();
            let expected = format!("{}: the order of this format's codes", expected.join(" or "));
            return Err(refuse("label_set", spec.label_set.0.name(), &expected));
        }
        let labels = LabelPolicy::new(&spec)?;
        if let Some(published) = &spec.published {
            if !(0.0..=1.0).contains(&published.tolerance) {
                let got = published.tolerance.to_string();
                return Err(refuse("published.tolerance", &got, "a share in [0, 1]"));
            }
            for counts in [&published.all, &published.train, &published.valid, &published.test] {
                let unknown = |c: &&String| labels.target().parse_class(c).is_err();
                if let Some(class) = counts.classes.keys().find(unknown) {
                    return Err(refuse("published.classes", class, "classes of the label set read in"));
                }
                let names: Vec<String> = spec.aus.iter().map(|au| format!("au{au}")).collect();
                if let Some(au) = counts.au_present.keys().find(|au| !names.contains(au)) {
                    return Err(refuse("published.au_present", au, &names.join(", ")));
                }
            }
        }
        Ok(Self { spec, labels, text: text.to_owned() })
    }

    /// The values as written.
    pub const fn spec(&self) -> &DatasetSpec {
        &self.spec
    }

    /// The classes rows are read in: those of the annotation, or of the label map's target.
    pub fn label_set(&self) -> &LabelSet {
        self.labels.target()
    }

    /// How labels are read.
    pub const fn labels(&self) -> &LabelPolicy {
        &self.labels
    }

    /// The description's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reader for this layout.
    pub fn reader(&self) -> Box<dyn AnnotationReader> {
        self.spec.layout.format().reader(self)
    }
}
