//! The classes that a model and another dataset have in common.

use crate::{ClassIndex, LabelSet, LabelSetError};

/// The classes two label sets share by name, in the order of the model's.
///
/// A model of one label set is scored on a dataset of another over these classes alone: its probabilities of other
/// classes are left out and the rest rescaled to sum to 1, and a sample of another class counts as unlabelled.
/// Classes spelled differently are brought together by a label map when the dataset is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedClasses {
    label_set: LabelSet,
    of_model: Vec<ClassIndex>,
    of_data: Vec<ClassIndex>,
}

impl SharedClasses {
    /// Matches the classes of a model with those of a dataset.
    ///
    /// The shared set has the name of the model's when it is the whole of it, else `<model>+<data>`.
    ///
    /// # Errors
    /// [`LabelSetError::Size`] when fewer than two classes are shared.
    ///
    /// # Example
    /// ```
    /// use affekt_core::{LabelSet, SharedClasses};
    /// let shared = SharedClasses::new(&LabelSet::affectnet8(), &LabelSet::affectnet7()).unwrap();
    /// assert_eq!(shared.label_set().len(), 7); // all but contempt
    /// assert!(shared.label_set().parse_class("contempt").is_err());
    /// ```
    pub fn new(model: &LabelSet, data: &LabelSet) -> Result<Self, LabelSetError> {
        let shared: Vec<(ClassIndex, ClassIndex)> = model
            .indices()
            .zip(model.classes())
            .filter_map(|(class, name)| Some((class, data.parse_class(name).ok()?)))
            .collect();
        let whole = shared.len() == model.len();
        let name = if whole { model.name().to_owned() } else { format!("{}+{}", model.name(), data.name()) };
        let names =
            shared.iter().filter_map(|(class, _)| model.classes().get(class.get()).cloned()).collect();
        let label_set = LabelSet::new(name, names)?;
        let (of_model, of_data) = shared.into_iter().unzip();
        Ok(Self { label_set, of_model, of_data })
    }

    /// The shared classes.
    pub fn label_set(&self) -> &LabelSet {
        &self.label_set
    }

    /// Where each shared class stands in the model's set.
    pub fn of_model(&self) -> &[ClassIndex] {
        &self.of_model
    }

    /// Where each shared class stands in the dataset's set.
    pub fn of_data(&self) -> &[ClassIndex] {
        &self.of_data
    }

    /// The shared class that a class of the model is; `None` for one the dataset does not know.
    pub fn from_model(&self, class: ClassIndex) -> Option<ClassIndex> {
        let place = self.of_model.iter().position(|known| *known == class)?;
        self.label_set.class_at(place)
    }

    /// The class of the model that a class of the dataset is; `None` for one the model does not know.
    pub fn data_to_model(&self, class: ClassIndex) -> Option<ClassIndex> {
        let place = self.of_data.iter().position(|known| *known == class)?;
        self.of_model.get(place).copied()
    }

    /// Probabilities of the shared classes, from those a model gives all of its own.
    ///
    /// Range: sums to 1 like what comes in; equal shares where the model gives the shared classes nothing.
    ///
    /// # Panics
    /// When `probabilities` is shorter than the model's label set.
    pub fn restrict(&self, probabilities: &[f32]) -> Vec<f32> {
        let kept: Vec<f32> = self.of_model.iter().map(|class| probabilities[class.get()]).collect();
        if kept.len() == probabilities.len() {
            return kept;
        }
        let sum: f32 = kept.iter().sum();
        let equal = 1.0 / f32::from(u8::try_from(kept.len()).unwrap_or(u8::MAX));
        kept.into_iter().map(|p| if sum > 0.0 { p / sum } else { equal }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, classes: &[&str]) -> LabelSet {
        LabelSet::new(name, classes.iter().map(|&c| c.to_owned()).collect()).unwrap()
    }

    #[test]
    fn classes_meet_by_name_whatever_their_order() {
        let (model, data) = (set("m", &["joy", "fear", "anger"]), set("d", &["anger", "awe", "joy"]));
        let shared = SharedClasses::new(&model, &data).unwrap();
        assert_eq!(shared.label_set().classes(), ["joy", "anger"]);
        let at = |label_set: &LabelSet, name| label_set.parse_class(name).unwrap();
        assert_eq!(shared.from_model(at(&model, "anger")), Some(at(shared.label_set(), "anger")));
        assert_eq!(shared.from_model(at(&model, "fear")), None);
        assert_eq!(shared.data_to_model(at(&data, "anger")), Some(at(&model, "anger")));
        assert_eq!(shared.data_to_model(at(&data, "awe")), None);
        assert_eq!(shared.restrict(&[0.3, 0.5, 0.1]), [0.75, 0.25]);
        assert_eq!(shared.restrict(&[0.0, 1.0, 0.0]), [0.5, 0.5]);
    }

    #[test]
    fn one_class_in_common_is_no_comparison() {
        let refused = SharedClasses::new(&set("m", &["joy", "fear"]), &set("d", &["joy", "awe"]));
        assert!(matches!(refused, Err(LabelSetError::Size { got: 1, .. })));
    }

    #[test]
    fn the_same_set_is_shared_whole_and_changes_nothing() {
        let set = LabelSet::affectnet8();
        let shared = SharedClasses::new(&set, &set).unwrap();
        assert_eq!(shared.label_set(), &set);
        let p = [0.1_f32, 0.2, 0.05, 0.05, 0.1, 0.3, 0.1, 0.1];
        assert_eq!(shared.restrict(&p), p);
    }
}
