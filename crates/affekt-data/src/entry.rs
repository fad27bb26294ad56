//! One annotation on its way from a format to the collector.

use affekt_core::{ClassIndex, LabelDistribution, Split, VaPoint};
use affekt_face::FaceHint;

use crate::ImageSource;

/// Expression label of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Label<'a> {
    /// The row says that there is none.
    #[default]
    Missing,
    /// As written: read under the description's case, aliases and ignored labels.
    Text(&'a str),
    /// A class of the format's own label set, from a code.
    Class(ClassIndex),
}

/// One annotation as a format states it.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    /// Name of the sample; its image relative to the image folder, unless `image` says otherwise.
    pub name: &'a str,
    /// The pixels, where they are not the file of that name; relative to the dataset root.
    pub image: Option<ImageSource>,
    /// Expression.
    pub label: Label<'a>,
    /// Distribution over the format's own classes.
    pub distribution: Option<LabelDistribution>,
    /// Valence and arousal, where it tells.
    pub va: Option<VaPoint>,
    /// Presence of each action unit of the dataset.
    pub aus: Vec<Option<bool>>,
    /// Subject, where the annotation tells.
    pub subject: Option<&'a str>,
    /// Video, where it tells.
    pub video: Option<&'a str>,
    /// Frame of the video, where it tells.
    pub frame: Option<u64>,
    /// Split, where it tells.
    pub split: Option<Split>,
    /// Box and landmarks of the face, where it tells.
    pub hint: FaceHint,
    /// Annotation line.
    pub line: Option<u64>,
}
