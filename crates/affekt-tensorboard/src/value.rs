//! What an event says under a tag, as the messages `Summary.Value`, `SummaryMetadata` and `TensorProto`.

use crate::wire::Message;
use crate::{PngPicture, PrCurve};

/// Fields of `Summary.Value`.
const TAG: u8 = 1;
const SIMPLE_VALUE: u8 = 2;
const TENSOR: u8 = 8;
const METADATA: u8 = 9;

/// Fields of `SummaryMetadata`.
const PLUGIN_DATA: u8 = 1;
const DISPLAY_NAME: u8 = 2;
const DESCRIPTION: u8 = 3;
const DATA_CLASS: u8 = 4;

/// Fields of `SummaryMetadata.PluginData`.
const PLUGIN_NAME: u8 = 1;
const CONTENT: u8 = 2;

/// Fields of `TensorProto`, and of its shape.
const DTYPE: u8 = 1;
const SHAPE: u8 = 2;
const TENSOR_CONTENT: u8 = 4;
const STRING_VAL: u8 = 8;
const DIM: u8 = 2;
const SIZE: u8 = 1;

/// `DataType` of a tensor.
const DT_FLOAT: u64 = 1;
const DT_STRING: u64 = 7;

/// `DataClass`, which decides how TensorBoard thins and serves a series.
#[derive(Clone, Copy, Debug)]
enum DataClass {
    Scalar = 1,
    Tensor = 2,
    BlobSequence = 3,
}

/// One value under a tag. Parts of a tag up to a slash make its group in the dashboard.
#[derive(Clone, Debug)]
pub struct SummaryValue(Message);

impl SummaryValue {
    /// A number, for the dashboards of scalars and time series.
    ///
    /// The description is Markdown, shown beside the tag. The format keeps 32 bits of the value; one that is not finite stays
    /// so, and TensorBoard marks it.
    pub fn scalar(tag: &str, description: &str, value: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "the format has 32 bits for it")]
        let value = value as f32;
        let metadata = metadata(tag, "scalars", &Message::default(), description, DataClass::Scalar);
        Self(
            Message::default()
                .bytes(TAG, tag.as_bytes())
                .message(METADATA, &metadata)
                .float(SIMPLE_VALUE, value),
        )
    }

    /// A curve, for the dashboard of precision and recall.
    pub fn pr_curve(tag: &str, description: &str, curve: &PrCurve) -> Self {
        let n_thresholds = curve.true_positives().len() as u64;
        // PrCurvePluginData: field 2 is the number of thresholds.
        let content = Message::default().varint(2, n_thresholds);
        let metadata = metadata(tag, "pr_curves", &content, description, DataClass::Tensor);
        let rows: Vec<u8> = curve.rows().into_iter().flat_map(f32::to_le_bytes).collect();
        let tensor = tensor(DT_FLOAT, &[6, n_thresholds]).bytes(TENSOR_CONTENT, &rows);
        Self::tensor(tag, &metadata, &tensor)
    }

    /// A picture, for the dashboard of images.
    pub fn picture(tag: &str, description: &str, picture: &PngPicture<'_>) -> Self {
        let metadata = metadata(tag, "images", &Message::default(), description, DataClass::BlobSequence);
        // Width and height as text, then a PNG file for each picture.
        let tensor = tensor(DT_STRING, &[3])
            .bytes(STRING_VAL, picture.width().to_string().as_bytes())
            .bytes(STRING_VAL, picture.height().to_string().as_bytes())
            .bytes(STRING_VAL, picture.bytes());
        Self::tensor(tag, &metadata, &tensor)
    }

    fn tensor(tag: &str, metadata: &Message, tensor: &Message) -> Self {
        Self(
            Message::default().bytes(TAG, tag.as_bytes()).message(TENSOR, tensor).message(METADATA, metadata),
        )
    }

    pub(crate) fn message(&self) -> &Message {
        &self.0
    }
}

fn metadata(tag: &str, plugin: &str, content: &Message, description: &str, class: DataClass) -> Message {
    let plugin = Message::default().bytes(PLUGIN_NAME, plugin.as_bytes()).bytes(CONTENT, content.as_bytes());
    Message::default()
        .message(PLUGIN_DATA, &plugin)
        .bytes(DISPLAY_NAME, tag.as_bytes())
        .bytes(DESCRIPTION, description.as_bytes())
        .varint(DATA_CLASS, class as u64)
}

/// A tensor without its content.
fn tensor(dtype: u64, shape: &[u64]) -> Message {
    let dims = shape
        .iter()
        .fold(Message::default(), |dims, size| dims.message(DIM, &Message::default().varint(SIZE, *size)));
    Message::default().varint(DTYPE, dtype).message(SHAPE, &dims)
}
