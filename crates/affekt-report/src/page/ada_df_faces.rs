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
    let mut picked: Vec<(&Face, &'static str)> = Vec::new();
    let mut pick = |list: &mut dyn Iterator<Item = &Face>, why: &'static str, up_to: usize| {
        for face in list {
            if picked.len() >= up_to {
                break;
            }
            if !picked.iter().any(|(other, _)| std::ptr::eq(*other, face)) {
                picked.push((face, why));
            }
        }
        picked.len()
    };
    let most = pick(&mut order.iter().copied(), "most attention", 2);
    let least = pick(&mut order.iter().rev().copied(), "least attention", most + 2);
    // The mislabelled face with the most attention fooled the network best, the one with the least worst.
    let one = pick(&mut order.iter().copied().filter(|f| f.is_mislabelled()), "mislabelled", least + 1);
    pick(&mut order.iter().rev().copied().filter(|f| f.is_mislabelled()), "mislabelled", one + 1);
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
