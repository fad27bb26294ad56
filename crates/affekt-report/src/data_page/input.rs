//! What a page about a dataset is made from.

/// A dataset in words, numbers and pictures.
#[derive(Clone, Debug, Default)]
pub struct DataView {
    /// Short name.
    pub name: String,
    /// Full title.
    pub title: String,
    /// Licence of pictures and labels.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// What a reader of results should know.
    pub warnings: Vec<String>,
    /// Name of the label set.
    pub label_set: String,
    /// Its classes, in order.
    pub classes: Vec<String>,
    /// Rows of the annotation, those left out included.
    pub annotated: u64,
    /// Every usable row.
    pub whole: DataPart,
    /// The same per part the dataset itself names; empty where it names none.
    pub parts: Vec<DataPart>,
    /// Subjects that lie in several parts.
    pub subjects_in_several_parts: u64,
    /// Counts of annotation rows with the published ones.
    pub published: Vec<PublishedCount>,
    /// What else reading met, and how often.
    pub remarks: Vec<(String, u64)>,
    /// Pictures to show, in class order.
    pub pictures: Vec<DataPicture>,
    /// Pictures that were to be shown and could not be opened: file, and why.
    pub broken: Vec<(String, String)>,
}

/// Usable rows of one part.
#[derive(Clone, Debug, Default)]
pub struct DataPart {
    /// Name of the part.
    pub name: String,
    /// Usable rows.
    pub rows: u64,
    /// Subjects among them.
    pub subjects: u64,
    /// Videos among them; 0 where the dataset names none.
    pub videos: u64,
    /// Kinds of labels, and rows that carry them; the same kinds in each part.
    pub labelled: Vec<(String, u64)>,
    /// The classes in order.
    pub classes: Vec<DataGroup>,
    /// The rows without a class.
    pub without_class: DataGroup,
    /// Valence and arousal of all rows; none where no row has them.
    pub va: Option<DataVa>,
    /// The action units; the same in each part.
    pub aus: Vec<DataAu>,
}

/// Rows of one class.
#[derive(Clone, Debug, Default)]
pub struct DataGroup {
    /// Usable rows.
    pub rows: u64,
    /// Subjects among them.
    pub subjects: u64,
    /// Rows of the subject with the most.
    pub largest_subject: u64,
    /// Valence and arousal; none where no row has them.
    pub va: Option<DataVa>,
}

/// Rows on the valence-arousal plane.
#[derive(Clone, Debug, PartialEq)]
pub struct DataVa {
    /// Rows with valence and arousal, at least 1.
    pub rows: u64,
    /// Mean valence and arousal, each in [-1, 1].
    pub mean: [f64; 2],
    /// Standard deviations, >= 0; none for a single row.
    pub sd: Option<[f64; 2]>,
    /// Rows per cell of a grid over [-1, 1]: `cells[a][v]`, arousal and valence from -1 upwards.
    pub cells: Vec<Vec<u64>>,
}

/// One action unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataAu {
    /// Name, such as `AU12`.
    pub name: String,
    /// Rows on which it was coded.
    pub labelled: u64,
    /// Rows on which it is present.
    pub present: u64,
}

/// A count and what was published about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCount {
    /// Name of the part.
    pub part: String,
    /// What is counted.
    pub what: String,
    /// Found in this copy.
    pub found: u64,
    /// Published.
    pub published: u64,
}

/// A picture of the dataset.
#[derive(Clone, Debug)]
pub struct DataPicture {
    /// Position of its class; none for a row without one.
    pub class: Option<usize>,
    /// Name of the sample.
    pub sample: String,
    /// The picture, square, as a JPEG file.
    pub jpeg: Vec<u8>,
}
