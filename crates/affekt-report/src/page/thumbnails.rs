//! Small pictures of the faces an arm is most sure and most wrong about, where they are asked for.

use super::Group;
use crate::base64::base64;
use crate::number::NumberKind;
use crate::study::{Dataset, WrongFace};

/// Bytes of one picture beyond which it is none of a small face.
const LARGEST: usize = 16 << 10;

/// A picture in the page.
#[derive(Clone, Debug)]
pub(crate) struct Thumbnail {
    /// The picture itself, as a data address.
    pub(crate) src: String,
    pub(crate) alt: String,
    /// The line below it.
    pub(crate) caption: String,
}

/// The pictures of a dataset; `pictures` has a JPEG file, or none, for each face, or says why there are none.
///
/// `room` is what the page has left for pictures, in bytes of theirs.
pub(crate) fn group(
    dataset: &Dataset,
    arm: &str,
    faces: &[WrongFace],
    pictures: Result<Vec<Option<Vec<u8>>>, String>,
    room: &mut usize,
) -> Group {
    let mut notes = Vec::new();
    let pictures = pictures.unwrap_or_else(|why| {
        notes.push(format!("No picture is shown: {why}."));
        Vec::new()
    });
    let (mut shown, mut left_out) = (Vec::new(), 0);
    for (at, face) in faces.iter().enumerate() {
        match pictures.get(at).and_then(Option::as_ref) {
            Some(jpeg) if jpeg.len() <= LARGEST && jpeg.len() <= *room => {
                *room -= jpeg.len();
                shown.push(thumbnail(dataset, face, jpeg));
            }
            _ => left_out += 1,
        }
    }
    if left_out > 0 && notes.is_empty() {
        notes.push(format!(
            "{left_out} of {} pictures are not shown: the face cache has none of that name, or the page has no more room.",
            faces.len()
        ));
    }
    if faces.is_empty() {
        notes.push("No face is classified wrongly.".to_owned());
    }
    Group {
        heading: "Most confidently wrong".to_owned(),
        intro: format!(
            "Test faces whose wrong class has the highest probability under {arm}, mean over its seeds. The pictures are \
             part of this file: many licences of datasets forbid passing faces on. Write the report without \
             --thumbnails before it leaves the house."
        ),
        pictures: shown,
        notes,
        ..Group::default()
    }
}

fn thumbnail(dataset: &Dataset, face: &WrongFace, jpeg: &[u8]) -> Thumbnail {
    let class = |c: usize| dataset.classes().get(c).map_or("?", String::as_str);
    let (truth, predicted) = (class(face.truth), class(face.predicted));
    let probability = NumberKind::Share.print(face.probability);
    Thumbnail {
        src: format!("data:image/jpeg;base64,{}", base64(jpeg)),
        alt: format!("sample {}: labelled {truth}, taken for {predicted} with {probability}", face.sample),
        caption: format!("{truth}, taken for {predicted} ({probability})"),
    }
}
