//! Which training faces are shown, and as what.

use crate::figures::{FaceKind, ShownFace};
use crate::study::Face;

/// Largest entry of the true posterior from which a face counts as clear.
const CLEAR: f64 = 0.8;

/// Two faces with the most attention, two with the least, two mislabelled ones, none twice.
///
/// Equal attention is decided by the name of the sample, so the choice is the same every time.
pub(super) fn chosen(faces: &[Face], class_rows: Option<&[Vec<f64>]>) -> Vec<ShownFace> {
    let mut order: Vec<&Face> = faces.iter().collect();
    order.sort_by(|a, b| b.attention.total_cmp(&a.attention).then_with(|| a.sample.cmp(&b.sample)));
    let wrong = || order.iter().copied().filter(|face| face.is_mislabelled());
    let mut picked = Vec::new();
    pick(&mut picked, order.iter().copied(), "Most attention", 2);
    pick(&mut picked, order.iter().rev().copied(), "Least attention", 2);
    // The one that fooled the network best, and the one that did so least.
    pick(&mut picked, wrong(), "Mislabelled", 1);
    pick(&mut picked, wrong().rev(), "Mislabelled", 1);
    let shown = picked.into_iter().map(|(face, why)| ShownFace {
        sample: face.sample.clone(),
        why,
        class: face.class,
        clean: face.clean.filter(|clean| *clean != face.class),
        attention: face.attention,
        label: face.label.clone(),
        of_class: class_rows.and_then(|rows| rows.get(face.class)).cloned(),
        truth: face.truth.clone(),
    });
    shown.collect()
}

/// Adds the first `n` faces of a list that are not there yet.
fn pick<'a>(
    picked: &mut Vec<(&'a Face, &'static str)>,
    list: impl Iterator<Item = &'a Face>,
    why: &'static str,
    n: usize,
) {
    let mut left = n;
    for face in list {
        if left > 0 && !picked.iter().any(|(other, _)| std::ptr::eq(*other, face)) {
            picked.push((face, why));
            left -= 1;
        }
    }
}

/// Attention by kind of face: clear, ambiguous and mislabelled as far as the truth is known.
pub(super) fn attention_kinds(faces: &[Face]) -> Vec<FaceKind> {
    let knows_truth = faces.iter().any(|face| face.truth.is_some());
    let knows_noise = faces.iter().any(|face| face.clean.is_some());
    let of = |name, meaning, kind: &dyn Fn(&Face) -> bool| {
        let attention = faces.iter().filter(|face| kind(face)).map(|face| face.attention).collect();
        FaceKind { name, meaning, attention }
    };
    let is_ambiguous = |face: &Face| {
        !face.is_mislabelled()
            && face.truth.as_ref().is_some_and(|eta| eta.iter().all(|share| *share < CLEAR))
    };
    let mut kinds = Vec::new();
    if knows_truth {
        kinds.push(of("clear", "the truth gives one class at least 80 %", &|face| {
            !face.is_mislabelled() && !is_ambiguous(face)
        }));
        kinds.push(of("ambiguous", "the truth gives no class 80 %", &is_ambiguous));
    } else {
        let (name, meaning) =
            if knows_noise { ("rightly labelled", "noise left the label alone") } else { ("all faces", "") };
        kinds.push(of(name, meaning, &|face| !face.is_mislabelled()));
    }
    if knows_noise {
        kinds.push(of("mislabelled", "noise changed the label", &Face::is_mislabelled));
    }
    kinds
}
